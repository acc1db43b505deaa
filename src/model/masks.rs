//! Masks in place of secrets, for texts that are not themselves findings: the one way to take known secrets out
//! of a text, so that whoever does it before somebody else leaves nothing to be done otherwise.

use super::{Identity, Imprint, Imprints, Secret, Sighting};
use std::borrow::Cow;
use std::ops::Range;

/// Stands for a part of a secret, where even its first characters are nobody's business.
const STARS: &str = "********";

/// Known secrets, to be masked in texts.
pub struct Masks {
    imprints: Imprints,
    /// How each is shown.
    shown: Vec<String>,
}

/// A stretch to mask, and the number of the secret that covers all of it if one does.
struct Stretch {
    range: Range<usize>,
    whole: Option<usize>,
}

impl Masks {
    /// From this length on a secret is masked wherever it stands; a shorter one only as a whole
    /// word, because "admin" inside "administrator" gives nothing away.
    pub const ANYWHERE: usize = 6;

    /// The masks of these secrets.
    pub fn of<'a>(identity: &Identity, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let secrets = secrets.into_iter();
        let made: Vec<_> = secrets
            .map(|secret| (secret.imprint(identity), secret.masked()))
            .collect();
        let imprints = made.iter().map(|(imprint, _)| -> &Imprint { imprint });
        Self {
            imprints: Imprints::new(identity.clone(), imprints),
            shown: made.into_iter().map(|(_, mask)| mask).collect(),
        }
    }

    /// The text without any of the secrets.
    pub fn cover<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.imprints.find(text) {
            Ok(seen) => mask(text, &stretches(text, seen), &self.shown),
            Err(_) => Cow::Borrowed(STARS.as_bytes()),
        }
    }
}

/// Every stretch that some secret covers. All that were seen count, overlapping ones too, so that no
/// secret's end sticks out from behind another one.
fn stretches(text: &[u8], seen: Vec<Sighting>) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = seen
        .into_iter()
        .filter(|seen| seen.range.len() >= Masks::ANYWHERE || is_word(text, seen.range.clone()))
        .map(|Sighting { range, whole }| Stretch { range, whole })
        .collect();
    found.sort_by_key(|stretch| (stretch.range.start, std::cmp::Reverse(stretch.range.end)));
    found.into_iter().fold(Vec::new(), |mut merged, next| {
        match merged.last_mut() {
            Some(last) if next.range.end <= last.range.end => {}
            Some(last) if next.range.start < last.range.end => {
                last.range.end = next.range.end;
                last.whole = None;
            }
            _ => merged.push(next),
        }
        merged
    })
}

fn is_word(text: &[u8], range: Range<usize>) -> bool {
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(range.end);
    ![before, after]
        .into_iter()
        .flatten()
        .any(u8::is_ascii_alphanumeric)
}

fn mask<'t>(text: &'t [u8], stretches: &[Stretch], masks: &[String]) -> Cow<'t, [u8]> {
    if stretches.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut clean = Vec::with_capacity(text.len());
    let mut done = 0;
    for stretch in stretches {
        clean.extend_from_slice(&text[done..stretch.range.start]);
        let mask = stretch.whole.map_or(STARS, |number| &masks[number]);
        clean.extend_from_slice(mask.as_bytes());
        done = stretch.range.end;
    }
    clean.extend_from_slice(&text[done..]);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&[u8]], text: &str) -> String {
        let secrets: Vec<Secret> = secrets.iter().map(|bytes| Secret::new(bytes)).collect();
        let masks = Masks::of(&Identity::default(), &secrets);
        let clean = masks.cover(text.as_bytes()).into_owned();
        String::from_utf8(clean).unwrap()
    }

    #[test]
    fn a_secret_is_masked_wherever_it_stands() {
        assert_eq!(
            redacted(&[b"hunter2"], "RUN login -phunter2 && echo hunter2"),
            "RUN login -ph****** && echo h******"
        );
        assert_eq!(redacted(&[], "RUN make"), "RUN make");
    }

    #[test]
    fn a_short_secret_is_masked_as_a_word_only() {
        assert_eq!(
            redacted(&[b"admin", b"ab"], "PW=admin administrator ab"),
            "PW=***** administrator ab"
        );
    }

    #[test]
    fn overlapping_secrets_leave_no_end_behind() {
        assert_eq!(
            redacted(&[b"abcdefgh", b"efghijkl"], "x abcdefghijkl y"),
            "x ******** y"
        );
        assert_eq!(
            redacted(&[b"abcdefghijkl", b"cdefgh"], "abcdefghijkl"),
            Secret::new(b"abcdefghijkl").masked()
        );
    }

    #[test]
    fn a_key_is_masked_however_its_lines_are_joined() {
        let key = format!(
            "-----BEGIN X-----\n{}\n{}\n",
            "A".repeat(40),
            "B".repeat(40)
        );
        for text in [
            key.clone(),
            key.replace('\n', "\\n"),
            key.replace('\n', " "),
        ] {
            let clean = redacted(&[key.as_bytes()], &format!("ENV KEY=\"{text}\""));
            assert!(
                !clean.contains("AAAAA") && !clean.contains("BBBBB"),
                "{clean}"
            );
        }
        let escaped = key.replace('\n', "\\n");
        assert!(!redacted(&[escaped.as_bytes()], &key).contains("BBBBB"));
    }
}

//! Takes every known secret out of every text. A secret does not only stand where it was found:
//! the instruction that wrote it, a path made from it, a parser's complaint can all repeat it. So
//! whatever of a report comes from scanned text passes through a [`Redactor`] that knows the
//! findings, also hidden ones. Texts of the rules themselves do not: they were never scanned.

use crate::model::Secret;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Shorter ones are not masked in other texts at all: every third word would be.
const LEAST: usize = 3;
/// Lines of a longer secret from this length on are masked on their own, because a key may stand
/// on one line here and on many there.
const LINE: usize = 16;
/// Stands for a part of a secret, where even its first characters are nobody's business.
const STARS: &str = "********";

/// Masks known secrets in texts.
pub(super) enum Redactor {
    /// The user wants to see the secrets.
    Open,
    /// Masks what the automaton finds, by the mask of each pattern.
    Masking(AhoCorasick, Vec<String>),
    /// There are more secrets than an automaton can hold: no text is shown at all.
    Closed,
}

/// A stretch to mask, and the pattern that covers all of it if one does.
struct Stretch {
    range: Range<usize>,
    pattern: Option<usize>,
}

impl Redactor {
    /// From this length on a secret is masked wherever it stands; a shorter one only as a whole
    /// word, because "admin" inside "administrator" gives nothing away.
    pub(super) const ANYWHERE: usize = 6;

    /// A redactor for these secrets.
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut masks = Vec::new();
        let mut patterns = BTreeSet::new();
        for secret in secrets {
            let whole = secret.expose();
            if whole.len() >= LEAST && patterns.insert(whole.to_vec()) {
                masks.push((whole.to_vec(), secret.masked()));
            }
            for line in lines(whole) {
                if patterns.insert(line.to_vec()) {
                    masks.push((line.to_vec(), STARS.to_owned()));
                }
            }
        }
        let (patterns, masks): (Vec<_>, Vec<_>) = masks.into_iter().unzip();
        // Keys are long: a full transition table for each of their bytes would take too much memory.
        AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns)
            .map_or(Self::Closed, |automaton| Self::Masking(automaton, masks))
    }

    /// The text without any of the secrets.
    pub(super) fn redact<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self {
            Self::Open => Cow::Borrowed(text),
            Self::Closed => Cow::Borrowed(STARS.as_bytes()),
            Self::Masking(automaton, masks) => mask(text, &stretches(automaton, text), masks),
        }
    }
}

/// The lines of a secret of several lines, whether they end in line breaks or in the escape `\n`.
/// Armour (`-----BEGIN`) is public.
fn lines(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let several = secret.contains(&b'\n') || secret.windows(2).any(|pair| pair == b"\\n");
    secret
        .split(|byte| b"\\\r\n".contains(byte))
        .map(|line| line.strip_prefix(b"n").unwrap_or(line).trim_ascii())
        .filter(move |line| several && line.len() >= LINE && !line.starts_with(b"-----"))
}

/// Every stretch that some secret covers. All matches count, overlapping ones too, so that no
/// secret's end sticks out from behind another one.
fn stretches(automaton: &AhoCorasick, text: &[u8]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = automaton
        .find_overlapping_iter(text)
        .filter(|hit| hit.len() >= Redactor::ANYWHERE || is_word(text, hit.range()))
        .map(|hit| Stretch {
            range: hit.range(),
            pattern: Some(hit.pattern().as_usize()),
        })
        .collect();
    found.sort_by_key(|stretch| (stretch.range.start, std::cmp::Reverse(stretch.range.end)));
    found.into_iter().fold(Vec::new(), |mut merged, next| {
        match merged.last_mut() {
            Some(last) if next.range.end <= last.range.end => {}
            Some(last) if next.range.start < last.range.end => {
                last.range.end = next.range.end;
                last.pattern = None;
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
        let mask = stretch.pattern.map_or(STARS, |pattern| &masks[pattern]);
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
        let clean = Redactor::new(&secrets).redact(text.as_bytes()).into_owned();
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

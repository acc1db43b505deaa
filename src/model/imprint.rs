//! What is left of a secret when its bytes are forgotten: enough to tell it from others, to show its
//! mask and to mask it in other texts, and not enough to get it back.
//!
//! A scan needs the bytes while it judges them. After that an imprint does, so that secrets need not
//! stay in memory, and results can be stored without them. An imprint lets a guess be checked, as the
//! [`Fingerprint`] that every report shows does; with a private key it does so for nobody else.

use super::{Fingerprint, Identity};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

/// Shorter ones are not looked for in other texts at all: every third word would be one.
const LEAST: usize = 3;
/// Lines of a longer secret from this length on are looked for on their own, because a key may stand
/// on one line here and on many there.
const LINE: usize = 16;
/// Bytes of a spelling that are compared by a short hash, before a long one is made.
const HEAD: usize = 6;
/// Long hashes that are made for one text, at most: a hostile one would have one made at every byte.
const MOST_HASHES: usize = 1 << 16;

/// The imprint of one secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imprint {
    pub(super) digest: Fingerprint,
    pub(super) length: usize,
    pub(super) first_line: usize,
    pub(super) masked: String,
    spellings: Vec<Spelling>,
}

/// Bytes that give the secret away wherever they stand: all of it, or one of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Spelling {
    digest: Fingerprint,
    length: usize,
    /// A keyed hash of its first bytes. Sixteen bits make a search fast, and tell next to nothing.
    head: u16,
}

impl Imprint {
    /// The imprint of these bytes, which are shown as `masked`.
    pub(super) fn of(bytes: &[u8], masked: String, identity: &Identity) -> Self {
        let whole = Some(bytes).filter(|bytes| bytes.len() >= LEAST);
        let spelling = |bytes: &[u8]| Spelling {
            digest: identity.fingerprint(bytes),
            length: bytes.len(),
            head: identity.head(head_of(bytes)),
        };
        Self {
            digest: identity.fingerprint(bytes),
            length: bytes.len(),
            first_line: first_line(bytes),
            masked,
            spellings: whole
                .into_iter()
                .chain(lines(bytes))
                .map(spelling)
                .collect(),
        }
    }

    /// The imprint of a path that is a finding by itself: it gives nothing away where it stands.
    pub(super) fn of_name(path: &[u8], masked: String, identity: &Identity) -> Self {
        Self {
            spellings: Vec::new(),
            ..Self::of(path, masked, identity)
        }
    }
}

/// Bytes of the first line.
pub(super) fn first_line(bytes: &[u8]) -> usize {
    let is_end = |byte: &u8| b"\r\n".contains(byte);
    bytes.iter().position(is_end).unwrap_or(bytes.len())
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

fn head_of(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}

/// Many imprints, to be looked for in texts.
#[derive(Debug)]
pub struct Imprints {
    identity: Identity,
    spellings: HashMap<Fingerprint, Known>,
    /// Which lengths may begin where a head of that length and hash stands.
    lengths: HashMap<(usize, u16), Vec<usize>>,
    /// The lengths of heads, longest first.
    heads: Vec<usize>,
}

/// A secret, or a line of one, by the number of the secret it is all of.
#[derive(Debug, Clone, Copy)]
struct Known {
    whole: Option<usize>,
}

/// A place in a text where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The number of the imprint, if it is all of that secret and no mere line of it.
    pub whole: Option<usize>,
}

/// A text that would take too long to be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsearched;

impl Imprints {
    /// Looks for these, all made by `identity`. They are numbered in their order.
    pub fn new<'i>(identity: Identity, imprints: impl IntoIterator<Item = &'i Imprint>) -> Self {
        let mut all = Self {
            identity,
            spellings: HashMap::new(),
            lengths: HashMap::new(),
            heads: Vec::new(),
        };
        for (number, imprint) in imprints.into_iter().enumerate() {
            for spelling in &imprint.spellings {
                let whole = (spelling.length == imprint.length).then_some(number);
                all.add(spelling, whole);
            }
        }
        all.heads.sort_unstable_by(|a, b| b.cmp(a));
        all
    }

    fn add(&mut self, spelling: &Spelling, whole: Option<usize>) {
        self.spellings
            .entry(spelling.digest)
            .or_insert(Known { whole });
        let head = spelling.length.min(HEAD);
        let lengths = self.lengths.entry((head, spelling.head)).or_default();
        if !lengths.contains(&spelling.length) {
            lengths.push(spelling.length);
        }
        if !self.heads.contains(&head) {
            self.heads.push(head);
        }
    }

    /// Every place where one of them stands, overlapping ones too, by where they begin.
    ///
    /// # Errors
    /// When the text would take too long.
    pub fn find(&self, text: &[u8]) -> Result<Vec<Sighting>, Unsearched> {
        let mut found = Vec::new();
        let mut left = MOST_HASHES;
        for at in 0..text.len() {
            for length in self.lengths_at(&text[at..]) {
                left = left.checked_sub(1).ok_or(Unsearched)?;
                let range = at..at + length;
                let digest = self.identity.fingerprint(&text[range.clone()]);
                if let Some(known) = self.spellings.get(&digest) {
                    let whole = known.whole;
                    found.push(Sighting { range, whole });
                }
            }
        }
        Ok(found)
    }

    /// The lengths of what may begin here.
    fn lengths_at<'s>(&'s self, text: &'s [u8]) -> impl Iterator<Item = usize> + 's {
        let heads = self.heads.iter().filter(|&&head| head <= text.len());
        let lengths = heads.filter_map(|&head| {
            let hash = self.identity.head(&text[..head]);
            self.lengths.get(&(head, hash))
        });
        let lengths = lengths.flatten().copied();
        lengths.filter(|&length| length <= text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use proptest::prelude::*;

    /// The imprints of these secrets.
    fn imprints(secrets: &[&[u8]]) -> Imprints {
        let identity = Identity::default();
        let made: Vec<_> = secrets
            .iter()
            .map(|bytes| Secret::new(bytes).imprint(&identity))
            .collect();
        Imprints::new(identity, made.iter().map(|imprint| &**imprint))
    }

    #[test]
    fn an_imprint_holds_no_more_of_the_secret_than_its_mask() {
        let secret = b"hunter2-hunter3-hunter4\nhunter5-hunter6-hunter7";
        let imprint = Secret::new(secret).imprint(&Identity::default());
        let told = format!("{imprint:?}");
        assert!(!told.contains("hunter"), "{told}");
        assert_eq!((imprint.length, imprint.first_line), (47, 23));
        assert_eq!(imprint.spellings.len(), 3);
    }

    #[test]
    fn a_text_that_would_take_too_long_is_not_searched() {
        let many: Vec<Vec<u8>> = (10..100).map(|length| vec![b'a'; length]).collect();
        let many: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
        let known = imprints(&many);
        assert_eq!(known.find(&[b'a'; 4000]), Err(Unsearched));
        assert_eq!(known.find(&[b'b'; 4000]), Ok(Vec::new()));
    }

    proptest! {
        /// They are found exactly where the bytes of the secrets stand.
        #[test]
        fn what_is_found_is_what_stands_there(
            secrets in prop::collection::vec("[ab]{3,9}", 0..5),
            text in "[abc]{0,60}",
        ) {
            let bytes: Vec<&[u8]> = secrets.iter().map(String::as_bytes).collect();
            let found = imprints(&bytes).find(text.as_bytes()).unwrap();
            let mut found: Vec<_> = found.into_iter().map(|one| one.range).collect();
            found.sort_by_key(|range| (range.start, range.end));
            let mut expected: Vec<_> = secrets
                .iter()
                .flat_map(|secret| {
                    let starts = (0..text.len()).filter(|&at| text[at..].starts_with(secret.as_str()));
                    starts.map(|at| at..at + secret.len())
                })
                .collect();
            expected.sort_by_key(|range| (range.start, range.end));
            expected.dedup();
            prop_assert_eq!(found, expected);
        }
    }
}

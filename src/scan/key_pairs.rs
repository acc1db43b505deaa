//! Which certificates and public keys belong to the private keys of a scan. What holds a public key
//! alone is no finding, and a root filesystem has hundreds; so of each no more is kept than a hash and
//! what it says, and where it stands is asked for those that a private key fits.

use crate::model::{Holder, KeyPair, Match, Origin, Position, PublicKey, Secret};
use crate::source::{Seen, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most public keys that are remembered, each with at most so many holders. Of more, the same ones
/// stay whatever the order they come in.
const KEYS: usize = 10_000;
const HOLDERS: usize = 16;

/// What holds public keys, by the hash of the key.
#[derive(Debug, Default)]
pub(super) struct KeyHolders {
    of_key: BTreeMap<[u8; 32], BTreeSet<(Arc<Holder>, Origin)>>,
}

impl KeyHolders {
    /// Remembers a match that holds a public key alone; whether it does.
    pub(super) fn take(&mut self, origin: &Origin, found: &Match) -> bool {
        let key = found.judged.public_key.as_ref();
        let Some((key, holder)) = key.and_then(|key| Some((key, key.holder.as_ref()?))) else {
            return false;
        };
        let held = self.of_key.entry(key.spki).or_default();
        held.insert((Arc::clone(holder), origin.clone()));
        if held.len() > HOLDERS {
            held.pop_last();
        }
        if self.of_key.len() > KEYS {
            self.of_key.pop_last();
        }
        true
    }

    /// The texts that hold a key whose private half is among the matches.
    pub(super) fn fitting<'a>(
        &'a self,
        matches: impl Iterator<Item = &'a Match>,
    ) -> impl Iterator<Item = &'a Origin> {
        let keys = matches.filter_map(|found| found.judged.public_key.as_ref());
        let keys: BTreeSet<[u8; 32]> = keys.map(|key| key.spki).collect();
        let held = keys.into_iter().filter_map(|key| self.of_key.get(&key));
        held.flatten().map(|(_, origin)| origin)
    }

    /// The public half of a finding, with all who hold it.
    pub(super) fn pair(&self, public: PublicKey, source: &dyn Source) -> KeyPair {
        let held = self.of_key.get(&public.spki).into_iter().flatten();
        let mut held: Vec<_> = held
            .flat_map(|(holder, origin)| {
                let paths = paths(source, origin).into_iter();
                paths.map(|path| (path, Arc::clone(holder)))
            })
            .collect();
        held.sort();
        held.dedup();
        held.truncate(HOLDERS);
        KeyPair { public, held }
    }
}

/// Where a text stands, as people know it.
fn paths(source: &dyn Source, origin: &Origin) -> Vec<String> {
    let seen = Seen {
        origin,
        position: Position {
            offset: 0,
            line: 1,
            column: 1,
        },
        // Whose history is asked for is the text, whatever stands in it.
        secret: &Secret::new(b""),
    };
    let places = source.occurrences(&[seen]).into_iter();
    let paths =
        places.map(|(_, seen)| String::from_utf8_lossy(&seen.place.full_path()).into_owned());
    let paths: BTreeSet<String> = paths.take(HOLDERS).collect();
    paths.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, DocumentId, Judged};

    fn found(spki: [u8; 32], holder: Option<&str>) -> Match {
        let holder = holder.map(|comment| Arc::new(Holder::Bare(comment.to_owned())));
        let judged = Judged {
            secret: Secret::new(b"x"),
            normalised: None,
            confidence: Confidence::Low,
            is_example: false,
            reasons: Vec::new(),
            parts: Vec::new(),
            encodings: Vec::new(),
            expires: Vec::new(),
            written: None,
            public_key: Some(PublicKey {
                spki,
                ssh: None,
                holder,
            }),
            remarks: Vec::new(),
            allowed: Vec::new(),
        };
        Match {
            rule: 0,
            span: 0..1,
            position: Position {
                offset: 0,
                line: 1,
                column: 1,
            },
            carried: false,
            judged: Arc::new(judged),
            aliases: Vec::new(),
            setting: None,
        }
    }

    #[test]
    fn a_private_key_is_no_holder() {
        let origin = Origin::Document(DocumentId(0));
        let mut holders = KeyHolders::default();
        assert!(!holders.take(&origin, &found([1; 32], None)));
        assert!(holders.take(&origin, &found([1; 32], Some("a@b"))));
        let fits = |spki| holders.fitting([found(spki, None)].iter()).count();
        assert_eq!((fits([1; 32]), fits([2; 32])), (1, 0));
    }

    #[test]
    fn what_is_kept_of_too_many_does_not_depend_on_the_order() {
        let key = |number: usize| {
            let mut spki = [0; 32];
            spki[..8].copy_from_slice(&number.to_be_bytes());
            spki
        };
        let kept = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut holders = KeyHolders::default();
            for number in numbers {
                let origin = Origin::Document(DocumentId(number as u32));
                holders.take(&origin, &found(key(number), Some("")));
                holders.take(&origin, &found(key(0), Some(&number.to_string())));
            }
            holders.of_key
        };
        let forwards = kept(&mut (1..KEYS + 50));
        assert_eq!((forwards.len(), forwards[&key(0)].len()), (KEYS, HOLDERS));
        assert_eq!(forwards, kept(&mut (1..KEYS + 50).rev()));
    }
}

//! What the name in front of a value promises.

use super::super::key::{Key, Kind};
use super::{Evidence, Feature};

/// Most words of a name that are counted.
const MOST_WORDS: usize = 6;

/// Looks at the name.
pub(super) fn look(evidence: &mut Evidence, key: &Key<'_>) {
    let has = |word: &[u8]| {
        key.words()
            .any(|of_name| of_name.eq_ignore_ascii_case(word))
    };
    let credential = [b"credential".as_slice(), b"credentials", b"creds"];
    let words = key.words().count().min(MOST_WORDS);
    evidence.note(Feature::Password, key.kind() == Some(Kind::Password));
    evidence.note(Feature::TokenName, has(b"token"));
    evidence.note(Feature::SecretName, has(b"secret"));
    evidence.note(Feature::CredentialName, credential.into_iter().any(has));
    evidence.note(Feature::PlainName, words == 1);
    evidence.set(Feature::LongName, words.saturating_sub(2) as f32 / 4.0);
}

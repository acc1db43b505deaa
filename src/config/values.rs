//! The values of configuration keys, each checked as it is read.

use super::quantity;
use crate::model::{Confidence, Kind, LimitChange, Severity};
use crate::report::{FORMATS, Format};
use crate::ruleset::keys;
use serde::Deserialize;
use std::time::Duration;

/// The least severity that fails; `None` means that no finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FailOn(pub Option<Severity>);

impl FailOn {
    /// The word for no severity.
    pub const NEVER: &str = "never";

    /// Every word there is.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Severity::ALL
            .map(Severity::name)
            .into_iter()
            .chain([Self::NEVER])
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        self.0.map_or(Self::NEVER, Severity::name)
    }
}

impl TryFrom<String> for FailOn {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let words: Vec<_> = Self::words().collect();
        match words.iter().position(|name| *name == word) {
            Some(number) => Ok(Self(Severity::ALL.get(number).copied())),
            None => Err(stranger(&word, &words)),
        }
    }
}

/// A wall-clock time, as in `30s` or `5m`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Time(pub(super) Duration);

impl TryFrom<String> for Time {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        quantity::duration(&text).map(Self)
    }
}

/// Bytes of memory, as in `256MiB`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Memory(pub(super) u64);

impl TryFrom<String> for Memory {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        quantity::memory(&text).map(Self)
    }
}

/// Another value for a limit, as in `entries=5000000`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Bound(pub(super) LimitChange);

impl TryFrom<String> for Bound {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        quantity::limit(&text).map(Self)
    }
}

/// A number of threads.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Threads(pub(super) usize);

/// Most threads that may be asked for.
pub const MOST_THREADS: u16 = 1024;

impl TryFrom<u64> for Threads {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        match usize::try_from(number) {
            Ok(number) if number <= usize::from(MOST_THREADS) => Ok(Self(number)),
            _ => Err(format!(
                "{number} threads are too many; at most {MOST_THREADS}"
            )),
        }
    }
}

/// How deep archives are opened inside each other.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Depth(pub(super) usize);

/// The deepest that may be asked for: each level takes its part of a thread's stack.
pub const MOST_DEPTH: u8 = 32;

impl TryFrom<u64> for Depth {
    type Error = String;

    fn try_from(number: u64) -> Result<Self, String> {
        match usize::try_from(number) {
            Ok(number) if number <= usize::from(MOST_DEPTH) => Ok(Self(number)),
            _ => Err(format!("{number} is too deep; at most {MOST_DEPTH}")),
        }
    }
}

/// The name of a report format.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FormatName(pub(super) &'static Format);

impl TryFrom<String> for FormatName {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let names = FORMATS.iter().map(|format| format.name);
        Format::from_name(&word)
            .map(Self)
            .ok_or_else(|| stranger(&word, &names.collect::<Vec<_>>()))
    }
}

/// The name of a kind of gap.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Gap(pub(super) Kind);

impl TryFrom<String> for Gap {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let names = Kind::all().map(Kind::name);
        Kind::from_name(&word)
            .map(Self)
            .ok_or_else(|| stranger(&word, &names.collect::<Vec<_>>()))
    }
}

/// The name of a confidence.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Belief(pub(super) Confidence);

impl TryFrom<String> for Belief {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let found = Confidence::ALL
            .into_iter()
            .find(|level| level.name() == word);
        let names = Confidence::ALL.map(Confidence::name);
        found.map(Self).ok_or_else(|| stranger(&word, &names))
    }
}

/// What to say about a word that is none of the known ones.
fn stranger(word: &str, known: &[&str]) -> String {
    match keys::nearest(word, known) {
        Some(name) => format!("`{word}` is unknown; `{name}` is the nearest"),
        None => {
            let (word, known) = (keys::quoted(word), known.join(", "));
            format!("the word {word} is unknown; it is one of {known}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_or_never_fails() {
        let read = |word: &str| FailOn::try_from(word.to_owned());
        for word in FailOn::words() {
            assert_eq!(read(word).unwrap().name(), word);
        }
        assert_eq!(read("never"), Ok(FailOn(None)));
        assert_eq!(
            read("hihg"),
            Err("`hihg` is unknown; `high` is the nearest".to_owned())
        );
        assert!(read("all").unwrap_err().contains("low, medium"));
    }
}

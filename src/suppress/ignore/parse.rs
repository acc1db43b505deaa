//! The text of an ignore file.
//!
//! ```text
//! # a line of its own is a comment
//! 0123456789abcdef0123456789abcdef owner=ops until=2026-12-31  # test key of the payment sandbox
//! path:docs/** rule:jwt                                        # the tokens of the tutorial
//! ```
//!
//! A line that cannot be understood is refused with the whole file: whoever wrote it meant
//! something, and guessing could hide a secret.

use super::Entry;
use crate::suppress::SuppressError;
use std::str::FromStr;

/// What a word should have been. It is not quoted: it may be the secret that somebody put there
/// instead of its fingerprint.
const UNKNOWN: &str = "a word is not understood; an entry is a fingerprint of 32 hex digits, path:GLOB or \
                       rule:ID, then owner=NAME, until=YYYY-MM-DD and a `#` with the reason";

/// The entries of a text, in its order; `file` is named where one is wrong.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, SuppressError> {
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..);
    let entries = lines.filter_map(|(text, line)| match entry(text) {
        Ok(None) => None,
        Ok(Some(entry)) => Some(Ok(Entry { line, ..entry })),
        Err(problem) => Some(Err(SuppressError::Line {
            file: file.to_owned(),
            line,
            problem,
        })),
    });
    entries.collect()
}

/// The entry that a line of an ignore file would be.
impl FromStr for Entry {
    type Err = SuppressError;

    fn from_str(line: &str) -> Result<Self, SuppressError> {
        let nothing = || Err("it names neither a fingerprint, a path nor a rule".to_owned());
        let entry = entry(line).and_then(|found| found.map_or_else(nothing, Ok));
        entry.map_err(SuppressError::Entry)
    }
}

/// The entry on a line, if there is one, or what is wrong with it.
pub(super) fn entry(line: &str) -> Result<Option<Entry>, String> {
    let (words, reason) = parts(line.trim());
    let mut entry = Entry {
        reason: reason.to_owned(),
        ..Entry::default()
    };
    for word in words.split_whitespace() {
        take(word, &mut entry)?;
    }
    match (entry.is_of_something(), words.is_empty()) {
        (true, _) => Ok(Some(entry)),
        (false, true) => Ok(None),
        (false, false) => Err("it names neither a fingerprint, a path nor a rule".to_owned()),
    }
}

/// What a line names, and its reason: what follows the first `#` that begins a word.
fn parts(line: &str) -> (&str, &str) {
    let begins_word = |&(at, _): &(usize, &str)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(char::is_whitespace)
    };
    match line.match_indices('#').find(begins_word) {
        Some((at, _)) => (line[..at].trim_end(), line[at + 1..].trim()),
        None => (line, ""),
    }
}

fn take(word: &str, entry: &mut Entry) -> Result<(), String> {
    let (key, value) = match word.find([':', '=']) {
        Some(at) => word.split_at(at + 1),
        None => ("fingerprint:", word),
    };
    let text = || value.to_owned();
    match key {
        "fingerprint:" => {
            let id = value.parse().map_err(|_| UNKNOWN)?;
            set(&mut entry.fingerprint, id, key)
        }
        "path:" | "rule:" | "owner=" if value.is_empty() => Err(format!("`{key}` names nothing")),
        "path:" => set(&mut entry.path, text(), key),
        "rule:" => set(&mut entry.rule, text(), key),
        "owner=" => set(&mut entry.owner, text(), key),
        "until=" => {
            let day = value.parse().map_err(|error| format!("{error}"))?;
            set(&mut entry.until, day, key)
        }
        _ => Err(UNKNOWN.to_owned()),
    }
}

fn set<T>(field: &mut Option<T>, value: T, key: &str) -> Result<(), String> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("a second `{key}`; write two lines")),
    }
}

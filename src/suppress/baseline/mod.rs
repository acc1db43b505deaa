//! Baselines: what was there when somebody began to look, so that only what is new fails.
//!
//! A baseline holds fingerprints and rule ids, nothing of a secret and nothing that moves: no line
//! numbers, no paths, no times. It is sorted, one entry a line, so that versions of it merge line by
//! line, and it is the same for images and repositories.

mod change;
mod report;

pub use change::{create, prune, update};
pub use report::Report;

use super::{SuppressError, file};
use crate::model::{Fingerprint, Suppression, SuppressionKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// How the first line begins; the id of the fingerprint key follows.
const HEADER: &str = "# residue baseline 1, key ";

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Which key the fingerprints were made with.
    key_id: String,
    /// The secrets, each with the rules that it was listed under; these are for people.
    entries: BTreeMap<Fingerprint, BTreeSet<String>>,
    /// What every place of a known secret is marked with.
    suppression: Arc<Suppression>,
}

impl Baseline {
    /// A baseline without entries; `name` is what reports call it.
    pub fn new(name: &str, key_id: &str) -> Self {
        let suppression = Suppression {
            kind: SuppressionKind::Baseline,
            source: name.to_owned(),
            reason: String::new(),
            owner: None,
            until: None,
        };
        Self {
            key_id: key_id.to_owned(),
            entries: BTreeMap::new(),
            suppression: Arc::new(suppression),
        }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// When the file cannot be read, is no baseline, or holds a line that makes no sense.
    pub fn from_file(path: &Path) -> Result<Self, SuppressError> {
        Self::parse(&path.display().to_string(), &file::read(path)?)
    }

    /// Reads the text of a baseline, `name` for short. Lines may come in any order and more than
    /// once, as a merge leaves them.
    ///
    /// # Errors
    /// When the text is no baseline, or a line of it makes no sense.
    pub fn parse(name: &str, text: &str) -> Result<Self, SuppressError> {
        let key_id = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix(HEADER));
        let no_baseline = || SuppressError::NoBaseline {
            file: name.to_owned(),
            expected: HEADER.trim_end(),
        };
        let mut baseline = Self::new(name, key_id.ok_or_else(no_baseline)?.trim_end());
        for (line, number) in text.lines().zip(1..) {
            let taken = baseline.take(line.trim_end());
            taken.map_err(|problem| SuppressError::Line {
                file: name.to_owned(),
                line: number,
                problem,
            })?;
        }
        Ok(baseline)
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        if let Some(key_id) = line.strip_prefix(HEADER) {
            return match key_id == self.key_id {
                true => Ok(()),
                false => {
                    Err("a second key; baselines of different keys cannot be merged".to_owned())
                }
            };
        }
        let mut words = line.split(' ');
        let (id, rule) = match (words.next(), words.next(), words.next()) {
            (Some(""), None, _) => return Ok(()),
            (Some(id), Some(rule), None) if !rule.is_empty() => (id, rule),
            _ => return Err("an entry is a fingerprint, a blank and a rule".to_owned()),
        };
        let id = id.parse().map_err(|error| format!("{error}"))?;
        self.add(id, rule);
        Ok(())
    }

    /// Adds a secret.
    pub fn add(&mut self, id: Fingerprint, rule: &str) {
        self.entries.entry(id).or_default().insert(rule.to_owned());
    }

    /// Whether it has a secret.
    pub fn contains(&self, id: Fingerprint) -> bool {
        self.entries.contains_key(&id)
    }

    /// How many secrets it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What every place of a known secret is marked with.
    pub(super) const fn suppression(&self) -> &Arc<Suppression> {
        &self.suppression
    }

    /// Makes sure that its fingerprints may be compared with those of this key.
    ///
    /// # Errors
    /// When they were made with another key.
    pub fn check_key(&self, key_id: &str) -> Result<(), SuppressError> {
        match self.key_id == key_id {
            true => Ok(()),
            false => Err(SuppressError::OtherKey {
                file: self.suppression.source.clone(),
                found: self.key_id.clone(),
                expected: key_id.to_owned(),
            }),
        }
    }

    /// Writes it to a file that must not exist yet.
    ///
    /// # Errors
    /// When the file is there, or cannot be written.
    pub fn create_file(&self, path: &Path) -> Result<(), SuppressError> {
        file::create(path, &self.to_string())
    }

    /// Puts it in place of a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn replace_file(&self, path: &Path) -> Result<(), SuppressError> {
        file::replace(path, &self.to_string())
    }
}

/// The text of the file.
impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}{}", self.key_id)?;
        let mut lines = self
            .entries
            .iter()
            .flat_map(|(id, rules)| rules.iter().map(move |rule| (id, rule)));
        lines.try_for_each(|(id, rule)| writeln!(f, "{id} {rule}"))
    }
}

#[cfg(test)]
mod tests;

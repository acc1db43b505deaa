//! Ignore files: entries that name a secret, a path or a rule, or several of these at once, and say
//! that what fits them is held against nobody (`docs/suppressions.md`).

mod append;
mod lookup;
mod parse;

pub use append::{append, home};
pub use lookup::{FILE, Root, nearest, of_tree};

use super::SuppressError;
use crate::model::{Date, Fingerprint, Place, Suppression, SuppressionKind};
use crate::source::files::anchored;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// One entry. All that it names has to fit; one that names nothing fits nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The secret.
    pub fingerprint: Option<Fingerprint>,
    /// A glob of paths, as `--exclude` takes it; a directory stands for all in it.
    pub path: Option<String>,
    /// The rule that the finding is listed under.
    pub rule: Option<String>,
    /// Why; may be empty.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The line that it stands on, from 1.
    pub line: u64,
}

impl Entry {
    /// Whether it names anything.
    pub const fn is_of_something(&self) -> bool {
        self.fingerprint.is_some() || self.path.is_some() || self.rule.is_some()
    }

    /// Whether it names the same as another.
    fn fits_the_same(&self, other: &Self) -> bool {
        (&self.fingerprint, &self.path, &self.rule)
            == (&other.fingerprint, &other.path, &other.rule)
    }
}

/// The entries of one file, ready to be asked.
#[derive(Debug)]
pub struct Ignores {
    entries: Vec<(Entry, Arc<Suppression>)>,
    /// Numbers of the entries for each secret, and for no secret in particular.
    by_secret: HashMap<Option<Fingerprint>, Vec<usize>>,
    /// Two globs for each of [`Self::with_path`], one for what lies below.
    globs: GlobSet,
    /// Numbers of the entries that name a path.
    with_path: Vec<usize>,
    scope: Scope,
}

/// What the paths of entries are measured from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// The root of each target: paths are those of the report.
    #[default]
    Everywhere,
    /// The folder that the file lies in: for each target in there, by its name, what leads from that
    /// folder to where the target's paths begin, empty or with a slash at its end. Places of other
    /// targets never fit.
    Below(BTreeMap<String, Vec<u8>>),
}

impl Ignores {
    /// Entries that were taken from `file`, as people know it.
    ///
    /// # Errors
    /// The first glob that makes no sense.
    pub fn new(
        kind: SuppressionKind,
        file: &str,
        entries: Vec<Entry>,
        scope: Scope,
    ) -> Result<Self, SuppressError> {
        let globs = globs(file, &entries)?;
        let mut by_secret: HashMap<_, Vec<usize>> = HashMap::new();
        for (number, entry) in entries.iter().enumerate() {
            by_secret.entry(entry.fingerprint).or_default().push(number);
        }
        let numbers = 0..entries.len();
        Ok(Self {
            by_secret,
            globs,
            with_path: numbers.filter(|&n| entries[n].path.is_some()).collect(),
            entries: entries
                .into_iter()
                .map(|entry| {
                    let suppression = Arc::new(suppression(kind, file, &entry));
                    (entry, suppression)
                })
                .collect(),
            scope,
        })
    }

    /// Reads the text of an ignore file, `file` for short.
    ///
    /// # Errors
    /// When a line makes no sense.
    pub fn parse(file: &str, text: &str, scope: Scope) -> Result<Self, SuppressError> {
        let entries = parse::entries(file, text)?;
        Self::new(SuppressionKind::Ignore, file, entries, scope)
    }

    /// Reads a file that was named by itself, so that it counts for whatever is scanned.
    ///
    /// # Errors
    /// When it cannot be read or a line makes no sense.
    pub fn from_file(path: &Path) -> Result<Self, SuppressError> {
        lookup::load(path, Scope::Everywhere)
    }

    /// The entries, each with what it makes of a place that fits.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&Entry, &Arc<Suppression>)> {
        self.entries.iter().map(|(entry, made)| (entry, made))
    }

    /// What the entry of a number makes of a place that fits.
    pub(super) fn suppression(&self, number: usize) -> &Arc<Suppression> {
        &self.entries[number].1
    }

    /// Whether the whole folder that the entries speak of was asked for.
    pub(super) fn is_whole(&self) -> bool {
        match &self.scope {
            Scope::Everywhere => true,
            Scope::Below(targets) => targets.values().any(Vec::is_empty),
        }
    }

    /// Numbers of the entries that may fit a finding, by its secret and its rule.
    pub(super) fn for_finding(&self, secret: Fingerprint, rule: &str) -> Vec<usize> {
        let of = |secret| self.by_secret.get(&secret).into_iter().flatten().copied();
        let mut numbers: Vec<usize> = of(Some(secret)).chain(of(None)).collect();
        numbers.retain(|&number| {
            let entry = &self.entries[number].0;
            entry.is_of_something() && entry.rule.as_ref().is_none_or(|named| named == rule)
        });
        numbers.sort_unstable();
        numbers
    }

    /// Those of `numbers` that fit a place as well.
    pub(super) fn at_place(&self, numbers: &[usize], place: &Place) -> Vec<usize> {
        let Some(prefix) = self.prefix(place) else {
            return Vec::new();
        };
        let needs_path = |&number: &usize| self.entries[number].0.path.is_some();
        if !numbers.iter().any(needs_path) {
            return numbers.to_vec();
        }
        let mut fitting = self.with_path_like(&[prefix, &place.path].concat());
        if place.member.is_some() {
            fitting.extend(self.with_path_like(&[prefix, &place.full_path()].concat()));
        }
        fitting.sort_unstable();
        let fits = |number: &usize| !needs_path(number) || fitting.binary_search(number).is_ok();
        numbers.iter().copied().filter(fits).collect()
    }

    /// Numbers of the entries whose glob fits a path.
    fn with_path_like(&self, path: &[u8]) -> Vec<usize> {
        let path = globset::Candidate::from_bytes(path);
        let hits = self.globs.matches_candidate(&path).into_iter();
        hits.map(|hit| self.with_path[hit / 2]).collect()
    }

    fn prefix(&self, place: &Place) -> Option<&[u8]> {
        match &self.scope {
            Scope::Everywhere => Some(b""),
            Scope::Below(targets) => targets.get(&*place.target).map(Vec::as_slice),
        }
    }
}

fn globs(file: &str, entries: &[Entry]) -> Result<GlobSet, SuppressError> {
    let mut set = GlobSetBuilder::new();
    for entry in entries {
        let Some(text) = &entry.path else { continue };
        let from_root = anchored(text);
        for glob in [from_root.clone(), format!("{from_root}/**")] {
            let glob = GlobBuilder::new(&glob).literal_separator(true).build();
            set.add(glob.map_err(|cause| SuppressError::Line {
                file: file.to_owned(),
                line: entry.line,
                problem: format!("{text:?} is no glob of paths: {}", cause.kind()),
            })?);
        }
    }
    set.build().map_err(|cause| SuppressError::Globs {
        file: file.to_owned(),
        cause,
    })
}

fn suppression(kind: SuppressionKind, file: &str, entry: &Entry) -> Suppression {
    Suppression {
        kind,
        source: format!("{file}:{}", entry.line),
        reason: entry.reason.clone(),
        owner: entry.owner.clone(),
        until: entry.until,
    }
}

#[cfg(test)]
mod tests;

//! Repositories that lie inside another one's files: a checkout that nobody has made a submodule of,
//! a submodule that keeps its own `.git`, a bare repository that is used in tests.
//!
//! They are come across while the files are walked, which happens anyway. Their objects are then read
//! as what they are, and not as the compressed files they lie in.

use super::repository::Repository;
use crate::model::{Kind, Shortfall};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What was come across.
pub(super) struct Nested {
    /// The folder that paths begin at in reports.
    base: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Where the objects of known repositories are.
    stores: HashSet<PathBuf>,
    found: Vec<Repository>,
    problems: Vec<Shortfall>,
}

impl Nested {
    /// Repositories below `base`, other than those that are `known`.
    pub(super) fn below<'r>(base: PathBuf, known: impl Iterator<Item = &'r Repository>) -> Self {
        let stores = known.map(Repository::store).collect();
        let state = State {
            stores,
            ..State::default()
        };
        Self {
            base,
            state: Mutex::new(state),
        }
    }

    /// Whether a folder holds the objects of a repository that is read as such.
    pub(super) fn is_store(&self, folder: &Path) -> bool {
        let Some(place) = folder.parent().filter(|_| folder.ends_with("objects")) else {
            return false;
        };
        if !place.join("HEAD").exists() || gix::discover::is_git(place).is_err() {
            return false;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if folder
            .canonicalize()
            .is_ok_and(|store| !state.stores.insert(store))
        {
            return true;
        }
        match Repository::open(place, self.prefix(place)) {
            Ok(repository) => state.found.push(repository),
            Err(error) => {
                let detail = format!("was searched as files alone: {error}");
                let problem = Shortfall::new(Kind::Corrupt, place.to_string_lossy(), detail);
                state.problems.push(problem);
                return false;
            }
        }
        true
    }

    /// What its paths begin with: the folder of its files, or that of a bare repository. The
    /// repository of a submodule goes by the submodule's name.
    fn prefix(&self, place: &Path) -> Vec<u8> {
        let place = place.strip_prefix(&self.base).unwrap_or(place);
        let mut prefix = Vec::new();
        let mut parts = place.iter().peekable();
        while let Some(part) = parts.next() {
            if part == ".git" {
                parts.next_if(|part| *part == "modules");
                continue;
            }
            prefix.extend_from_slice(part.as_encoded_bytes());
            prefix.push(b'/');
        }
        prefix
    }

    /// Ends the search: what was found, in the order of their paths, and what could not be opened.
    pub(super) fn finish(&self) -> (Vec<Repository>, Vec<Shortfall>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = std::mem::take(&mut state.found);
        found.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        (found, std::mem::take(&mut state.problems))
    }
}

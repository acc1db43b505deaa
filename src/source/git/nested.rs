//! Repositories that lie among files: a work tree with its `.git`, a checkout that nobody has made a
//! submodule of, a submodule that keeps its own `.git`, a bare repository that is used in tests.
//!
//! They are come across while the files are walked, which happens anyway. Their objects are then read
//! as what they are, and not as the compressed files they lie in. Nothing that lies elsewhere is read
//! for their sake: whoever made the files could point at anything on this machine.

use super::part::Part;
use super::repository::Repository;
use crate::model::{Kind, Shortfall};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of a file that stands for a repository elsewhere, at most.
const LINK: u64 = 8 << 10;

/// What was come across.
pub(super) struct Nested {
    bases: Vec<Base>,
    state: Mutex<State>,
}

/// A folder that is scanned.
pub(super) struct Base {
    /// The folder, where paths begin in reports.
    pub(super) path: PathBuf,
    /// What its target is called.
    pub(super) label: Arc<str>,
}

#[derive(Default)]
struct State {
    /// Where the objects of known repositories are.
    stores: HashSet<PathBuf>,
    found: Vec<Part>,
    problems: Vec<Shortfall>,
}

impl Nested {
    /// Repositories below the bases, other than those that are `known`.
    pub(super) fn below<'r>(bases: Vec<Base>, known: impl Iterator<Item = &'r Repository>) -> Self {
        let state = State {
            stores: known.map(Repository::store).collect(),
            ..State::default()
        };
        Self {
            bases,
            state: Mutex::new(state),
        }
    }

    /// Whether something that the walk comes across is no file to be read, but holds the objects of a
    /// repository, which are read as such.
    pub(super) fn takes(&self, path: &Path) -> bool {
        if path.ends_with("objects") {
            return self.is_store(path);
        }
        if path.ends_with(".git") {
            self.link(path);
        }
        false
    }

    fn is_store(&self, folder: &Path) -> bool {
        let Some((place, base)) = folder.parent().zip(self.base(folder)) else {
            return false;
        };
        if !place.join("HEAD").exists() || gix::discover::is_git(place).is_err() {
            return false;
        }
        let mut state = self.state();
        if folder
            .canonicalize()
            .is_ok_and(|store| !state.stores.insert(store))
        {
            return true;
        }
        match Repository::open(place, base.prefix(place)) {
            Ok(repository) => {
                let part = Part::met(repository.within(&base.path), Arc::clone(&base.label));
                state.found.push(part);
            }
            Err(error) => {
                let detail = format!("was searched as files alone: {error}");
                let problem = Shortfall::new(Kind::Corrupt, place.to_string_lossy(), detail);
                state.problems.push(problem);
                return false;
            }
        }
        true
    }

    /// Tells of a work tree whose repository lies outside of what is scanned.
    fn link(&self, file: &Path) {
        let is_link = |about: &fs::Metadata| about.is_file() && about.len() <= LINK;
        if !fs::symlink_metadata(file).is_ok_and(|about| is_link(&about)) {
            return;
        }
        let text = fs::read(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let folder = file.parent().unwrap_or(Path::new(""));
        let Some((base, target)) = self.base(file).zip(text.strip_prefix("gitdir:")) else {
            return;
        };
        let target = folder.join(target.trim());
        let is_inside = |target: PathBuf| target.starts_with(base.plain());
        if !target.canonicalize().is_ok_and(is_inside) {
            let detail = format!(
                "is a work tree of `{}`, which lies outside of what is scanned: its history was not read",
                target.display()
            );
            let note = Shortfall::new(Kind::OutOfBounds, file.to_string_lossy(), detail);
            self.state().problems.push(note);
        }
    }

    /// The closest base that something lies in.
    fn base(&self, path: &Path) -> Option<&Base> {
        let around = self
            .bases
            .iter()
            .filter(|base| path.starts_with(&base.path));
        around.max_by_key(|base| base.path.as_os_str().len())
    }

    /// Ends the search: what was found, in the order of their paths, and what could not be opened.
    pub(super) fn finish(&self) -> (Vec<Part>, Vec<Shortfall>) {
        let mut state = self.state();
        let mut found = std::mem::take(&mut state.found);
        found.sort_by(|a, b| a.order().cmp(&b.order()));
        (found, std::mem::take(&mut state.problems))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Base {
    fn plain(&self) -> PathBuf {
        self.path
            .canonicalize()
            .unwrap_or_else(|_| self.path.clone())
    }

    fn prefix(&self, place: &Path) -> Vec<u8> {
        let place = place.strip_prefix(&self.path).unwrap_or(place);
        shown(place.iter().map(OsStr::as_encoded_bytes))
    }
}

/// What the paths of a repository begin with: the folder of its files, or that of a bare repository. The
/// repository of a submodule goes by the submodule's name.
pub(super) fn shown<'p>(place: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut prefix = Vec::new();
    let mut parts = place.peekable();
    while let Some(part) = parts.next() {
        if part == b".git" {
            parts.next_if(|part| *part == b"modules");
            continue;
        }
        prefix.extend_from_slice(part);
        prefix.push(b'/');
    }
    prefix
}

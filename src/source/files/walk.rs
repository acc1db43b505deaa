//! Walking: turns the named paths into a stream of what lies there. Nothing is opened here but
//! directories.

use super::IsElsewhere;
use super::roots::{Root, Roots, plain};
use super::selection::Selection;
use crate::model::{Kind, Shortfall};
use ignore::{DirEntry, Walk, WalkBuilder};
use rayon::iter::ParallelBridge;
use rayon::prelude::*;
use std::fs::FileType;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a walk comes across.
pub(super) enum Found<'r> {
    /// Something that is to be read, or whose name is.
    Entry(Entry<'r>),
    /// Something that could not be looked at.
    Failed(Shortfall),
}

/// Something with a name.
pub(super) struct Entry<'r> {
    /// The root that it was found below, or is.
    pub(super) root: &'r Root,
    /// Where it is.
    pub(super) real: PathBuf,
    /// What reports call it.
    pub(super) shown: PathBuf,
    /// What it is; links are links.
    pub(super) kind: FileType,
    /// Whether it is the root itself.
    pub(super) is_root: bool,
}

impl Roots {
    /// Goes through all roots; whoever asks next, on any thread, gets the next entry.
    pub(super) fn walk<'r>(
        &'r self,
        selection: &'r Arc<Selection>,
        is_elsewhere: Option<&'r IsElsewhere>,
    ) -> impl ParallelIterator<Item = Found<'r>> {
        let roots = self.roots.iter();
        let found = roots.flat_map(move |root| root.walk(selection, is_elsewhere));
        found.par_bridge()
    }
}

impl Root {
    fn walk<'r>(
        &'r self,
        selection: &Arc<Selection>,
        is_elsewhere: Option<&IsElsewhere>,
    ) -> Box<dyn Iterator<Item = Found<'r>> + Send + 'r> {
        let about = match self.metadata() {
            Ok(about) => about,
            Err(error) => return Box::new(iter::once(failed(&self.path, &error))),
        };
        if !self.by_itself && !selection.takes(plain(&self.shown)) {
            return Box::new(iter::empty());
        }
        if about.is_dir() {
            let below = self.below(selection, is_elsewhere);
            return Box::new(below.filter_map(|found| self.entry(found)));
        }
        Box::new(iter::once(Found::Entry(Entry {
            root: self,
            real: self.path.clone(),
            shown: self.shown.clone(),
            kind: about.file_type(),
            is_root: true,
        })))
    }

    /// Everything below a directory that is not left out.
    fn below(&self, selection: &Arc<Selection>, is_elsewhere: Option<&IsElsewhere>) -> Walk {
        let mut builder = WalkBuilder::new(&self.path);
        builder.standard_filters(false);
        if selection.respect_gitignore {
            builder
                .parents(true)
                .git_ignore(true)
                .git_exclude(true)
                .git_global(true)
                .require_git(false);
        }
        if !self.inner.is_empty() || !selection.is_empty() || is_elsewhere.is_some() {
            builder.filter_entry(self.filter(selection, is_elsewhere.cloned()));
        }
        builder.build()
    }

    fn filter(
        &self,
        selection: &Arc<Selection>,
        is_elsewhere: Option<IsElsewhere>,
    ) -> impl Fn(&DirEntry) -> bool + Send + Sync + 'static {
        let selection = Arc::clone(selection);
        let (root, shown) = (self.path.clone(), plain(&self.shown).to_owned());
        let inner = self.inner.clone();
        move |entry| {
            let path = entry.path().strip_prefix(&root).unwrap_or(entry.path());
            let is_root_of_its_own = || {
                let found = inner.binary_search_by(|inner| inner.as_path().cmp(path));
                found.is_ok()
            };
            let is_dir = || entry.file_type().is_some_and(|kind| kind.is_dir());
            let is_link = || entry.file_name() == ".git";
            let is_elsewhere = || {
                let asked = is_elsewhere.as_ref().filter(|_| is_dir() || is_link());
                asked.is_some_and(|is_elsewhere| is_elsewhere(entry.path()))
            };
            !is_root_of_its_own() && selection.takes(&shown.join(path)) && !is_elsewhere()
        }
    }

    fn entry(&self, found: Result<DirEntry, ignore::Error>) -> Option<Found<'_>> {
        let entry = match found {
            Ok(entry) => entry,
            Err(error) => {
                let path = path_of(&error).unwrap_or(&self.path);
                return error.io_error().map(|error| failed(path, error));
            }
        };
        // The root has no name of its own, and what was found as standard input has no type.
        let kind = entry.file_type().filter(|_| entry.depth() > 0)?;
        let real = entry.into_path();
        let path = real.strip_prefix(&self.path).unwrap_or(&real);
        let shown = match self.shown.as_os_str().is_empty() {
            true => path.to_owned(),
            false => self.shown.join(path),
        };
        Some(Found::Entry(Entry {
            root: self,
            shown,
            real,
            kind,
            is_root: false,
        }))
    }
}

/// The path that an error is about. A line of an ignore file that makes no sense has none that
/// matters: it leaves nothing out.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Partial(errors) => errors.first().and_then(path_of),
        _ => None,
    }
}

fn failed<'r>(path: &Path, error: &io::Error) -> Found<'r> {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => Kind::Missing,
        _ => Kind::Unreadable,
    };
    Found::Failed(Shortfall::new(kind, path.to_string_lossy(), reason(error)))
}

/// What the operating system said, without the path that the walk put in front of it.
fn reason(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.source());
    let text = inner.map_or_else(|| error.to_string(), ToString::to_string);
    format!("cannot be read: {text}")
}

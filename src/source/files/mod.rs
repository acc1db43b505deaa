//! Files on disk: every regular file below the paths that were named, hidden and ignored ones
//! included.
//!
//! One iterator walks all paths, and the threads of the pool take its entries as they become free,
//! so nothing but a few batches is in memory. Links are never followed below a named path, a file
//! of several names is read once, and what is no regular file is never opened for reading.

mod hardlinks;
mod list;
mod read;
mod roots;
mod selection;
mod vendored;
mod walk;

pub use list::{List, Separator};
pub(super) use roots::from_here;
pub use selection::{GlobError, anchored};

use self::hardlinks::HardLinks;
use self::read::Reader;
use self::roots::Roots;
use self::selection::Selection;
use self::vendored::Installed;
use super::{Hit, Source};
use crate::model::{Coverage, Meter, Options, Origin, Place, Progress, Target, TargetId};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::open::Bounds;
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Files to scan.
pub struct FileSource<'a> {
    roots: Roots,
    selection: Arc<Selection>,
    bounds: Bounds<'a>,
    context: Context,
    progress: &'a dyn Progress,
    hardlinks: HardLinks,
    is_elsewhere: Option<IsElsewhere>,
    /// What package managers installed.
    installed: Installed,
}

/// A folder that is part of a target, or a file.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it comes from a list of files, which may name links that are not to be followed.
    pub is_listed: bool,
    /// What stands in front of the paths below it in reports.
    pub shown: PathBuf,
    /// What is left out of it, by the path from here; sorted.
    pub without: Vec<PathBuf>,
}

/// Asked of every folder on the way, and of every file called `.git`: whether somebody else reads it.
pub(super) type IsElsewhere = Arc<dyn Fn(&Path) -> bool + Send + Sync>;

/// What the user named.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Paths, each a target of its own.
    pub paths: Vec<PathBuf>,
    /// A list of paths, together one target.
    pub list: Option<List>,
}

/// A call that is refused before any work.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A path that does not exist, or may not be looked at.
    #[error("cannot open `{}`: {cause}", path.display())]
    Missing {
        /// The path, as it was typed.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// `-`, which is no path.
    #[error(
        "`-` is no path here; `residue stdin` reads standard input, `./-` is a file of that name"
    )]
    Dash,
    /// A glob that cannot be understood.
    #[error(transparent)]
    Glob(#[from] GlobError),
}

impl<'a> FileSource<'a> {
    /// The files below what was named; `context` is what the detector needs around a match.
    ///
    /// # Errors
    /// When a path of its own is not there, or a glob makes no sense. A path of a list that is not
    /// there is a gap in the scan: lists are often older than the files.
    pub fn new(
        named: Named,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileError> {
        Ok(Self {
            roots: Roots::of(named)?,
            selection: Arc::new(Selection::new(&options.exclude, options.respect_gitignore)?),
            bounds: Bounds::new(&options.limits),
            context,
            progress,
            hardlinks: HardLinks::default(),
            is_elsewhere: None,
            installed: Installed::new(&options.limits),
        })
    }
}

impl<'a> FileSource<'a> {
    /// Folders and files that together are one target.
    ///
    /// # Errors
    /// When a glob makes no sense.
    pub fn of_trees(
        target: Target,
        trees: Vec<Tree>,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Result<Self, FileError> {
        Ok(Self {
            roots: Roots::of_trees(target, trees),
            selection: Arc::new(Selection::new(&options.exclude, options.respect_gitignore)?),
            bounds: Bounds::new(&options.limits),
            context,
            progress,
            hardlinks: HardLinks::default(),
            is_elsewhere: None,
            installed: Installed::new(&options.limits),
        })
    }
}

impl FileSource<'_> {
    /// The folders that were named, and what their targets are called.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&Path, &str)> {
        let roots = self.roots.roots.iter().filter(|root| root.by_itself);
        roots.map(|root| {
            let target = &self.roots.targets[root.target.0 as usize];
            (root.path.as_path(), target.name.as_str())
        })
    }

    /// Leaves out what somebody else reads.
    pub(super) fn without(mut self, is_elsewhere: IsElsewhere) -> Self {
        self.is_elsewhere = Some(is_elsewhere);
        self
    }
}

/// How far the reading of each target has come.
type Meters = Vec<Mutex<Box<dyn Meter>>>;

impl Source for FileSource<'_> {
    fn read(&self, sink: &dyn Sink) {
        let begin = |target: &Target| Mutex::new(self.progress.begin(&target.name, None));
        let meters: Meters = self.roots.targets.iter().map(begin).collect();
        let reader = || Reader::new(self, sink, &meters);
        self.roots
            .walk(&self.selection, self.is_elsewhere.as_ref())
            .take_any_while(|_| !sink.stopped())
            .fold(reader, |mut reader, found| {
                reader.take(found);
                reader
            })
            .for_each(Reader::finish);
        self.hardlinks
            .settle()
            .par_iter()
            .fold(reader, |mut reader, first| {
                reader.linked(first);
                reader
            })
            .for_each(Reader::finish);
        self.selection.tell(sink);
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let Origin::File { target, path, part } = origin else {
            return Vec::new();
        };
        let place = |target: TargetId, path: &Arc<[u8]>| {
            let name = self.roots.targets[target.0 as usize].name.as_str();
            Place {
                package: self.installed.package(origin, target, path),
                ..Place::new(name.into(), part.place(), Arc::clone(path))
            }
        };
        let names = self.hardlinks.names(*target, path, *part);
        match names.is_empty() {
            true => vec![place(*target, path)],
            false => names
                .iter()
                .map(|name| place(name.target, &name.path))
                .collect(),
        }
    }

    fn recognise(&self, hits: &[Hit<'_>], is_stopped: &dyn Fn() -> bool, coverage: &Coverage) {
        let reread = |origin: &Origin| {
            let sums = || self.roots.sums(origin);
            (!is_stopped()).then(sums)?
        };
        self.installed.recognise(hits, &reread);
        if hits
            .iter()
            .any(|hit| hit.is_shown && hit.origin.is_content())
        {
            self.installed.tell_unread(coverage);
        }
    }

    fn targets(&self) -> Vec<Target> {
        self.roots.targets.clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

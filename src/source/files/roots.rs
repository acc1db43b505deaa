//! The paths that were named. A path inside another one is left out of the walk over that one, so
//! that every file is read once and belongs to the closest path that was named.

use super::{FileError, List, Named, Tree};
use crate::model::{Target, TargetId};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

/// Everything that was named.
pub(super) struct Roots {
    pub(super) targets: Vec<Target>,
    pub(super) roots: Vec<Root>,
}

/// A file or directory that was named.
pub(super) struct Root {
    /// The target that it belongs to.
    pub(super) target: TargetId,
    /// Where it is read.
    pub(super) path: PathBuf,
    /// What stands in front of the paths below it in reports.
    pub(super) shown: PathBuf,
    /// Whether it was named by itself: then it is meant in any case, also what it links to. A list
    /// may come from a tool that lists links.
    pub(super) by_itself: bool,
    /// Roots below it, by their path from here.
    pub(super) inner: Vec<PathBuf>,
}

impl Roots {
    /// Looks at what was named.
    pub(super) fn of(named: Named) -> Result<Self, FileError> {
        let mut targets = Vec::new();
        let mut roots = Vec::new();
        for path in named.paths {
            let (target, root) = typed(path, number(&targets))?;
            targets.push(target);
            roots.push(root);
        }
        if let Some(List { name, paths }) = named.list {
            let target = number(&targets);
            let base = Some(String::new());
            let images = Vec::new();
            let via = None;
            targets.push(Target {
                name,
                via,
                images,
                base,
                is_former: false,
            });
            roots.extend(paths.into_iter().map(|path| listed(path, target)));
        }
        let roots = apart(roots);
        Ok(Self { targets, roots })
    }
}

impl Roots {
    /// Folders and files that together are one target.
    pub(super) fn of_trees(target: Target, trees: Vec<Tree>) -> Self {
        let root = |tree: Tree| Root {
            target: TargetId(0),
            path: tree.path,
            shown: tree.shown,
            by_itself: !tree.is_listed,
            inner: tree.without,
        };
        Self {
            targets: vec![target],
            roots: trees.into_iter().map(root).collect(),
        }
    }
}

impl Root {
    /// What the root is.
    pub(super) fn metadata(&self) -> io::Result<Metadata> {
        match self.by_itself {
            true => fs::metadata(&self.path),
            false => fs::symlink_metadata(&self.path),
        }
    }

    /// The one path by which two roots can be compared.
    fn physical(&self) -> io::Result<PathBuf> {
        match self.path.file_name().filter(|_| !self.by_itself) {
            None => self.path.canonicalize(),
            Some(name) => {
                let parent = self.path.parent().unwrap_or(Path::new(""));
                Ok(Path::new(".").join(parent).canonicalize()?.join(name))
            }
        }
    }
}

fn number(targets: &[Target]) -> TargetId {
    TargetId(u32::try_from(targets.len()).unwrap_or(u32::MAX))
}

/// A path that was typed, which is a target of its own.
fn typed(path: PathBuf, target: TargetId) -> Result<(Target, Root), FileError> {
    if path.as_os_str() == "-" {
        return Err(FileError::Dash);
    }
    let is_dir = match fs::metadata(&path) {
        Ok(about) => about.is_dir(),
        Err(cause) => return Err(FileError::Missing { path, cause }),
    };
    let name = path.to_string_lossy().into_owned();
    let (base, shown) = match path.file_name() {
        Some(name) if !is_dir => (path.parent().unwrap_or(Path::new("")), name.into()),
        _ => (&*path, PathBuf::new()),
    };
    let target_of_files = Target {
        name,
        images: Vec::new(),
        via: None,
        base: Some(from_here(base).to_string_lossy().into_owned()),
        is_former: false,
    };
    let root = Root {
        target,
        path,
        shown,
        by_itself: true,
        inner: Vec::new(),
    };
    Ok((target_of_files, root))
}

/// A path of a list.
fn listed(path: PathBuf, target: TargetId) -> Root {
    // A lone dash would be standard input to whoever walks it.
    let is_dash = path.as_os_str() == "-";
    Root {
        target,
        shown: path.clone(),
        path: if is_dash { "./-".into() } else { path },
        by_itself: false,
        inner: Vec::new(),
    }
}

/// A path as seen from the current directory, if it lies in there.
pub(in crate::source) fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(here) {
        Ok(rest) if path.is_absolute() => rest,
        _ => path,
    }
}

/// Every root once, and each with the roots below it. A root that cannot be looked at has none.
fn apart(roots: Vec<Root>) -> Vec<Root> {
    let mut unknown = Vec::new();
    let mut known: BTreeMap<PathBuf, Root> = BTreeMap::new();
    for root in roots {
        match root.physical() {
            Ok(path) => drop(known.entry(path).or_insert(root)),
            Err(_) => unknown.push(root),
        }
    }
    let paths: Vec<PathBuf> = known.keys().cloned().collect();
    for (at, root) in known.values_mut().enumerate() {
        // Paths are ordered part by part, so what lies below one follows it.
        let below = paths[at + 1..].iter();
        let below = below.map_while(|path| path.strip_prefix(&paths[at]).ok());
        root.inner = below.map(Path::to_owned).collect();
    }
    known.into_values().chain(unknown).collect()
}

/// A path without the `./` that lists begin with.
pub(super) fn plain(path: &Path) -> &Path {
    match path.components().next() {
        Some(Component::CurDir) => path.strip_prefix(".").unwrap_or(path),
        _ => path,
    }
}

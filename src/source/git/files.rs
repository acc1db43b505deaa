//! The files of a repository: what is checked out, tracked or not, and what git itself keeps beside
//! its objects: the configuration with the addresses of remotes, hooks, reflogs, the index, and the
//! store of git-lfs.

use super::part::Part;
use super::repository::Repository;
use super::staged::Index;
use super::{Asked, GitError, staged};
use crate::model::{Options, Progress, Target};
use crate::source::files::{FileSource, Tree, from_here};
use crate::unpack::batch::Context;
use std::path::{Path, PathBuf};

/// Which files of a repository to scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Files {
    /// Those that are checked out, and git's own.
    All,
    /// Those that are checked out.
    WorkTree,
    /// Those of them that git tracks, as they are on disk.
    Tracked,
    /// None.
    None,
}

impl Files {
    /// The repository as a target; its paths begin where its files are.
    pub(super) fn target(self, asked: &Asked, repository: &Repository) -> Target {
        let base = repository
            .work_dir()
            .unwrap_or_else(|| repository.git_dir());
        Target {
            name: asked.name.clone(),
            images: Vec::new(),
            via: None,
            base: Some(from_here(&base).to_string_lossy().into_owned()),
            is_former: false,
        }
    }

    /// Reads them.
    pub(super) fn source<'a>(
        self,
        asked: &Asked,
        parts: &[Part],
        target: &Target,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Result<Option<FileSource<'a>>, GitError> {
        let main = &parts[0].repository;
        let stores: Vec<PathBuf> = parts
            .iter()
            .map(|part| part.repository.common_dir().join("objects"))
            .collect();
        let trees = match (self, main.work_dir()) {
            (Self::None, _) => return Ok(None),
            (Self::WorkTree | Self::Tracked, None) => return Err(GitError::Bare(main.git_dir())),
            (Self::WorkTree, Some(files)) => vec![tree(files.clone(), "", &[files.join(".git")])],
            (Self::Tracked, Some(files)) => {
                let tracked = tracked(&asked.environment.index_of(main), main, &files)?;
                let source =
                    FileSource::of_trees(target.clone(), tracked, options, context, progress)?;
                return Ok(Some(source));
            }
            (Self::All, None) => vec![tree(main.git_dir(), "", &stores)],
            (Self::All, Some(files)) => {
                let own = main.common_dir();
                let is_inside = own.starts_with(&files);
                let mut trees = vec![tree(files, "", &stores)];
                if !is_inside {
                    trees.push(tree(own, ".git", &stores));
                }
                trees
            }
        };
        let source = FileSource::of_trees(target.clone(), trees, options, context, progress)?;
        Ok(Some(source))
    }
}

/// What an index names and is there; what was deleted and still stands in the index is no file.
fn tracked(index: &Path, main: &Repository, files: &Path) -> Result<Vec<Tree>, GitError> {
    let paths = staged::tracked(&Index::At(index.to_owned()), main.hash()).map_err(|cause| {
        GitError::Index {
            path: index.to_owned(),
            cause,
        }
    })?;
    let trees = paths.into_iter().map(|shown| Tree {
        path: files.join(&shown),
        is_listed: true,
        without: Vec::new(),
        shown,
    });
    Ok(trees
        .filter(|tree| tree.path.symlink_metadata().is_ok())
        .collect())
}

/// A folder without the stores below it.
fn tree(path: PathBuf, shown: &str, stores: &[PathBuf]) -> Tree {
    let below = |store: &PathBuf| store.strip_prefix(&path).map(Path::to_owned).ok();
    let mut without: Vec<PathBuf> = stores.iter().filter_map(below).collect();
    without.sort();
    Tree {
        shown: shown.into(),
        is_listed: false,
        without,
        path,
    }
}

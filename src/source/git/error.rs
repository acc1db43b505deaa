//! Why a repository cannot be scanned at all.

use std::path::{Path, PathBuf};

/// A call that is refused before any work.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no repository.
    #[error("`{}` is no git repository and lies in none; `residue dir` scans files", .0.display())]
    None(PathBuf),
    /// A repository that cannot be opened.
    #[error("cannot open the repository `{}`: {cause}", path.display())]
    Open {
        /// Its git directory.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A revision that cannot be found.
    #[error("`{spec}` names no commit of this repository: {cause}")]
    Revision {
        /// As it was typed.
        spec: String,
        /// Why not.
        cause: String,
    },
    /// References that are kept in a way that cannot be read.
    #[error(
        "`{}` keeps its references in a `{format}`, which cannot be read: only a scan of everything \
         works, or `git refs migrate --ref-format=files`", path.display()
    )]
    References {
        /// Its git directory.
        path: PathBuf,
        /// What git calls it.
        format: String,
    },
    /// A path that makes no sense as a glob.
    #[error("cannot understand --path: {0}")]
    Path(String),
    /// An index that does not tell which files there are.
    #[error("cannot read the index `{}`: {cause}", path.display())]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Files that were asked for and are not there.
    #[error("`{}` is a bare repository, it has no files; leave --worktree out", .0.display())]
    Bare(PathBuf),
    /// The files cannot be read.
    #[error(transparent)]
    Files(#[from] crate::source::files::FileError),
}

impl GitError {
    pub(super) fn opening(path: &Path, cause: impl ToString) -> Self {
        Self::Open {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }
}

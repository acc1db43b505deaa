//! What can go wrong with a cache. None of it fails a scan.

use std::io;
use std::path::PathBuf;

/// Why nothing can be kept, or something that was kept is of no use.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// There is no folder, and none can be made.
    #[error(
        "cannot keep results in {path}: {cause}; name another folder with --cache-dir, or say --no-cache"
    )]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// Whoever else may write to the folder could make a scan say anything.
    #[error(
        "others may write to {path}, so that no result in it can be trusted; run `chmod 700` on it, or name another folder with --cache-dir"
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// A record cannot be read.
    #[error("cannot read the result in {path}: {cause}; it is made anew")]
    Unreadable {
        /// The record.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A record is not what was written.
    #[error("the result in {path} is damaged or was made by others; it is made anew")]
    Damaged {
        /// The record.
        path: PathBuf,
    },
    /// A record cannot be written.
    #[error("cannot keep a result in {path}: {cause}; the next scan reads it again")]
    Unwritten {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The folder cannot be emptied.
    #[error("cannot delete {path}: {cause}")]
    Undeleted {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
}

//! What is refused: a file that cannot be read or understood must not pass for one that allows
//! nothing, nor for one that allows everything.

use std::io;
use std::path::PathBuf;

/// A file of suppressions that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SuppressError {
    /// The file could not be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The file could not be written.
    #[error("cannot write {path}: {cause}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// A new file is there already.
    #[error("{0} is there already; `residue baseline update` adds to it, or name another file")]
    Exists(PathBuf),
    /// A line makes no sense.
    #[error("{file}:{line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// Its line, from 1.
        line: u64,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The globs of a file are too much together.
    #[error("{file}: its paths cannot be matched: {cause}")]
    Globs {
        /// The file.
        file: String,
        /// What the matcher said.
        cause: globset::Error,
    },
    /// The file is no baseline.
    #[error(
        "{file} is no baseline: its first line is not `{expected}` and a key; \
         `residue baseline create` makes one"
    )]
    NoBaseline {
        /// The file.
        file: String,
        /// How a baseline begins.
        expected: &'static str,
    },
    /// The file is no report that entries can be taken from.
    #[error(
        "{file} is no report of residue: {problem}; make one with `--format json`, as in \
         `residue dir . --format json | residue baseline create`"
    )]
    NoReport {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// Fingerprints of different keys were to be compared.
    #[error(
        "{file} was made with the fingerprint key {found}, and here it is {expected}; ids of \
         different keys cannot be compared: use the key it was made with (RESIDUE_KEY_FILE), or \
         make it anew"
    )]
    OtherKey {
        /// The file.
        file: String,
        /// Id of the key it was made with.
        found: String,
        /// Id of the key in use.
        expected: String,
    },
    /// Entries were to be dropped for a report that did not see everything.
    #[error(
        "{file} is incomplete, and what it did not see must not be dropped; mend the gaps in its \
         coverage and scan again"
    )]
    Incomplete {
        /// The report.
        file: String,
    },
    /// An entry stands there already.
    #[error("{file}:{line} says that already")]
    Duplicate {
        /// The file.
        file: String,
        /// The line that has it.
        line: u64,
    },
    /// A new entry would make no sense.
    #[error("{0}")]
    Entry(String),
}

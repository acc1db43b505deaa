//! What can be wrong with a configuration. All of it is told at once, each with file and line.

use crate::ruleset::RuleError;
use crate::suppress::SuppressError;
use std::fmt;

/// One thing that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named, or stands where configuration is looked for, cannot be read.
    #[error("cannot read the configuration {file}: {cause}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        cause: String,
    },
    /// Not TOML, an unknown key, or a value that makes no sense.
    #[error("{location}: {problem}; docs/config.md lists every key")]
    Syntax {
        /// File and line.
        location: String,
        /// What is wrong.
        problem: String,
    },
    /// A rule that cannot work, or no rule at all.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Entries of `ignores` that make no sense together.
    #[error(transparent)]
    Ignores(#[from] SuppressError),
    /// An `extend.path` that leads out of the scanned tree.
    #[error(
        "{location}: `{path}` lies outside the scanned tree; what a tree brings along may only \
         read the tree's own files"
    )]
    Outside {
        /// File and line.
        location: String,
        /// What stands there.
        path: String,
    },
    /// More files than two that build on each other.
    #[error("{location}: this file is itself extended; one file may build on one other")]
    TooDeep {
        /// File and line.
        location: String,
    },
    /// The revision of `--policy-from` cannot be read.
    #[error("cannot read the policy from `{revision}`: {cause}")]
    Revision {
        /// What was asked for.
        revision: String,
        /// Why not.
        cause: String,
    },
    /// Every rule was taken away.
    #[error("the configuration leaves no rule to search for; see {files}")]
    NoRules {
        /// The files that were read.
        files: String,
    },
}

/// Everything that is wrong, at least one thing.
#[derive(Debug)]
pub struct Problems(pub Vec<ConfigError>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            let gap = if number > 0 { "\n" } else { "" };
            write!(f, "{gap}{problem}")?;
        }
        Ok(())
    }
}

impl From<ConfigError> for Problems {
    fn from(problem: ConfigError) -> Self {
        Self(vec![problem])
    }
}

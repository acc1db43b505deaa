//! Why rules cannot be used, told so that whoever wrote them can mend them. The program's build, which
//! reads the rules of the program, speaks of them in the same words.

use crate::model::Rule;
use std::path::PathBuf;

/// A rule file that cannot be used. The messages name file and line and say how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file or folder cannot be read.
    #[error("cannot read rules from {path}: {cause}")]
    Unreadable {
        /// What was named.
        path: PathBuf,
        /// What the operating system said.
        cause: String,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{location}: {problem}; docs/rules.md lists every key")]
    Syntax {
        /// File and line.
        location: String,
        /// What is wrong.
        problem: String,
    },
    /// A rule that cannot work.
    #[error("{location}: rule `{id}`: {problem}")]
    Rule {
        /// File and line.
        location: String,
        /// The rule.
        id: String,
        /// What is wrong and how to mend it.
        problem: String,
    },
    /// Nothing to search for.
    #[error("no rules are left to search for; check --rules")]
    Empty,
}

/// Says of a rule what is wrong with it.
pub(crate) fn refused(rule: &Rule, problem: String) -> RuleError {
    RuleError::Rule {
        location: rule.location.clone(),
        id: rule.id.clone(),
        problem,
    }
}

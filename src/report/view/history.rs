//! What a report says of a place in a git history.

use super::build::Builder;
use crate::model;
use serde::Serialize;

/// What the history tells about a secret at one path.
#[derive(Debug, Serialize)]
pub struct History {
    /// The object that holds it.
    pub object: String,
    /// The commit that brought it.
    pub introduced: Option<Commit>,
    /// The commit that took it away.
    pub removed: Option<Commit>,
    /// Whether the commit that is checked out shows it.
    pub at_head: bool,
    /// References whose history holds it, the first few.
    pub refs: Vec<String>,
    /// How many more do.
    pub more_refs: usize,
}

/// A commit.
#[derive(Debug, Serialize)]
pub struct Commit {
    /// Its name.
    pub id: String,
    /// Name of the author.
    pub author: String,
    /// Mail address of the author.
    pub email: String,
    /// When it was written, in UTC, as RFC 3339 has it.
    pub date: String,
    /// The first line of its message.
    pub summary: String,
}

impl History {
    /// What became of it, in the words of [`super::Occurrence::state`].
    pub const fn state(&self) -> Option<&'static str> {
        match (self.at_head, &self.removed) {
            (true, _) => Some("present"),
            (false, Some(_)) => Some("deleted"),
            (false, None) => None,
        }
    }
}

impl Commit {
    /// Its name as people quote it: the first twelve digits.
    pub fn short(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    /// The day it was written.
    pub fn day(&self) -> &str {
        self.date.get(..10).unwrap_or(&self.date)
    }
}

impl Builder<'_> {
    pub(super) fn history(&self, commits: &model::Commits) -> History {
        let commit = |commit: &model::Commit| self.commit(commit);
        History {
            object: commits.object.to_string(),
            introduced: commits.introduced.as_ref().map(commit),
            removed: commits.removed.as_ref().map(commit),
            at_head: commits.at_head,
            refs: commits.refs.iter().map(|name| self.text(name)).collect(),
            more_refs: commits.more_refs,
        }
    }

    fn commit(&self, commit: &model::Commit) -> Commit {
        let time = jiff::Timestamp::from_second(commit.time).unwrap_or_default();
        Commit {
            id: commit.id.to_string(),
            author: self.text(&commit.author),
            email: self.text(&commit.email),
            date: time.to_string(),
            summary: self.text(&commit.summary),
        }
    }
}

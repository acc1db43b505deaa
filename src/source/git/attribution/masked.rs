//! An attribution with masks in place of secrets.

use super::Attribution;
use crate::source::git::changes::Change;
use crate::source::git::history::Reached;
use crate::source::git::masked::{Mask, masked, said};
use std::sync::Arc;

impl Attribution {
    /// The same with paths, references and what commits say masked; `None` if paths would come in another order.
    pub(in crate::source::git) fn masked(&self, mask: &Mask<'_>) -> Option<Self> {
        let changed = self.changes.iter().map(|change| &*change.path);
        let paths = changed.chain(self.at_head.keys().map(|path| &**path));
        let paths = masked(paths, mask)?;
        let changes = self.changes.iter().map(|change| Change {
            path: Arc::clone(&paths[&*change.path]),
            ..change.clone()
        });
        let at_head = self.at_head.iter();
        let at_head = at_head.map(|(path, id)| (Arc::clone(&paths[&**path]), *id));
        let reached = self.reached.iter().map(|(number, reached)| {
            let name = |name: &String| String::from_utf8_lossy(&mask(name.as_bytes())).into_owned();
            let first = reached.first.iter().map(name).collect();
            let more = reached.more;
            (*number, Reached { first, more })
        });
        let commits = self.commits.iter();
        Some(Self {
            changes: changes.collect(),
            of_object: self.of_object.clone(),
            at_head: at_head.collect(),
            numbers: self.numbers.clone(),
            tags: self.tags.clone(),
            reached: reached.collect(),
            commits: commits
                .map(|(number, commit)| (*number, said(commit, mask)))
                .collect(),
            is_whole: self.is_whole,
        })
    }
}

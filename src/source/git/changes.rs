//! What a commit changes against its parents, for any number of parents: the objects that stand at a
//! path where every parent has something else. A merge that takes a file from one of its parents
//! changes nothing there; one that makes a version of its own does.

use super::trees::{Entry, Node, Trees};
use super::versions::Versions;
use gix::ObjectId;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// One path at which a commit differs from all of its parents.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// Number of the commit; `None` for what is staged and not yet committed.
    pub(super) commit: Option<u32>,
    /// The path; empty for the root folder itself.
    pub(super) path: Arc<[u8]>,
    /// What stands there now.
    pub(super) now: Option<ObjectId>,
    /// What stands there in each parent.
    pub(super) before: Vec<Option<ObjectId>>,
}

impl Change {
    /// Whether the secret stands there now.
    pub(super) fn has(&self, versions: &Versions<'_>) -> bool {
        self.now.is_some_and(|id| versions.hold(id))
    }

    /// Whether it stands there in any parent.
    pub(super) fn had(&self, versions: &Versions<'_>) -> bool {
        self.before.iter().flatten().any(|&id| versions.hold(id))
    }
}

/// Compares trees on behalf of one commit.
pub(super) struct Comparison<'t, 'r> {
    pub(super) trees: &'t mut Trees<'r>,
    pub(super) commit: Option<u32>,
    pub(super) changes: &'t mut Vec<Change>,
}

impl Comparison<'_, '_> {
    /// Adds what the tree `now` changes against the trees `before`.
    pub(super) fn run(&mut self, now: Option<ObjectId>, before: &[ObjectId]) {
        let tree = |id| Node { id, is_tree: true };
        let before: Vec<_> = before.iter().map(|&id| Some(tree(id))).collect();
        self.compare(now.map(tree), &before, &mut Vec::new());
    }

    fn compare(&mut self, now: Option<Node>, before: &[Option<Node>], path: &mut Vec<u8>) {
        if before.contains(&now) {
            return;
        }
        let leaf = |trees: &Trees<'_>, node: &Option<Node>| {
            node.filter(|node| !node.is_tree || trees.is_wanted(&node.id))
                .map(|node| node.id)
        };
        let now_here = leaf(self.trees, &now);
        let before_here: Vec<_> = before.iter().map(|node| leaf(self.trees, node)).collect();
        if now_here.is_some() || before_here.iter().any(Option::is_some) {
            self.changes.push(Change {
                commit: self.commit,
                path: path.as_slice().into(),
                now: now_here,
                before: before_here,
            });
        }
        let folder = |node: Option<Node>| node.filter(|node| node.is_tree);
        let before: Vec<_> = before.iter().map(|node| folder(*node)).collect();
        self.below(folder(now), &before, path);
    }

    /// Compares name by name what is below folders.
    fn below(&mut self, now: Option<Node>, before: &[Option<Node>], path: &mut Vec<u8>) {
        let mut open = |node: Option<Node>| node.and_then(|node| self.trees.entries(node.id));
        let now = open(now);
        let before: Vec<_> = before.iter().map(|node| open(*node)).collect();
        let all = std::iter::once(&now).chain(&before).flatten();
        let keys: BTreeSet<(&[u8], u32)> = all
            .flat_map(|entries| entries.iter().map(Entry::key))
            .collect();
        for key in keys {
            let here = |entries: &Option<Rc<[Entry]>>| node(entries.as_deref()?, key);
            let before: Vec<_> = before.iter().map(here).collect();
            let length = path.len();
            if length > 0 {
                path.push(b'/');
            }
            path.extend_from_slice(key.0);
            self.compare(here(&now), &before, path);
            path.truncate(length);
        }
    }
}

fn node(entries: &[Entry], key: (&[u8], u32)) -> Option<Node> {
    let found = entries.binary_search_by(|entry| entry.key().cmp(&key));
    found.ok().map(|at| entries[at].node)
}

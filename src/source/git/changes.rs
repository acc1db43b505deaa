//! What a commit changes against its parents, for any number of parents: the objects that stand at a
//! path where every parent has something else. A merge that takes a file from one of its parents
//! changes nothing there; one that makes a version of its own does.

use super::trees::{DEEPEST, Entry, Node, Trees};
use super::versions::Versions;
use gix::ObjectId;
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

/// What stands at one path, now and in each parent.
struct Pair {
    path: Vec<u8>,
    now: Option<Node>,
    before: Vec<Option<Node>>,
    /// Folders above it.
    depth: usize,
}

impl Comparison<'_, '_> {
    /// Adds what the tree `now` changes against the trees `before`.
    pub(super) fn run(&mut self, now: Option<ObjectId>, before: &[ObjectId]) {
        self.trees.begin();
        let tree = |id| Node { id, is_tree: true };
        let root = Pair {
            path: Vec::new(),
            now: now.map(tree),
            before: before.iter().map(|&id| Some(tree(id))).collect(),
            depth: 0,
        };
        if root.before.contains(&root.now) {
            return;
        }
        // Folders may be nested deeper than a thread's stack.
        let mut waiting: Vec<Pair> = self.compare(root).into_iter().collect();
        while let Some(folder) = waiting.pop() {
            self.below(&folder, &mut waiting);
        }
    }

    /// Adds what is changed at a path itself; returns the folders there if more may be below.
    fn compare(&mut self, pair: Pair) -> Option<Pair> {
        let leaf = |node: &Option<Node>| {
            node.filter(|node| !node.is_tree || self.trees.is_wanted(&node.id))
                .map(|node| node.id)
        };
        let now = leaf(&pair.now);
        let before: Vec<_> = pair.before.iter().map(leaf).collect();
        if now.is_some() || before.iter().any(Option::is_some) {
            self.changes.push(Change {
                commit: self.commit,
                path: pair.path.as_slice().into(),
                now,
                before,
            });
        }
        let folder = |node: Option<Node>| node.filter(|node| node.is_tree);
        let folders = Pair {
            now: folder(pair.now),
            before: pair.before.into_iter().map(folder).collect(),
            ..pair
        };
        let is_any = folders.now.is_some() || folders.before.iter().any(Option::is_some);
        is_any.then_some(folders)
    }

    /// Compares name by name what is in folders.
    fn below(&mut self, folder: &Pair, waiting: &mut Vec<Pair>) {
        let Pair {
            path,
            now,
            before,
            depth,
        } = folder;
        let nodes = std::iter::once(now).chain(before);
        let ids: Vec<_> = nodes.map(|node| node.map(|node| node.id)).collect();
        let sides = ids.iter().map(|id| self.trees.entries((*id)?));
        let sides: Vec<Option<Rc<[Entry]>>> = sides.collect();
        let names = sides.iter().flatten().map(|entries| entries.len()).sum();
        if names == 0 || !self.trees.takes(ids, names) {
            return;
        }
        if *depth >= DEEPEST {
            self.trees.too_deep = true;
            return;
        }
        let entries = sides.iter().map(|side| side.as_deref().unwrap_or_default());
        let mut entries: Vec<&[Entry]> = entries.collect();
        while let Some(here) = next(&mut entries) {
            if here.before.contains(&here.now) {
                continue;
            }
            let between: &[u8] = if path.is_empty() { b"" } else { b"/" };
            let pair = Pair {
                path: [path, between, here.name].concat(),
                now: here.now,
                before: here.before,
                depth: depth + 1,
            };
            waiting.extend(self.compare(pair));
        }
    }
}

/// What stands under one name.
struct Here<'e> {
    name: &'e [u8],
    now: Option<Node>,
    before: Vec<Option<Node>>,
}

/// The next name of several folders in the order of their names: of the one now, and of those before.
fn next<'e>(sides: &mut [&'e [Entry]]) -> Option<Here<'e>> {
    let first = sides.iter().filter_map(|side| side.first());
    let key = first.map(Entry::key).min()?;
    let mut nodes = sides.iter_mut().map(|side| {
        let entry = side.first().filter(|entry| entry.key() == key)?;
        *side = &side[1..];
        Some(entry.node)
    });
    Some(Here {
        name: key.0,
        now: nodes.next().flatten(),
        before: nodes.collect(),
    })
}

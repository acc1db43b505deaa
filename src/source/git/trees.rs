//! The trees of a repository, each read once, and optionally only as much of them as leads to some
//! wanted objects. Of a history of a million trees, those that a secret stands below are few; the
//! others are remembered as nothing more than a name.

use super::leads::Leads;
use super::objects::Objects;
use gix::ObjectId;
use gix::hashtable::{HashMap, HashSet};
use gix::objs::tree::EntryRef;
use gix::objs::{Kind, TreeRefIter};
use std::rc::Rc;

/// Folders inside folders that are followed.
pub(super) const DEEPEST: usize = 2_000;
/// Names below folders that stand in a commit more than once, for a whole history. Ten folders that each
/// hold the next one ten times make ten thousand million paths.
const REPEATED: usize = 100_000;
/// Entries that are kept in memory, about a hundred bytes each. Beyond that trees are read again.
const KEPT: usize = 1 << 20;

/// What stands in a tree under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: Box<[u8]>,
    /// How many entries of that name come before it. Git makes no such trees, others do, to hide one
    /// file behind another.
    again: u32,
    pub(super) node: Node,
}

impl Entry {
    /// What it is found by: its name, and which one of that name.
    pub(super) fn key(&self) -> (&[u8], u32) {
        (&self.name, self.again)
    }
}

/// An object in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) is_tree: bool,
}

/// Reads trees.
pub(super) struct Trees<'r> {
    objects: &'r Objects,
    /// What is looked for; everything, if nothing is named.
    wanted: Option<&'r HashSet<ObjectId>>,
    /// What may lead to it, as far as trees were noted when they were read.
    leads: Option<Leads<'r>>,
    known: HashMap<ObjectId, Option<Rc<[Entry]>>>,
    /// Number of the entries among what is known.
    kept: usize,
    /// Trees that are named and could not be read, or not to their end.
    pub(super) missing: HashSet<ObjectId>,
    /// Whether folders were nested too deep to be followed.
    pub(super) too_deep: bool,
    /// What was compared on behalf of this commit: a folder now, and before.
    compared: std::collections::HashSet<Vec<Option<ObjectId>>>,
    repeated: usize,
}

impl<'r> Trees<'r> {
    /// All trees in full, or only what leads to the `wanted` objects.
    pub(super) fn new(objects: &'r Objects, wanted: Option<&'r HashSet<ObjectId>>) -> Self {
        let noted = wanted.zip(objects.additions());
        Self {
            leads: noted.map(|(wanted, trees)| Leads::new(trees, objects.hash(), wanted)),
            objects,
            wanted,
            known: HashMap::default(),
            kept: 0,
            missing: HashSet::default(),
            too_deep: false,
            compared: std::collections::HashSet::new(),
            repeated: 0,
        }
    }

    /// Begins with another commit.
    pub(super) fn begin(&mut self) {
        self.compared.clear();
    }

    /// Whether to go through folders, now and before, of so many names. All are gone through at least
    /// once, so no object is overlooked; of those that come again and again some paths may be.
    pub(super) fn takes(&mut self, folders: Vec<Option<ObjectId>>, names: usize) -> bool {
        let is_new = self.compared.insert(folders);
        if !is_new {
            self.repeated += names;
        }
        is_new || self.repeated < REPEATED
    }

    /// Whether an object is looked for itself.
    pub(super) fn is_wanted(&self, id: &gix::oid) -> bool {
        self.wanted.is_none_or(|wanted| wanted.contains(id))
    }

    /// The entries of a tree in the order of their names, none if nothing wanted is below it.
    pub(super) fn entries(&mut self, id: ObjectId) -> Option<Rc<[Entry]>> {
        self.look(id, 0)
    }

    fn look(&mut self, id: ObjectId, depth: usize) -> Option<Rc<[Entry]>> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        if depth > DEEPEST {
            self.too_deep = true;
            return None;
        }
        let mut entries = self.read(id, depth);
        // Git sorts a folder as if its name ended with a slash; we compare names alone.
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        for next in 1..entries.len() {
            if entries[next].name == entries[next - 1].name {
                entries[next].again = entries[next - 1].again + 1;
            }
        }
        if self.kept + entries.len() > KEPT {
            // That nothing wanted is below a tree is worth knowing at any time, and takes no room.
            self.known.retain(|_, entries| entries.is_none());
            self.kept = 0;
        }
        self.kept += entries.len();
        let entries = (!entries.is_empty()).then(|| Rc::from(entries));
        self.known.insert(id, entries.clone());
        entries
    }

    fn leads_anywhere(&mut self, node: Node, depth: usize) -> bool {
        if self.wanted.is_none() {
            return true;
        }
        let below = node.is_tree && self.look(node.id, depth + 1).is_some();
        below || self.is_wanted(&node.id)
    }

    /// The entries that lead anywhere.
    fn read(&mut self, id: ObjectId, depth: usize) -> Vec<Entry> {
        if let Some(entries) = self.leads.as_mut().and_then(|leads| leads.of(&id)) {
            let entries = entries.iter().map(|(_, entry)| entry);
            return entries
                .filter_map(|entry| self.leading(entry, depth))
                .collect();
        }
        let Some(data) = self.objects.get(id, Kind::Tree) else {
            self.missing.insert(id);
            return Vec::new();
        };
        let mut here = Vec::new();
        for entry in TreeRefIter::from_bytes(&data, self.objects.hash()) {
            let Ok(entry) = entry else {
                self.missing.insert(id);
                break;
            };
            here.extend(self.leading(&entry, depth));
        }
        here
    }

    /// An entry, if it leads anywhere.
    fn leading(&mut self, entry: &EntryRef<'_>, depth: usize) -> Option<Entry> {
        // A submodule's commit is in another repository.
        if entry.mode.is_commit() || !entry.mode.is_tree() && !self.is_wanted(entry.oid) {
            return None;
        }
        let node = Node {
            id: entry.oid.to_owned(),
            is_tree: entry.mode.is_tree(),
        };
        self.leads_anywhere(node, depth).then(|| Entry {
            name: entry.filename.to_vec().into(),
            again: 0,
            node,
        })
    }

    /// Whether everything that was asked for could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.missing.is_empty() && !self.too_deep
    }

    /// What stands at a path below a tree.
    pub(super) fn at(&mut self, tree: ObjectId, path: &[u8]) -> Option<Node> {
        let mut node = Node {
            id: tree,
            is_tree: true,
        };
        for name in path.split(|&byte| byte == b'/').filter(|n| !n.is_empty()) {
            if !node.is_tree {
                return None;
            }
            let entries = self.entries(node.id)?;
            let found = entries.binary_search_by(|entry| entry.key().cmp(&(name, 0)));
            node = entries[found.ok()?].node;
        }
        Some(node)
    }
}

//! The commits of a repository, in memory and in order: children before their parents. What is told
//! of a secret, who brought it and which references lead to it, is worked out along this order.

use super::commit::{self, Raw};
use super::objects::Objects;
use super::tips::Tip;
use gix::ObjectId;
use gix::hashtable;
use gix::objs::Kind;
use std::collections::{BTreeMap, HashMap, HashSet};

/// References that are told by name.
const NAMED: usize = 10;

/// Tags of tags that are followed at most.
const TAGS: usize = 32;

/// Commits that can be reached from some tips.
#[derive(Default)]
pub(super) struct History {
    commits: Vec<Node>,
    index: hashtable::HashMap<ObjectId, u32>,
    /// Tags on the way from a tip to its commit.
    pub(super) tags: HashSet<ObjectId>,
    /// What tips name directly that is no commit: trees and blobs, with the name of the tip.
    pub(super) loose_ends: Vec<(String, ObjectId)>,
    /// Names of the tips, and the commits that each of them leads to.
    starts: BTreeMap<String, Vec<u32>>,
    /// What is named and not there, or is not what it should be.
    pub(super) missing: Vec<ObjectId>,
}

/// Names of references that lead to a commit.
#[derive(Debug, Clone, Default)]
pub(super) struct Reached {
    /// The first of them.
    pub(super) first: Vec<String>,
    /// How many more there are.
    pub(super) more: usize,
}

/// One commit among others.
pub(super) struct Node {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    /// Numbers of the parents that are there.
    pub(super) parents: Vec<u32>,
}

impl History {
    /// Every commit that the tips reach. The parents of a commit of the shallow `boundary` are not
    /// expected.
    pub(super) fn of(objects: &Objects, tips: &[Tip], boundary: &[ObjectId]) -> Self {
        let mut history = Self::default();
        let mut found: hashtable::HashMap<ObjectId, Raw> = hashtable::HashMap::default();
        let mut heads: Vec<(&str, ObjectId)> = Vec::new();
        for tip in tips {
            if let Some(id) = history.peel(objects, tip) {
                heads.push((&tip.name, id));
            }
        }
        let source = Commits::new(objects, boundary);
        let mut waiting: Vec<ObjectId> = heads.iter().map(|(_, id)| *id).collect();
        let mut missing = HashSet::new();
        while let Some(id) = waiting.pop() {
            if found.contains_key(&id) || missing.contains(&id) {
                continue;
            }
            match source.read(id) {
                Some(commit) => {
                    waiting.extend(commit.parents.iter().copied());
                    found.insert(id, commit);
                }
                None => drop(missing.insert(id)),
            }
        }
        history.missing.extend(missing);
        history.missing.sort_unstable();
        history.sort(found);
        history.start(heads.into_iter());
        history
    }

    /// The commit that a tip leads to.
    fn peel(&mut self, objects: &Objects, tip: &Tip) -> Option<ObjectId> {
        let mut id = tip.id;
        for _ in 0..TAGS {
            let Ok(Some(object)) = objects.find(id) else {
                self.missing.extend(tip.is_held().then_some(id));
                return None;
            };
            match object.kind {
                Kind::Commit => return Some(id),
                Kind::Tag => {
                    self.tags.insert(id);
                    let Some(target) = commit::tagged(&object.data, objects.hash()) else {
                        self.missing.push(id);
                        return None;
                    };
                    id = target;
                }
                Kind::Tree | Kind::Blob => {
                    self.loose_ends.push((tip.name.clone(), id));
                    return None;
                }
            }
        }
        None
    }

    /// Numbers the commits so that children come before their parents.
    fn sort(&mut self, found: hashtable::HashMap<ObjectId, Raw>) {
        let mut children: hashtable::HashMap<ObjectId, usize> = hashtable::HashMap::default();
        let parents = found.values().flat_map(|commit| &commit.parents);
        for parent in parents.filter(|parent| found.contains_key(*parent)) {
            *children.entry(*parent).or_default() += 1;
        }
        let is_start = |id: &&ObjectId| !children.contains_key(*id);
        let mut ready: Vec<ObjectId> = found.keys().filter(is_start).copied().collect();
        // The order of equals must not depend on the table's.
        ready.sort_unstable();
        let mut order = Vec::with_capacity(found.len());
        while let Some(id) = ready.pop() {
            order.push(id);
            for parent in found.get(&id).iter().flat_map(|commit| &commit.parents) {
                if let Some(left) = children.get_mut(parent) {
                    *left -= 1;
                    if *left == 0 {
                        ready.push(*parent);
                    }
                }
            }
        }
        self.index = order.iter().copied().zip(0..).collect();
        self.commits = order
            .into_iter()
            .filter_map(|id| {
                let commit = found.get(&id)?;
                let number = |parent| self.index.get(parent).copied();
                Some(Node {
                    id,
                    tree: commit.tree,
                    parents: commit.parents.iter().filter_map(number).collect(),
                })
            })
            .collect();
    }

    /// Just these commits, newest first, which the tips lead to.
    pub(super) fn of_range(found: Vec<(ObjectId, Raw)>, tips: &[(String, ObjectId)]) -> Self {
        let mut history = Self::default();
        let heads = tips.iter().map(|(name, id)| (name.as_str(), *id));
        history.sort(found.into_iter().collect());
        history.start(heads);
        history
    }

    fn start<'n>(&mut self, heads: impl Iterator<Item = (&'n str, ObjectId)>) {
        for (name, id) in heads {
            if let Some(&number) = self.index.get(&id) {
                self.starts.entry(name.to_owned()).or_default().push(number);
            }
        }
    }

    /// All commits; a commit's number is its place here.
    pub(super) fn commits(&self) -> &[Node] {
        &self.commits
    }

    /// The number of a commit.
    pub(super) fn number(&self, id: &ObjectId) -> Option<u32> {
        self.index.get(id).copied()
    }

    /// Whether there is no commit at all.
    pub(super) fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// For each of these commits, the names of the tips that reach it.
    pub(super) fn reached_by(&self, wanted: &HashSet<u32>) -> HashMap<u32, Reached> {
        let mut starts: Vec<(&str, &Vec<u32>)> = self
            .starts
            .iter()
            .map(|(name, at)| (name.as_str(), at))
            .collect();
        // References first: they are what has to be rewritten, the rest expires.
        starts.sort_by_key(|(name, _)| !name.starts_with("refs/"));
        let names: Vec<&str> = starts.iter().map(|(name, _)| *name).collect();
        let words = names.len().div_ceil(64);
        let mut sets: HashMap<u32, Vec<u64>> = HashMap::new();
        for (bit, (_, numbers)) in starts.iter().enumerate() {
            for &number in *numbers {
                let set = sets.entry(number).or_insert_with(|| vec![0; words]);
                set[bit / 64] |= 1 << (bit % 64);
            }
        }
        let mut reached = HashMap::new();
        for (number, commit) in (0..).zip(&self.commits) {
            // Nobody asks for this set again: all children have been here.
            let Some(set) = sets.remove(&number) else {
                continue;
            };
            for &parent in &commit.parents {
                let of_parent = sets.entry(parent).or_insert_with(|| vec![0; words]);
                of_parent.iter_mut().zip(&set).for_each(|(a, b)| *a |= b);
            }
            if wanted.contains(&number) {
                reached.insert(number, Reached::of(&set, &names));
            }
        }
        reached
    }
}

impl Reached {
    /// Those of the names, references first, whose bit is set. What a reference holds stays; the rest
    /// is of interest where no reference does.
    fn of(set: &[u64], names: &[&str]) -> Self {
        let is_in = |&bit: &usize| set[bit / 64] >> (bit % 64) & 1 == 1;
        let held = || (0..names.len()).filter(is_in).map(|bit| names[bit]);
        let references = held().take_while(|name| name.starts_with("refs/")).count();
        let told = match references {
            0 => held().count(),
            references => references,
        };
        let first = held().take(told.min(NAMED)).map(str::to_owned);
        Self {
            first: first.collect(),
            more: told.saturating_sub(NAMED),
        }
    }
}

/// Reads what leads from commit to commit, from the commit-graph file where it has it.
pub(super) struct Commits<'r> {
    objects: &'r Objects,
    graph: Option<gix::commitgraph::Graph>,
    boundary: HashSet<ObjectId>,
}

impl<'r> Commits<'r> {
    pub(super) fn new(objects: &'r Objects, boundary: &[ObjectId]) -> Self {
        // Of a shallow clone, git itself does not trust the graph.
        let graph = match boundary.is_empty() {
            true => objects.graph(),
            false => None,
        };
        Self {
            objects,
            graph,
            boundary: boundary.iter().copied().collect(),
        }
    }

    /// What a commit says; `None` if it is not there or is none.
    pub(super) fn read(&self, id: ObjectId) -> Option<Raw> {
        if let Some(known) = self.of_graph(id) {
            return Some(known);
        }
        let mut commit = self.objects.commit(id)?;
        if self.boundary.contains(&id) {
            commit.parents.clear();
        }
        Some(commit)
    }

    fn of_graph(&self, id: ObjectId) -> Option<Raw> {
        let graph = self.graph.as_ref()?;
        let commit = graph.commit_by_id(id)?;
        let parents = commit.iter_parents().map(|position| {
            let position = position.ok()?;
            Some(graph.id_at(position).to_owned())
        });
        Some(Raw {
            parents: parents.collect::<Option<_>>()?,
            tree: commit.root_tree_id().to_owned(),
            time: i64::try_from(commit.committer_timestamp()).unwrap_or(i64::MAX),
        })
    }
}

//! Who brought a secret and who took it away. A secret stands in a set of objects, its versions; at a
//! path it was brought by a commit that has one of them where none of its parents has, and taken away
//! by one that has none where all of its parents have. A commit without parents brings all it has.
//!
//! Of several commits that brought it to a path the first is told, and the last of those that took it
//! away: no other of them comes before the one, or after the other, in the history.
//!
//! In a narrow scope only its own commits count, and one that takes the secret from another path brings
//! nothing new: moving a file is no leak.

mod masked;
mod written;

use super::changes::Change;
use super::commit;
use super::history::Reached;
use super::objects::Objects;
use super::survey::{AtHead, Survey};
use super::versions::Versions;
use crate::model::{Commit, Commits};
use gix::ObjectId;
use gix::hashtable;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What is known of the history around all hits.
pub(super) struct Attribution {
    /// Those of children before those of their parents.
    changes: Vec<Change>,
    /// For each object, the changes that bring it or take it away.
    of_object: hashtable::HashMap<ObjectId, Vec<u32>>,
    /// What HEAD has at the paths of the changes.
    at_head: AtHead,
    /// The numbers of the hits that are commits.
    numbers: HashMap<ObjectId, u32>,
    /// The hits that are tags.
    tags: HashSet<ObjectId>,
    reached: HashMap<u32, Reached>,
    commits: HashMap<u32, Commit>,
    /// Whether all of the history could be followed.
    pub(super) is_whole: bool,
}

/// A secret at one path.
pub(super) struct Stand {
    /// The path below the root folder.
    pub(super) path: Arc<[u8]>,
    /// The version to be shown: that of HEAD, or else the one that was brought first.
    pub(super) object: ObjectId,
    /// Whether HEAD has it there.
    at_head: bool,
    /// Number of the commit that brought it; `None` if none did, as with what is staged.
    introduced: Option<u32>,
    /// Number of the commit that took it away last.
    removed: Option<u32>,
}

impl Attribution {
    /// Takes the changes in which hits take part, and the commits that are hits themselves.
    pub(super) fn new(
        objects: &Objects,
        survey: Survey,
        hits: &hashtable::HashSet<ObjectId>,
    ) -> Self {
        let Survey {
            history,
            mut changes,
            at_head,
            is_whole,
        } = survey;
        changes.sort_by_key(|change| change.commit);
        let changing = changes.iter().filter_map(|change| change.commit);
        let numbers = hits
            .iter()
            .filter_map(|id| Some((*id, history.number(id)?)));
        let numbers: HashMap<ObjectId, u32> = numbers.collect();
        let told: HashSet<u32> = changing.chain(numbers.values().copied()).collect();
        let reached = history.reached_by(&told);
        let commits = told.into_iter().filter_map(|number| {
            let id = history.commits()[number as usize].id;
            Some((number, commit::told(objects, id)?))
        });
        Self {
            commits: commits.collect(),
            of_object: by_object(&changes),
            at_head,
            tags: hits
                .iter()
                .filter(|id| history.tags.contains(*id))
                .copied()
                .collect(),
            numbers,
            reached,
            changes,
            is_whole,
        }
    }

    /// Whether a blob or a tree stands somewhere in the history.
    pub(super) fn reaches(&self, id: &ObjectId) -> bool {
        self.of_object.contains_key(id)
    }

    /// Whether a commit or a tag that is a hit is part of the history.
    pub(super) fn reaches_commit(&self, id: &ObjectId) -> bool {
        self.numbers.contains_key(id) || self.tags.contains(id)
    }

    /// The references that lead to a commit that is a hit: some names, and how many more there are.
    pub(super) fn refs_of(&self, commit: &ObjectId) -> (Vec<String>, usize) {
        let number = self.numbers.get(commit);
        let reached = number.and_then(|number| self.reached.get(number));
        reached.map_or_else(Default::default, |reached| {
            (reached.first.clone(), reached.more)
        })
    }

    /// Where the versions of a secret stand, by path.
    pub(super) fn stands(&self, versions: &Versions<'_>) -> Vec<Stand> {
        let numbers = versions.all_found().filter_map(|id| self.of_object.get(id));
        let numbers: BTreeSet<u32> = numbers.flatten().copied().collect();
        let mut stands: BTreeMap<&Arc<[u8]>, Stand> = BTreeMap::new();
        let mut removals: HashMap<&Arc<[u8]>, u32> = HashMap::new();
        let moving = self.moving(&numbers, versions);
        // From the newest change to the oldest: the last one to be seen came first.
        for change in numbers.iter().map(|&number| &self.changes[number as usize]) {
            if let Some(object) = brought(change, versions)
                && !moving.contains(&change.commit)
            {
                let stand = self.stand(change, object, versions);
                stands.insert(&change.path, stand);
            } else if let Some(commit) = change.commit
                && removes(change, versions)
            {
                removals.entry(&change.path).or_insert(commit);
            }
        }
        for (path, stand) in &mut stands {
            stand.removed = removals.get(path).copied().filter(|_| !stand.at_head);
        }
        stands.into_values().collect()
    }

    /// Of a narrow scope, the commits that take the secret from some path: what they bring of it to
    /// others they have moved.
    fn moving(&self, numbers: &BTreeSet<u32>, versions: &Versions<'_>) -> BTreeSet<Option<u32>> {
        if !versions.is_narrow() {
            return BTreeSet::new();
        }
        let changes = numbers.iter().map(|&number| &self.changes[number as usize]);
        let bringing = changes.filter(|change| brought(change, versions).is_some());
        let mut commits: BTreeSet<Option<u32>> = bringing.map(|change| change.commit).collect();
        commits.retain(|&commit| {
            let begin = self
                .changes
                .partition_point(|change| change.commit < commit);
            let mut of_commit = self.changes[begin..]
                .iter()
                .take_while(|change| change.commit == commit);
            of_commit.any(|change| change.had(versions) && !change.has(versions))
        });
        commits
    }

    fn stand(&self, change: &Change, object: ObjectId, versions: &Versions<'_>) -> Stand {
        let head = self.at_head.get(&change.path).copied();
        Stand {
            path: Arc::clone(&change.path),
            object: head.filter(|&id| versions.has_found(id)).unwrap_or(object),
            at_head: head.is_some_and(|id| versions.hold(id)),
            introduced: change.commit,
            removed: None,
        }
    }

    /// What people are told of it.
    pub(super) fn commits(&self, stand: &Stand) -> Commits {
        let told = |number: u32| self.commits.get(&number).cloned();
        let reached = stand
            .introduced
            .and_then(|number| self.reached.get(&number));
        let reached = reached.cloned().unwrap_or_default();
        Commits {
            object: super::name(&stand.object),
            introduced: stand.introduced.and_then(told),
            removed: stand.removed.and_then(told),
            at_head: stand.at_head,
            refs: reached.first,
            more_refs: reached.more,
        }
    }
}

/// The version that a change brings to where no parent has the secret.
fn brought(change: &Change, versions: &Versions<'_>) -> Option<ObjectId> {
    let now = change.now.filter(|&now| versions.has_found(now));
    now.filter(|_| !change.had(versions))
}

/// Whether a change takes the secret from where every parent has it.
fn removes(change: &Change, versions: &Versions<'_>) -> bool {
    let all_had = change
        .before
        .iter()
        .all(|id| id.is_some_and(|id| versions.hold(id)));
    !change.before.is_empty() && all_had && !change.has(versions)
}

fn by_object(changes: &[Change]) -> hashtable::HashMap<ObjectId, Vec<u32>> {
    let mut of_object: hashtable::HashMap<ObjectId, Vec<u32>> = hashtable::HashMap::default();
    for (number, change) in (0..).zip(changes) {
        let objects = change.before.iter().chain([&change.now]).flatten();
        for object in objects.copied().collect::<BTreeSet<_>>() {
            of_object.entry(object).or_default().push(number);
        }
    }
    of_object
}

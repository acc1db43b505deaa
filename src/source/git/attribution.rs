//! Who brought a secret and who took it away. A secret stands in a set of blobs, its versions; at a
//! path it was brought by a commit that has one of them where none of its parents has, and taken away
//! by one that has none where all of its parents have.

use super::changes::Change;
use super::history::History;
use super::repository::Objects;
use crate::model::{Commit, Commits};
use gix::ObjectId;
use gix::objs::{CommitRef, Kind};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// References that are told by name.
const NAMED: usize = 10;

/// What is known of the history around all hits.
pub(super) struct Attribution {
    changes: Vec<Change>,
    /// For each object, the changes that bring it or take it away.
    of_object: HashMap<ObjectId, Vec<u32>>,
    history: History,
    reached: HashMap<u32, Reached>,
    commits: HashMap<u32, Commit>,
}

/// Names of references that lead to a commit.
#[derive(Debug, Clone, Default)]
struct Reached {
    first: Vec<String>,
    more: usize,
}

/// A secret at one path.
pub(super) struct Stand {
    /// The path below the root folder.
    pub(super) path: Arc<[u8]>,
    /// The version that was brought first.
    pub(super) object: ObjectId,
    /// Number of the commit that brought it; `None` if it is staged.
    introduced: Option<u32>,
    /// Number of the commit that took it away last.
    removed: Option<u32>,
}

impl Attribution {
    /// Takes the changes in which hits take part, children's before their parents', and the commits
    /// that are hits themselves.
    pub(super) fn new(
        objects: &Objects,
        history: History,
        changes: Vec<Change>,
        hits: &HashSet<ObjectId>,
    ) -> Self {
        let mut of_object: HashMap<ObjectId, Vec<u32>> = HashMap::new();
        for (number, change) in (0..).zip(&changes) {
            let objects = change.before.iter().chain([&change.now]).flatten();
            for object in objects.copied().collect::<HashSet<_>>() {
                of_object.entry(object).or_default().push(number);
            }
        }
        let changing = changes.iter().filter_map(|change| change.commit);
        let told = hits.iter().filter_map(|id| history.number(id));
        let told: HashSet<u32> = changing.chain(told).collect();
        let reached = history.reached_by(&told);
        let reached = reached.into_iter().map(|(commit, mut names)| {
            // What a reference holds stays; the rest is of interest where no reference does.
            let is_reference = |name: &&str| name.starts_with("refs/");
            if names.iter().any(is_reference) {
                names.retain(is_reference);
            }
            let first: Vec<String> = names.iter().take(NAMED).map(|n| (*n).to_owned()).collect();
            let more = names.len() - first.len();
            (commit, Reached { first, more })
        });
        let reached = reached.collect();
        let commits = told.into_iter().filter_map(|number| {
            let id = history.commits()[number as usize].id;
            Some((number, commit(objects, id)?))
        });
        Self {
            commits: commits.collect(),
            of_object,
            reached,
            history,
            changes,
        }
    }

    /// Whether a blob or a tree stands somewhere in the history.
    pub(super) fn reaches(&self, id: &ObjectId) -> bool {
        self.of_object.contains_key(id)
    }

    /// Whether a commit or a tag is part of the history.
    pub(super) fn reaches_commit(&self, id: &ObjectId) -> bool {
        self.history.number(id).is_some() || self.history.tags.contains(id)
    }

    /// The references that lead to a commit: some names, and how many more there are.
    pub(super) fn refs_of(&self, commit: &ObjectId) -> (Vec<String>, usize) {
        let number = self.history.number(commit);
        let reached = number.and_then(|number| self.reached.get(&number));
        reached.map_or_else(Default::default, |reached| {
            (reached.first.clone(), reached.more)
        })
    }

    /// Whether the commit that brought a secret to one path took it from another.
    pub(super) fn is_moved(&self, stand: &Stand, holds: &dyn Fn(&ObjectId) -> bool) -> bool {
        let same =
            |change: &&Change| change.commit == stand.introduced && change.path != stand.path;
        let mut others = self.changes.iter().filter(same);
        others.any(|change| {
            let left = change.before.iter().flatten();
            left.into_iter().any(holds) && !change.now.as_ref().is_some_and(holds)
        })
    }

    /// Where the versions of a secret stand, by path. `holds` says of an object that is none of them
    /// whether it holds the secret all the same, as versions outside of the scope may.
    pub(super) fn stands(
        &self,
        versions: &HashSet<ObjectId>,
        holds: &dyn Fn(&ObjectId) -> bool,
    ) -> Vec<Stand> {
        let numbers = versions.iter().filter_map(|id| self.of_object.get(id));
        let numbers: std::collections::BTreeSet<u32> = numbers.flatten().copied().collect();
        let mut paths: BTreeMap<&Arc<[u8]>, Stand> = BTreeMap::new();
        let mut removals: HashMap<&Arc<[u8]>, u32> = HashMap::new();
        let has = |id: &Option<ObjectId>| id.is_some_and(|id| versions.contains(&id) || holds(&id));
        // From the newest change to the oldest: the last one to be seen came first.
        for number in numbers {
            let change = &self.changes[number as usize];
            let now = change.now.filter(|id| versions.contains(id));
            let before = || change.before.iter().map(&has);
            match now {
                Some(object) if !before().any(|had| had) => {
                    let stand = Stand {
                        path: Arc::clone(&change.path),
                        object,
                        introduced: change.commit,
                        removed: None,
                    };
                    paths.insert(&change.path, stand);
                }
                None if !change.before.is_empty()
                    && before().all(|had| had)
                    && !has(&change.now) =>
                {
                    if let Some(commit) = change.commit {
                        removals.entry(&change.path).or_insert(commit);
                    }
                }
                _ => {}
            }
        }
        let mut stands: Vec<Stand> = paths.into_values().collect();
        for stand in &mut stands {
            stand.removed = removals.get(&stand.path).copied();
        }
        stands
    }

    /// What people are told of it; `at_head` says whether it is still there.
    pub(super) fn commits(&self, stand: &Stand, object: ObjectId, at_head: bool) -> Commits {
        let told = |number: u32| self.commits.get(&number).cloned();
        let reached = stand
            .introduced
            .and_then(|number| self.reached.get(&number));
        let reached = reached.cloned().unwrap_or_default();
        Commits {
            object: super::name(&object),
            introduced: stand.introduced.and_then(told),
            removed: stand.removed.filter(|_| !at_head).and_then(told),
            at_head,
            refs: reached.first,
            more_refs: reached.more,
        }
    }
}

/// What people know a commit by.
pub(super) fn commit(objects: &Objects, id: ObjectId) -> Option<Commit> {
    let data = objects.get(id, Kind::Commit)?;
    let decoded = CommitRef::from_bytes(&data, objects.hash()).ok()?;
    let author = decoded.author().ok()?;
    let summary = decoded.message.split(|&byte| byte == b'\n').next();
    Some(Commit {
        id: super::name(&id),
        author: author.name.to_vec().into(),
        email: author.email.to_vec().into(),
        time: author.time().map_or(0, |time| time.seconds),
        summary: summary.unwrap_or_default().trim_ascii().into(),
    })
}

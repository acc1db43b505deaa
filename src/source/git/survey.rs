//! The way through a whole history to the commits that brought or removed a hit.

use super::changes::{Change, Comparison};
use super::history::History;
use super::objects::Objects;
use super::outline::Outline;
use super::staged;
use super::trees::Trees;
use gix::ObjectId;
use gix::hashtable::HashSet;
use gix::objs::Kind;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What HEAD has, by path.
pub(super) type AtHead = HashMap<Arc<[u8]>, ObjectId>;

/// Commits, and what they change.
pub(super) struct Survey {
    pub(super) history: History,
    pub(super) changes: Vec<Change>,
    /// What HEAD has where hits were brought.
    pub(super) at_head: AtHead,
    /// Whether nothing was in the way. If something was, an object that was not come across may be part
    /// of the history all the same.
    pub(super) is_whole: bool,
}

impl Survey {
    /// Goes through everything that the repository remembers, for the changes that hits take part in.
    pub(super) fn of(outline: &Outline, objects: &Objects, hits: &HashSet<ObjectId>) -> Self {
        let history = History::of(objects, &outline.tips, &outline.boundary);
        let mut trees = Trees::new(objects, Some(hits));
        // What an index holds that cannot be read may be any of the hits.
        let staged = staged(outline, objects, hits, &mut trees);
        let is_readable = outline.is_readable() && staged.is_ok();
        let mut changes = staged.unwrap_or_default();
        for (name, id) in &history.loose_ends {
            match objects.kind(*id) {
                Some(Kind::Tree) => compare(&mut trees, None, *id, &[], &mut changes),
                _ => changes.push(Change {
                    commit: None,
                    path: name.as_bytes().into(),
                    now: Some(*id),
                    before: Vec::new(),
                }),
            }
        }
        for (number, commit) in (0..).zip(history.commits()) {
            let parents = commit.parents.iter();
            let before: Vec<_> = parents
                .map(|&parent| history.commits()[parent as usize].tree)
                .collect();
            compare(&mut trees, Some(number), commit.tree, &before, &mut changes);
        }
        let head = outline.head.and_then(|head| objects.tree_of(head));
        Self {
            at_head: at_head(&mut trees, head, &changes, hits),
            is_whole: is_readable && history.missing.is_empty() && trees.is_whole(),
            history,
            changes,
        }
    }
}

fn compare(
    trees: &mut Trees<'_>,
    commit: Option<u32>,
    now: ObjectId,
    before: &[ObjectId],
    changes: &mut Vec<Change>,
) {
    let mut comparison = Comparison {
        trees,
        commit,
        changes,
    };
    comparison.run(Some(now), before);
}

/// Hits that are staged, and not committed where they are staged.
fn staged(
    outline: &Outline,
    objects: &Objects,
    hits: &HashSet<ObjectId>,
    trees: &mut Trees<'_>,
) -> Result<Vec<Change>, String> {
    let heads = outline.heads().filter_map(|commit| objects.tree_of(commit));
    let heads: Vec<ObjectId> = heads.collect();
    let mut all = Vec::new();
    for index in &outline.indexes {
        let changes = staged::changes(index, objects.hash(), &heads, trees)?;
        let is_hit = |change: &Change| change.now.is_some_and(|id| hits.contains(&id));
        all.extend(changes.into_iter().filter(is_hit));
    }
    Ok(all)
}

/// What the tree of HEAD has where a hit was brought.
pub(super) fn at_head(
    trees: &mut Trees<'_>,
    head: Option<ObjectId>,
    changes: &[Change],
    hits: &HashSet<ObjectId>,
) -> AtHead {
    let Some(head) = head else {
        return AtHead::new();
    };
    let brings = |change: &&Change| change.now.is_some_and(|id| hits.contains(&id));
    let brought = changes.iter().filter(brings);
    let paths: BTreeSet<&Arc<[u8]>> = brought.map(|change| &change.path).collect();
    let there = paths.into_iter().filter_map(|path| {
        let node = trees.at(head, path)?;
        Some((Arc::clone(path), node.id))
    });
    there.collect()
}

//! The way through a whole history to the commits that brought or removed a hit.

use super::changes::{Change, Comparison};
use super::history::History;
use super::objects::Objects;
use super::repository::Repository;
use super::trees::Trees;
use super::{staged, tips};
use gix::ObjectId;
use gix::hashtable::HashSet;
use gix::objs::Kind;

/// Commits, and what they change.
pub(super) struct Survey {
    pub(super) history: History,
    pub(super) changes: Vec<Change>,
    /// Whether nothing was in the way. If something was, an object that was not come across may be part
    /// of the history all the same.
    pub(super) is_whole: bool,
}

impl Survey {
    /// Goes through everything that the repository remembers, for the changes that hits take part in.
    pub(super) fn of(repository: &Repository, objects: &Objects, hits: &HashSet<ObjectId>) -> Self {
        let (tips, problems) = tips::all(repository);
        let history = History::of(objects, &tips, &repository.boundary());
        let mut trees = Trees::new(objects, Some(hits));
        // What an index holds that cannot be read may be any of the hits.
        let staged = staged(repository, objects, hits);
        let is_readable = problems.is_empty() && staged.is_ok();
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
        Self {
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
    repository: &Repository,
    objects: &Objects,
    hits: &HashSet<ObjectId>,
) -> Result<Vec<Change>, String> {
    let index = repository.git_dir().join("index");
    let mut trees = Trees::new(objects, None);
    let heads = repository.heads(objects);
    let mut changes = staged::changes(&index, objects.hash(), &heads, &mut trees)?;
    changes.retain(|change| change.now.is_some_and(|id| hits.contains(&id)));
    Ok(changes)
}

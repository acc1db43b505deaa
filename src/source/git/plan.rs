//! What a narrow scope reads: the objects that its commits, or the index, bring. Each is read by its
//! name and searched in full; whether a secret in it is new is decided afterwards, by a look at what
//! stood there before.

use super::changes::{Change, Comparison};
use super::commit::{self, Raw};
use super::history::{Commits, History};
use super::range::Walk;
use super::reader::{Reader, Text};
use super::repository::{Objects, Repository};
use super::scope::Found;
use super::staged;
use super::survey::Survey;
use super::trees::Trees;
use crate::model::{Kind, Shortfall};
use crate::unpack::Sink;
use gix::ObjectId;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// What there is to read, and where it comes from.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) history: History,
    pub(super) changes: Vec<Change>,
    /// Tags among the tips.
    tags: Vec<ObjectId>,
}

impl Plan {
    /// What the commits of a range bring.
    pub(super) fn of_commits(repository: &Repository, found: &Found, sink: &dyn Sink) -> Self {
        let objects = repository.objects();
        let boundary = repository.boundary();
        let commits = Commits::new(&objects, &boundary);
        let (tips, tags) = peeled(&objects, &found.tips);
        let (hidden, _) = peeled(&objects, &unnamed(&found.hidden));
        let mut walk = Walk::new(&commits);
        let mut range = walk.run(ids(&tips), ids(&hidden));
        range.truncate(found.most.unwrap_or(usize::MAX));
        for id in &walk.missing {
            lacks(sink, "commit", id);
        }
        let mut plan = Self {
            tags,
            history: History::of_range(range.clone(), &tips),
            ..Self::default()
        };
        let mut trees = Trees::new(&objects, None);
        for (id, commit) in &range {
            if sink.stopped() {
                break;
            }
            plan.compare(*id, commit, &commits, &mut trees);
        }
        if let Some(paths) = &found.paths {
            let is_asked = |change: &Change| {
                let path = String::from_utf8_lossy(&change.path);
                paths.is_match(&*path)
            };
            plan.changes.retain(is_asked);
        }
        trees.missing.iter().for_each(|id| lacks(sink, "tree", id));
        if trees.too_deep {
            let detail = "has folders nested too deep, which were not read";
            sink.shortfall(Shortfall::new(Kind::Limit, "the history", detail));
        }
        plan
    }

    /// What an index brings that HEAD does not have.
    pub(super) fn of_index(repository: &Repository, index: &Path, sink: &dyn Sink) -> Self {
        let objects = repository.objects();
        let mut trees = Trees::new(&objects, None);
        let changes = staged::changes(index, repository.hash(), objects.head(), &mut trees);
        let changes = changes.unwrap_or_else(|why| {
            let place = index.to_string_lossy();
            sink.shortfall(Shortfall::new(Kind::Corrupt, place, why));
            Vec::new()
        });
        Self {
            changes,
            ..Self::default()
        }
    }

    fn compare(
        &mut self,
        id: ObjectId,
        commit: &Raw,
        commits: &Commits<'_>,
        trees: &mut Trees<'_>,
    ) {
        let before = commit.parents.iter();
        // The tree of a parent that is not here is the empty one: all of the commit is new.
        let before: Vec<_> = before
            .filter_map(|parent| Some(commits.read(*parent)?.tree))
            .collect();
        let mut comparison = Comparison {
            trees,
            commit: self.history.number(&id),
            changes: &mut self.changes,
        };
        comparison.run(Some(commit.tree), &before);
    }

    /// What is known of the commits that were read.
    pub(super) fn into_survey(self) -> Survey {
        Survey {
            history: self.history,
            changes: self.changes,
            is_whole: true,
        }
    }

    /// Reads every object of the plan once, on all threads of the pool.
    pub(super) fn read(&self, repository: &Repository, reader: &Reader<'_>) {
        let is_new = |change: &&Change| change.commit.is_none() && change.before == [None];
        let new = self.changes.iter().filter(is_new);
        reader.names(new.map(|change| &change.path));
        let mut ids: BTreeSet<ObjectId> = self.changes.iter().filter_map(|c| c.now).collect();
        ids.extend(self.history.commits().iter().map(|commit| commit.id));
        ids.extend(&self.tags);
        let ids: Vec<ObjectId> = ids.into_iter().collect();
        ids.par_iter().for_each_init(
            || repository.objects(),
            |objects, &id| {
                if reader.sink.stopped() {
                    return;
                }
                match objects.find(id) {
                    Ok(Some(object)) => {
                        let data = &object.data;
                        let kind = object.kind;
                        reader.object(&Text { id, kind, data }, None);
                    }
                    Ok(None) => lacks(reader.sink, "object", &id),
                    Err(error) => reader.failed(&id, Kind::Corrupt, &error),
                }
            },
        );
    }
}

fn unnamed(ids: &[ObjectId]) -> Vec<(String, ObjectId)> {
    ids.iter().map(|id| (String::new(), *id)).collect()
}

fn ids(named: &[(String, ObjectId)]) -> impl Iterator<Item = ObjectId> {
    named.iter().map(|(_, id)| *id)
}

/// The commits that objects lead to, and the tags on the way.
fn peeled(
    objects: &Objects,
    named: &[(String, ObjectId)],
) -> (Vec<(String, ObjectId)>, Vec<ObjectId>) {
    let mut tags = Vec::new();
    let mut commits = Vec::new();
    for (name, id) in named {
        let mut id = *id;
        while let Some(data) = objects.get(id, gix::objs::Kind::Tag)
            && let Some(target) = commit::tagged(&data, objects.hash())
        {
            tags.push(id);
            id = target;
        }
        commits.push((name.clone(), id));
    }
    (commits, tags)
}

fn lacks(sink: &dyn Sink, what: &str, id: &ObjectId) {
    let place = format!("{what} {id}");
    let detail = "is named in the history and not here, so it was not read";
    sink.shortfall(Shortfall::new(Kind::Missing, place, detail));
}

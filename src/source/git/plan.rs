//! What a narrow scope reads: the objects that its commits, or the index, bring. Each is read by its
//! name and searched in full; whether a secret in it is new is decided afterwards, by a look at what
//! stood there before.

use super::Environment;
use super::changes::{Change, Comparison};
use super::commit::{self, Raw};
use super::history::{Commits, History};
use super::objects::Objects;
use super::range::Walk;
use super::reader::{Reader, Text};
use super::repository::Repository;
use super::scope::Found;
use super::staged::{self, Index};
use super::survey::{self, Survey};
use super::trees::Trees;
use crate::model::{Kind, Shortfall};
use crate::unpack::Sink;
use gix::ObjectId;
use gix::hashtable::HashSet;
use gix::objs;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What there is to read, and where it comes from.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) history: History,
    pub(super) changes: Vec<Change>,
    /// Paths that are new, and in no tree yet.
    names: Vec<Arc<[u8]>>,
}

impl Plan {
    /// What the commits of a range bring.
    pub(super) fn of_commits(repository: &Repository, found: &Found, sink: &dyn Sink) -> Self {
        let objects = repository.objects();
        let boundary = repository.boundary();
        let commits = Commits::new(&objects, &boundary);
        let mut tips = Peeled::default();
        for (name, id) in &found.tips {
            tips.add(&objects, name, *id);
        }
        let mut hidden = Peeled::default();
        for id in &found.hidden {
            hidden.add(&objects, "", *id);
        }
        let mut walk = Walk::new(&commits);
        let mut range = walk.run(ids(&tips.commits), ids(&hidden.commits));
        range.truncate(found.most.unwrap_or(usize::MAX));
        for id in &walk.missing {
            lacks(sink, "commit", id);
        }
        let mut plan = Self {
            history: History::of_range(range.clone(), &tips.commits),
            ..Self::default()
        };
        plan.history.tags.extend(tips.tags);
        let mut trees = Trees::new(&objects, None);
        for (name, id, kind) in &tips.others {
            plan.take(name, *id, *kind, &mut trees);
        }
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

    /// What an index brings that the commits which it builds on don't have.
    pub(super) fn of_index(
        repository: &Repository,
        environment: &Environment,
        sink: &dyn Sink,
    ) -> Self {
        let objects = repository.objects();
        let index = environment.index_of(repository);
        let tell = |kind, why: &str| {
            sink.shortfall(Shortfall::new(kind, index.to_string_lossy(), why));
        };
        if environment.index.is_some() && !index.exists() {
            tell(Kind::Missing, "is named by GIT_INDEX_FILE and not there");
        }
        let mut trees = Trees::new(&objects, None);
        let heads = repository.head().into_iter().chain(repository.merged());
        let heads = heads.filter_map(|commit| objects.tree_of(commit));
        let heads: Vec<ObjectId> = heads.collect();
        let changes = staged::changes(
            &Index::At(index.clone()),
            repository.hash(),
            &heads,
            &mut trees,
        );
        let changes = changes.unwrap_or_else(|why| {
            tell(Kind::Corrupt, &why);
            Vec::new()
        });
        trees.missing.iter().for_each(|id| lacks(sink, "tree", id));
        let is_new =
            |change: &&Change| change.now.is_some() && change.before.iter().all(Option::is_none);
        let new = changes.iter().filter(is_new);
        Self {
            names: new.map(|change| Arc::clone(&change.path)).collect(),
            changes,
            ..Self::default()
        }
    }

    /// A reference may name a file or a folder and no commit.
    fn take(&mut self, name: &str, id: ObjectId, kind: objs::Kind, trees: &mut Trees<'_>) {
        if kind == objs::Kind::Tree {
            let mut comparison = Comparison {
                trees,
                commit: None,
                changes: &mut self.changes,
            };
            return comparison.run(Some(id), &[]);
        }
        self.changes.push(Change {
            commit: None,
            path: name.as_bytes().into(),
            now: Some(id),
            before: Vec::new(),
        });
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

    /// What is known of the commits that were read; `head` is the one that is checked out.
    pub(super) fn into_survey(
        self,
        objects: &Objects,
        head: Option<ObjectId>,
        hits: &HashSet<ObjectId>,
    ) -> Survey {
        let mut trees = Trees::new(objects, None);
        let head = head.and_then(|head| objects.tree_of(head));
        Survey {
            at_head: survey::at_head(&mut trees, head, &self.changes, hits),
            history: self.history,
            changes: self.changes,
            is_whole: true,
        }
    }

    /// Reads every object of the plan once, on all threads of the pool.
    pub(super) fn read(&self, repository: &Repository, reader: &Reader<'_>) {
        reader.names(self.names.iter());
        let mut ids: BTreeSet<ObjectId> = self.changes.iter().filter_map(|c| c.now).collect();
        ids.extend(self.history.commits().iter().map(|commit| commit.id));
        ids.extend(&self.history.tags);
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
                        reader.object(
                            &Text {
                                id,
                                kind,
                                base: None,
                                data,
                            },
                            None,
                        );
                    }
                    Ok(None) => lacks(reader.sink, "object", &id),
                    Err(error) => reader.failed(&id, Kind::Corrupt, &error),
                }
            },
        );
    }
}

/// What some objects lead to.
#[derive(Default)]
struct Peeled {
    /// Commits, and what cannot be read and may have been one.
    commits: Vec<(String, ObjectId)>,
    /// Tags on the way.
    tags: Vec<ObjectId>,
    /// Trees and blobs.
    others: Vec<(String, ObjectId, objs::Kind)>,
}

impl Peeled {
    fn add(&mut self, objects: &Objects, name: &str, mut id: ObjectId) {
        let mut kind = objects.kind(id);
        while kind == Some(objs::Kind::Tag)
            && let Some(data) = objects.get(id, objs::Kind::Tag)
            && let Some(target) = commit::tagged(&data, objects.hash())
        {
            self.tags.push(id);
            id = target;
            kind = objects.kind(id);
        }
        match kind {
            Some(kind @ (objs::Kind::Tree | objs::Kind::Blob)) => {
                self.others.push((name.to_owned(), id, kind));
            }
            _ => self.commits.push((name.to_owned(), id)),
        }
    }
}

fn ids(named: &[(String, ObjectId)]) -> impl Iterator<Item = ObjectId> {
    named.iter().map(|(_, id)| *id)
}

fn lacks(sink: &dyn Sink, what: &str, id: &ObjectId) {
    let place = format!("{what} {id}");
    let detail = "is named in the history and not here, so it was not read";
    sink.shortfall(Shortfall::new(Kind::Missing, place, detail));
}

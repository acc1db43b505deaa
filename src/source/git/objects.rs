//! Objects by their names, one at a time and from whatever store has them. After a repository was read
//! in full, what its history asks for is taken from memory.

use super::additions::Additions;
use super::commit::Raw;
use super::memory::Memory;
use gix::ObjectId;
use gix::objs::Find as _;
use gix::objs::{CommitRef, Kind};
use gix::prelude::Header as _;
use std::path::Path;
use std::sync::Arc;

/// Looks up objects by name, on one thread.
pub(super) struct Objects {
    repo: gix::Repository,
    quarantine: Option<gix::odb::Handle>,
    /// What is known from reading all of them.
    memory: Option<Arc<Memory>>,
}

/// An object in memory.
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) data: Vec<u8>,
}

impl Objects {
    /// The objects of a repository, and those of the directory where a push is kept.
    pub(super) fn new(repo: gix::Repository, quarantine: Option<&Path>) -> Self {
        let hash = repo.object_hash();
        // Nothing is added to it while the hook runs, and most objects are not in it.
        let open = |path: &Path| {
            let mut store = gix::odb::at(path, hash).ok()?;
            store.refresh_never();
            Some(store)
        };
        Self {
            quarantine: quarantine.and_then(open),
            memory: None,
            repo,
        }
    }

    /// The object of that name, or `None` if it is not here.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence.
    pub(super) fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
        let mut data = Vec::new();
        if let Some(store) = &self.quarantine
            && let Ok(Some(found)) = store.try_find(&id, &mut data)
        {
            let kind = found.kind;
            return Ok(Some(Object { kind, data }));
        }
        let found = self.repo.try_find_object(id);
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map(|object| {
            let object = object.detach();
            Object {
                kind: object.kind,
                data: object.data,
            }
        }))
    }

    /// The object of that name, if it is here and of that kind.
    pub(super) fn get(&self, id: ObjectId, kind: Kind) -> Option<Vec<u8>> {
        let object = self.find(id).ok().flatten()?;
        (object.kind == kind).then_some(object.data)
    }

    /// Takes what it can from memory.
    pub(super) fn recalling(mut self, memory: &Arc<Memory>) -> Self {
        self.memory = Some(Arc::clone(memory));
        self
    }

    /// What is known of the trees.
    pub(super) fn additions(&self) -> Option<&Additions> {
        self.memory.as_ref().map(|memory| &memory.trees)
    }

    /// What the commit of that name says, if it is here.
    pub(super) fn commit(&self, id: ObjectId) -> Option<Raw> {
        let memory = self.memory.as_ref();
        let known = memory.and_then(|memory| memory.commit(&id)).cloned();
        known.or_else(|| Raw::parse(&self.get(id, Kind::Commit)?, self.hash()))
    }

    /// What an object is in which something was found; `None` if it is not here.
    pub(super) fn kind_of_hit(&self, id: ObjectId) -> Option<Kind> {
        match &self.memory {
            Some(memory) => memory.kind(&id),
            None => self.kind(id),
        }
    }

    /// What an object is; `None` if it is not here.
    pub(super) fn kind(&self, id: ObjectId) -> Option<Kind> {
        if let Some(store) = &self.quarantine
            && let Ok(Some(header)) = store.try_header(&id)
        {
            return Some(header.kind());
        }
        let header = self.repo.try_find_header(id).ok().flatten();
        let known = header.map(|header| header.kind());
        known.or_else(|| self.find(id).ok().flatten().map(|object| object.kind))
    }

    /// The hash that names objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.repo.object_hash()
    }

    /// The tree of the commit that is checked out.
    pub(super) fn head(&self) -> Option<ObjectId> {
        self.repo.head_tree_id().ok().map(gix::Id::detach)
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Option<ObjectId> {
        let data = self.get(commit, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, self.hash()).ok()?;
        Some(commit.tree())
    }

    /// The commit-graph file, if there is one.
    pub(super) fn graph(&self) -> Option<gix::commitgraph::Graph> {
        self.repo.commit_graph().ok()
    }
}

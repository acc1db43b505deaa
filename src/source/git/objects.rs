//! Objects by their names, one at a time and from whatever store has them. After a repository was read
//! in full, what its history asks for is taken from memory.

use super::commit::Raw;
use super::memory::{Memory, Recall};
use gix::ObjectId;
use gix::objs::{CommitRef, Kind};
use std::rc::Rc;
use std::sync::Arc;

/// Where objects are: on disk, as git has them, or in stores that were put together.
pub(super) trait Lookup {
    /// The object of that name, or `None` if it is not here.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence.
    fn find(&self, id: ObjectId) -> Result<Option<Object>, String>;

    /// What an object is; `None` if it is not here.
    fn kind(&self, id: ObjectId) -> Option<Kind>;

    /// The hash that names objects.
    fn hash(&self) -> gix::hash::Kind;

    /// The commit-graph file, if there is one.
    fn graph(&self) -> Option<gix::commitgraph::Graph> {
        None
    }
}

/// Looks up objects by name, on one thread.
pub(super) struct Objects {
    stores: Box<dyn Lookup>,
    /// What is known from reading all of them.
    recall: Option<Recall>,
}

/// An object in memory.
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) data: Vec<u8>,
}

impl Objects {
    /// The objects that are to be had there.
    pub(super) fn of(stores: impl Lookup + 'static) -> Self {
        Self {
            stores: Box::new(stores),
            recall: None,
        }
    }

    /// The object of that name, or `None` if it is not here.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence.
    pub(super) fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
        match self.recalled(id) {
            Some((kind, data)) => Ok(Some(Object {
                kind,
                data: data.to_vec(),
            })),
            None => self.stores.find(id),
        }
    }

    fn recalled(&self, id: ObjectId) -> Option<(Kind, Rc<[u8]>)> {
        self.recall.as_ref()?.object(&id)
    }

    /// The object of that name, if it is here and of that kind.
    pub(super) fn get(&self, id: ObjectId, kind: Kind) -> Option<Vec<u8>> {
        let object = self.find(id).ok().flatten()?;
        (object.kind == kind).then_some(object.data)
    }

    /// Takes what it can from memory.
    pub(super) fn recalling(mut self, memory: &Arc<Memory>) -> Self {
        self.recall = Some(Recall::new(Arc::clone(memory)));
        self
    }

    /// The tree of that name, if it is here.
    pub(super) fn tree(&self, id: ObjectId) -> Option<Rc<[u8]>> {
        match self.recalled(id) {
            Some((kind, tree)) => (kind == Kind::Tree).then_some(tree),
            None => self.get(id, Kind::Tree).map(Rc::from),
        }
    }

    /// What the commit of that name says, if it is here.
    pub(super) fn commit(&self, id: ObjectId) -> Option<Raw> {
        let recall = self.recall.as_ref();
        let known = recall.and_then(|recall| recall.memory.commit(&id)).cloned();
        known.or_else(|| Raw::parse(&self.get(id, Kind::Commit)?, self.hash()))
    }

    /// What an object is in which something was found; `None` if it is not here.
    pub(super) fn kind_of_hit(&self, id: ObjectId) -> Option<Kind> {
        match &self.recall {
            Some(recall) => recall.memory.kind(&id),
            None => self.kind(id),
        }
    }

    /// What an object is; `None` if it is not here.
    pub(super) fn kind(&self, id: ObjectId) -> Option<Kind> {
        let recalled = self.recalled(id).map(|(kind, _)| kind);
        recalled.or_else(|| self.stores.kind(id))
    }

    /// The hash that names objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.stores.hash()
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Option<ObjectId> {
        let data = self.get(commit, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, self.hash()).ok()?;
        Some(commit.tree())
    }

    /// The commit-graph file, if there is one.
    pub(super) fn graph(&self) -> Option<gix::commitgraph::Graph> {
        self.stores.graph()
    }
}

//! Objects by their names, one at a time and from whatever store has them. After a repository was read
//! in full, what its history asks for is taken from memory.

use super::additions::Additions;
use super::commit::Raw;
use super::memory::Memory;
use gix::ObjectId;
use gix::objs::Kind;
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
    memory: Option<Arc<Memory>>,
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
            memory: None,
        }
    }

    /// The object of that name, or `None` if it is not here.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence.
    pub(super) fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
        match self.noted(&id) {
            Some((kind, data)) => Ok(Some(Object {
                kind,
                data: data.to_vec(),
            })),
            None => self.stores.find(id),
        }
    }

    fn noted(&self, id: &ObjectId) -> Option<(Kind, &[u8])> {
        self.memory.as_ref()?.text(id)
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
        let noted = self.noted(&id).map(|(kind, _)| kind);
        noted.or_else(|| self.stores.kind(id))
    }

    /// The hash that names objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.stores.hash()
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Option<ObjectId> {
        self.commit(commit).map(|commit| commit.tree)
    }

    /// The commit-graph file, if there is one.
    pub(super) fn graph(&self) -> Option<gix::commitgraph::Graph> {
        self.stores.graph()
    }
}

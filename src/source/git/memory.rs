//! What the reading of a repository leaves behind for the questions about its history: where every
//! object is, what leads from commit to commit, and the trees. So nothing is decompressed twice.

use super::commit::Raw;
use super::pack::{Kept, Remake};
use super::places::Places;
use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::objs::Kind;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is noted while objects are read, by all threads.
#[derive(Default)]
pub(super) struct Notes {
    commits: Mutex<HashMap<ObjectId, Raw>>,
    /// What may hold a match and is no blob.
    others: Mutex<HashMap<ObjectId, Kind>>,
}

impl Notes {
    pub(super) fn commit(&self, id: ObjectId, commit: Raw) {
        locked(&self.commits).insert(id, commit);
    }

    /// Forgets what a commit says, because it may be wrong.
    pub(super) fn forget(&self, id: &ObjectId) {
        locked(&self.commits).remove(id);
    }

    /// Notes what an object is, unless it is a blob as most are.
    pub(super) fn hit(&self, id: ObjectId, kind: Kind) {
        if kind != Kind::Blob {
            locked(&self.others).insert(id, kind);
        }
    }
}

/// A repository that was read in full.
pub(super) struct Memory {
    places: Arc<Places>,
    /// What was kept of each pack: trees, and where the pack is not here any more commits and tags.
    kept: Vec<Kept>,
    commits: HashMap<ObjectId, Raw>,
    others: HashMap<ObjectId, Kind>,
}

impl Memory {
    pub(super) fn new(places: Arc<Places>, kept: Vec<Kept>, notes: Notes) -> Self {
        let commits = notes.commits.into_inner();
        let others = notes.others.into_inner();
        Self {
            places,
            kept,
            commits: commits.unwrap_or_else(PoisonError::into_inner),
            others: others.unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// What a commit says, if it was read.
    pub(super) fn commit(&self, id: &ObjectId) -> Option<&Raw> {
        self.commits.get(id)
    }

    /// What an object with a match is; `None` if it is not here.
    pub(super) fn kind(&self, id: &ObjectId) -> Option<Kind> {
        let other = self.others.get(id).copied();
        other.or_else(|| self.places.contain(id).then_some(Kind::Blob))
    }
}

/// Takes from a [`Memory`] what is wanted, on one thread.
pub(super) struct Recall {
    pub(super) memory: Arc<Memory>,
    remakes: RefCell<Vec<Remake>>,
}

impl Recall {
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        let remakes = memory.kept.iter().map(|_| Remake::default());
        Self {
            remakes: RefCell::new(remakes.collect()),
            memory,
        }
    }

    /// An object, if it was kept.
    pub(super) fn object(&self, id: &gix::oid) -> Option<(Kind, Rc<[u8]>)> {
        let (pack, position) = self.memory.places.packed(id)?;
        let kept = self.memory.kept.get(pack)?;
        let kind = kept.kind(position)?;
        let content = self.remakes.borrow_mut()[pack].object(kept, position)?;
        Some((kind, content))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What the reading of a repository leaves behind for the questions about its history: where every
//! object is, what leads from commit to commit, and what trees add to each other. So nothing is
//! decompressed twice.

use super::additions::Additions;
use super::commit::Raw;
use super::places::Places;
use super::reader::Text;
use crate::model::Copied;
use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::objs::Kind;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is noted while objects are read, by all threads.
pub(super) struct Notes {
    commits: Mutex<HashMap<ObjectId, Raw>>,
    trees: Mutex<Additions>,
    /// What may hold a match and is no blob.
    others: Mutex<HashMap<ObjectId, Kind>>,
    /// What cannot be looked up afterwards, if anything cannot.
    texts: Option<Mutex<Texts>>,
}

/// Objects in full: commits, tags, and trees that hold a match.
#[derive(Default)]
struct Texts {
    texts: HashMap<ObjectId, (Kind, Box<[u8]>)>,
    /// Bytes there may be besides.
    room: usize,
}

impl Notes {
    /// Room for so many bytes of trees.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            commits: Mutex::default(),
            trees: Mutex::new(Additions::with_room(room)),
            others: Mutex::default(),
            texts: None,
        }
    }

    /// Room for so many bytes of what a history asks for by its name, because a store only passes by.
    pub(super) fn with_texts(self, room: usize) -> Self {
        let texts = Texts {
            room,
            ..Texts::default()
        };
        Self {
            texts: Some(Mutex::new(texts)),
            ..self
        }
    }

    pub(super) fn commit(&self, id: ObjectId, commit: Raw) {
        locked(&self.commits).insert(id, commit);
    }

    /// Notes a tree by its new entries.
    pub(super) fn tree(&self, tree: &Text<'_>, copies: &[Copied], new: &[Range<usize>]) {
        let base = tree.base.as_deref().map(|base| (base, copies));
        locked(&self.trees).add(tree.id, base, tree.data, new);
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

    /// Notes an object in full, where that is needed and there is room.
    pub(super) fn text(&self, text: &Text<'_>) {
        let Some(texts) = self.texts.as_ref().filter(|_| text.kind != Kind::Blob) else {
            return;
        };
        let mut texts = locked(texts);
        if let Some(room) = texts.room.checked_sub(text.data.len()) {
            texts.room = room;
            texts.texts.insert(text.id, (text.kind, text.data.into()));
        }
    }
}

/// A repository that was read in full.
pub(super) struct Memory {
    places: Arc<Places>,
    pub(super) trees: Additions,
    commits: HashMap<ObjectId, Raw>,
    others: HashMap<ObjectId, Kind>,
    texts: HashMap<ObjectId, (Kind, Box<[u8]>)>,
}

impl Memory {
    pub(super) fn new(places: Arc<Places>, notes: Notes) -> Self {
        Self {
            places,
            trees: finished(notes.trees),
            commits: finished(notes.commits),
            others: finished(notes.others),
            texts: notes.texts.map(finished).unwrap_or_default().texts,
        }
    }

    /// What a commit says, if it was read.
    pub(super) fn commit(&self, id: &ObjectId) -> Option<&Raw> {
        self.commits.get(id)
    }

    /// An object that was noted in full.
    pub(super) fn text(&self, id: &ObjectId) -> Option<(Kind, &[u8])> {
        let (kind, data) = self.texts.get(id)?;
        Some((*kind, data))
    }

    /// What an object with a match is; `None` if it is not here.
    pub(super) fn kind(&self, id: &ObjectId) -> Option<Kind> {
        let other = self.others.get(id).copied();
        other.or_else(|| self.places.contain(id).then_some(Kind::Blob))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn finished<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

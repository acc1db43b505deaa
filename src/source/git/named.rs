//! Sees to it that everything which is named is there: what trees, commits and tags refer to, and what
//! references and the index begin with. A clone may have been made without some of its objects, and a
//! disk may have lost some; what is lacking was not read, and that is told.

use super::additions;
use super::commit::{self, Raw};
use super::outline::Outline;
use super::places::Places;
use super::reader::Text;
use super::staged;
use crate::model::{Copied, Kind, Shortfall};
use crate::unpack::Sink;
use gix::{ObjectId, objs, oid};
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{iter, mem};

/// Distinct missing objects that are counted exactly.
const MISSING: usize = 100_000;

/// Names that are looked for together. In their order they are found side by side in the index of a
/// pack, where each by itself would be looked for in memory that nobody has touched for long.
const TOGETHER: usize = 1 << 16;

/// What is named, compared with what is stored.
pub(super) struct Named<'s> {
    places: &'s Places,
    hash: gix::hash::Kind,
    /// Commits whose parents were never fetched.
    boundary: HashSet<ObjectId>,
    /// What is named and was not looked for yet.
    waiting: Mutex<Vec<ObjectId>>,
    missing: Mutex<BTreeSet<ObjectId>>,
}

/// What an object says beside what it names.
pub(super) enum Said {
    Commit(Raw),
    /// Where a tree's new entries stand in it.
    Tree(Vec<Range<usize>>),
    /// Nothing of interest.
    Other,
}

impl<'s> Named<'s> {
    pub(super) fn new(places: &'s Places, hash: gix::hash::Kind, boundary: Vec<ObjectId>) -> Self {
        Self {
            places,
            hash,
            boundary: boundary.into_iter().collect(),
            waiting: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    /// Looks for what references and the index begin with, and tells what of these cannot be read.
    pub(super) fn begin(&self, outline: &Outline, place: &str, sink: &dyn Sink) {
        let tell = |kind, detail| sink.shortfall(Shortfall::new(kind, place, detail));
        let failed = |kind, what, problem: &str| {
            tell(kind, format!("{what} cannot be read: {problem}"));
        };
        if let Some(format) = &outline.foreign_references {
            let detail = format!(
                "keeps its references in a `{format}`, which cannot be read: every object was searched, \
                 and objects go by their names; `git refs migrate --ref-format=files` changes that"
            );
            tell(Kind::Unsupported, detail);
        } else {
            let held = outline.tips.iter().filter(|tip| tip.is_held());
            self.expect(held.map(|tip| &*tip.id));
            for (kind, problem) in &outline.problems {
                failed(*kind, "a reference", problem);
            }
        }
        for index in &outline.indexes {
            match staged::named(index, self.hash) {
                Ok(ids) => self.expect(ids.iter().map(|id| &**id)),
                Err(problem) => failed(Kind::Corrupt, "the index", &problem),
            }
        }
    }

    /// Looks for what an object names. What a tree copies from another tree was looked for there.
    ///
    /// # Errors
    /// When the object is not what its kind says.
    pub(super) fn by(&self, object: &Text<'_>, copies: &[Copied]) -> Result<Said, &'static str> {
        match object.kind {
            objs::Kind::Blob => Ok(Said::Other),
            objs::Kind::Tree => self.by_tree(object.data, copies).map(Said::Tree),
            objs::Kind::Commit => {
                let commit = Raw::parse(object.data, self.hash).ok_or("it is no commit")?;
                let parents = match self.boundary.contains(&object.id) {
                    true => &[][..],
                    false => &commit.parents,
                };
                self.expect(iter::once(&commit.tree).chain(parents).map(|id| &**id));
                Ok(Said::Commit(commit))
            }
            objs::Kind::Tag => {
                let target = commit::tagged(object.data, self.hash).ok_or("it is no tag")?;
                self.expect(iter::once(&*target));
                Ok(Said::Other)
            }
        }
    }

    fn by_tree(&self, tree: &[u8], copies: &[Copied]) -> Result<Vec<Range<usize>>, &'static str> {
        let mut places = Vec::new();
        let new = additions::new_entries(tree, copies, self.hash, &mut |(place, entry)| {
            // A submodule's commit is in another repository.
            if !entry.mode.is_commit() {
                places.push(place);
            }
        });
        let length = self.hash.len_in_bytes();
        let id =
            |place: &Range<usize>| oid::from_bytes_unchecked(&tree[place.end - length..place.end]);
        self.expect(places.iter().map(id));
        new.map(|()| places)
    }

    /// Looks for objects, now or later.
    pub(super) fn expect<'i>(&self, ids: impl Iterator<Item = &'i oid>) {
        let mut waiting = locked(&self.waiting);
        waiting.extend(ids.map(oid::to_owned));
        if waiting.len() >= TOGETHER {
            let ids = mem::take(&mut *waiting);
            drop(waiting);
            self.look_for(ids);
        }
    }

    fn look_for(&self, mut ids: Vec<ObjectId>) {
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| !self.places.contain(id));
        let mut missing = locked(&self.missing);
        let room = MISSING.saturating_sub(missing.len());
        missing.extend(ids.into_iter().take(room));
    }

    /// Tells what is named and not there.
    pub(super) fn tell(&self, sink: &dyn Sink, place: &str, is_partial: bool) {
        self.look_for(mem::take(&mut locked(&self.waiting)));
        let missing = locked(&self.missing);
        let Some(first) = missing.first() else {
            return;
        };
        let number = missing.len();
        let why = match is_partial {
            true => "this is a partial clone; `git fetch --refetch --no-filter` gets the rest",
            false => "the repository is damaged; `git fsck` tells more",
        };
        let detail = format!("{number} objects are named but not here, {first} among them: {why}");
        sink.shortfall(Shortfall::new(Kind::Missing, place, detail));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What whoever walks a pack tells of it.

use super::error::{Doubt, ObjectError};
use crate::model::{Derived, Trace};
use gix::{ObjectId, objs, oid};
use std::io::Read;
use std::path::Path;

/// Takes the objects of a pack; shared by all threads.
///
/// No method may wait for other work of the thread pool: whoever calls it may hold what that work
/// waits for.
pub trait Visit: Sync {
    /// Takes an object in memory. `derived` says which bytes its delta copies from the object it is
    /// stored against, and what the visit of that one returned. There is none of an object stored in
    /// full, nor where the base was not visited or its trace took too much memory.
    ///
    /// The trace that is returned is kept for the objects made from this one.
    fn object(&self, object: &Object<'_>, derived: Option<Derived<'_>>) -> Trace;

    /// Takes an object too large to hold, of `size` bytes as its header states. Nothing is made from
    /// it. An error of `content` is told by [`Self::failed`] too.
    fn large(&self, id: &oid, kind: objs::Kind, size: u64, content: &mut dyn Read);

    /// Told of an object that was not visited, or of a large one that could not be read to its end.
    /// Those made from it follow one by one.
    fn failed(&self, id: &oid, error: &ObjectError);

    /// Told first, at most once, when the index is not to be trusted or not complete. Where its names
    /// are in doubt every object is compared with its own.
    fn doubtful(&self, pack: &Path, doubt: &Doubt);

    /// The object of that name from another store, if one has it. Only a pack that was cut out of a
    /// larger store ("thin") asks.
    fn outside(&self, id: &oid) -> Option<(objs::Kind, Vec<u8>)> {
        let _ = id;
        None
    }

    /// Whether to stop; asked before every object.
    fn stopped(&self) -> bool;
}

/// An object of a pack.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub kind: objs::Kind,
    /// What it is derived from, where that is told.
    pub base: Option<ObjectId>,
    /// Its content, without the header that is hashed with it.
    pub data: &'a [u8],
    /// Whether objects are made from it, for which its trace is wanted.
    pub is_base: bool,
    /// Whether it is visited in another pack as well, and here for its trace alone.
    pub elsewhere: bool,
}

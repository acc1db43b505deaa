//! Git packs, read object by object in the order of their deltas.
//!
//! A pack stores most objects as deltas against others (gitformat-pack(5)), so it is a forest: the
//! objects stored in full are its roots. Each family is walked from its root downwards, so that
//! every object is made once, from a base that is in memory, and whoever visits it learns which
//! bytes came from there.
//!
//! What always holds: an object is visited with exactly the content that its name stands for, or it
//! is told as failed. The index vouches for that with a CRC-32 for each entry; where it does not,
//! the object is hashed. Nothing is allocated because a size is stated somewhere, and what is held
//! at a time stays within the budget, or within three times the largest object.

mod content;
mod delta;
mod entries;
mod error;
mod forest;
mod inflate;
mod listing;
mod maker;
mod path;
mod spare;
#[cfg(test)]
mod tests;
mod turn;
mod visit;
mod walk;

pub use error::{Doubt, ObjectError, PackError};
pub use listing::Listing;
pub use visit::{Object, Visit};

use self::entries::Entries;
use self::forest::Forest;
use self::turn::Room;
use self::walk::{Job, Walk};
use gix::odb::pack::{data, index};
use gix::{hash, oid};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize};

/// Bytes of the largest object that is ever held in memory. Git itself makes no deltas of files
/// beyond `core.bigFileThreshold`, which is a quarter of that.
const LARGEST: u64 = 2 << 30;

/// A pack and its index, both mapped.
pub struct Pack {
    listing: Listing,
    data: data::File,
}

impl Pack {
    /// Opens the index at `index`, which ends in `.idx`, and the pack beside it, which ends in
    /// `.pack`. Which hash the repository uses is not written in either.
    ///
    /// # Errors
    /// When one of them cannot be opened, or its first bytes or its size show that it is not what
    /// it should be.
    pub fn open(index: &Path, hash: hash::Kind) -> Result<Self, PackError> {
        let data = index.with_extension("pack");
        let opened = index::File::at(index, hash);
        let opened = opened.map_err(|error| PackError::new(index, &error))?;
        Ok(Self {
            listing: Listing::new(opened),
            data: data::File::at(&data, hash).map_err(|error| PackError::new(&data, &error))?,
        })
    }

    /// The objects that the index lists.
    pub const fn listing(&self) -> &Listing {
        &self.listing
    }

    /// Shows every object to `visit`, each once and in no particular order, on all threads of the
    /// current rayon pool. An object that is `elsewhere` is shown only if others are made from it
    /// here. Buffers that live at one time take at most `memory` bytes, unless one object takes
    /// more than its part; such objects are made one at a time.
    pub fn visit(&self, visit: &dyn Visit, elsewhere: &(dyn Fn(&oid) -> bool + Sync), memory: u64) {
        let doubt = self.doubt();
        if let Some(doubt) = &doubt {
            visit.doubtful(doubt);
        }
        let entries = Entries::new(self, doubt.is_some());
        let forest = Forest::new(&entries, elsewhere);
        for &number in forest.circular() {
            visit.failed(entries.id(number), &ObjectError::Circular);
        }
        let job = Job {
            entries: &entries,
            forest: &forest,
            visit,
            room: &Room::new(memory, rayon::current_num_threads()),
            next: &AtomicUsize::new(0),
        };
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| Walk::new(&job).run());
            }
        });
    }

    /// What speaks against the index. It takes a hash of the index.
    fn doubt(&self) -> Option<Doubt> {
        let index = self.listing.index();
        let (listed, stored) = (index.num_objects(), self.data.num_objects());
        if listed != stored {
            return Some(Doubt::Number { listed, stored });
        }
        if index.pack_checksum() != self.data.checksum() {
            return Some(Doubt::OtherPack);
        }
        let stop = AtomicBool::new(false);
        let verified = index.verify_checksum(&mut gix::progress::Discard, &stop);
        verified.is_err().then_some(Doubt::Checksum)
    }
}

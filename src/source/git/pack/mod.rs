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
//! at a time stays within the budget, or within three times the largest object. The entries that the index
//! lists fill the pack without a gap; where they don't, what it hides is shown too.

mod content;
mod delta;
mod entries;
mod error;
mod forest;
mod indexing;
mod inflate;
mod listing;
mod maker;
mod path;
mod source;
mod spare;
#[cfg(test)]
mod tests;
mod turn;
mod visit;
mod walk;

pub use error::{Doubt, ObjectError, PackError};
pub use indexing::{Indexing, Outside};
pub use listing::Listing;
pub(super) use source::LOOKED_UP;
pub use visit::{Object, Visit};

use self::entries::Entries;
use self::forest::Forest;
use self::indexing::List;
use self::source::Data;
use self::turn::Room;
use self::walk::{Job, Walk};
use super::Bytes;
use flate2::Decompress;
use gix::odb::pack::{FileData, data, index};
use gix::{hash, objs, oid};
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Bytes of the largest object that is ever held in memory. Git itself makes no deltas of files
/// beyond `core.bigFileThreshold`, which is a quarter of that.
const LARGEST: u64 = 2 << 30;

/// A pack and what an index says of it.
pub struct Pack {
    listing: Listing,
    data: Arc<dyn Data>,
}

impl Pack {
    /// Opens the index at `index`, which ends in `.idx`, and the pack beside it, which ends in
    /// `.pack`. Which hash the repository uses is not written in either. Both are mapped.
    ///
    /// # Errors
    /// When one of them cannot be opened, or its first bytes or its size show that it is not what
    /// it should be.
    pub fn open(index: &Path, hash: hash::Kind) -> Result<Self, PackError> {
        let data = index.with_extension("pack");
        let opened = index::File::at(index, hash);
        let opened = opened.map_err(|error| PackError::new(index, &error))?;
        let mapped = data::File::at(&data, hash).map_err(|error| PackError::new(&data, &error))?;
        Ok(Self::of(Listing::new(opened), mapped))
    }

    /// A pack that is in memory, with a list of its objects.
    ///
    /// # Errors
    /// When its first bytes or its size show that it is no pack; `path` is where it was found.
    pub fn held(pack: Bytes, path: &Path, listing: Listing) -> Result<Self, PackError> {
        let hash = listing.index().hash();
        let data = data::File::from_data(pack, path.to_owned(), hash);
        let data = data.map_err(|error| PackError::new(path, &error))?;
        Ok(Self::of(listing, data))
    }

    /// A pack in memory that has no index, or none that can be read: it is made from the pack.
    /// `outside` gives objects of other stores that its deltas may be against.
    ///
    /// # Errors
    /// Those of [`Self::held`]. What is damaged in it is missing from the list, which
    /// [`Visit::doubtful`] tells.
    pub fn unlisted(
        pack: Bytes,
        path: &Path,
        hash: hash::Kind,
        work: &Indexing<'_>,
    ) -> Result<Self, PackError> {
        let listing = Listing::new(List::empty(hash));
        Ok(work.list(Self::held(pack, path, listing)?, hash))
    }

    fn of<T: FileData + Send + Sync + 'static>(listing: Listing, data: data::File<T>) -> Self {
        let data = data.with_alloc_limit_bytes(Some(LOOKED_UP));
        Self {
            listing,
            data: Arc::new(data),
        }
    }

    /// The objects that the index lists.
    pub const fn listing(&self) -> &Listing {
        &self.listing
    }

    /// An object, made from this pack alone.
    pub fn object(&self, id: &oid) -> Option<(objs::Kind, Vec<u8>)> {
        let offset = self.listing.offset(id)?;
        self.data.object(offset, &|base| self.listing.offset(base))
    }

    /// Shows every object to `visit`, each once and in no particular order, on all threads of the
    /// current rayon pool. An object that is `elsewhere` is shown only if others are made from it
    /// here. Buffers that live at one time take at most `memory` bytes, unless one object takes
    /// more than its part; such objects are made one at a time.
    pub fn visit(&self, visit: &dyn Visit, elsewhere: &(dyn Fn(&oid) -> bool + Sync), memory: u64) {
        let doubt = self.doubt();
        if let Some(doubt) = &doubt {
            visit.doubtful(self.data.path(), doubt);
        }
        let is_doubtful = doubt.is_some_and(|doubt| doubt.is_of_names());
        let entries = Entries::new(self, is_doubtful);
        let left = walk(&entries, visit, elsewhere, memory);
        // A list that was made from the pack has what there is.
        let is_foreign = self.listing.pack_checksum().is_some();
        if is_foreign && !visit.stopped() && (entries.have_gap() || hides(&entries, &left, visit)) {
            visit.doubtful(self.data.path(), &Doubt::Hidden);
            self.visit_hidden(visit, elsewhere, memory);
        }
    }

    /// Shows the objects that the index does not list.
    fn visit_hidden(
        &self,
        visit: &dyn Visit,
        elsewhere: &(dyn Fn(&oid) -> bool + Sync),
        memory: u64,
    ) {
        let work = Indexing {
            outside: &|id| visit.outside(id),
            memory,
            is_stopped: &|| visit.stopped(),
        };
        let hash = self.listing.index().hash();
        let unlisted = Self {
            listing: Listing::new(List::empty(hash)),
            data: Arc::clone(&self.data),
        };
        let whole = work.list(unlisted, hash);
        let is_known = |id: &oid| self.listing.contains(id) || elsewhere(id);
        walk(&Entries::new(&whole, false), visit, &is_known, memory);
    }

    /// What speaks against the index. It takes a hash of the index.
    fn doubt(&self) -> Option<Doubt> {
        let index = self.listing.index();
        let (listed, stored) = (index.len(), self.data.objects());
        match index.pack_checksum() {
            None => (listed != stored).then_some(Doubt::Incomplete { listed, stored }),
            _ if listed != stored => Some(Doubt::Number { listed, stored }),
            Some(checksum) if checksum != self.data.checksum() => Some(Doubt::OtherPack),
            Some(_) => (!index.is_sound()).then_some(Doubt::Checksum),
        }
    }
}

/// Shows the objects of entries, and returns which of these did not have to be read for it.
fn walk(
    entries: &Entries<'_>,
    visit: &dyn Visit,
    elsewhere: &(dyn Fn(&oid) -> bool + Sync),
    memory: u64,
) -> Vec<u32> {
    let forest = Forest::new(entries, elsewhere);
    for &number in forest.circular() {
        visit.failed(entries.id(number), &ObjectError::Circular);
    }
    let job = Job {
        entries,
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
    forest.idle()
}

/// Whether there is something behind one of these entries, which nobody has read. They stand in another
/// pack as well.
fn hides(entries: &Entries<'_>, unread: &[u32], visit: &dyn Visit) -> bool {
    let inflate = || Decompress::new(true);
    unread
        .par_iter()
        .map_init(inflate, |inflate, &number| {
            let Ok(stored) = entries.stored(number) else {
                return false;
            };
            let used = indexing::stream(inflate, stored.compressed, stored.size);
            !visit.stopped() && used.is_some_and(|used| used < stored.compressed.len() as u64)
        })
        .any(|is_short| is_short)
}

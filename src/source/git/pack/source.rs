//! The bytes of a pack and of its index, wherever they are: mapped from disk, held in memory, or, of
//! an index, worked out from the pack. The walk knows them by these two traits alone.

use gix::odb::pack::data::decode::entry::ResolvedBase;
use gix::odb::pack::{FileData, cache, data, index};
use gix::{ObjectId, hash, objs, oid};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Bytes that one object may take which is looked up by itself; such are commits, tags and trees.
pub(in crate::source::git) const LOOKED_UP: usize = 256 << 20;

/// What an index says of its pack. Positions are those of the objects in the order of their names.
pub(super) trait Index: Send + Sync {
    /// How many objects it lists.
    fn len(&self) -> u32;
    /// The hash that names objects.
    fn hash(&self) -> hash::Kind;
    /// The name of an object.
    fn id(&self, position: u32) -> &oid;
    /// Where in the pack its entry begins.
    fn offset(&self, position: u32) -> u64;
    /// CRC-32 of its entry. The first version of the format has none.
    fn crc(&self, position: u32) -> Option<u32>;
    /// The checksum of the pack that it was made for; `None` if it was made from the pack at hand.
    fn pack_checksum(&self) -> Option<ObjectId>;
    /// Whether it is as it was written. It takes a hash of all of it.
    fn is_sound(&self) -> bool;
}

impl<T: FileData + Send + Sync> Index for index::File<T> {
    fn len(&self) -> u32 {
        self.num_objects()
    }

    fn hash(&self) -> hash::Kind {
        self.object_hash()
    }

    fn id(&self, position: u32) -> &oid {
        self.oid_at_index(position)
    }

    fn offset(&self, position: u32) -> u64 {
        self.pack_offset_at_index(position)
    }

    fn crc(&self, position: u32) -> Option<u32> {
        self.crc32_at_index(position)
    }

    fn pack_checksum(&self) -> Option<ObjectId> {
        Some(self.pack_checksum())
    }

    fn is_sound(&self) -> bool {
        let stop = AtomicBool::new(false);
        let verified = self.verify_checksum(&mut gix::progress::Discard, &stop);
        verified.is_ok()
    }
}

/// The pack itself.
pub(super) trait Data: Send + Sync {
    /// Where it was found.
    fn path(&self) -> &Path;
    /// How many objects its header states.
    fn objects(&self) -> u32;
    /// The checksum at its end.
    fn checksum(&self) -> ObjectId;
    /// Where the last entry ends at the latest.
    fn end(&self) -> u64;
    /// Bytes of it, if it has them.
    fn bytes(&self, range: Range<u64>) -> Option<&[u8]>;
    /// The object whose entry begins at `offset`, if it can be made from this pack. `place` tells
    /// where the object of a name begins.
    fn object(
        &self,
        offset: u64,
        place: &dyn Fn(&oid) -> Option<u64>,
    ) -> Option<(objs::Kind, Vec<u8>)>;
}

impl<T: FileData + Send + Sync> Data for data::File<T> {
    fn path(&self) -> &Path {
        self.path()
    }

    fn objects(&self) -> u32 {
        self.num_objects()
    }

    fn checksum(&self) -> ObjectId {
        self.checksum()
    }

    fn end(&self) -> u64 {
        self.pack_end() as u64
    }

    fn bytes(&self, range: Range<u64>) -> Option<&[u8]> {
        self.entry_slice(range)
    }

    fn object(
        &self,
        offset: u64,
        place: &dyn Fn(&oid) -> Option<u64>,
    ) -> Option<(objs::Kind, Vec<u8>)> {
        let entry = |offset| (offset < self.end()).then(|| self.entry(offset).ok())?;
        let base = |id: &oid, _: &mut Vec<u8>| {
            let entry = place(id).and_then(entry);
            Ok(entry.map(ResolvedBase::InPack))
        };
        let mut content = Vec::new();
        let decoded = self.decode_entry(
            entry(offset)?,
            &mut content,
            &mut gix::zlib::Inflate::default(),
            &base,
            &mut cache::Never,
        );
        Some((decoded.ok()?.kind, content))
    }
}

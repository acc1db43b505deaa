//! The entries of a pack in the order in which they stand there. They are known by their number in
//! that order, because an entry ends where the next one begins.

use super::Pack;
use super::error::ObjectError;
use gix::odb::pack::data::{Entry, entry::Header, header};
use gix::{ObjectId, objs, oid};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where entries stand. Takes 16 bytes for each.
pub(super) struct Entries<'p> {
    pack: &'p Pack,
    /// Offsets in the pack, sorted.
    offsets: Vec<u64>,
    /// Positions in the index, which is sorted by name.
    positions: Vec<u32>,
    /// CRC-32 as the index states them, if it does: gathered at once, because to look each up when its
    /// entry is read waits for memory every time.
    sums: Option<Vec<u32>>,
    /// Whether the index as a whole is not to be trusted.
    is_doubtful: bool,
    /// Whether an entry has ended before the next one begins.
    has_gap: AtomicBool,
}

/// An entry as it is stored.
pub(super) struct Stored<'p> {
    entry: Entry,
    /// Bytes of what is compressed, the object or its delta, as the header states.
    pub(super) size: u64,
    /// The compressed bytes, and perhaps more.
    pub(super) compressed: &'p [u8],
}

/// What an object is stored against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Base {
    /// Nothing: it is stored in full.
    None(objs::Kind),
    /// The entry of that number.
    Entry(u32),
    /// An object that is not in this pack.
    Outside(ObjectId),
    /// A place in this pack where no entry begins.
    Nowhere,
}

impl<'p> Entries<'p> {
    pub(super) fn new(pack: &'p Pack, is_doubtful: bool) -> Self {
        let index = pack.listing.index();
        let listed = (0..index.len()).map(|position| index.offset(position));
        let mut placed: Vec<(u64, u32)> = listed.zip(0..).collect();
        placed.sort_unstable();
        let (offsets, positions): (Vec<_>, Vec<_>) = placed.into_iter().unzip();
        let sums = positions.iter().map(|&position| index.crc(position));
        Self {
            sums: sums.collect(),
            pack,
            offsets,
            positions,
            is_doubtful,
            has_gap: AtomicBool::new(false),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.pack.listing.index().len()
    }

    /// The name of an object.
    pub(super) fn id(&self, number: u32) -> &oid {
        self.pack.listing.index().id(self.position(number))
    }

    /// Reads the header of an entry.
    pub(super) fn stored(&self, number: u32) -> Result<Stored<'p>, ObjectError> {
        let at = self.offset(number);
        let bytes = self.bytes(number)?;
        let hash = self.pack.listing.index().hash();
        let entry = Entry::from_bytes(bytes, at, hash).map_err(|_| ObjectError::Header(at))?;
        Ok(Stored {
            size: entry.decompressed_size,
            compressed: &bytes[entry.header_size()..],
            entry,
        })
    }

    /// Notes how many of its compressed bytes an entry takes.
    pub(super) fn took(&self, stored: &Stored<'_>, used: usize) {
        if used < stored.compressed.len() {
            self.has_gap.store(true, Ordering::Relaxed);
        }
    }

    /// Whether there is something in front of the first entry, or behind one of those that were read.
    pub(super) fn have_gap(&self) -> bool {
        let end = self.pack.data.end();
        let first = self.offsets.first().map_or(end, |&first| first.min(end));
        first > header::SIZE as u64 || self.has_gap.load(Ordering::Relaxed)
    }

    /// What an object is stored against.
    pub(super) fn base(&self, stored: &Stored<'_>) -> Base {
        let entry = &stored.entry;
        let (inside, otherwise) = match entry.header {
            Header::Commit => return Base::None(objs::Kind::Commit),
            Header::Tree => return Base::None(objs::Kind::Tree),
            Header::Blob => return Base::None(objs::Kind::Blob),
            Header::Tag => return Base::None(objs::Kind::Tag),
            Header::OfsDelta { base_distance } => {
                (entry.checked_base_pack_offset(base_distance), Base::Nowhere)
            }
            Header::RefDelta { base_id } => {
                let offset = self.pack.listing.offset(&base_id);
                (offset, Base::Outside(base_id))
            }
        };
        let number = inside.and_then(|offset| self.offsets.binary_search(&offset).ok());
        number.map_or(otherwise, |number| Base::Entry(number as u32))
    }

    /// Whether the object has to be compared with its name, because nothing vouches for the bytes
    /// of its entry: the checksum of the index for what the index says, and its CRC-32 for them.
    /// The first version of the index has none.
    pub(super) fn is_doubtful(&self, number: u32) -> bool {
        let stated = self.sums.as_ref().map(|sums| sums[number as usize]);
        let actual = || self.bytes(number).ok().map(crc32fast::hash);
        self.is_doubtful || stated.is_none() || stated != actual()
    }

    /// Whether content has the name of an object.
    pub(super) fn is_named(&self, number: u32, kind: objs::Kind, content: &[u8]) -> bool {
        let name = objs::compute_hash(self.pack.listing.index().hash(), kind, content);
        name.is_ok_and(|name| name == self.id(number))
    }

    /// From the beginning of an entry to that of the next. So no byte belongs to two entries,
    /// and what a pack inflates to stays in proportion to its size whatever its index says.
    fn bytes(&self, number: u32) -> Result<&'p [u8], ObjectError> {
        let end = self.pack.data.end();
        let begin = self.offset(number);
        let next = self.offsets.get(number as usize + 1);
        let range = begin..next.map_or(end, |&next| next.min(end));
        (begin >= header::SIZE as u64 && range.start <= range.end)
            .then(|| self.pack.data.bytes(range))
            .flatten()
            .ok_or(ObjectError::OutOfBounds(begin))
    }

    fn offset(&self, number: u32) -> u64 {
        self.offsets[number as usize]
    }

    /// Position in the index.
    fn position(&self, number: u32) -> u32 {
        self.positions[number as usize]
    }
}

//! The list of a pack's objects where no index is left, or none that can be read.
//!
//! An object's name is the hash of its content, so all of them have to be made. The walk does that as
//! ever, under names that are made up from the offsets of the entries, and whoever is shown an object
//! works out the true one. A delta that names its base finds it once that one has its true name, so the
//! walk is repeated as long as it leads any further.

use super::entries::Entries;
use super::source::{Data, Index};
use super::{Doubt, Listing, Object, ObjectError, Pack, Visit, walk};
use crate::model::{Derived, Trace};
use flate2::{Decompress, FlushDecompress, Status};
use gix::odb::pack::data::{Entry, header};
use gix::{ObjectId, hash, objs, oid};
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Times that a walk is repeated: as many deltas with named bases may follow one another. Git makes no
/// more than 50 by default.
const ROUNDS: usize = 256;
/// Bytes that are decompressed at once, to find the end of an entry.
const STEP: usize = 64 << 10;

/// Gives the object of a name, if it is there.
pub type Outside<'a> = dyn Fn(&oid) -> Option<(objs::Kind, Vec<u8>)> + Sync + 'a;

/// What it takes to find out what a pack holds.
pub struct Indexing<'a> {
    /// Gives objects of other stores, which a pack that was cut out of a larger one builds on.
    pub outside: &'a Outside<'a>,
    /// Bytes that a walk may hold, as in [`Pack::visit`].
    pub memory: u64,
    /// Whether to stop.
    pub is_stopped: &'a (dyn Fn() -> bool + Sync),
}

impl Indexing<'_> {
    /// Gives a pack the list that it lacks, as far as it can be made.
    pub(super) fn list(&self, mut pack: Pack, hash: hash::Kind) -> Pack {
        let mut list = List::provisional(&*pack.data, hash, self.is_stopped);
        for _ in 0..ROUNDS {
            pack.listing = Listing::new(list.clone());
            let naming = Naming {
                work: self,
                hash,
                names: Mutex::default(),
            };
            let entries = Entries::new(&pack, false);
            walk(&entries, &naming, &|id| list.is_named(id), self.memory);
            let names = naming.names.into_inner();
            let is_over = list.rename(names.unwrap_or_else(PoisonError::into_inner));
            if is_over || (self.is_stopped)() {
                break;
            }
        }
        list.places.retain(|place| place.is_named);
        pack.listing = Listing::new(list);
        pack
    }
}

/// An index in the making.
#[derive(Debug, Clone)]
pub(super) struct List {
    hash: hash::Kind,
    /// By name.
    places: Vec<Place>,
}

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    id: ObjectId,
    offset: u64,
    crc: u32,
    /// Whether the name is the object's own.
    is_named: bool,
}

impl List {
    /// The list of no object.
    pub(super) const fn empty(hash: hash::Kind) -> Self {
        let places = Vec::new();
        Self { hash, places }
    }

    fn provisional(data: &dyn Data, hash: hash::Kind, is_stopped: &dyn Fn() -> bool) -> Self {
        let offsets = offsets(data, hash, is_stopped);
        let ends = offsets.iter().skip(1).copied().chain([data.end()]);
        let places = offsets.iter().zip(ends).map(|(&offset, end)| Place {
            id: stand_in(offset, hash),
            offset,
            crc: data.bytes(offset..end).map_or(0, crc32fast::hash),
            is_named: false,
        });
        let places = places.collect();
        Self { hash, places }
    }

    fn is_named(&self, id: &oid) -> bool {
        let found = self.places.binary_search_by(|place| (*place.id).cmp(id));
        found.is_ok_and(|at| self.places[at].is_named)
    }

    /// Enters true names beside those that stood in for them. Returns whether that was all that can be
    /// done.
    fn rename(&mut self, mut names: Vec<(ObjectId, ObjectId)>) -> bool {
        names.sort_unstable();
        for place in &mut self.places {
            if let Ok(at) = names.binary_search_by_key(&place.id, |name| name.0) {
                place.id = names[at].1;
                place.is_named = true;
            }
        }
        self.places.sort_unstable();
        names.is_empty() || self.places.iter().all(|place| place.is_named)
    }

    fn at(&self, position: u32) -> &Place {
        &self.places[position as usize]
    }
}

impl Index for List {
    fn len(&self) -> u32 {
        self.places.len() as u32
    }

    fn hash(&self) -> hash::Kind {
        self.hash
    }

    fn id(&self, position: u32) -> &oid {
        &self.at(position).id
    }

    fn offset(&self, position: u32) -> u64 {
        self.at(position).offset
    }

    fn crc(&self, position: u32) -> Option<u32> {
        Some(self.at(position).crc)
    }

    fn pack_checksum(&self) -> Option<ObjectId> {
        None
    }

    fn is_sound(&self) -> bool {
        true
    }
}

/// The name of the entry at an offset, until its own is known.
fn stand_in(offset: u64, hash: hash::Kind) -> ObjectId {
    let mut name = [0xa5; 32];
    name[..8].copy_from_slice(&offset.to_be_bytes());
    ObjectId::from_bytes_or_panic(&name[..hash.len_in_bytes()])
}

/// Where entries begin, up to the end or to the first one that is damaged: where that one ends cannot be
/// told. How many there should be is not asked, because the pack's header may have been changed to hide some.
fn offsets(data: &dyn Data, hash: hash::Kind, is_stopped: &dyn Fn() -> bool) -> Vec<u64> {
    let mut found = Vec::new();
    let mut at = header::SIZE as u64;
    let mut inflate = Decompress::new(true);
    while at < data.end() && !is_stopped() {
        let length = data.bytes(at..data.end()).and_then(|bytes| {
            let entry = Entry::from_bytes(bytes, at, hash).ok()?;
            let content = bytes.get(entry.header_size()..)?;
            let compressed = stream(&mut inflate, content, entry.decompressed_size)?;
            Some(entry.header_size() as u64 + compressed)
        });
        let Some(length) = length else { break };
        found.push(at);
        at += length;
    }
    found
}

/// Bytes of the zlib stream that `bytes` begin with, if it is sound and holds as many as stated.
pub(super) fn stream(inflate: &mut Decompress, bytes: &[u8], size: u64) -> Option<u64> {
    let mut out = [0; STEP];
    inflate.reset(true);
    loop {
        let (taken, given) = (inflate.total_in(), inflate.total_out());
        let rest = &bytes[taken as usize..];
        match inflate.decompress(rest, &mut out, FlushDecompress::None) {
            Ok(Status::StreamEnd) => {
                return (inflate.total_out() == size).then(|| inflate.total_in());
            }
            Ok(_) if inflate.total_out() > size => return None,
            Ok(_) if (inflate.total_in(), inflate.total_out()) == (taken, given) => return None,
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

/// Works out the names of objects.
struct Naming<'n> {
    work: &'n Indexing<'n>,
    hash: hash::Kind,
    /// The name that stood in, and the true one.
    names: Mutex<Vec<(ObjectId, ObjectId)>>,
}

impl Naming<'_> {
    fn name(&self, id: &oid, name: Option<ObjectId>) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.extend(name.map(|name| (id.to_owned(), name)));
    }
}

impl Visit for Naming<'_> {
    fn object(&self, object: &Object<'_>, _: Option<Derived<'_>>) -> Trace {
        if !object.elsewhere {
            let name = objs::compute_hash(self.hash, object.kind, object.data);
            self.name(&object.id, name.ok());
        }
        Trace::default()
    }

    fn large(&self, id: &oid, kind: objs::Kind, size: u64, content: &mut dyn Read) {
        let mut hasher = hash::hasher(self.hash);
        hasher.update(&objs::encode::loose_header(kind, size));
        let mut buffer = vec![0; STEP];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => hasher.update(&buffer[..count]),
                Err(_) => return,
            }
        }
        self.name(id, hasher.try_finalize().ok());
    }

    /// What has no name in the end is told as missing from the list.
    fn failed(&self, _: &oid, _: &ObjectError) {}

    fn doubtful(&self, _: &Path, _: &Doubt) {}

    fn outside(&self, id: &oid) -> Option<(objs::Kind, Vec<u8>)> {
        (self.work.outside)(id)
    }

    fn stopped(&self) -> bool {
        (self.work.is_stopped)()
    }
}

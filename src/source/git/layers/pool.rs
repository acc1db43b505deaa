//! The objects of one group, put together from the files of all layers, and where each of them lies.

use super::gather::{Everything, Found, Group};
use super::remains::{Piece, What};
use crate::model::{Kind, Shortfall};
use crate::source::git::Bytes;
use crate::source::git::loose;
use crate::source::git::pack::{Indexing, Listing, Outside, Pack};
use crate::source::git::places::Folder;
use crate::source::git::stores::Stores;
use crate::unpack::Sink;
use gix::hashtable::HashMap;
use gix::{ObjectId, hash, objs};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

/// Hashes that git names objects by.
pub(super) const HASHES: [hash::Kind; 2] = [hash::Kind::Sha1, hash::Kind::Sha256];

/// What is made of the files of a group.
pub(super) struct Pool {
    pub(super) stores: Arc<Stores>,
    /// For each pack of the stores, the files that it lies in.
    packs: Vec<Vec<Found>>,
    /// The files of each loose object.
    loose: HashMap<ObjectId, Vec<Found>>,
    /// What has to be read once more: packs by their number, and loose objects.
    pub(super) late: BTreeMap<Found, Late>,
}

/// Something that passes by once more.
#[derive(Debug, Clone, Copy)]
pub(super) enum Late {
    Pack(usize),
    Loose(ObjectId),
}

/// A pack, its list if it is not here itself, and its files.
struct Stored {
    pack: Result<Pack, Listing>,
    files: Vec<Found>,
}

impl Stored {
    fn listing(&self) -> &Listing {
        match &self.pack {
            Ok(pack) => pack.listing(),
            Err(listing) => listing,
        }
    }
}

impl Pool {
    /// The files that hold an object.
    pub(super) fn files(&self, id: &gix::oid) -> Vec<Found> {
        let packs = self.stores.places.all_packs(id);
        let packed = packs.flat_map(|number| &self.packs[number]);
        let loose = self.loose.get(id).into_iter().flatten();
        packed.chain(loose).copied().collect()
    }

    /// The list of the pack of this number.
    pub(super) fn listing(&self, number: usize) -> Listing {
        self.stores.places.listing(number).clone()
    }
}

/// The files of loose objects, by name.
type Loose = BTreeMap<ObjectId, Vec<Found>>;

/// Puts pools together.
pub(super) struct Builder<'b> {
    pub(super) all: &'b Everything,
    pub(super) sink: &'b dyn Sink,
    /// Bytes that a walk over a pack may hold.
    pub(super) memory: u64,
    /// The indexes of packs, by the checksum of the pack that they are for.
    pub(super) indexes: BTreeMap<ObjectId, Listing>,
}

impl<'b> Builder<'b> {
    pub(super) fn new(all: &'b Everything, sink: &'b dyn Sink, memory: u64) -> Self {
        let mut indexes = BTreeMap::new();
        for &found in all.sites.values().flatten() {
            let piece = all.piece(found);
            if let (What::PackIndex, Some(bytes)) = (piece.what, &piece.bytes) {
                let open = |hash| Listing::held(bytes.clone(), &path(piece), hash).ok();
                let listing = HASHES.into_iter().find_map(open);
                let sound = listing.filter(Listing::is_sound);
                if let Some((listing, pack)) =
                    sound.and_then(|l| Some((l.clone(), l.pack_checksum()?)))
                {
                    indexes.insert(pack, listing);
                }
            }
        }
        Self {
            all,
            sink,
            memory,
            indexes,
        }
    }

    /// The pools of a group: one for each hash that its objects are named by.
    pub(super) fn pools(&self, group: &Group) -> Vec<(hash::Kind, Pool)> {
        let files = group.sites.iter().flat_map(|site| &self.all.sites[site]);
        let of_kind = |what| {
            files
                .clone()
                .copied()
                .filter(move |&file| self.all.piece(file).what == what)
        };
        let mut loose: BTreeMap<hash::Kind, Loose> = BTreeMap::new();
        for found in of_kind(What::Loose) {
            if let Some(id) = self.name(found) {
                let of_hash = loose.entry(id.kind()).or_default();
                of_hash.entry(id).or_default().push(found);
            }
        }
        let mut packs: BTreeMap<hash::Kind, Vec<Stored>> = BTreeMap::new();
        // Those that have to be worked out may build on those that have a list.
        let (listed, others): (Vec<Found>, Vec<Found>) =
            of_kind(What::Pack).partition(|&found| self.list(found).is_some());
        for found in listed.into_iter().chain(others) {
            let outside = |id: &gix::oid| {
                let mut packs = packs.get(&id.kind()).into_iter().flatten();
                packs.find_map(|stored| stored.pack.as_ref().ok()?.object(id))
            };
            if let Some((hash, stored)) = self.pack(found, &outside) {
                join(packs.entry(hash).or_default(), stored, self.all);
            }
        }
        let pool = |hash| {
            let packs = packs.remove(&hash).unwrap_or_default();
            let loose = loose.remove(&hash).unwrap_or_default();
            let is_empty = packs.is_empty() && loose.is_empty();
            (!is_empty).then(|| (hash, self.pool(hash, packs, loose)))
        };
        HASHES.into_iter().filter_map(pool).collect()
    }

    fn pool(&self, hash: hash::Kind, mut packs: Vec<Stored>, loose: Loose) -> Pool {
        // The largest first, and behind all others what is not here yet.
        packs.sort_by_key(|stored| {
            (
                stored.pack.is_err(),
                std::cmp::Reverse(stored.listing().len()),
            )
        });
        let mut late = BTreeMap::new();
        let mut files = Vec::new();
        let (mut here, mut lists) = (Vec::new(), Vec::new());
        for (number, stored) in packs.into_iter().enumerate() {
            match stored.pack {
                Ok(pack) => here.push(pack),
                Err(listing) => {
                    lists.push(listing);
                    late.extend(stored.files.first().map(|&file| (file, Late::Pack(number))));
                }
            }
            files.push(stored.files);
        }
        let mut held: HashMap<ObjectId, Bytes> = HashMap::default();
        for (&id, files) in &loose {
            let bytes = files
                .iter()
                .find_map(|&found| self.all.piece(found).bytes.clone());
            match bytes {
                Some(bytes) => drop(held.insert(id, bytes)),
                None => late.extend(files.first().map(|&file| (file, Late::Loose(id)))),
            }
        }
        let folder = Folder::held(loose.keys().copied().collect(), held);
        Pool {
            stores: Arc::new(Stores::of(hash, here, lists, vec![folder])),
            packs: files,
            loose: loose.into_iter().collect(),
            late,
        }
    }

    /// The list of a pack's objects, by an index that says as much as the pack.
    fn list(&self, found: Found) -> Option<(hash::Kind, Listing)> {
        let piece = self.all.piece(found);
        let (hash, listing) = HASHES.into_iter().find_map(|hash| {
            let end = piece.tail.len().checked_sub(hash.len_in_bytes())?;
            let checksum = ObjectId::try_from(&piece.tail[end..]).ok()?;
            Some((hash, self.indexes.get(&checksum)?.clone()))
        })?;
        let header = piece.bytes.as_ref().map(|bytes| stated(bytes));
        let is_whole = header.is_none_or(|stated| stated == Some(listing.len()));
        is_whole.then_some((hash, listing))
    }

    /// A pack with its list. Without an index the list is made from the pack, which may build on objects
    /// `outside`.
    fn pack(&self, found: Found, outside: &Outside<'_>) -> Option<(hash::Kind, Stored)> {
        let piece = self.all.piece(found);
        let path = path(piece);
        let (hash, pack) = match (self.list(found), &piece.bytes) {
            (Some((hash, listing)), None) => (hash, Ok(Err(listing))),
            (Some((hash, listing)), Some(bytes)) => {
                let pack = Pack::held(bytes.clone(), &path, listing);
                (hash, pack.map(Ok))
            }
            (None, Some(bytes)) => {
                let work = Indexing {
                    outside,
                    memory: self.memory,
                    is_stopped: &|| self.sink.stopped(),
                };
                let hash = hash_of(bytes);
                let pack = Pack::unlisted(bytes.clone(), &path, hash, &work);
                (hash, pack.map(Ok))
            }
            (None, None) => {
                let detail = "is a pack without an index, and there was no memory left to keep it; a larger \
                              --max-memory helps";
                self.tell(Kind::Limit, found, detail);
                return None;
            }
        };
        match pack {
            Ok(pack) => {
                let files = vec![found];
                Some((hash, Stored { pack, files }))
            }
            Err(error) => {
                self.tell(error.kind, found, &format!("is no pack: {}", error.cause));
                None
            }
        }
    }

    /// The name of a loose object: that of its path, or that of its content.
    fn name(&self, found: Found) -> Option<ObjectId> {
        let piece = self.all.piece(found);
        if let Some(name) = piece.name() {
            return Some(name);
        }
        let Some(bytes) = &piece.bytes else {
            let detail = "is an object without a name, and there was no memory left to keep it; a larger \
                          --max-memory helps";
            self.tell(Kind::Limit, found, detail);
            return None;
        };
        let mut data = Vec::new();
        let read = loose::read(Cursor::new(bytes.clone())).and_then(|object| {
            object.content.take(self.memory).read_to_end(&mut data)?;
            Ok(object.kind)
        });
        let kind = match read {
            Ok(kind) => kind,
            Err(error) => {
                let detail = format!("is a damaged object: {error}");
                self.tell(Kind::Corrupt, found, &detail);
                return None;
            }
        };
        objs::compute_hash(hash::Kind::Sha1, kind, &data).ok()
    }

    fn tell(&self, kind: Kind, found: Found, detail: &str) {
        let shortfall = Shortfall::new(kind, self.all.place(found), detail);
        self.sink.shortfall(shortfall);
    }
}

/// Adds a pack, or another file of one that is there.
fn join(packs: &mut Vec<Stored>, stored: Stored, all: &Everything) {
    let bytes = |stored: &Stored| all.piece(stored.files[0]).bytes.clone();
    let is_same = |other: &&mut Stored| match (bytes(other), bytes(&stored)) {
        (Some(one), Some(two)) => *one == *two,
        _ => false,
    };
    match packs.iter_mut().find(is_same) {
        Some(same) => same.files.extend(stored.files),
        None => packs.push(stored),
    }
}

/// The hash by which a pack names objects, told by the checksum at its end.
fn hash_of(pack: &[u8]) -> hash::Kind {
    let is_right = |hash: &hash::Kind| {
        let Some(end) = pack.len().checked_sub(hash.len_in_bytes()) else {
            return false;
        };
        let mut hasher = hash::hasher(*hash);
        hasher.update(&pack[..end]);
        let sum = hasher.try_finalize();
        sum.is_ok_and(|sum| sum.as_bytes() == &pack[end..])
    };
    let right = HASHES.into_iter().find(is_right);
    right.unwrap_or(hash::Kind::Sha1)
}

/// How many objects the header of a pack states.
fn stated(pack: &[u8]) -> Option<usize> {
    let number = pack.get(8..12)?.try_into().ok()?;
    Some(u32::from_be_bytes(number) as usize)
}

/// Where a file was found, as a path.
pub(super) fn path(piece: &Piece) -> PathBuf {
    String::from_utf8_lossy(&piece.path).into_owned().into()
}

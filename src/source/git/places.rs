//! Where the objects of a repository are: in which packs, and which are loose.

use super::Bytes;
use super::loose::{self, Loose};
use super::pack::Listing;
use gix::ObjectId;
use gix::hashtable::HashMap;
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};

/// Packs that are asked about an object one after the other; of more it is noted which object is where.
const FEW: usize = 8;

/// The place of every object.
pub(super) struct Places {
    packs: Vec<Listing>,
    /// The first pack that has it, by object; of few packs nothing is noted.
    packed: HashMap<ObjectId, usize>,
    pub(super) loose: Vec<Folder>,
}

/// Loose objects that lie together.
pub(super) struct Folder {
    at: At,
    /// Sorted.
    pub(super) ids: Vec<ObjectId>,
}

/// Where the bytes of loose objects are.
enum At {
    /// In an object directory.
    Disk(PathBuf),
    /// In memory; what is not there passes by once more.
    Memory(HashMap<ObjectId, Bytes>),
}

impl Folder {
    /// The loose objects of an object directory, and what of it could not be read.
    pub(super) fn on_disk(objects: &Path, hash: gix::hash::Kind) -> (Self, Vec<String>) {
        let (ids, problems) = loose::list(objects, hash);
        let at = At::Disk(objects.to_owned());
        (Self { at, ids }, problems)
    }

    /// Objects of these names, of which some are in memory as they are stored.
    pub(super) fn held(mut ids: Vec<ObjectId>, stored: HashMap<ObjectId, Bytes>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let at = At::Memory(stored);
        Self { at, ids }
    }

    pub(super) fn has(&self, id: &gix::oid) -> bool {
        self.ids.binary_search_by(|known| (**known).cmp(id)).is_ok()
    }

    /// Opens one of them; `None` if it passes by later.
    pub(super) fn open(&self, id: &ObjectId) -> Option<io::Result<Loose>> {
        match &self.at {
            At::Disk(objects) => Some(loose::open(objects, id)),
            At::Memory(stored) => {
                let stored = stored.get(id)?.clone();
                Some(loose::read(Cursor::new(stored)))
            }
        }
    }
}

impl Places {
    pub(super) fn new(packs: Vec<Listing>, loose: Vec<Folder>) -> Self {
        let mut packed = HashMap::default();
        if packs.len() > FEW {
            for (number, pack) in packs.iter().enumerate() {
                for id in pack.ids() {
                    packed.entry(id).or_insert(number);
                }
            }
        }
        Self {
            packs,
            packed,
            loose,
        }
    }

    /// Number of the first pack that has an object, and the object's position in its list.
    pub(super) fn packed(&self, id: &gix::oid) -> Option<(usize, u32)> {
        let in_pack = |(number, pack): (usize, &Listing)| Some((number, pack.position(id)?));
        match self.packs.len() > FEW {
            true => {
                let number = *self.packed.get(id)?;
                in_pack((number, &self.packs[number]))
            }
            false => self.packs.iter().enumerate().find_map(in_pack),
        }
    }

    /// Numbers of all packs that have an object.
    pub(super) fn all_packs(&self, id: &gix::oid) -> impl Iterator<Item = usize> {
        let numbered = self.packs.iter().enumerate();
        numbered.filter_map(move |(number, pack)| pack.contains(id).then_some(number))
    }

    /// What the pack of this number holds.
    pub(super) fn listing(&self, number: usize) -> &Listing {
        &self.packs[number]
    }

    /// Whether one of the first packs, so many, has an object.
    pub(super) fn is_before(&self, packs: usize, id: &gix::oid) -> bool {
        packs > 0 && self.packed(id).is_some_and(|(first, _)| first < packs)
    }

    /// Whether an object is there.
    pub(super) fn contain(&self, id: &gix::oid) -> bool {
        self.packed(id).is_some() || self.loose.iter().any(|folder| folder.has(id))
    }
}

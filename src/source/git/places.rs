//! Where the objects of a repository are: in which packs, and which are loose.

use super::pack::{Listing, Pack};
use gix::ObjectId;
use gix::hashtable::HashMap;
use std::path::PathBuf;

/// Packs that are asked about an object one after the other; of more it is noted which object is where.
const FEW: usize = 8;

/// The place of every object.
pub(super) struct Places {
    packs: Vec<Listing>,
    /// The first pack that has it, by object; of few packs nothing is noted.
    packed: HashMap<ObjectId, usize>,
    pub(super) loose: Vec<Folder>,
}

/// The loose objects of one object directory.
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Sorted.
    pub(super) ids: Vec<ObjectId>,
}

impl Folder {
    pub(super) fn has(&self, id: &gix::oid) -> bool {
        self.ids.binary_search_by(|known| (**known).cmp(id)).is_ok()
    }
}

impl Places {
    pub(super) fn new(packs: &[Pack], loose: Vec<Folder>) -> Self {
        let mut packed = HashMap::default();
        if packs.len() > FEW {
            for (number, pack) in packs.iter().enumerate() {
                for id in pack.listing().ids() {
                    packed.entry(id).or_insert(number);
                }
            }
        }
        Self {
            packs: packs.iter().map(|pack| pack.listing().clone()).collect(),
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

    /// Whether one of the first packs, so many, has an object.
    pub(super) fn is_before(&self, packs: usize, id: &gix::oid) -> bool {
        packs > 0 && self.packed(id).is_some_and(|(first, _)| first < packs)
    }

    /// Whether an object is there.
    pub(super) fn contain(&self, id: &gix::oid) -> bool {
        self.packed(id).is_some() || self.loose.iter().any(|folder| folder.has(id))
    }
}

//! What the index of a pack lists, and where in the list an object is. A scan asks that for every
//! object that is named anywhere, so the answer must not take a search from the middle each time:
//! names are hashes, evenly spread, and where one has to be can be told from its first bytes.

use super::super::Bytes;
use super::PackError;
use super::source::Index;
use gix::odb::pack::index;
use gix::{ObjectId, hash, oid};
use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Guesses that are made before the list is halved instead. Of evenly spread names four are enough;
/// an index that was made up gains nothing by being uneven.
const GUESSES: usize = 8;

/// The objects of a pack by name. Clones are the same list.
#[derive(Clone)]
pub struct Listing(Arc<dyn Index>);

impl Listing {
    pub(super) fn new(index: impl Index + 'static) -> Self {
        Self(Arc::new(index))
    }

    /// The list of an index in memory. `path` is where it was found.
    ///
    /// # Errors
    /// When its first bytes or its size show that it is no index for names of this hash.
    pub fn held(index: Bytes, path: &Path, hash: hash::Kind) -> Result<Self, PackError> {
        let index = index::File::from_data(index, path.to_owned(), hash);
        index
            .map(Self::new)
            .map_err(|error| PackError::new(path, &error))
    }

    /// The checksum of the pack that the index was made for; `None` if it was made from the pack.
    pub fn pack_checksum(&self) -> Option<ObjectId> {
        self.0.pack_checksum()
    }

    /// Whether the index is as it was written. It takes a hash of all of it.
    pub fn is_sound(&self) -> bool {
        self.0.is_sound()
    }

    pub(super) fn index(&self) -> &dyn Index {
        &*self.0
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.0.len() as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of all objects, in their order.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> {
        (0..self.0.len()).map(|position| self.0.id(position).to_owned())
    }

    /// Whether an object is listed.
    pub fn contains(&self, id: &oid) -> bool {
        self.position(id).is_some()
    }

    /// Where in the pack the entry of an object begins.
    pub(super) fn offset(&self, id: &oid) -> Option<u64> {
        self.position(id).map(|position| self.0.offset(position))
    }

    /// The position of an object in the list.
    pub fn position(&self, id: &oid) -> Option<u32> {
        let mut places = 0..self.0.len();
        let mut leads = 0..u64::MAX;
        let key = lead(id);
        for round in 0.. {
            if places.is_empty() {
                break;
            }
            let place = match round {
                0..GUESSES => guess(&places, &leads, key),
                _ => places.start + (places.end - places.start) / 2,
            };
            let here = self.0.id(place);
            match here.cmp(id) {
                Ordering::Equal => return Some(place),
                Ordering::Less => (places.start, leads.start) = (place + 1, lead(here)),
                Ordering::Greater => (places.end, leads.end) = (place, lead(here)),
            }
        }
        None
    }
}

/// Where among these places a name is to be expected, if those there begin with bytes in the range
/// `leads`.
fn guess(places: &Range<u32>, leads: &Range<u64>, key: u64) -> u32 {
    let into = u128::from(key.saturating_sub(leads.start));
    let all = u128::from(leads.end.saturating_sub(leads.start)) + 1;
    let count = places.end - places.start;
    let share = (into * u128::from(count) / all) as u32;
    places.start + share.min(count - 1)
}

/// The first eight bytes of a name, as a number.
fn lead(id: &oid) -> u64 {
    let bytes = id.as_bytes().first_chunk();
    bytes.map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode::{Stored, Writer};
    use gix::hash::Kind::Sha1;
    use gix::{ObjectId, objs};

    /// A name that begins and ends with these bytes.
    fn id(head: &[u8], tail: u16) -> ObjectId {
        let mut bytes = [0; 20];
        bytes[..head.len()].copy_from_slice(head);
        bytes[18..].copy_from_slice(&tail.to_be_bytes());
        ObjectId::Sha1(bytes)
    }

    #[test]
    fn names_are_found_however_they_are_spread() {
        let spread = (0..=255).map(|first| id(&[first, first ^ 0x5a], 9));
        let crowd = (0..200).map(|last| id(&[7; 12], 2 * last));
        let ends = [0, 0xff].map(|byte| ObjectId::Sha1([byte; 20]));
        for names in [
            spread.clone().collect(),
            crowd.clone().collect(),
            ends.to_vec(),
            spread.chain(crowd).chain(ends).collect::<Vec<_>>(),
        ] {
            let mut writer = Writer::new(Sha1);
            for name in &names {
                writer.add(*name, &Stored::Full(objs::Kind::Blob, Vec::new()));
            }
            let (_folder, pack) = writer.finish().open().unwrap();
            let listing = pack.listing();
            let absent = (0..400).map(|last| id(&[7; 12], last));
            let absent = absent.chain((0..=255).map(|first| id(&[first], first.into())));
            let all: Vec<ObjectId> = listing.ids().collect();
            for name in names.iter().copied().chain(absent) {
                let place = all.binary_search(&name).ok();
                assert_eq!(listing.position(&name), place.map(|at| at as u32), "{name}");
            }
        }
    }
}

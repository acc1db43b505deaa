//! The objects that hold a secret.
//!
//! A scan of everything has found them all. A narrow one has not looked into what stood there before;
//! such an object is searched for the secret's bytes when the question comes up.

use super::objects::Objects;
use crate::model::{Origin, Secret};
use crate::unpack::batch;
use gix::ObjectId;
use memchr::memmem::Finder;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The objects that hold one secret.
pub(super) struct Versions<'a> {
    found: HashSet<ObjectId>,
    elsewhere: Option<Elsewhere<'a>>,
}

/// Objects that were not searched for everything.
struct Elsewhere<'a> {
    objects: &'a Objects,
    /// The secret, as it is spelled in what was searched.
    spellings: Vec<Finder<'a>>,
    known: RefCell<HashMap<ObjectId, bool>>,
}

impl<'a> Versions<'a> {
    /// The objects that the secret was found in.
    pub(super) fn found(ids: impl IntoIterator<Item = ObjectId>) -> Self {
        Self {
            found: ids.into_iter().collect(),
            elsewhere: None,
        }
    }

    /// Looks also into objects that were not scanned.
    pub(super) fn or_in(
        mut self,
        objects: &'a Objects,
        secrets: impl Iterator<Item = &'a Secret>,
    ) -> Self {
        let spellings: BTreeSet<&[u8]> = secrets.map(Secret::expose).collect();
        self.elsewhere = Some(Elsewhere {
            objects,
            spellings: spellings.into_iter().map(Finder::new).collect(),
            known: RefCell::default(),
        });
        self
    }

    /// Whether only a part of the history was searched.
    pub(super) const fn is_narrow(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Those that the secret was found in.
    pub(super) fn all_found(&self) -> impl Iterator<Item = &ObjectId> {
        self.found.iter()
    }

    /// Whether the secret was found in this one.
    pub(super) fn has_found(&self, id: ObjectId) -> bool {
        self.found.contains(&id)
    }

    /// Whether this one holds the secret.
    pub(super) fn hold(&self, id: ObjectId) -> bool {
        let looked = || self.elsewhere.as_ref().is_some_and(|other| other.hold(id));
        self.has_found(id) || looked()
    }
}

impl Elsewhere<'_> {
    fn hold(&self, id: ObjectId) -> bool {
        let mut known = self.known.borrow_mut();
        *known.entry(id).or_insert_with(|| {
            let object = self.objects.find(id).ok().flatten();
            object.is_some_and(|object| self.holds(id, &object.data))
        })
    }

    fn holds(&self, id: ObjectId, text: &[u8]) -> bool {
        let is_in = |text: &[u8]| {
            let mut spellings = self.spellings.iter();
            spellings.any(|spelling| spelling.find(text).is_some())
        };
        is_in(text)
            || batch::wide(&Origin::Object(super::name(&id)), text)
                .is_some_and(|wide| is_in(&wide.bytes))
    }
}

//! What is told of an object in which something was found, beside where it stands in the history: no more
//! than people are shown, so that it can be known without the object.

use super::commit;
use super::objects::Objects;
use crate::model::Commit;
use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An object with a match.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Hit {
    /// A file.
    Blob,
    /// A folder: by the places that were asked for, the names of the entries that they lie in.
    Tree(BTreeMap<u64, Vec<u8>>),
    /// A commit or a tag.
    Message(Message),
}

/// What a commit or a tag says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Message {
    /// Bytes in front of the message, if there is one.
    pub(super) header: Option<u64>,
    /// What people know a commit by.
    pub(super) commit: Option<Commit>,
}

impl Hit {
    /// What an object is, and what it has at these places; `None` if it is not here.
    pub(super) fn of(
        objects: &Objects,
        id: ObjectId,
        places: impl Iterator<Item = u64>,
    ) -> Option<Self> {
        Some(match objects.kind_of_hit(id)? {
            Kind::Blob => Self::Blob,
            Kind::Tree => Self::Tree(names(objects, id, places)),
            Kind::Commit | Kind::Tag => Self::Message(Message::of(objects, id)),
        })
    }
}

impl Message {
    fn of(objects: &Objects, id: ObjectId) -> Self {
        let text = objects.find(id).ok().flatten();
        let header = text.and_then(|text| memmem::find(&text.data, b"\n\n"));
        Self {
            header: header.map(|end| end as u64),
            commit: commit::told(objects, id),
        }
    }
}

/// The entries of a tree that these places lie in.
fn names(
    objects: &Objects,
    tree: ObjectId,
    places: impl Iterator<Item = u64>,
) -> BTreeMap<u64, Vec<u8>> {
    let Some(data) = objects.get(tree, Kind::Tree) else {
        return BTreeMap::new();
    };
    let start = data.as_ptr().addr();
    let entries = TreeRefIter::from_bytes(&data, objects.hash());
    let readable = entries.map_while(Result::ok);
    let ends = readable.map(|entry| {
        let end = entry.oid.as_bytes().as_ptr().addr() - start;
        (end as u64, entry.filename)
    });
    let ends: Vec<_> = ends.collect();
    let named = places.filter_map(|place| {
        let entry = ends.partition_point(|(end, _)| *end <= place);
        Some((place, ends.get(entry)?.1.to_vec()))
    });
    named.collect()
}

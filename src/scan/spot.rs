//! Which text something was found in, as notes say it: by names that mean the same in every scan, where an
//! [`Origin`] has the number that a layer got in this one.

use crate::model::{EntryPart, LayerId, ObjectId, Origin};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A text of a layer, or of an object of a git repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Spot {
    outer: Outer,
    /// The way through the archives in it, from the outside in.
    members: Vec<Member>,
}

/// The blob that an image or a repository has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Outer {
    /// An entry of the layer that the notes are of, and what of it.
    Entry {
        #[serde(with = "crate::model::shared")]
        path: Arc<[u8]>,
        part: EntryPart,
    },
    Object(ObjectId),
}

/// A member of an archive: its path, its number and what of it the text is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Member {
    #[serde(with = "crate::model::shared")]
    path: Arc<[u8]>,
    number: u32,
    part: EntryPart,
}

impl Spot {
    /// The spot of a text of a layer or an object; `None` of any other text.
    pub(super) fn of(origin: &Origin) -> Option<Self> {
        let outer = |outer| Self {
            outer,
            members: Vec::new(),
        };
        match origin {
            Origin::Entry { path, part, .. } => Some(outer(Outer::Entry {
                path: Arc::clone(path),
                part: *part,
            })),
            Origin::Object(id) => Some(outer(Outer::Object(*id))),
            Origin::Member {
                outer,
                path,
                number,
                part,
            } => {
                let mut spot = Self::of(outer)?;
                spot.members.push(Member {
                    path: Arc::clone(path),
                    number: *number,
                    part: *part,
                });
                Some(spot)
            }
            _ => None,
        }
    }

    /// The text again, of this layer if the notes are of one. `None` if they speak of something else.
    pub(super) fn origin(self, layer: Option<LayerId>) -> Option<Origin> {
        let outer = match (self.outer, layer) {
            (Outer::Entry { path, part }, Some(layer)) => Origin::Entry { layer, path, part },
            (Outer::Object(id), None) => Origin::Object(id),
            _ => return None,
        };
        let origin = self.members.into_iter().fold(outer, |outer, member| {
            let Member { path, number, part } = member;
            Origin::Member {
                outer: Arc::new(outer),
                path,
                number,
                part,
            }
        });
        Some(origin)
    }

    /// The object that the text is of, if it is of one.
    pub(super) const fn object(&self) -> Option<ObjectId> {
        match self.outer {
            Outer::Object(id) => Some(id),
            Outer::Entry { .. } => None,
        }
    }
}

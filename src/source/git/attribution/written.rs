//! An attribution as it is written down for later scans, which read no object: of the history no more than
//! what hits take part in.

use super::{Attribution, by_object};
use crate::model::{Commit, ObjectId as Name};
use crate::source::git::changes::Change;
use crate::source::git::history::Reached;
use crate::source::git::name;
use gix::ObjectId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is written of an attribution that is whole.
#[derive(Serialize, Deserialize)]
struct Written {
    changes: Vec<WrittenChange>,
    at_head: Vec<(Vec<u8>, Name)>,
    numbers: Vec<(Name, u32)>,
    tags: Vec<Name>,
    /// By number of the commit: the first references, and how many more there are.
    reached: Vec<(u32, Vec<String>, usize)>,
    commits: Vec<(u32, Commit)>,
}

#[derive(Serialize, Deserialize)]
struct WrittenChange {
    commit: Option<u32>,
    path: Vec<u8>,
    now: Option<Name>,
    before: Vec<Option<Name>>,
}

impl Serialize for Attribution {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let changes = self.changes.iter().map(|change| WrittenChange {
            commit: change.commit,
            path: change.path.to_vec(),
            now: change.now.map(|id| name(&id)),
            before: change.before.iter().map(|id| Some(name(&(*id)?))).collect(),
        });
        let at_head = self.at_head.iter();
        let reached = self.reached.iter();
        let written = Written {
            changes: changes.collect(),
            at_head: at_head
                .map(|(path, id)| (path.to_vec(), name(id)))
                .collect(),
            numbers: self
                .numbers
                .iter()
                .map(|(id, number)| (name(id), *number))
                .collect(),
            tags: self.tags.iter().map(|id| name(id)).collect(),
            reached: reached
                .map(|(number, reached)| (*number, reached.first.clone(), reached.more))
                .collect(),
            commits: self.commits.clone().into_iter().collect(),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Attribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let changes = written.changes.into_iter().map(|change| Change {
            commit: change.commit,
            path: change.path.into(),
            now: change.now.as_ref().map(id),
            before: change
                .before
                .iter()
                .map(|name| name.as_ref().map(id))
                .collect(),
        });
        let changes: Vec<Change> = changes.collect();
        let at_head = written.at_head.into_iter();
        let reached = written.reached.into_iter();
        Ok(Self {
            of_object: by_object(&changes),
            changes,
            at_head: at_head
                .map(|(path, name)| (path.into(), id(&name)))
                .collect(),
            numbers: written
                .numbers
                .iter()
                .map(|(name, number)| (id(name), *number))
                .collect(),
            tags: written.tags.iter().map(id).collect(),
            reached: reached
                .map(|(number, first, more)| (number, Reached { first, more }))
                .collect(),
            commits: written.commits.into_iter().collect(),
            is_whole: true,
        })
    }
}

fn id(name: &Name) -> ObjectId {
    ObjectId::try_from(name.as_bytes()).unwrap_or_else(|_| unreachable!("git knows both hashes"))
}

//! The places of one secret in the objects of one repository.

use super::attribution::Attribution;
use super::hit::{Hit, Message};
use super::objects::Objects;
use super::versions::Versions;
use crate::model::{Commits, Occurrence, Place, Position, Where};
use crate::source::Seen;
use gix::ObjectId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Answers for one repository.
pub(super) struct Answers<'a> {
    pub(super) attribution: Option<&'a Attribution>,
    pub(super) target: &'a Arc<str>,
    /// What stands in front of every path.
    pub(super) prefix: &'a [u8],
    /// What is known of an object; `None` of one of another repository.
    pub(super) hit: &'a dyn Fn(&ObjectId) -> Option<&'a Hit>,
    /// If only what is new counts, the rest of the repository, which was not searched.
    pub(super) unsearched: Option<&'a Objects>,
    /// Whether objects are told as well that nothing is known to reach.
    pub(super) unreachable: bool,
}

/// A blob, tree, commit or tag that holds the secret, and where: indexes into what was asked.
pub(super) type Held = BTreeMap<ObjectId, Vec<usize>>;

impl Answers<'_> {
    /// The places of a secret, with the index of what was seen there.
    pub(super) fn of(&self, seen: &[Seen<'_>], objects: &Held) -> Vec<(usize, Occurrence)> {
        let mut blobs = Held::new();
        let mut trees = Held::new();
        let mut found = Vec::new();
        for (&id, indexes) in objects {
            match (self.hit)(&id) {
                Some(Hit::Blob) => drop(blobs.insert(id, indexes.clone())),
                Some(Hit::Tree(_)) => drop(trees.insert(id, indexes.clone())),
                Some(Hit::Message(message)) => {
                    found.extend(self.message(seen, id, indexes, message));
                }
                None => {}
            }
        }
        for (held, kind) in [(blobs, Where::File), (trees, Where::Metadata)] {
            match self.attribution {
                Some(known) => self.stands(known, &held, kind, seen, &mut found),
                None => found.extend(self.bare(held.keys(), &held, seen)),
            }
        }
        found
    }

    /// By paths and commits.
    fn stands(
        &self,
        known: &Attribution,
        held: &Held,
        kind: Where,
        seen: &[Seen<'_>],
        found: &mut Vec<(usize, Occurrence)>,
    ) {
        let mut versions = Versions::found(held.keys().copied());
        if let Some(objects) = self.unsearched {
            let secrets = seen.iter().map(|seen| seen.secret);
            versions = versions.or_in(objects, secrets);
        }
        for stand in known.stands(&versions) {
            let commits = Arc::new(known.commits(&stand));
            for &index in held.get(&stand.object).into_iter().flatten() {
                let position = seen[index].position;
                let name = self.name_in(&stand.object, position);
                let path = self.path(&stand.path, name);
                found.push((index, self.occurrence(kind, path, position, &commits)));
            }
        }
        if self.unreachable {
            let lost = held.keys().filter(|id| !known.reaches(id));
            found.extend(self.bare(lost, held, seen));
        }
    }

    /// By nothing but the objects' names.
    pub(super) fn bare<'i>(
        &self,
        ids: impl Iterator<Item = &'i ObjectId>,
        held: &Held,
        seen: &[Seen<'_>],
    ) -> Vec<(usize, Occurrence)> {
        let mut found = Vec::new();
        for id in ids {
            let commits = Arc::new(unknown(id));
            for &index in held.get(id).into_iter().flatten() {
                let path = self.path(id.to_string().as_bytes(), None);
                let position = seen[index].position;
                let occurrence = self.occurrence(Where::File, path, position, &commits);
                found.push((index, occurrence));
            }
        }
        found
    }

    /// A commit or a tag speaks for itself.
    fn message(
        &self,
        seen: &[Seen<'_>],
        id: ObjectId,
        indexes: &[usize],
        message: &Message,
    ) -> Vec<(usize, Occurrence)> {
        let is_reached = self
            .attribution
            .is_none_or(|known| known.reaches_commit(&id));
        if !is_reached && !self.unreachable {
            return Vec::new();
        }
        let commits = Arc::new(Commits {
            introduced: message.commit.clone(),
            refs: self
                .attribution
                .map_or_else(Vec::new, |known| known.refs_of(&id).0),
            more_refs: self.attribution.map_or(0, |known| known.refs_of(&id).1),
            ..unknown(&id)
        });
        let told = indexes.iter().map(|&index| {
            let position = seen[index].position;
            let is_header = message.header.is_some_and(|end| position.offset <= end);
            let kind = match is_header {
                true => Where::Commit,
                false => Where::Message,
            };
            let path = self.path(id.to_string().as_bytes(), None);
            (index, self.occurrence(kind, path, position, &commits))
        });
        told.collect()
    }

    fn occurrence(
        &self,
        kind: Where,
        path: Vec<u8>,
        position: Position,
        commits: &Arc<Commits>,
    ) -> Occurrence {
        let place = Place {
            commits: Some(Arc::clone(commits)),
            ..Place::new(Arc::clone(self.target), kind, path.into())
        };
        Occurrence::new(place, position)
    }

    fn path(&self, folder: &[u8], name: Option<&[u8]>) -> Vec<u8> {
        let mut path = [self.prefix, folder].concat();
        if let Some(name) = name {
            if !folder.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
        }
        path
    }

    /// The entry of a tree that a position lies in.
    fn name_in(&self, tree: &ObjectId, position: Position) -> Option<&[u8]> {
        match (self.hit)(tree)? {
            Hit::Tree(names) => names.get(&position.offset).map(Vec::as_slice),
            Hit::Blob | Hit::Message(_) => None,
        }
    }
}

/// What is told of an object that no commit is known of.
fn unknown(id: &ObjectId) -> Commits {
    Commits {
        object: super::name(id),
        introduced: None,
        removed: None,
        at_head: false,
        refs: Vec::new(),
        more_refs: 0,
    }
}

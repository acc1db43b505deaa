//! The places of one secret in the objects of one repository.

use super::attribution::{Attribution, Stand, commit};
use super::repository::Objects;
use super::trees::Trees;
use crate::model::{Commits, Occurrence, Place, Position, Secret, Where};
use crate::source::Seen;
use gix::ObjectId;
use gix::objs::{Kind, TreeRefIter};
use memchr::memmem;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Answers for one repository.
pub(super) struct Answers<'a> {
    pub(super) objects: &'a Objects,
    pub(super) attribution: Option<&'a Attribution>,
    pub(super) target: &'a Arc<str>,
    /// What stands in front of every path.
    pub(super) prefix: &'a [u8],
    /// Whether only what is new counts, and the rest of the repository was not searched.
    pub(super) is_narrow: bool,
    /// Whether objects that nothing reaches are told as well.
    pub(super) unreachable: bool,
}

/// A blob, tree, commit or tag that holds the secret, and where: indexes into what was asked.
type Held = BTreeMap<ObjectId, Vec<usize>>;

impl Answers<'_> {
    /// The places of a secret, with the index of what was seen there.
    pub(super) fn of(&self, seen: &[Seen<'_>], objects: Held) -> Vec<(usize, Occurrence)> {
        let mut blobs = Held::new();
        let mut trees = Held::new();
        let mut found = Vec::new();
        for (id, indexes) in objects {
            match self.objects.kind(id) {
                Some(Kind::Blob) => drop(blobs.insert(id, indexes)),
                Some(Kind::Tree) => drop(trees.insert(id, indexes)),
                Some(Kind::Commit | Kind::Tag) => self.message(seen, id, &indexes, &mut found),
                // Of another repository.
                None => {}
            }
        }
        let Some(secret) = seen.first().map(|seen| seen.secret) else {
            return found;
        };
        for (held, are_trees) in [(blobs, false), (trees, true)] {
            match self.attribution {
                Some(known) => self.stands(known, &held, secret, are_trees, seen, &mut found),
                None => self.bare(held.keys(), &held, seen, &mut found),
            }
        }
        found
    }

    /// By paths and commits.
    fn stands(
        &self,
        known: &Attribution,
        held: &Held,
        secret: &Secret,
        are_trees: bool,
        seen: &[Seen<'_>],
        found: &mut Vec<(usize, Occurrence)>,
    ) {
        let versions: HashSet<ObjectId> = held.keys().copied().collect();
        let holds = self.content(secret);
        for stand in known.stands(&versions, &holds) {
            if self.is_narrow && known.is_moved(&stand, &holds) {
                continue;
            }
            let at_head = self.at_head(&stand).filter(|id| versions.contains(id));
            let object = at_head.unwrap_or(stand.object);
            let commits = Arc::new(known.commits(&stand, object, at_head.is_some()));
            for &index in held.get(&object).into_iter().flatten() {
                let position = seen[index].position;
                let name = are_trees.then(|| self.name_in(object, position)).flatten();
                let path = self.path(&stand.path, name.as_deref());
                let kind = match are_trees {
                    true => Where::Metadata,
                    false => Where::File,
                };
                found.push((index, self.occurrence(kind, path, position, &commits)));
            }
        }
        if self.unreachable {
            let lost = held.keys().filter(|id| !known.reaches(id));
            self.bare(lost, held, seen, found);
        }
    }

    /// By nothing but the objects' names.
    fn bare<'i>(
        &self,
        ids: impl Iterator<Item = &'i ObjectId>,
        held: &Held,
        seen: &[Seen<'_>],
        found: &mut Vec<(usize, Occurrence)>,
    ) {
        for id in ids {
            let commits = Arc::new(unknown(id));
            for &index in held.get(id).into_iter().flatten() {
                let path = id.to_string().into_bytes();
                let position = seen[index].position;
                found.push((
                    index,
                    self.occurrence(Where::File, path, position, &commits),
                ));
            }
        }
    }

    /// A commit or a tag speaks for itself.
    fn message(
        &self,
        seen: &[Seen<'_>],
        id: ObjectId,
        indexes: &[usize],
        found: &mut Vec<(usize, Occurrence)>,
    ) {
        let is_reached = self
            .attribution
            .is_none_or(|known| known.reaches_commit(&id));
        if !is_reached && !self.unreachable {
            return;
        }
        let text = self.objects.find(id).ok().flatten();
        let header = text.and_then(|text| memmem::find(&text.data, b"\n\n"));
        let commits = Arc::new(Commits {
            introduced: commit(self.objects, id),
            refs: self
                .attribution
                .map_or_else(Vec::new, |known| known.refs_of(&id).0),
            more_refs: self.attribution.map_or(0, |known| known.refs_of(&id).1),
            ..unknown(&id)
        });
        for &index in indexes {
            let position = seen[index].position;
            let is_header = header.is_some_and(|end| position.offset <= end as u64);
            let kind = match is_header {
                true => Where::Commit,
                false => Where::Message,
            };
            let path = id.to_string().into_bytes();
            found.push((index, self.occurrence(kind, path, position, &commits)));
        }
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

    /// What HEAD has where the secret stands.
    fn at_head(&self, stand: &Stand) -> Option<ObjectId> {
        let mut trees = Trees::new(self.objects, None);
        trees
            .at(self.objects.head()?, &stand.path)
            .map(|node| node.id)
    }

    /// The entry of a tree that a position lies in.
    fn name_in(&self, tree: ObjectId, position: Position) -> Option<Vec<u8>> {
        let data = self.objects.get(tree, Kind::Tree)?;
        let start = data.as_ptr().addr();
        let entries = TreeRefIter::from_bytes(&data, self.objects.hash());
        let mut readable = entries.map_while(Result::ok);
        let entry = readable.find(|entry| {
            let end = entry.oid.as_bytes().as_ptr().addr() - start;
            position.offset < end as u64
        });
        entry.map(|entry| entry.filename.to_vec())
    }

    /// Whether an object holds the secret that was not searched for it, because the scope is narrow.
    fn content(&self, secret: &Secret) -> impl Fn(&ObjectId) -> bool {
        let finder = memmem::Finder::new(secret.expose()).into_owned();
        let known: RefCell<HashMap<ObjectId, bool>> = RefCell::default();
        move |id| {
            if !self.is_narrow {
                return false;
            }
            *known.borrow_mut().entry(*id).or_insert_with(|| {
                let object = self.objects.find(*id).ok().flatten();
                object.is_some_and(|object| finder.find(&object.data).is_some())
            })
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

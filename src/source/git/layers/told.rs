//! What the history of repositories in layers tells of a secret.

use super::{Member, Part, Repositories};
use crate::model::{EntryPart, LayerId, Occurrence};
use crate::source::Seen;
use crate::source::git::answers::{Answers, Held};
use crate::source::git::nested::shown;
use crate::source::git::part::object;
use crate::source::paths::components;
use gix::ObjectId;
use std::sync::Arc;

/// A place in the history of a repository. Its target and its layer are those of the files that hold it.
pub(in crate::source) struct Told<'a> {
    /// Index of what was seen there.
    pub(in crate::source) index: usize,
    pub(in crate::source) occurrence: Occurrence,
    /// Numbers of the stacks of layers that have the repository.
    pub(in crate::source) stacks: &'a [usize],
    /// The files that hold the object, in whatever layers.
    pub(in crate::source) holders: Vec<Holder<'a>>,
}

/// A file of a layer that holds an object.
pub(in crate::source) struct Holder<'a> {
    pub(in crate::source) layer: LayerId,
    pub(in crate::source) path: &'a Arc<[u8]>,
    pub(in crate::source) part: EntryPart,
}

impl Repositories {
    /// The places of a secret, given everything that was seen of it.
    pub(in crate::source) fn told(&self, seen: &[Seen<'_>]) -> Vec<Told<'_>> {
        let mut found = Vec::new();
        for part in &self.parts {
            let mut held = Held::new();
            for (index, seen) in seen.iter().enumerate() {
                if let Some(id) = object(seen.origin)
                    && part.memory.kind(&id).is_some()
                {
                    held.entry(id).or_default().push(index);
                }
            }
            if !held.is_empty() {
                let members = part.members.iter();
                found.extend(members.flat_map(|member| self.of(part, member, seen, &held)));
            }
        }
        found
    }

    fn of<'a>(
        &'a self,
        part: &'a Part,
        member: &'a Member,
        seen: &[Seen<'_>],
        held: &Held,
    ) -> impl Iterator<Item = Told<'a>> + use<'a> {
        let site = &member.repository.site;
        let parts = components(&site.path);
        let answers = Answers {
            objects: part.objects(),
            attribution: member.attribution.get(),
            target: &Arc::from(""),
            prefix: &shown(parts.into_iter()),
            is_narrow: false,
            // The image holds them, and so does everybody who has it.
            unreachable: true,
        };
        let places = answers.of(seen, held).into_iter();
        places.map(move |(index, occurrence)| Told {
            holders: self.holders(part, &occurrence),
            stacks: &member.repository.stacks,
            index,
            occurrence,
        })
    }

    fn holders<'a>(&'a self, part: &'a Part, occurrence: &Occurrence) -> Vec<Holder<'a>> {
        let commits = occurrence.place.commits.as_ref();
        let id = commits.and_then(|commits| ObjectId::try_from(commits.object.as_bytes()).ok());
        let files = id.map_or_else(Vec::new, |id| part.pool.files(&id));
        let holder = |found| {
            let piece = self.all.piece(found);
            Holder {
                layer: found.layer,
                path: &piece.path,
                part: piece.part,
            }
        };
        files.into_iter().map(holder).collect()
    }
}

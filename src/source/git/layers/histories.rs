//! What the histories of repositories in layers tell of the objects in which something was found. It is
//! worked out once, when all hits are known, and is plain data from then on: so the stores can be let go
//! of, and a later scan can be told the same without them.

use crate::model::{EntryPart, LayerId, ObjectId, Occurrence, Origin};
use crate::source::Seen;
use crate::source::git::answers::{Answers, Held};
use crate::source::git::attribution::Attribution;
use crate::source::git::hit::Hit;
use crate::source::git::masked::Mask;
use crate::source::git::name;
use crate::source::git::nested::shown;
use crate::source::git::part::object;
use crate::source::paths::components;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What all repositories tell.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::source) struct Histories {
    pub(super) parts: Vec<Part>,
}

/// Objects that belong together, and the repositories that they belong to.
#[derive(Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) objects: BTreeMap<ObjectId, Object>,
    /// The files that hold them.
    pub(super) files: Vec<File>,
    pub(super) members: Vec<Member>,
}

/// An object in which something was found.
#[derive(Serialize, Deserialize)]
pub(super) struct Object {
    pub(super) hit: Hit,
    /// The files that hold it, by their numbers.
    pub(super) files: Vec<usize>,
}

/// A file of a layer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct File {
    /// Number of the layer among those that were read for repositories.
    pub(super) layer: u32,
    #[serde(with = "crate::model::shared")]
    pub(super) path: Arc<[u8]>,
    pub(super) part: EntryPart,
}

/// One of the repositories.
#[derive(Serialize, Deserialize)]
pub(super) struct Member {
    /// Its git directory.
    pub(super) path: Vec<u8>,
    /// The stacks of layers that it is in.
    pub(super) stacks: Vec<usize>,
    /// `None` of objects without a repository.
    pub(super) attribution: Option<Attribution>,
}

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

/// Objects with matches, and where in them these begin.
pub(in crate::source) type Hits = BTreeMap<gix::ObjectId, BTreeSet<u64>>;

/// The objects among all that has matches.
pub(in crate::source) fn hits<'h>(all: impl Iterator<Item = (&'h Origin, u64)>) -> Hits {
    let mut hits = Hits::new();
    for (origin, at) in all {
        if let Some(id) = object(origin) {
            hits.entry(id).or_default().insert(at);
        }
    }
    hits
}

impl Histories {
    /// Whether all of every history could be followed.
    pub(in crate::source) fn are_whole(&self) -> bool {
        let mut members = self.parts.iter().flat_map(|part| &part.members);
        members.all(Member::is_whole)
    }

    /// The same with all that people are shown of commits, references and paths `masked`; `None` if paths
    /// would come in another order then.
    pub(in crate::source) fn masked(&self, mask: &Mask<'_>) -> Option<Self> {
        let parts = self.parts.iter().map(|part| part.masked(mask));
        Some(Self {
            parts: parts.collect::<Option<_>>()?,
        })
    }

    /// Whether they can be of so many layers, and as many stacks of them: whoever has no key of his own
    /// shares it with everybody, who may then have written them down.
    pub(in crate::source) fn are_sound(&self, layers: usize, stacks: usize) -> bool {
        self.parts.iter().all(|part| {
            let mut files = part.files.iter();
            let mut members = part.members.iter().flat_map(|member| &member.stacks);
            files.all(|file| (file.layer as usize) < layers) && members.all(|&stack| stack < stacks)
        })
    }

    /// The places of a secret, given everything that was seen of it.
    pub(in crate::source) fn told(&self, seen: &[Seen<'_>]) -> Vec<Told<'_>> {
        let mut found = Vec::new();
        for part in &self.parts {
            let mut held = Held::new();
            for (index, seen) in seen.iter().enumerate() {
                if let Some(id) = object(seen.origin)
                    && part.objects.contains_key(&name(&id))
                {
                    held.entry(id).or_default().push(index);
                }
            }
            if !held.is_empty() {
                let members = part.members.iter();
                found.extend(members.flat_map(|member| part.of(member, seen, &held)));
            }
        }
        found
    }
}

impl Part {
    fn masked(&self, mask: &Mask<'_>) -> Option<Self> {
        let objects = self.objects.iter().map(|(id, object)| {
            let hit = object.hit.masked(mask)?;
            let files = object.files.clone();
            Some((*id, Object { hit, files }))
        });
        let members = self.members.iter().map(|member| {
            let attribution = member.attribution.as_ref();
            let attribution = attribution.map(|attribution| attribution.masked(mask));
            Some(Member {
                path: member.path.clone(),
                stacks: member.stacks.clone(),
                attribution: match attribution {
                    Some(None) => return None,
                    attribution => attribution.flatten(),
                },
            })
        });
        Some(Self {
            objects: objects.collect::<Option<_>>()?,
            files: self.files.clone(),
            members: members.collect::<Option<_>>()?,
        })
    }

    fn of<'a>(&'a self, member: &'a Member, seen: &[Seen<'_>], held: &Held) -> Vec<Told<'a>> {
        let parts = components(&member.path);
        let answers = Answers {
            attribution: member.attribution.as_ref(),
            target: &Arc::from(""),
            prefix: &shown(parts.into_iter()),
            hit: &|id| Some(&self.objects.get(&name(id))?.hit),
            unsearched: None,
            // The image holds them, and so does everybody who has it.
            unreachable: true,
        };
        let places = answers.of(seen, held).into_iter();
        let told = places.map(|(index, occurrence)| Told {
            holders: self.holders(&occurrence),
            stacks: &member.stacks,
            index,
            occurrence,
        });
        told.collect()
    }

    fn holders(&self, occurrence: &Occurrence) -> Vec<Holder<'_>> {
        let commits = occurrence.place.commits.as_ref();
        let object = commits.and_then(|commits| self.objects.get(&commits.object));
        let numbers = object.map_or(&[][..], |object| &object.files);
        let files = numbers.iter().filter_map(|&number| self.files.get(number));
        let holders = files.map(|file| Holder {
            layer: LayerId(file.layer),
            path: &file.path,
            part: file.part,
        });
        holders.collect()
    }
}

impl Member {
    pub(super) fn is_whole(&self) -> bool {
        let attribution = self.attribution.as_ref();
        attribution.is_none_or(|attribution| attribution.is_whole)
    }
}

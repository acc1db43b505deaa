//! Repositories in the layers of images.
//!
//! A layer may pass only once, and what a repository is made of may have come with several layers, in any
//! order. So what looks like a part of one is noted while layers pass (`passing`), put together when all
//! have (`gather`, `pool`), and then read and asked about its history by what reads a repository on disk.
//! Nothing is written anywhere. Objects whose pack a later layer has deleted are objects like all others:
//! the layer still holds them.
//!
//! What there was no memory for while it passed is read from its layer once more, one file after the other.

mod gather;
mod histories;
mod late;
mod links;
mod papers;
mod passing;
mod pool;
mod remains;
mod room;
mod signs;

pub(in crate::source) use histories::{Histories, Hits, Told, hits};
pub(in crate::source) use late::Again;
pub(in crate::source) use passing::{Draft, Passing};
pub(in crate::source) use remains::Remains;
pub(in crate::source) use room::Room;
pub(in crate::source) use signs::{Signs, involved};

use self::gather::{Everything, Found, Group, Repository};
use self::histories::Member;
use self::late::Rereading;
use self::pool::{Builder, Pool};
use super::attribution::Attribution;
use super::hit::Hit;
use super::memory::{Memory, Notes};
use super::named::Named;
use super::objects::Objects;
use super::reader::Reader;
use super::survey::Survey;
use crate::model::{Kind, LayerId, Limits, Options, Progress, Shortfall};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::open::Bounds;
use gix::ObjectId;
use gix::hash;
use gix::hashtable::HashSet;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Layers on top of each other, from the bottom: those of an image, or one that no image uses.
#[derive(Debug, Clone, Default)]
pub(in crate::source) struct Stack {
    pub(in crate::source) layers: Vec<LayerId>,
}

/// What reading them takes.
pub(in crate::source) struct Work<'w> {
    pub(in crate::source) options: &'w Options,
    pub(in crate::source) context: Context,
    pub(in crate::source) progress: &'w dyn Progress,
    pub(in crate::source) sink: &'w dyn Sink,
    /// Reads a layer once more.
    pub(in crate::source) again: &'w dyn Again,
}

/// All repositories in all layers.
pub(in crate::source) struct Repositories {
    all: Everything,
    parts: Vec<Part>,
}

/// The objects of a group, and the repositories that they belong to.
struct Part {
    /// What shortfalls call it.
    place: String,
    pool: Pool,
    memory: Arc<Memory>,
    repositories: Vec<Repository>,
}

impl Repositories {
    /// Puts together what was noted of all layers, and reads every object once.
    pub(in crate::source) fn read(
        layers: BTreeMap<LayerId, Remains>,
        stacks: &[Stack],
        work: &Work<'_>,
    ) -> Self {
        let all = Everything::of(layers);
        let tell = |kind, place: &str, detail: String| {
            work.sink.shortfall(Shortfall::new(kind, place, detail));
        };
        for (label, lost) in all.crowded() {
            let detail = format!(
                "{lost} files that may be parts of a repository were searched as they are: there was no \
                 memory left to keep them; a larger --max-memory helps"
            );
            tell(Kind::Limit, label, detail);
        }
        for (place, said) in all.stray() {
            let detail = format!(
                "is a work tree of `{said}`, which is not in the image: its history was not read"
            );
            tell(Kind::OutOfBounds, &place, detail);
        }
        let memory = work.options.limits.memory / 4;
        let builder = Builder::new(&all, work.sink, memory);
        let rereading = Rereading::new(&all, work);
        let mut parts = Vec::new();
        for group in all.groups() {
            for (place, said) in &group.absent {
                let detail = format!(
                    "borrows objects from `{said}`, which is not in the image: they were not read"
                );
                tell(Kind::OutOfBounds, place, detail);
            }
            for (hash, pool) in builder.pools(&group) {
                let members = all.repositories(&group, stacks, hash);
                let reading = Reading {
                    all: &all,
                    group: &group,
                    work,
                    rereading: &rereading,
                };
                parts.push(reading.part(hash, pool, members));
            }
        }
        Self { all, parts }
    }

    /// Works out what the histories tell of all hits. What is in the way of that is told.
    pub(in crate::source) fn histories(
        &self,
        hits: &Hits,
        tell: &mut dyn FnMut(Shortfall),
    ) -> Histories {
        let parts = self.parts.iter().filter_map(|part| {
            let objects = part.objects();
            let known = hits.iter().filter_map(|(&id, at)| {
                let hit = Hit::of(&objects, id, at.iter().copied())?;
                Some((id, hit))
            });
            let known: BTreeMap<ObjectId, Hit> = known.collect();
            (!known.is_empty()).then(|| self.history(part, &objects, known, tell))
        });
        Histories {
            parts: parts.collect(),
        }
    }

    fn history(
        &self,
        part: &Part,
        objects: &Objects,
        hits: BTreeMap<ObjectId, Hit>,
        tell: &mut dyn FnMut(Shortfall),
    ) -> histories::Part {
        let ids: HashSet<ObjectId> = hits.keys().copied().collect();
        let members = part.repositories.iter().map(|repository| {
            let member = repository.member(objects, &ids);
            if !member.is_whole() && !part.pool.late.is_empty() {
                tell(part.unfollowed());
            }
            member
        });
        let members = members.collect();
        let mut files: BTreeMap<Found, usize> = BTreeMap::new();
        let held = hits.into_iter().map(|(id, hit)| {
            let of_object = part.pool.files(&id).into_iter().map(|found| {
                let next = files.len();
                *files.entry(found).or_insert(next)
            });
            let files = of_object.collect();
            (super::name(&id), histories::Object { hit, files })
        });
        let objects = held.collect();
        let mut files: Vec<(Found, usize)> = files.into_iter().collect();
        files.sort_by_key(|(_, number)| *number);
        histories::Part {
            objects,
            files: files
                .iter()
                .map(|(found, _)| self.all.file(*found))
                .collect(),
            members,
        }
    }
}

impl Part {
    /// What is told of a history that passed by and was too much to keep.
    fn unfollowed(&self) -> Shortfall {
        let detail = "was searched in full, but objects may go by their names: there was no memory left to \
                      keep what leads from commits to them; a larger --max-memory helps";
        Shortfall::new(Kind::RawOnly, &*self.place, detail)
    }

    fn objects(&self) -> Objects {
        Objects::of(Arc::clone(&self.pool.stores)).recalling(&self.memory)
    }
}

impl Repository {
    /// What its history tells of these objects.
    fn member(&self, objects: &Objects, ids: &HashSet<ObjectId>) -> Member {
        let attribution = (!self.site.is_lone).then(|| {
            let survey = Survey::of(&self.outline, objects, ids);
            Attribution::new(objects, survey, ids)
        });
        Member {
            path: self.site.path.clone(),
            stacks: self.stacks.clone(),
            attribution,
        }
    }
}

/// Reads the objects of a group.
struct Reading<'r> {
    all: &'r Everything,
    group: &'r Group,
    work: &'r Work<'r>,
    rereading: &'r Rereading<'r>,
}

impl Reading<'_> {
    fn part(&self, hash: hash::Kind, pool: Pool, repositories: Vec<Repository>) -> Part {
        let Work {
            options,
            context,
            progress,
            sink,
            ..
        } = *self.work;
        let place = self.place();
        let is_lone = self.group.sites.iter().all(|site| site.is_lone);
        let outlines = || repositories.iter().map(|repository| &repository.outline);
        let boundary = outlines().flat_map(|outline| outline.boundary.iter().copied());
        let named = Named::new(&pool.stores.places, hash, boundary.collect());
        outlines().for_each(|outline| named.begin(outline, &place, sink));
        if outlines().any(|outline| !outline.boundary.is_empty()) {
            let detail = "is a shallow clone: the older history was never fetched";
            sink.shortfall(Shortfall::new(Kind::Shallow, &*place, detail));
        }
        let all = self.all;
        let has_lfs = |name: &str| all.has_lfs(name);
        // One half of what a scan may take holds what is kept of the layers.
        let limits = Limits {
            memory: options.limits.memory / 2,
            ..options.limits.clone()
        };
        let notes = Notes::with_room((limits.memory / 4) as usize);
        let notes = match pool.late.is_empty() {
            true => notes,
            false => notes.with_texts((limits.memory / 8) as usize),
        };
        let within = format!("{place}, ");
        let reader = Reader {
            sink,
            context,
            bounds: Bounds::new(&options.limits),
            whole: false,
            // Objects without a repository promise nothing.
            named: (!is_lone).then_some(named),
            notes: Some(&notes),
            has_lfs: &has_lfs,
            within: &within,
            lfs: AtomicU64::new(0),
            commits: AtomicU64::new(0),
        };
        let meter = progress.begin(&place, None);
        pool.stores.read(&reader, &limits, meter, &mut |visit| {
            self.rereading.read(&pool, &reader, &limits, visit);
        });
        reader.finish(&place, outlines().any(|outline| outline.is_partial));
        let places = Arc::clone(&pool.stores.places);
        Part {
            place,
            memory: Arc::new(Memory::new(places, notes)),
            pool,
            repositories,
        }
    }

    /// What shortfalls call the group: its first site, in the first layer that has it.
    fn place(&self) -> String {
        let first = self.group.sites.first();
        let file = first.and_then(|site| self.all.sites[site].first());
        let label = file.map_or("", |found| &self.all.layers[&found.layer].label);
        let path = first.map_or(&b""[..], |site| &site.path);
        format!("{label}, repository {}", String::from_utf8_lossy(path))
    }
}

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
mod late;
mod links;
mod papers;
mod passing;
mod pool;
mod remains;
mod room;
mod told;

pub(in crate::source) use late::Again;
pub(in crate::source) use passing::{Draft, Passing};
pub(in crate::source) use remains::Remains;
pub(in crate::source) use room::Room;
pub(in crate::source) use told::Told;

use self::gather::{Everything, Group, Repository};
use self::late::Rereading;
use self::pool::{Builder, Pool};
use super::attribution::Attribution;
use super::memory::{Memory, Notes};
use super::named::Named;
use super::objects::Objects;
use super::reader::Reader;
use super::survey::Survey;
use crate::model::{Coverage, Kind, LayerId, Limits, Options, Origin, Progress, Shortfall};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::open::Bounds;
use gix::ObjectId;
use gix::hash;
use gix::hashtable::HashSet;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

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
    members: Vec<Member>,
}

/// One of the repositories.
struct Member {
    repository: Repository,
    attribution: OnceLock<Attribution>,
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

    /// Works out where all hits stand.
    pub(in crate::source) fn settle(&self, hits: &[&Origin], coverage: &Coverage) {
        let ids = hits.iter().filter_map(|hit| super::part::object(hit));
        let ids: Vec<ObjectId> = ids.collect();
        for part in &self.parts {
            let own = ids.iter().filter(|id| part.memory.kind(id).is_some());
            let own: HashSet<ObjectId> = own.copied().collect();
            if own.is_empty() {
                continue;
            }
            let objects = part.objects();
            for member in part.members.iter().filter(|member| !member.is_lone()) {
                let survey = Survey::of(&member.repository.outline, &objects, &own);
                let attribution = Attribution::new(&objects, survey, &own);
                if !attribution.is_whole && !part.pool.late.is_empty() {
                    coverage.record(part.unfollowed());
                }
                let _ = member.attribution.set(attribution);
            }
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

impl Member {
    fn is_lone(&self) -> bool {
        self.repository.site.is_lone
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
            members: repositories
                .into_iter()
                .map(|repository| Member {
                    repository,
                    attribution: OnceLock::new(),
                })
                .collect(),
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

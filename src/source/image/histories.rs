//! The repositories in the layers of a scan, from their parts to what is told of their histories, and what
//! of that earlier scans have kept.
//!
//! A layer that is known is left unread, and only where parts of repositories lie in it is known then; what
//! the repositories tell belongs to no single layer. So that is a result of its own, kept under the names of
//! all the layers that have a part in them, and of the stacks that images make of these. Is that result
//! not there, then just these layers are opened again, for their parts alone.

use super::catalog::{Copy, Facts};
use super::heard::{Heard, Listening};
use super::reading::Reading;
use super::repositories::{LayersAgain, Scene};
use super::reread::Rereading;
use crate::cache::Cache;
use crate::model::{Coverage, LayerId, Origin, Shortfall};
use crate::source::git::layers::{self as git, Histories, Remains, Repositories};
use crate::unpack::decode::shortfall_kind;
use crate::unpack::{Notes, Sink};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Bytes of a file that are looked at together.
const BUFFER: usize = 64 << 10;

/// What is kept of repositories, beside what was found in their objects.
#[derive(Serialize, Deserialize)]
struct Known {
    heard: Heard,
    histories: Histories,
}

/// The repositories of a scan.
pub(super) struct Past {
    pub(super) scene: Scene,
    /// What was read, until all hits in it are known.
    unsettled: Mutex<Option<Unsettled>>,
    histories: OnceLock<Histories>,
}

/// Repositories that have been read.
struct Unsettled {
    repositories: Repositories,
    keeping: Option<Keeping>,
}

/// What was learnt of repositories and is to be kept.
struct Keeping {
    cache: Arc<Cache>,
    name: String,
    heard: Heard,
    /// What was found in them, once everything has been searched.
    notes: Arc<Mutex<Option<Box<dyn Notes>>>>,
}

impl Past {
    fn told(scene: Scene, histories: Histories) -> Self {
        Self {
            scene,
            unsettled: Mutex::default(),
            histories: histories.into(),
        }
    }

    /// Works out what the histories tell, and keeps it if that is all there is to it.
    pub(super) fn settle(&self, hits: &[(&Origin, u64)], coverage: &Coverage) {
        let Some(unsettled) = locked(&self.unsettled).take() else {
            return;
        };
        let Unsettled {
            repositories,
            keeping,
        } = unsettled;
        let kept = keeping.and_then(|keeping| keeping.keep(&repositories));
        let histories = kept.unwrap_or_else(|| {
            let hits = git::hits(hits.iter().copied());
            repositories.histories(&hits, &mut |shortfall| coverage.record(shortfall))
        });
        // Nobody settles twice; the first answers stay.
        let _ = self.histories.set(histories);
    }

    /// What the histories tell; nothing until it has been worked out.
    pub(super) fn histories(&self) -> Option<&Histories> {
        self.histories.get()
    }
}

impl Keeping {
    /// Works out what is told of everything that was noted, which is all that a scan of these layers can
    /// ask for, and keeps it. `None`, and nothing is kept, if that is not all there is to tell.
    fn keep(self, repositories: &Repositories) -> Option<Histories> {
        let notes = locked(&self.notes).take()?;
        let objects = notes.objects();
        let hits = git::hits(objects.iter().map(|(origin, at)| (origin, *at)));
        let histories = repositories.histories(&hits, &mut |_| {});
        if !histories.are_whole() {
            return None;
        }
        // What is told now is what will be told later.
        let histories = match histories.masked(&|text| notes.masked(text)) {
            Some(masked) => masked,
            None => return Some(histories),
        };
        let known = Known {
            heard: self.heard,
            histories,
        };
        let bytes = postcard::to_allocvec(&known).ok();
        if let Some(record) = bytes.and_then(|bytes| notes.behind(&bytes)) {
            self.cache.put(&self.name, &record);
        }
        Some(known.histories)
    }
}

impl Reading<'_> {
    /// Reads the repositories that lie in the layers, or tells what an earlier scan has kept of them.
    pub(super) fn repositories(&self) -> Past {
        let scene = Scene::of(&self.catalog());
        if scene.layers.is_empty() {
            return Past::told(scene, Histories::default());
        }
        if let Some(histories) = self.recalled(&scene) {
            return Past::told(scene, histories);
        }
        self.read_parts(&scene.layers);
        let unsettled = self.read_repositories(&scene);
        Past {
            scene,
            unsettled: Mutex::new(Some(unsettled)),
            histories: OnceLock::new(),
        }
    }

    /// What is known of the repositories in these layers, which is told to the sink as if they had been
    /// read.
    fn recalled(&self, scene: &Scene) -> Option<Histories> {
        let cache = self.cache?;
        let name = scene.name(&self.catalog())?;
        let kept = cache.get(&name)?;
        let read: Option<(Known, &[u8])> = postcard::take_from_bytes(&kept).ok();
        let is_sound = |known: &Known| {
            let (layers, stacks) = (scene.layers.len(), scene.stacks.len());
            known.histories.are_sound(layers, stacks)
        };
        let Some((known, found)) = read.filter(|(known, _)| is_sound(known)) else {
            cache.distrust(&name);
            return None;
        };
        if !self.sink.replay(None, found) {
            return None;
        }
        let labels = self.labels(scene);
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        known.heard.tell(self.sink, &labels);
        Some(known.histories)
    }

    /// Opens known layers again, for the parts of repositories in them.
    fn read_parts(&self, layers: &[LayerId]) {
        let catalog = self.catalog();
        let unread = layers.iter().filter_map(|&layer| {
            let facts = catalog.facts(layer);
            let copy = facts.again.clone().filter(|_| facts.git.is_none())?;
            Some((layer, vec![copy]))
        });
        let unread: Vec<(LayerId, Vec<Copy>)> = unread.collect();
        drop(catalog);
        self.each(unread, &|layer, copies| {
            for copy in copies {
                let (remains, result) = self.parts(copy);
                if let Err(error) = &result {
                    let detail = format!("its parts of git repositories were not read: {error}");
                    let (kind, _) = shortfall_kind(error);
                    let shortfall = Shortfall::new(kind, &copy.label, detail);
                    self.sink.shortfall(shortfall);
                }
                self.catalog().add_parts(layer, remains, result.is_ok());
            }
        });
    }

    /// The parts of repositories in a layer that is known.
    fn parts(&self, copy: &Copy) -> (Remains, io::Result<()>) {
        let mut draft = git::Draft::new(&copy.label, &self.git);
        let mut buffer = vec![0; BUFFER];
        let is_stopped = || self.sink.stopped();
        let result = self
            .rereading(&is_stopped)
            .proven(copy, &mut |(path, part), content| {
                let mut passing = git::Passing::default();
                loop {
                    match content.read(&mut buffer)? {
                        0 => break,
                        count => draft.take(&mut passing, path, &buffer[..count]),
                    }
                }
                draft.close(passing, path, *part);
                Ok(ControlFlow::Continue(()))
            });
        (draft.finish(), result)
    }

    fn read_repositories(&self, scene: &Scene) -> Unsettled {
        let name = scene.name(&self.catalog());
        let remains = self.take_parts(scene);
        let labels = self.labels(scene);
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let keeping = self.cache.cloned().zip(name);
        let recorder = keeping.as_ref().and_then(|_| self.sink.record());
        let (Some((cache, name)), Some(recorder)) = (keeping, recorder) else {
            return Unsettled {
                repositories: self.put_together(scene, remains, self.sink),
                keeping: None,
            };
        };
        let listening = Listening::new(&*recorder, &labels);
        let repositories = self.put_together(scene, remains, &listening);
        let heard = listening.finish();
        let keeping = Keeping {
            cache,
            name,
            heard,
            notes: Arc::default(),
        };
        let is_all = !keeping.heard.is_spoilt && !self.sink.stopped();
        if is_all {
            let notes = Arc::clone(&keeping.notes);
            recorder.finish(Box::new(move |noted| *locked(&notes) = Some(noted)));
        }
        Unsettled {
            repositories,
            keeping: is_all.then_some(keeping),
        }
    }

    fn put_together(
        &self,
        scene: &Scene,
        remains: BTreeMap<LayerId, Remains>,
        sink: &dyn Sink,
    ) -> Repositories {
        let catalog = self.catalog();
        let copies = scene.layers.iter();
        let copies = copies.map(|&layer| catalog.facts(layer).again.clone());
        let is_stopped = || self.sink.stopped();
        let again = LayersAgain {
            copies: copies.collect(),
            rereading: self.rereading(&is_stopped),
        };
        drop(catalog);
        let work = git::Work {
            options: self.options,
            context: self.context,
            progress: self.progress,
            sink,
            again: &again,
        };
        Repositories::read(remains, &scene.git_stacks(), &work)
    }

    /// The parts in the layers, by the numbers that these have in the scene.
    fn take_parts(&self, scene: &Scene) -> BTreeMap<LayerId, Remains> {
        let mut catalog = self.catalog();
        let layers = (0..).map(LayerId).zip(&scene.layers);
        let parts = layers.map(|(number, &layer)| (number, catalog.take_parts(layer)));
        parts.collect()
    }

    /// How people know the layers.
    fn labels(&self, scene: &Scene) -> Vec<String> {
        let catalog = self.catalog();
        let facts = scene.layers.iter().map(|&layer| catalog.facts(layer));
        let label = |facts: &Facts| facts.again.as_ref().map(|copy| copy.label.clone());
        facts
            .map(|facts| label(facts).unwrap_or_default())
            .collect()
    }

    fn rereading<'a>(&'a self, is_stopped: &'a dyn Fn() -> bool) -> Rereading<'a> {
        Rereading {
            limits: &self.options.limits,
            cache: self.cache.map(|cache| &**cache),
            is_stopped,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The reading of all targets, from opening them to the last layer: what every part of it needs,
//! and the order in which things happen.

use super::archive::{self, Indexed, Passed};
use super::catalog::{Catalog, Copy, Facts, Image, LayerKey, Position, Shape};
use super::claim::{Claim, Expected};
use super::copies;
use super::layout::Layout;
use super::opening::{Opened, Stream};
use super::platform::Platform;
use super::registry::Registries;
use super::store::{Holder, Store};
use super::survey::{Found, Survey};
use super::target::Target;
use crate::cache::Cache;
use crate::model::{Counter, Kind, LayerId, Options, Progress, Shortfall};
use crate::recipe::dockerfile::Dockerfile;
use crate::source::git::layers as git;
use crate::source::metered::Metered;
use crate::source::packages::Room;
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::memory::Memory;
use rayon::prelude::*;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Said of what is no archive at all.
const NO_ARCHIVE: &str =
    "is neither an image archive nor a tar; `docker save` and `skopeo copy` write such archives";
/// Said of an archive without any file.
const EMPTY: &str = "is an archive without any file in it";

/// One reading: what all its parts need.
pub(super) struct Reading<'a> {
    pub(super) targets: &'a [Target],
    pub(super) platforms: &'a [Platform],
    pub(super) options: &'a Options,
    pub(super) memory: Arc<Memory>,
    pub(super) context: Context,
    pub(super) progress: &'a dyn Progress,
    pub(super) registries: &'a Registries,
    /// Engines that did not answer when a bare name was looked for: they are not waited for again.
    pub(super) silent: Mutex<Vec<Holder>>,
    /// What the images may have been built by.
    pub(super) dockerfiles: &'a [Arc<Dockerfile>],
    /// What earlier scans have kept.
    pub(super) cache: Option<&'a Arc<Cache>>,
    pub(super) sink: &'a dyn Sink,
    /// For what the records of packages say.
    pub(super) packages: Arc<Room>,
    /// For what may be parts of git repositories.
    pub(super) git: Arc<git::Room>,
    pub(super) catalog: Mutex<Catalog>,
}

impl Reading<'_> {
    /// Reads everything once; what cannot be read is told to the sink.
    pub(super) fn run(&self) {
        let mut streams = Vec::new();
        let numbered: Vec<_> = self.targets.iter().enumerate().collect();
        for some in numbered.chunks(self.registries.access.jobs.max(1)) {
            if self.sink.stopped() {
                break;
            }
            for (&(number, target), opened) in some.iter().zip(self.open_all(some)) {
                match opened {
                    Ok(Opened::Stream(stream)) => {
                        self.progress.expect(target.text(), None);
                        streams.push((number, stream));
                    }
                    Ok(opened) => self.survey(number, opened),
                    Err(error) => self.unreachable(number, error.to_string()),
                }
            }
        }
        let (passed, ()) = rayon::join(|| self.pass(streams), || self.read_layers());
        for (number, passed) in passed {
            self.passed(number, passed);
        }
        // What was kept in memory while an archive streamed by.
        self.read_layers();
    }

    /// Looks through a target whose layers can be read later, and tells how much that will be.
    fn survey(&self, number: usize, opened: Opened<'_>) {
        let first = self.catalog().next_layer();
        match opened {
            Opened::Layout(layout) => self.layout(number, layout),
            Opened::Archive(archive) => self.archive(number, archive),
            Opened::One(store) => {
                Survey::new(self, number, store).run();
            }
            Opened::Stream(_) | Opened::Nothing => return,
        }
        let ahead = self.catalog().ahead(number, first);
        self.progress
            .expect(self.targets[number].text(), Some(ahead));
    }

    fn layout(&self, number: usize, layout: Layout) {
        if Survey::new(self, number, Arc::new(layout)).run() == Found::NoImage {
            self.unreachable(
                number,
                "is no OCI layout: there is no index.json".to_owned(),
            );
        }
    }

    fn archive(&self, number: usize, archive: Indexed) {
        let store: Arc<dyn Store> = Arc::new(archive);
        if Survey::new(self, number, Arc::clone(&store)).run() == Found::Images {
            return;
        }
        if store.names().is_empty() {
            return self.unreachable(number, EMPTY.to_owned());
        }
        let copy = Copy {
            store,
            name: Indexed::WHOLE.to_owned(),
            claim: Claim::default(),
            label: format!("{}, layer 0", self.targets[number].text()),
            expected: Expected::Anything,
        };
        self.root_file_system(number, |catalog| {
            catalog.add_copy(LayerKey::Entry(number, Indexed::WHOLE.to_owned()), copy)
        });
    }

    /// Goes through the archives that can only be read in order, on each thread one after the other.
    fn pass(&self, streams: Vec<(usize, Stream<'_>)>) -> Vec<(usize, Passed)> {
        let pass = |(number, stream): (usize, Stream<'_>)| {
            if self.sink.stopped() {
                return None;
            }
            let reader = match stream() {
                Ok(reader) => reader,
                Err(error) => {
                    self.unreachable(number, error.to_string());
                    return None;
                }
            };
            let label = self.targets[number].text();
            let metered = Metered::new(reader, self.progress.begin(label, None));
            match archive::pass(self, number, Box::new(metered)) {
                Ok(Some(passed)) => return Some((number, passed)),
                Ok(None) => {
                    self.unreachable(number, NO_ARCHIVE.to_owned());
                }
                Err(error) => self.unreachable(number, format!("cannot be read: {error}")),
            }
            None
        };
        let streams = streams.into_par_iter().with_max_len(1);
        streams.filter_map(pass).collect()
    }

    fn passed(&self, number: usize, passed: Passed) {
        let outer = passed.outer;
        match Survey::new(self, number, Arc::<archive::Streamed>::clone(&passed.store)).run() {
            Found::Images => self.catalog().add_loose(outer, number, ""),
            Found::NoImage if passed.store.names().is_empty() => {
                self.unreachable(number, EMPTY.to_owned());
            }
            Found::NoImage => {
                archive::search_rest(self, number, &passed);
                self.root_file_system(number, |_| outer);
            }
        }
    }

    /// An archive without any manifest is the root file system of one image of one layer.
    fn root_file_system(&self, number: usize, layer: impl FnOnce(&mut Catalog) -> LayerId) {
        if !self.targets[number].selection.is_all() {
            let detail = "is a root file system, which has no names to choose from";
            return self.unreachable(number, detail.to_owned());
        }
        let mut catalog = self.catalog();
        let layer = layer(&mut catalog);
        let position = Position {
            layer: Some(layer),
            ..Position::default()
        };
        catalog.add_image(Image {
            target: number,
            layers: vec![position],
            ..Image::default()
        });
        self.sink.count(Counter::Images, 1);
    }

    /// Reads all layers that were not read yet.
    fn read_layers(&self) {
        let unread = self.catalog().take_unread();
        self.each(unread, &|layer, copies| self.read_layer(layer, copies));
    }

    /// Does something with each of several layers, as many at the same time as is right for the places
    /// that they are read from.
    pub(super) fn each(
        &self,
        layers: Vec<(LayerId, Vec<Copy>)>,
        work: &(dyn Fn(LayerId, &[Copy]) + Sync),
    ) {
        let (remote, local): (Vec<_>, Vec<_>) = layers
            .into_iter()
            .partition(|(_, copies)| copies.iter().all(|copy| copy.store.is_remote()));
        rayon::join(
            || self.each_remote(remote, work),
            || {
                local
                    .into_par_iter()
                    .with_max_len(1)
                    .for_each(|(layer, copies)| work(layer, &copies));
            },
        );
    }

    /// The same with what comes over a network, on threads of its own: they wait more than they work, and
    /// how many connections are right has nothing to do with how many processors there are.
    fn each_remote(
        &self,
        layers: Vec<(LayerId, Vec<Copy>)>,
        work: &(dyn Fn(LayerId, &[Copy]) + Sync),
    ) {
        let jobs = self.registries.access.jobs.clamp(1, layers.len().max(1));
        let queue = Mutex::new(layers.into_iter());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    while let Some((layer, copies)) = next() {
                        work(layer, &copies);
                    }
                });
            }
        });
    }

    fn read_layer(&self, layer: LayerId, copies: &[Copy]) {
        if !self.sink.stopped() {
            copies::read_any(self, layer, copies);
        }
    }

    /// Compares what was claimed of a blob with what it proved to be, and records the differences.
    pub(super) fn compare(&self, copy: &Copy, facts: &Facts) {
        let Some(sums) = &facts.sums else { return };
        for broken in copy.claim.broken_by(sums) {
            self.sink
                .shortfall(Shortfall::new(Kind::Mismatch, &copy.label, broken));
        }
        if facts.shape == Shape::File {
            self.note_file(copy);
        }
    }

    /// Records that a blob was searched as one file, where it should have been an archive.
    pub(super) fn note_file(&self, copy: &Copy) {
        let (kind, detail) = match copy.expected {
            Expected::Anything => return,
            Expected::Tar => (Kind::Corrupt, "is no tar archive, searched as one file"),
            Expected::Encrypted => (Kind::Encrypted, "is encrypted, searched as it is"),
        };
        self.sink
            .shortfall(Shortfall::new(kind, &copy.label, detail));
    }

    fn unreachable(&self, number: usize, detail: String) {
        let place = self.targets[number].text();
        self.sink
            .shortfall(Shortfall::new(Kind::Target, place, detail));
    }

    /// The catalogue, for as long as nobody else needs it.
    pub(super) fn catalog(&self) -> MutexGuard<'_, Catalog> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

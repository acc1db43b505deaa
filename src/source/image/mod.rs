//! Container images, wherever they live.
//!
//! Targets that stand for many are looked up first. Several targets are opened at the same time, and looked
//! through for images one after the other; documents are searched on
//! the way. Then all layers are read in parallel, each once, however many images share it.
//! Archives that can only be read in order are searched as they stream by, at the same time, and
//! looked through afterwards.

mod archive;
mod built;
mod catalog;
mod claim;
mod containerd;
mod containers;
mod copies;
mod digest;
mod docker;
mod documents;
mod engine;
mod fleet;
mod heard;
mod histories;
mod history;
mod json;
mod layer;
mod layout;
mod lineage;
mod list;
mod manifest;
mod opening;
mod overlay;
mod places;
mod platform;
mod reading;
mod reference;
mod registry;
mod relatives;
mod remember;
mod repositories;
mod reread;
mod stamp;
mod storage;
mod store;
mod survey;
mod target;
mod values;
mod vendored;

pub use lineage::Base;
pub use list::ListError;
pub use registry::{Access, AccessError};
pub use store::{TRANSPORTS, Transport};
pub use target::{Target, TargetError};

use catalog::Catalog;
use histories::Past;
use lineage::Lineage;
use places::Places;
use platform::Platform;
use reading::Reading;
use registry::{Asking, Registries};
use relatives::Role;
use reread::Rereading;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::git::layers as git;
use super::packages::Room;
use super::{Hit, Seen, Source};
use crate::cache::Cache;
use crate::model::{
    Counter, Coverage, Kind, Occurrence, Options, Origin, Place, Progress, Shortfall,
};
use crate::recipe::dockerfile::Dockerfile;
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use crate::unpack::memory::Memory;

/// Images to scan.
pub struct ImageSource<'a> {
    targets: Vec<Target>,
    platforms: Vec<Platform>,
    options: &'a Options,
    context: Context,
    progress: &'a dyn Progress,
    registries: Registries,
    cache: Option<Arc<Cache>>,
    base: Option<Base>,
    former: Option<Target>,
    dockerfiles: Vec<Arc<Dockerfile>>,
    places: OnceLock<Places>,
    past: OnceLock<Past>,
}

impl<'a> ImageSource<'a> {
    /// The images in `targets`; `context` is what the detector needs around a match.
    ///
    /// # Errors
    /// [`TargetError::BadPlatform`] if the options name something that is no platform.
    pub fn new(
        targets: Vec<Target>,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Result<Self, TargetError> {
        let platforms = options.platforms.iter().map(|text| {
            Platform::parse(text).ok_or_else(|| TargetError::BadPlatform { text: text.clone() })
        });
        Ok(Self {
            targets,
            platforms: platforms.collect::<Result<_, _>>()?,
            options,
            context,
            progress,
            registries: Registries::default(),
            cache: None,
            base: None,
            former: None,
            dockerfiles: Vec::new(),
            places: OnceLock::new(),
            past: OnceLock::new(),
        })
    }

    /// Talks to registries in this way, and not as by default.
    ///
    /// # Errors
    /// [`TargetError::ManyRegistries`] if there is a login, and nobody can tell for which of several
    /// registries.
    pub fn with_access(mut self, mut access: Access) -> Result<Self, TargetError> {
        let registries = fleet::registries(&self.targets);
        if access.login.is_some() && registries.len() > 1 {
            let registries = Vec::from_iter(registries).join(", ");
            return Err(TargetError::ManyRegistries { registries });
        }
        let timeout = self.options.timeout;
        access.until = timeout.and_then(|time| Instant::now().checked_add(time));
        self.registries = Registries::new(access);
        Ok(self)
    }

    /// Keeps what is found in layers in this cache, and reads none of which it is known. The cache must
    /// have been opened for this kind of scan, see [`purpose`](crate::scan::purpose).
    #[must_use]
    pub fn with_cache(mut self, cache: Option<Arc<Cache>>) -> Self {
        self.cache = cache;
        self
    }

    /// Tells of each place whether it comes from a base image. Layers are hashed unpacked for that, see
    /// [`Options::verify_diff_ids`](crate::model::Options::verify_diff_ids).
    #[must_use]
    pub fn with_base(mut self, base: Option<Base>) -> Self {
        self.base = base;
        self
    }

    /// Tells of each place which line of these files it comes from. An image's own attestation does the same;
    /// a file that fits comes first.
    #[must_use]
    pub fn built_by(mut self, files: Vec<Dockerfile>) -> Self {
        self.dockerfiles = files.into_iter().map(Arc::new).collect();
        self
    }

    /// Tells of each place whether this older image has it, and the places of that image as well.
    #[must_use]
    pub fn since(mut self, former: Option<Target>) -> Self {
        self.former = former;
        self
    }

    /// The targets that are not to be scanned, and what they are for.
    fn relatives(&self) -> impl Iterator<Item = (&Target, Role)> {
        let base = match &self.base {
            Some(Base::Image(target)) => Some((&**target, Role::Base)),
            Some(Base::Auto) | None => None,
        };
        let former = self.former.as_ref().map(|target| (target, Role::Former));
        base.into_iter().chain(former)
    }
}

impl Source for ImageSource<'_> {
    fn read(&self, sink: &dyn Sink) {
        let asking = Asking {
            registries: &self.registries,
            limit: self.options.limits.document_bytes,
            is_stopped: &|| sink.stopped(),
        };
        let tell = |shortfall| sink.shortfall(shortfall);
        let mut targets = fleet::expanded(&self.targets, asking, &tell);
        let names = targets.iter().map(|target| target.text().to_owned());
        let mut catalog = Catalog::of(names.collect());
        catalog.relatives.is_asked_for = self.base.is_some() || self.former.is_some();
        for (target, role) in self.relatives() {
            catalog.add_relative(target.text(), role);
            targets.push(target.clone());
        }
        let reading = Reading {
            targets: &targets,
            platforms: &self.platforms,
            options: self.options,
            memory: Arc::new(Memory::new(self.options.limits.memory)),
            context: self.context,
            progress: self.progress,
            registries: &self.registries,
            silent: Mutex::default(),
            dockerfiles: &self.dockerfiles,
            cache: self.cache.as_ref(),
            sink,
            packages: Room::of(&self.options.limits),
            git: git::Room::of(&self.options.limits),
            catalog: Mutex::new(catalog),
        };
        reading.run();
        let past = reading.repositories();
        let catalog = reading.catalog.into_inner();
        let catalog = catalog.unwrap_or_else(PoisonError::into_inner);
        for file in catalog.unfitting(&self.dockerfiles) {
            let detail = "fits the history of no image that was scanned";
            sink.shortfall(Shortfall::new(Kind::UnusedDockerfile, &*file.name, detail));
        }
        let cache = self.cache.as_deref();
        let lineage = Lineage::of(&catalog, self.base.as_ref(), cache);
        if let Some(cache) = cache.filter(|_| !sink.stopped()) {
            lineage::remember(&catalog, cache);
        }
        let places = Places::of(catalog, lineage);
        sink.count(Counter::Layers, places.layers() as u64);
        // Reading twice is not foreseen; the first answers stay.
        let _ = self.places.set(places);
        let _ = self.past.set(past);
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        let places = self.places.get();
        places
            .map(|places| places.of_origin(origin))
            .unwrap_or_default()
    }

    fn settle(&self, hits: &[(&Origin, u64)], coverage: &Coverage) {
        if let Some(past) = self.past.get() {
            past.settle(hits, coverage);
        }
    }

    fn occurrences(&self, seen: &[Seen<'_>]) -> Vec<(usize, Occurrence)> {
        let Some((places, past)) = self.places.get().zip(self.past.get()) else {
            return Vec::new();
        };
        let mut found = places.in_histories(past, seen);
        for (index, seen) in seen.iter().enumerate() {
            let places = self.places(seen.origin).into_iter();
            found.extend(places.map(|place| (index, Occurrence::new(place, seen.position))));
        }
        found
    }

    fn recognise(&self, hits: &[Hit<'_>], is_stopped: &dyn Fn() -> bool, coverage: &Coverage) {
        if let Some(places) = self.places.get() {
            let rereading = Rereading {
                limits: &self.options.limits,
                cache: self.cache.as_deref(),
                is_stopped,
            };
            places.recognise(hits, &rereading, coverage);
        }
    }

    fn targets(&self) -> Vec<crate::model::Target> {
        self.places.get().map(Places::targets).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;

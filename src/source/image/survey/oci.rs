//! The images that an OCI index lists: nested indexes, platforms, attestations and artifacts.

use super::super::archive::Streamed;
use super::super::catalog::{Claim, LayerKey, Position, Use};
use super::super::digest::Digest;
use super::super::documents::{Document, Need};
use super::super::manifest::{Descriptor, Manifest};
use super::super::platform::Platform;
use super::super::store::{Blob, OpenError};
use super::Survey;
use super::draft::{Build, Draft};
use crate::model::{Kind, Where};
use serde_json::Value;
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

/// Name of the index of a layout.
const INDEX: &str = "index.json";

/// The way from the root to a manifest.
#[derive(Debug, Clone, Default)]
struct Trail {
    /// The indexes on the way.
    digests: Vec<Digest>,
    /// The name that an index on the way gave.
    name: Option<String>,
    /// Whether an index on the way was chosen, and everything below with it.
    is_chosen: bool,
}

/// Whether something that is referred to is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Here,
    Absent,
    /// Not wanted, or refused with a reason given.
    LeftAside,
}

/// A manifest with how it was reached.
struct Reached<'a> {
    descriptor: &'a Descriptor,
    document: &'a Document,
    manifest: &'a Manifest,
    platform: Option<&'a Platform>,
    name: Option<String>,
}

impl Survey<'_> {
    /// Reads `index.json`. `false` if there is none.
    pub(super) fn index_json(&mut self) -> bool {
        let document = match self.documents.read(INDEX, &Claim::default(), INDEX) {
            Err(OpenError::Missing) => return false,
            Err(error) => {
                self.documents
                    .shortfall(error.kind(), INDEX, error.to_string());
                return true;
            }
            Ok(document) => document,
        };
        self.used.insert(INDEX.to_owned());
        let index = self.manifest(&document, INDEX);
        if index.faults.is_empty() && document.is_parsed() && !index.is_index {
            self.documents
                .shortfall(Kind::Corrupt, INDEX, "has no `manifests`");
        }
        self.publish_for_target(&document, INDEX);
        let root = Trail {
            is_chosen: self.selection.is_all(),
            ..Trail::default()
        };
        self.index(&index, &root);
        true
    }

    /// Reads what a document refers to, and records what is wrong with it.
    fn manifest(&self, document: &Document, what: &str) -> Manifest {
        let value = self.documents.content(document, what, Need::References);
        let manifest = match document.is_parsed() {
            true => Manifest::of(value),
            false => Manifest::default(),
        };
        for fault in &manifest.faults {
            self.documents.shortfall(Kind::Corrupt, what, fault);
        }
        manifest
    }

    fn index(&mut self, index: &Manifest, trail: &Trail) {
        let platforms: HashMap<String, &Platform> = index
            .children
            .iter()
            .filter_map(|child| {
                Some((
                    child.digest.as_ref().ok()?.to_string(),
                    child.platform.as_ref()?,
                ))
            })
            .collect();
        let platform_of = |child: &Descriptor| {
            let attested = || platforms.get(child.attested.as_ref()?).copied();
            child.platform.clone().or_else(|| attested().cloned())
        };
        // Attestations come last: they are told as documents of the image that they are about.
        let (attestations, images): (Vec<_>, Vec<_>) = index
            .children
            .iter()
            .partition(|child| child.attested.is_some());
        let mut absent = Vec::new();
        let mut are_here = false;
        for child in images.into_iter().chain(attestations) {
            let platform = platform_of(child);
            match self.child(child, platform.as_ref(), trail) {
                Presence::Here => are_here = true,
                Presence::Absent => absent.push((child, platform)),
                Presence::LeftAside => {}
            }
        }
        for (child, platform) in absent {
            self.absent(child, platform.as_ref(), are_here);
        }
    }

    /// A platform that nobody pulled is rightly left aside, as long as another one is there and
    /// nobody asked for it.
    fn absent(&self, child: &Descriptor, platform: Option<&Platform>, are_others_here: bool) {
        let what = format!("manifest {}", child.short());
        match platform {
            Some(platform) if are_others_here && self.scan.platforms.is_empty() => {
                let detail = format!("the platform {platform} is not in this copy of the image");
                self.documents
                    .shortfall(Kind::PlatformAbsent, &what, detail);
            }
            _ => self
                .documents
                .shortfall(Kind::Missing, &what, OpenError::Missing.to_string()),
        }
    }

    fn child(
        &mut self,
        child: &Descriptor,
        platform: Option<&Platform>,
        trail: &Trail,
    ) -> Presence {
        let what = format!("manifest {}", child.short());
        let is_wanted = platform.is_none_or(|platform| self.admits(platform));
        if !is_wanted || self.scan.sink.stopped() {
            return Presence::LeftAside;
        }
        let digest = match self.may_follow(child, trail) {
            Ok(digest) => digest,
            Err((kind, detail)) => {
                self.documents.shortfall(kind, &what, detail);
                return Presence::LeftAside;
            }
        };
        let document = match self.fetch(child, digest, &what) {
            Ok(document) => document,
            Err(OpenError::Missing) => return Presence::Absent,
            Err(error) => {
                self.documents
                    .shortfall(error.kind(), &what, error.to_string());
                return Presence::LeftAside;
            }
        };
        let manifest = self.manifest(&document, &what);
        let below = self.below(trail, child, digest);
        let reached = Reached {
            descriptor: child,
            document: &document,
            manifest: &manifest,
            platform,
            name: below.name.clone(),
        };
        self.follow(&reached, &below, &what)
    }

    fn follow(&mut self, reached: &Reached<'_>, trail: &Trail, what: &str) -> Presence {
        let manifest = reached.manifest;
        let is_image = manifest.config.is_some() || !manifest.layers.is_empty();
        if trail.is_chosen && !is_image {
            self.publish_for_target(reached.document, what);
        }
        self.index(manifest, trail);
        if !trail.is_chosen {
            return Presence::LeftAside;
        }
        match is_image {
            true => self.image(reached, what),
            false => Presence::Here,
        }
    }

    /// The digest of a child, unless following it would not end.
    fn may_follow<'d>(
        &mut self,
        child: &'d Descriptor,
        trail: &Trail,
    ) -> Result<&'d Digest, (Kind, String)> {
        let digest = child
            .digest
            .as_ref()
            .map_err(|error| (Kind::Corrupt, error.to_string()))?;
        if trail.digests.contains(digest) {
            return Err((Kind::Corrupt, "contains itself".to_owned()));
        }
        if trail.digests.len() >= self.scan.options.limits.index_depth {
            return Err((Kind::Limit, "lies too deep in nested indexes".to_owned()));
        }
        match self.spend() {
            true => Ok(digest),
            false => Err((Kind::Limit, "is one manifest too many".to_owned())),
        }
    }

    /// Takes one manifest out of the budget.
    pub(super) fn spend(&mut self) -> bool {
        let is_left = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        is_left
    }

    fn below(&mut self, trail: &Trail, child: &Descriptor, digest: &Digest) -> Trail {
        self.offered.names.extend(child.name.clone());
        let by_name = child
            .name
            .as_ref()
            .is_some_and(|name| self.selection.takes_name(name));
        let mut below = trail.clone();
        below.digests.push(digest.clone());
        if by_name || self.selection.takes_digest(digest) {
            below.is_chosen = true;
            self.offered.chosen += 1;
        }
        below.name = child.name.clone().or(below.name);
        below
    }

    /// The document that a descriptor refers to, from the store or from the descriptor itself.
    fn fetch(
        &mut self,
        descriptor: &Descriptor,
        digest: &Digest,
        what: &str,
    ) -> Result<Document, OpenError> {
        let name = digest.blob_path();
        let claim = claim_of(descriptor);
        match (self.documents.read(&name, &claim, what), &descriptor.data) {
            (Err(OpenError::Missing), Some(data)) => {
                let blob = Blob {
                    size: data.len() as u64,
                    reader: Box::new(Cursor::new(data.clone())),
                };
                Ok(self.documents.take(&name, blob, &claim, what))
            }
            (Ok(document), _) => {
                self.used.insert(name);
                Ok(document)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn image(&mut self, reached: &Reached<'_>, what: &str) -> Presence {
        let manifest = reached.manifest;
        let digest = &reached.document.digest;
        if let Some(&known) = self.by_digest.get(digest) {
            self.scan.catalog().name_image(known, reached.name.clone());
            return Presence::Here;
        }
        let mut parts = manifest.config.iter().chain(&manifest.layers);
        if reached.platform.is_some() && !parts.any(|part| self.is_here(part)) {
            self.publish_for_target(reached.document, what);
            return Presence::Absent;
        }
        let mut draft = Draft::default();
        draft.image.target = self.target;
        draft.image.names.extend(reached.name.clone());
        draft.image.digest = Some(digest.to_string());
        if !self.config(reached, &mut draft) {
            return Presence::LeftAside;
        }
        draft.documents.push(
            self.documents
                .publish(reached.document, Where::Manifest, what),
        );
        for (index, layer) in manifest.layers.iter().enumerate() {
            self.layer(index, layer, &mut draft);
        }
        match &reached.descriptor.attested {
            Some(attested) => self.attest(attested, draft),
            None => {
                let number = self.settle(draft);
                self.by_digest.insert(digest.clone(), number);
            }
        }
        Presence::Here
    }

    /// Gives the documents of an attestation to the image that it is about.
    fn attest(&mut self, attested: &str, draft: Draft) {
        let about = Digest::parse(attested).ok();
        let image = about.and_then(|digest| self.by_digest.get(&digest).copied());
        let by = image.map_or(Use::Target(self.target), Use::Image);
        let mut catalog = self.scan.catalog();
        for document in draft.config.into_iter().chain(draft.documents) {
            catalog.use_document(document, by);
        }
        for position in draft.image.layers {
            if let (Some(layer), Some(digest)) = (position.layer, position.digest) {
                catalog.add_loose(layer, self.target, &digest);
            }
        }
    }

    fn is_here(&self, part: &Descriptor) -> bool {
        let digest = part.digest.as_ref();
        let stored = digest.is_ok_and(|digest| self.store.resolve(&digest.blob_path()).is_ok());
        stored || part.data.is_some()
    }

    /// Reads the config. `false` if its platform is not wanted.
    fn config(&mut self, reached: &Reached<'_>, draft: &mut Draft) -> bool {
        let layers = reached.manifest.layers.len();
        let Some(descriptor) = &reached.manifest.config else {
            let build = Build::of_steps(reached.manifest.steps.clone());
            draft.image.layers = build.positions(layers);
            return reached.platform.is_some() || self.admits_config(None);
        };
        let what = format!("config {}", descriptor.short());
        let fetched = match &descriptor.digest {
            Ok(digest) => self
                .fetch(descriptor, digest, &what)
                .map_err(|error| (error.kind(), error.to_string())),
            Err(error) => Err((Kind::Corrupt, error.to_string())),
        };
        let document = match fetched {
            Ok(document) => Some(document),
            Err((kind, detail)) => {
                self.documents.shortfall(kind, &what, detail);
                None
            }
        };
        let value = document.as_ref().map_or(&Value::Null, |document| {
            self.documents.content(document, &what, Need::Values)
        });
        let own = Platform::of(value);
        let is_wanted = match (reached.platform, reached.descriptor.attested.is_some()) {
            (Some(_), _) | (None, true) => true,
            (None, false) => self.admits_config(own.as_ref()),
        };
        if !is_wanted {
            return false;
        }
        let platform = reached.platform.cloned().or(own);
        draft.image.platform = platform.map(|platform| platform.to_string());
        draft.image.layers = self.build(value, &what, layers).positions(layers);
        draft.config =
            document.map(|document| self.documents.publish(&document, Where::Config, &what));
        true
    }

    /// One layer, or one blob of an artifact.
    fn layer(&mut self, index: usize, layer: &Descriptor, draft: &mut Draft) {
        let what = format!("layer {index} ({})", layer.short());
        let digest = match &layer.digest {
            Ok(digest) => digest.clone(),
            Err(error) => {
                return self
                    .documents
                    .shortfall(Kind::Corrupt, &what, error.to_string());
            }
        };
        let name = digest.blob_path();
        if layer.is_document() && (layer.data.is_some() || self.begins_as_json(&name)) {
            match self.fetch(layer, &digest, &what) {
                Ok(document) => {
                    self.documents.content(&document, &what, Need::Text);
                    let number = self.documents.publish(&document, Where::Attestation, &what);
                    draft.documents.push(number);
                }
                Err(error) => self
                    .documents
                    .shortfall(error.kind(), &what, error.to_string()),
            }
            return;
        }
        self.blob(layer, &name, &what, &mut draft.image.layers[index]);
    }

    fn blob(&mut self, layer: &Descriptor, name: &str, what: &str, position: &mut Position) {
        let mut claim = claim_of(layer);
        claim.diff_id = position
            .diff_id
            .as_deref()
            .and_then(|text| Digest::parse(text).ok());
        position.digest = claim.digest.as_ref().map(Digest::text);
        let Some(digest) = claim.digest.clone() else {
            return;
        };
        let mut copy = self.copy(name, what, claim, layer.expected());
        let key = LayerKey::Blob(digest);
        match (self.enter(key.clone(), copy.clone()), &layer.data) {
            (Ok(number), _) => position.layer = number,
            (Err(OpenError::Missing), Some(data)) => {
                copy.store = Arc::new(Streamed::of(name, data));
                position.layer = Some(self.scan.catalog().add_copy(key, copy));
            }
            (Err(OpenError::Missing), None) if layer.is_foreign() => {
                let detail = "is only to be had from elsewhere and was not fetched";
                self.documents.shortfall(Kind::ForeignLayer, what, detail);
            }
            (Err(error), _) => {
                self.documents
                    .shortfall(error.kind(), what, error.to_string());
            }
        }
    }

    /// Searches a document that belongs to no single image.
    pub(super) fn publish_for_target(&mut self, document: &Document, what: &str) {
        let number = self.documents.publish(document, Where::Manifest, what);
        let target = Use::Target(self.target);
        self.scan.catalog().use_document(number, target);
    }
}

fn claim_of(descriptor: &Descriptor) -> Claim {
    Claim {
        digest: descriptor.digest.clone().ok(),
        size: descriptor.size,
        diff_id: None,
    }
}

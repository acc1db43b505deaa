//! The images that an OCI index lists: nested indexes, platforms, attestations and artifacts.

use super::super::catalog::Use;
use super::super::claim::Claim;
use super::super::digest::Digest;
use super::super::documents::{Document, Need};
use super::super::manifest::{Descriptor, Manifest};
use super::super::platform::Platform;
use super::super::store::{Blob, OpenError};
use super::Survey;
use crate::model::{Kind, Where};
use std::collections::HashMap;

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
pub(super) enum Presence {
    /// It is.
    Here,
    /// It is not.
    Absent,
    /// Not wanted, or refused with a reason given.
    LeftAside,
}

/// A manifest with how it was reached.
pub(super) struct Reached<'a> {
    /// What refers to it.
    pub(super) descriptor: &'a Descriptor,
    /// Its bytes.
    pub(super) document: &'a Document,
    /// What it refers to.
    pub(super) manifest: &'a Manifest,
    /// The platform that the index says, or that of the image it attests.
    pub(super) platform: Option<&'a Platform>,
    /// The name on the way to it.
    pub(super) name: Option<String>,
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
        } else if index.faults.is_empty() && index.is_index && index.children.is_empty() {
            self.documents
                .shortfall(Kind::Target, INDEX, "lists no images");
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
        if trail.digests.len() as u64 >= self.scan.options.limits.index_depth {
            return Err((
                Kind::Limit,
                "lies too deep in nested indexes (--limit index-depth)".to_owned(),
            ));
        }
        match self.spend() {
            true => Ok(digest),
            false => Err((
                Kind::Limit,
                "is one manifest too many (--limit manifests)".to_owned(),
            )),
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
    pub(super) fn fetch(
        &mut self,
        descriptor: &Descriptor,
        digest: &Digest,
        what: &str,
    ) -> Result<Document, OpenError> {
        let name = digest.blob_path();
        let claim = claim_of(descriptor);
        match (self.documents.read(&name, &claim, what), &descriptor.data) {
            (Err(OpenError::Missing), Some(data)) => {
                let blob = Blob::of_bytes(data.clone());
                Ok(self.documents.take(&name, blob, &claim, what))
            }
            (Ok(document), _) => {
                self.used.insert(name);
                Ok(document)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// Searches a document that belongs to no single image.
    pub(super) fn publish_for_target(&mut self, document: &Document, what: &str) {
        let number = self.documents.publish(document, Where::Manifest, what);
        let target = Use::Target(self.target);
        self.scan.catalog().use_document(number, target);
    }
}

/// What a descriptor claims of its blob.
pub(super) fn claim_of(descriptor: &Descriptor) -> Claim {
    Claim {
        digest: descriptor.digest.clone().ok(),
        size: descriptor.size,
        diff_id: None,
    }
}

//! Finding out what is in a target: its images, their layers and documents, whatever the mixture
//! of formats. An archive of Docker 25 or later holds each image twice, as an OCI layout and as a
//! docker archive; images made of the same config and layers are one.
//!
//! Documents are searched on the way; layers are only entered into the catalog.

mod docker;
mod draft;
mod image;
mod oci;

use super::catalog::{Copy, LayerKey, Use};
use super::claim::Claim;
use super::claim::Expected;
use super::digest::Digest;
use super::documents::{Documents, Need};
use super::history::Step;
use super::json;
use super::platform::Platform;
use super::reading::Reading;
use super::store::{OpenError, Searched, Store};
use super::target::Selection;
use crate::model::{DocumentId, Kind, LayerId, Where};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::sync::Arc;

/// Bytes that tell a JSON document from other content.
const HEAD: u64 = 512;
/// What old archives had before there was a `manifest.json`.
const REPOSITORIES: &str = "repositories";

/// One target being looked through.
pub(super) struct Survey<'a> {
    scan: &'a Reading<'a>,
    target: usize,
    selection: &'a Selection,
    store: Arc<dyn Store>,
    documents: Documents<'a>,
    /// Names in the store that something refers to.
    used: BTreeSet<String>,
    /// Layers by their names in the store: one blob is one layer, whatever is claimed of it.
    layers: HashMap<String, LayerId>,
    /// Images by what they are made of.
    made_of: HashMap<(Option<DocumentId>, Vec<Option<LayerId>>), usize>,
    /// Images by the digest of their manifest.
    by_digest: HashMap<Digest, usize>,
    /// The histories of images, for the attestations that come after them.
    steps: HashMap<usize, Vec<Step>>,
    /// Manifests that may still be read.
    budget: u64,
    /// What there was to choose from.
    offered: Offered,
}

/// The images of a target, as far as they can be chosen by name or platform.
#[derive(Debug, Default)]
struct Offered {
    names: BTreeSet<String>,
    platforms: BTreeSet<String>,
    /// Positions in the list of wanted platforms.
    met: BTreeSet<usize>,
    chosen: usize,
}

/// What a target turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Images, or what is left of them.
    Images,
    /// Nothing that belongs to an image: perhaps a bare root file system.
    NoImage,
}

impl<'a> Survey<'a> {
    /// A survey of what lies in `store`.
    pub(super) fn new(scan: &'a Reading<'a>, target: usize, store: Arc<dyn Store>) -> Self {
        Self {
            scan,
            target,
            selection: &scan.targets[target].selection,
            documents: Documents::new(scan, Arc::clone(&store), scan.targets[target].text()),
            store,
            used: BTreeSet::new(),
            layers: HashMap::new(),
            made_of: HashMap::new(),
            by_digest: HashMap::new(),
            steps: HashMap::new(),
            budget: scan.options.limits.manifests,
            offered: Offered::default(),
        }
    }

    /// Finds the images and searches their documents.
    pub(super) fn run(mut self) -> Found {
        let has_index = self.index_json();
        let has_list = self.manifest_json();
        let names = self.store.names();
        if !has_index && !has_list {
            if !names.iter().any(|name| is_part_of_an_image(name)) {
                return Found::NoImage;
            }
            if self.store.resolve(REPOSITORIES).is_err() {
                let detail = "neither index.json nor manifest.json is there";
                self.documents
                    .shortfall(Kind::Missing, "list of images", detail);
            }
        }
        if self.selection.is_all() && self.scan.platforms.is_empty() {
            for name in names {
                self.leftover(&name);
            }
        }
        if !self.scan.sink.stopped() {
            self.report_what_was_not_there();
        }
        self.documents.finish();
        Found::Images
    }

    /// A blob that nothing refers to is searched too: it is in what gets shipped.
    fn leftover(&mut self, name: &str) {
        if self.used.contains(name) {
            return;
        }
        match self.store.searched(name) {
            Some(Searched::Layer(layer)) => {
                self.scan.catalog().add_loose(layer, self.target, name);
            }
            Some(Searched::File) => {}
            None if self.scan.sink.stopped() => {}
            None if self.begins_as_json(name) => self.loose_document(name),
            None => {
                let digest = Digest::from_blob_path(name);
                let key = digest.clone().map_or_else(
                    || LayerKey::Entry(self.target, name.to_owned()),
                    LayerKey::Blob,
                );
                let claim = Claim {
                    digest,
                    ..Claim::default()
                };
                let copy = self.copy(name, name, claim, Expected::Anything);
                if let Ok(Some(layer)) = self.enter(key, copy) {
                    self.scan.catalog().add_loose(layer, self.target, name);
                }
            }
        }
    }

    fn loose_document(&mut self, name: &str) {
        let claim = Claim {
            digest: Digest::from_blob_path(name),
            ..Claim::default()
        };
        match self.documents.read(name, &claim, name) {
            Err(error) => self
                .documents
                .shortfall(error.kind(), name, error.to_string()),
            Ok(document) => {
                let role = role_of(self.documents.content(&document, name, Need::Text));
                let number = self.documents.publish(&document, role, name);
                let target = Use::Target(self.target);
                self.scan.catalog().use_document(number, target);
            }
        }
    }

    /// Whether a blob that can still be read begins like a JSON document.
    fn begins_as_json(&self, name: &str) -> bool {
        let Ok(blob) = self.store.open(name) else {
            return false;
        };
        let mut head = Vec::new();
        // What cannot be read is judged when it is read in full.
        let _ = blob.reader.take(HEAD).read_to_end(&mut head);
        json::looks_like(&head)
    }

    /// Enters a layer into the catalog. `None` if it was searched as a file of its archive.
    fn enter(&mut self, key: LayerKey, mut copy: Copy) -> Result<Option<LayerId>, OpenError> {
        copy.name = self.store.resolve(&copy.name)?;
        self.used.insert(copy.name.clone());
        match self.store.searched(&copy.name) {
            Some(Searched::File) => {
                self.scan.note_file(&copy);
                Ok(None)
            }
            Some(Searched::Layer(layer)) => {
                self.scan.compare(&copy, self.scan.catalog().facts(layer));
                Ok(Some(layer))
            }
            None => {
                let name = copy.name.clone();
                let layer = match self.layers.get(&name) {
                    Some(&layer) => self.scan.catalog().add_claim(layer, copy),
                    None => self.scan.catalog().add_copy(key, copy),
                };
                self.layers.insert(name, layer);
                Ok(Some(layer))
            }
        }
    }

    /// A blob of this store, known to people as `what`.
    fn copy(&self, name: &str, what: &str, claim: Claim, expected: Expected) -> Copy {
        Copy {
            store: Arc::clone(&self.store),
            name: name.to_owned(),
            claim,
            label: format!("{}, {what}", self.scan.targets[self.target].text()),
            expected,
        }
    }

    /// Says which of the wanted images and platforms were not there.
    fn report_what_was_not_there(&self) {
        let list = |names: &BTreeSet<String>| match names.len() {
            0 => "there are none".to_owned(),
            _ => format!("there are: {}", join(names)),
        };
        if !self.selection.is_all() && self.offered.chosen == 0 {
            let detail = format!("no image of that name; {}", list(&self.offered.names));
            self.documents.shortfall(Kind::Target, "selection", detail);
        }
        for (wanted, platform) in self.scan.platforms.iter().enumerate() {
            if !self.offered.met.contains(&wanted) {
                let what = format!("platform {platform}");
                let detail = format!("no such image; {}", list(&self.offered.platforms));
                self.documents.shortfall(Kind::Target, &what, detail);
            }
        }
    }

    /// Whether an image of this platform is wanted.
    fn admits(&mut self, platform: &Platform) -> bool {
        self.offered.platforms.insert(platform.to_string());
        let wanted = self.scan.platforms.iter().enumerate();
        let met: Vec<usize> = wanted
            .filter(|(_, wanted)| wanted.admits(platform))
            .map(|(position, _)| position)
            .collect();
        self.offered.met.extend(&met);
        self.scan.platforms.is_empty() || !met.is_empty()
    }
}

/// Whether a name in an archive is one that image archives use: then a missing manifest is damage,
/// and without any such name the archive is a root file system.
fn is_part_of_an_image(name: &str) -> bool {
    name.ends_with("/layer.tar") || docker::claimed_digest(name).is_some()
}

/// What kind of document nothing refers to.
fn role_of(value: &Value) -> Where {
    let has = |keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
    if has(&["architecture", "container_config", "rootfs"]) {
        Where::Config
    } else if has(&["predicateType", "payloadType"]) {
        Where::Attestation
    } else {
        Where::Manifest
    }
}

/// Most names that a message lists.
const LISTED: usize = 10;

fn join(names: &BTreeSet<String>) -> String {
    let listed: Vec<&str> = names.iter().take(LISTED).map(String::as_str).collect();
    let more = match names.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    listed.join(", ") + &more
}

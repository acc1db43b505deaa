//! What a scan of images knows: the distinct layers and documents, and which images they belong
//! to. Reading fills it; [`Places`](super::places::Places) answers from it.
//!
//! Layers and documents are numbered once for all targets, so a layer that many images share is
//! read and searched once.

mod layer;

pub(super) use layer::{Copy, Facts, Layer, LayerKey, Loose, Shape};

use super::built::Built;
use super::relatives::{Relatives, Role};
use crate::model::{Ahead, DocumentId, LayerId, Where};
use crate::recipe::dockerfile::Dockerfile;
use crate::source::git::layers::{Remains, Signs};
use crate::source::packages::Table;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// An image, by its number.
    Image(usize),
    /// A whole target: an index.
    Target(usize),
}

/// One distinct document.
pub(super) struct Document {
    /// What kind of place its raw text is.
    pub(super) role: Where,
    /// How people know it.
    pub(super) name: Arc<str>,
    /// What it belongs to.
    pub(super) uses: BTreeSet<Use>,
}

/// One image, that is, one manifest of one platform.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    /// The target it was found in.
    pub(super) target: usize,
    /// Its tags or names.
    pub(super) names: BTreeSet<String>,
    /// `os/arch[/variant]`, where the image says.
    pub(super) platform: Option<String>,
    /// Digest of the manifest, or of the config where a format has no manifest.
    pub(super) digest: Option<String>,
    /// Its layers from the bottom.
    pub(super) layers: Vec<Position>,
    /// The Dockerfile it was built by, if one is known.
    pub(super) built: Option<Arc<Built>>,
}

/// A layer in its place in an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The layer, if there is something to read.
    pub(super) layer: Option<LayerId>,
    /// Digest of the blob, as claimed.
    pub(super) digest: Option<Arc<str>>,
    /// Digest of the uncompressed layer, as claimed.
    pub(super) diff_id: Option<Arc<str>>,
    /// The instruction that made it.
    pub(super) instruction: Option<Arc<str>>,
}

/// Everything that is known.
#[derive(Default)]
pub(super) struct Catalog {
    /// The targets, as they were typed.
    pub(super) targets: Vec<String>,
    /// Where targets were read from, by their numbers, if their names left a choice.
    pub(super) via: HashMap<usize, String>,
    /// The images, in the order they were found.
    pub(super) images: Vec<Image>,
    layers: Vec<Layer>,
    numbers: HashMap<LayerKey, LayerId>,
    /// Layers that are another content of a layer.
    variants: HashMap<LayerId, LayerId>,
    documents: Vec<Document>,
    /// How images stand to others.
    pub(super) relatives: Relatives,
    contents: HashMap<(Where, Arc<str>), DocumentId>,
}

impl Catalog {
    /// A catalog of these targets, without any image yet.
    pub(super) fn of(targets: Vec<String>) -> Self {
        Self {
            targets,
            ..Self::default()
        }
    }

    /// Adds a target that is asked for something else than to be scanned.
    pub(super) fn add_relative(&mut self, name: &str, role: Role) {
        self.relatives.add(self.targets.len(), role);
        self.targets.push(name.to_owned());
    }

    /// What an image is asked for.
    pub(super) fn role(&self, image: &Image) -> Role {
        self.relatives.role(image.target)
    }

    /// What an image is called: its target, and its name in it where the target holds several.
    pub(super) fn name(&self, image: &Image) -> String {
        let target = &self.targets[image.target];
        let mut images = self.images.iter();
        let is_other = |other: &Image| other.target == image.target && other.names != image.names;
        match image.names.first() {
            Some(name) if images.any(is_other) => format!("{target}:{name}"),
            _ => target.clone(),
        }
    }

    /// Adds an image.
    pub(super) fn add_image(&mut self, image: Image) -> usize {
        self.images.push(image);
        self.images.len() - 1
    }

    /// Those of some files that no scanned image was built by.
    pub(super) fn unfitting<'f>(
        &self,
        files: &'f [Arc<Dockerfile>],
    ) -> impl Iterator<Item = &'f Arc<Dockerfile>> {
        let is_scanned = |image: &&Image| self.role(image) == Role::Scanned;
        let built = self.images.iter().filter(is_scanned);
        let built: Vec<_> = built.filter_map(|image| image.built.as_ref()).collect();
        let is_used = move |file: &Arc<_>| built.iter().any(|built| Arc::ptr_eq(&built.by, file));
        files.iter().filter(move |file| !is_used(file))
    }

    /// Another name for an image that is already there.
    pub(super) fn name_image(&mut self, image: usize, names: impl IntoIterator<Item = String>) {
        self.images[image].names.extend(names);
    }

    /// A place to read a layer from; the layer itself may be known from other places.
    pub(super) fn add_copy(&mut self, key: LayerKey, copy: Copy) -> LayerId {
        let next = self.next_layer();
        let layer = *self.numbers.entry(key).or_insert(next);
        if layer == next {
            self.layers.push(Layer::default());
        }
        self.layers[layer.0 as usize].copies.push(copy);
        layer
    }

    /// Another claim about a layer that is there already.
    pub(super) fn add_claim(&mut self, layer: LayerId, copy: Copy) -> LayerId {
        self.layers[layer.0 as usize].copies.push(copy);
        layer
    }

    /// A layer that is being read as it streams by.
    pub(super) fn add_streamed(&mut self) -> LayerId {
        self.layers.push(Layer::default());
        LayerId(self.layers.len() as u32 - 1)
    }

    /// Another content of a layer, from a place that did not prove to hold what was claimed: it
    /// stands where the layer stands, and is not to be taken for it.
    pub(super) fn add_variant(&mut self, layer: LayerId) -> LayerId {
        let variant = self.add_streamed();
        self.variants.insert(variant, layer);
        variant
    }

    /// The layer that images refer to where this one was read.
    pub(super) fn original(&self, layer: LayerId) -> LayerId {
        self.variants.get(&layer).copied().unwrap_or(layer)
    }

    /// The layers that are blobs of their own.
    pub(super) fn loose_layers(&self) -> impl Iterator<Item = LayerId> {
        let numbered = self.layers.iter().enumerate();
        let loose = numbered.filter(|(_, layer)| !layer.loose.is_empty());
        loose.map(|(number, _)| LayerId(number as u32))
    }

    /// Every layer that waits to be read, with the places it can be read from. They count as read
    /// from then on.
    pub(super) fn take_unread(&mut self) -> Vec<(LayerId, Vec<Copy>)> {
        let unwanted = self.unwanted();
        let numbered = self.layers.iter_mut().enumerate();
        let numbered = numbered.map(|(number, layer)| (LayerId(number as u32), layer));
        numbered
            .filter(|(number, layer)| !layer.copies.is_empty() && !unwanted.contains(number))
            .map(|(number, layer)| (number, std::mem::take(&mut layer.copies)))
            .collect()
    }

    /// Layers that only base images have.
    fn unwanted(&self) -> HashSet<LayerId> {
        let is_base = |target| self.relatives.role(target) == Role::Base;
        let (mut unwanted, mut wanted) = (HashSet::new(), HashSet::new());
        for image in &self.images {
            let layers = image.layers.iter().filter_map(|used| used.layer);
            match is_base(image.target) {
                true => unwanted.extend(layers),
                false => wanted.extend(layers),
            }
        }
        for (number, layer) in self.layers.iter().enumerate() {
            let layer_id = LayerId(number as u32);
            for loose in &layer.loose {
                match is_base(loose.target) {
                    true => unwanted.insert(layer_id),
                    false => wanted.insert(layer_id),
                };
            }
        }
        unwanted.retain(|layer| !wanted.contains(layer));
        unwanted
    }

    /// The number that the next layer gets.
    pub(super) fn next_layer(&self) -> LayerId {
        LayerId(self.layers.len() as u32)
    }

    /// What is to be read of a target, whose layers begin with `first`.
    pub(super) fn ahead(&self, target: usize, first: LayerId) -> Ahead {
        let images = self.images.iter().filter(|image| image.target == target);
        let layers = &self.layers[first.0 as usize..];
        let size = |layer: &Layer| layer.copies.first()?.claim.size;
        let add = |all: u64, layer| Some(all.saturating_add(size(layer)?));
        Ahead {
            images: images.count(),
            layers: layers.len(),
            bytes: layers.iter().try_fold(0, add),
        }
    }

    /// What reading a layer has shown.
    pub(super) fn learn(&mut self, layer: LayerId, facts: Facts) {
        self.layers[layer.0 as usize].facts = facts;
    }

    /// Where parts of git repositories lie in the layers.
    pub(super) fn signs(&self) -> Vec<(LayerId, &Signs)> {
        let unwanted = self.unwanted();
        let numbered = self.layers.iter().enumerate();
        let signs = numbered.map(|(number, layer)| (LayerId(number as u32), &layer.facts.signs));
        signs
            .filter(|(number, _)| !unwanted.contains(number))
            .collect()
    }

    /// The parts of git repositories in a layer, taken out.
    pub(super) fn take_parts(&mut self, layer: LayerId) -> Remains {
        let facts = &mut self.layers[layer.0 as usize].facts;
        facts.git.take().unwrap_or_default()
    }

    /// The parts of git repositories in a layer that was left unread: all of them, or else they belong to
    /// no result that is kept.
    pub(super) fn add_parts(&mut self, layer: LayerId, remains: Remains, are_all: bool) {
        let facts = &mut self.layers[layer.0 as usize].facts;
        facts.git = Some(remains);
        facts.name.take_if(|_| !are_all);
    }

    /// More records of packages that belong to a layer.
    pub(super) fn add_packages(&mut self, layer: LayerId, more: Table) {
        self.layers[layer.0 as usize].facts.packages.merge(more);
    }

    /// The layer of this number.
    pub(super) fn layer(&self, layer: LayerId) -> &Layer {
        &self.layers[layer.0 as usize]
    }

    /// The document of this number.
    pub(super) fn document(&self, document: DocumentId) -> &Document {
        &self.documents[document.0 as usize]
    }

    /// What is known of a layer.
    pub(super) fn facts(&self, layer: LayerId) -> &Facts {
        &self.layers[layer.0 as usize].facts
    }

    /// A layer is, besides or instead of an image's, a blob of that name in a target.
    pub(super) fn add_loose(&mut self, layer: LayerId, target: usize, name: &str) {
        let name = name.into();
        self.layers[layer.0 as usize]
            .loose
            .push(Loose { target, name });
    }

    /// The number of the document of this digest, and whether it is new.
    pub(super) fn add_document(
        &mut self,
        role: Where,
        name: &str,
        content: Arc<str>,
    ) -> (DocumentId, bool) {
        let next = DocumentId(self.documents.len() as u32);
        let number = *self.contents.entry((role, content)).or_insert(next);
        if number == next {
            self.documents.push(Document {
                role,
                name: name.into(),
                uses: BTreeSet::new(),
            });
        }
        (number, number == next)
    }

    /// A document belongs to an image or a target.
    pub(super) fn use_document(&mut self, document: DocumentId, by: Use) {
        self.documents[document.0 as usize].uses.insert(by);
    }
}

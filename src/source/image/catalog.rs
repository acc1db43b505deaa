//! What a scan of images knows: the distinct layers and documents, and which images they belong
//! to. Reading fills it; afterwards it answers, for hits only, at which places a blob stands.
//!
//! Layers and documents are numbered once for all targets, so a layer that many images share is
//! read and searched once.

use super::digest::Digest;
use super::layer::Expected;
use super::overlay::{self, Fate, Index};
use super::store::Store;
use crate::model::{DocumentId, EntryPart, LayerId, LayerPlace, Origin, Place, State, Where};
use crate::unpack::digest::{Algorithm, Digested};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Stands for the digest of a layer that no one claims and that was not read to its end.
const UNREAD: &str = "unknown:not-read-to-its-end";

/// What makes two layers the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum LayerKey {
    /// The digest of the blob.
    Blob(Digest),
    /// For archives that know no blob digests: the digest of the uncompressed layer, and the entry.
    Unpacked(Digest, String),
    /// Without any digest: the entry of one target.
    Entry(usize, String),
}

/// What is claimed of a layer before it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claim {
    /// Digest of the blob as stored.
    pub(super) digest: Option<Digest>,
    /// Size of the blob as stored, in bytes.
    pub(super) size: Option<u64>,
    /// Digest of the uncompressed layer.
    pub(super) diff_id: Option<Digest>,
}

/// One place that a layer can be read from.
#[derive(Clone)]
pub(super) struct Copy {
    /// The store it lies in.
    pub(super) store: Arc<dyn Store>,
    /// Its name there.
    pub(super) name: String,
    /// What is claimed of it.
    pub(super) claim: Claim,
    /// How people know it: target, position, digest.
    pub(super) label: String,
    /// What it should be.
    pub(super) expected: Expected,
}

impl Copy {
    /// Whether both are one blob of one store.
    pub(super) fn is_same_place(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.name == other.name
    }
}

impl Claim {
    /// The algorithm that the blob must be hashed with to check the claim.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.digest
            .as_ref()
            .map_or(Algorithm::Sha256, Digest::algorithm)
    }

    /// What of the claim the content does not keep, in sentences.
    pub(super) fn broken_by(&self, sums: &Sums) -> Vec<String> {
        let digest = self.digest.as_ref().filter(|claimed| {
            claimed.algorithm() == sums.digest.algorithm() && **claimed != sums.digest
        });
        let size = self.size.filter(|&claimed| claimed != sums.size);
        let diff_id = self.diff_id.as_ref().zip(sums.diff_id.as_ref());
        let diff_id = diff_id.filter(|(claimed, computed)| {
            claimed.algorithm() == computed.algorithm() && claimed != computed
        });
        let digest = digest.map(|_| format!("the content has the digest {}", sums.digest));
        let size = size.map(|claimed| format!("has {} bytes instead of {claimed}", sums.size));
        let diff_id = diff_id.map(|(claimed, computed)| {
            format!("unpacked it has the diffID {computed} instead of {claimed}")
        });
        digest.into_iter().chain(size).chain(diff_id).collect()
    }

    /// Whether the content proves to be what other places of the same claim hold.
    pub(super) fn kept_by(&self, sums: &Sums) -> bool {
        let proven = match &self.digest {
            Some(claimed) => *claimed == sums.digest,
            None => self.diff_id.is_some() && self.diff_id == sums.diff_id,
        };
        proven && self.broken_by(sums).is_empty()
    }
}

/// What a blob proved to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    /// Digest of the blob as stored.
    pub(super) digest: Digest,
    /// Size of the blob as stored, in bytes.
    pub(super) size: u64,
    /// Digest of the uncompressed layer, where it was computed.
    pub(super) diff_id: Option<Digest>,
}

impl Sums {
    /// The sums of a blob that has been read to its end.
    pub(super) fn of(blob: &Digested, diff_id: Option<Digest>) -> Self {
        Self {
            digest: Digest::computed(blob),
            size: blob.size,
            diff_id,
        }
    }
}

/// What a blob turned out to be, unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shape {
    /// Nothing that could be told: it is empty, or damaged from the start.
    #[default]
    Unknown,
    /// An archive.
    Tar,
    /// Anything else, searched as one file.
    File,
}

/// What is known of a layer once it has been read.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Its paths.
    pub(super) index: Index,
    /// What it proved to be; `None` if it could not be read to the end.
    pub(super) sums: Option<Sums>,
    /// What it turned out to be.
    pub(super) shape: Shape,
}

/// A blob that no image refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Loose {
    target: usize,
    name: Arc<str>,
}

/// One distinct layer.
#[derive(Default)]
struct Layer {
    copies: Vec<Copy>,
    facts: Facts,
    loose: Vec<Loose>,
}

/// What a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// An image, by its number.
    Image(usize),
    /// A whole target: an index.
    Target(usize),
}

/// One distinct document.
struct Document {
    role: Where,
    name: Arc<str>,
    uses: BTreeSet<Use>,
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
    targets: Vec<String>,
    images: Vec<Image>,
    layers: Vec<Layer>,
    numbers: HashMap<LayerKey, LayerId>,
    documents: Vec<Document>,
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

    /// Adds an image.
    pub(super) fn add_image(&mut self, image: Image) -> usize {
        self.images.push(image);
        self.images.len() - 1
    }

    /// Another name for an image that is already there.
    pub(super) fn name_image(&mut self, image: usize, names: impl IntoIterator<Item = String>) {
        self.images[image].names.extend(names);
    }

    /// A place to read a layer from; the layer itself may be known from other places.
    pub(super) fn add_copy(&mut self, key: LayerKey, copy: Copy) -> LayerId {
        let next = LayerId(self.layers.len() as u32);
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

    /// Every layer that waits to be read, with the places it can be read from. They count as read
    /// from then on.
    pub(super) fn take_unread(&mut self) -> Vec<(LayerId, Vec<Copy>)> {
        let numbered = self.layers.iter_mut().enumerate();
        numbered
            .filter(|(_, layer)| !layer.copies.is_empty())
            .map(|(number, layer)| (LayerId(number as u32), std::mem::take(&mut layer.copies)))
            .collect()
    }

    /// What reading a layer has shown.
    pub(super) fn learn(&mut self, layer: LayerId, facts: Facts) {
        self.layers[layer.0 as usize].facts = facts;
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

/// A catalog that is complete: what the report asks.
pub(super) struct Places {
    catalog: Catalog,
    /// Image and position of each use of each layer.
    uses: BTreeMap<LayerId, Vec<(usize, usize)>>,
    /// What each image's target is called.
    labels: Vec<Arc<str>>,
}

impl Places {
    /// Prepares the answers.
    pub(super) fn of(catalog: Catalog) -> Self {
        let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (image, entry) in catalog.images.iter().enumerate() {
            for (position, used) in entry.layers.iter().enumerate() {
                if let Some(layer) = used.layer {
                    uses.entry(layer).or_default().push((image, position));
                }
            }
        }
        let labels = labels(&catalog);
        Self {
            catalog,
            uses,
            labels,
        }
    }

    /// Number of distinct layers that images are made of.
    pub(super) fn layers(&self) -> usize {
        self.uses.len()
    }

    /// The targets with their images, for the report.
    pub(super) fn targets(&self) -> Vec<crate::model::Target> {
        let images = |target: usize| {
            let images = self.catalog.images.iter();
            images
                .filter(move |image| image.target == target)
                .map(|image| crate::model::Image {
                    name: names(image),
                    platform: image.platform.clone(),
                    digest: image.digest.clone(),
                    layers: image.layers.len(),
                })
        };
        let targets = self.catalog.targets.iter().enumerate();
        targets
            .map(|(number, name)| crate::model::Target {
                name: name.clone(),
                images: images(number).collect(),
            })
            .collect()
    }

    /// All places where a blob stands, sorted and each once.
    pub(super) fn of_origin(&self, origin: &Origin) -> Vec<Place> {
        let mut places = match origin {
            Origin::Entry { layer, path, part } => self.of_entry(*layer, path, *part),
            Origin::Document(number) => {
                let document = &self.catalog.documents[number.0 as usize];
                self.of_document(document, document.role, &document.name, true)
            }
            Origin::Value {
                document,
                pointer,
                place,
            } => {
                let document = &self.catalog.documents[document.0 as usize];
                self.of_document(document, *place, pointer, false)
            }
        };
        places.sort();
        places.dedup();
        places
    }

    fn of_entry(&self, layer: LayerId, path: &Arc<[u8]>, part: EntryPart) -> Vec<Place> {
        let kind = match part {
            EntryPart::Content | EntryPart::Again(_) | EntryPart::Slack => Where::File,
            EntryPart::Name | EntryPart::LinkTarget | EntryPart::Metadata => Where::Metadata,
        };
        let in_images = self.uses.get(&layer).into_iter().flatten();
        let in_images = in_images.map(|&(image, position)| Place {
            target: Arc::clone(&self.labels[image]),
            platform: self.catalog.images[image]
                .platform
                .as_deref()
                .map(Arc::from),
            kind,
            path: Arc::clone(path),
            layer: Some(self.layer_place(image, position)),
            state: self.state(image, position, path, part),
            raw: false,
        });
        let entry = &self.catalog.layers[layer.0 as usize];
        let loose = entry.loose.iter().map(|loose| Place {
            target: self.catalog.targets[loose.target].as_str().into(),
            platform: None,
            kind,
            path: match entry.facts.shape {
                Shape::Tar if !loose.name.is_empty() => {
                    [loose.name.as_bytes(), b"/", path].concat().into()
                }
                _ => Arc::clone(path),
            },
            layer: None,
            state: None,
            raw: false,
        });
        in_images.chain(loose).collect()
    }

    fn of_document(&self, document: &Document, kind: Where, path: &str, raw: bool) -> Vec<Place> {
        let place = |target: Arc<str>, platform: Option<&str>| Place {
            target,
            platform: platform.map(Arc::from),
            kind,
            path: path.as_bytes().into(),
            layer: None,
            state: None,
            raw,
        };
        let uses = document.uses.iter();
        uses.map(|by| match *by {
            Use::Target(target) => place(self.catalog.targets[target].as_str().into(), None),
            Use::Image(image) => place(
                Arc::clone(&self.labels[image]),
                self.catalog.images[image].platform.as_deref(),
            ),
        })
        .collect()
    }

    /// What became of an entry; nothing where the text belongs to none.
    fn state(&self, image: usize, position: usize, path: &[u8], part: EntryPart) -> Option<State> {
        let copy = match part {
            EntryPart::Slack => return None,
            EntryPart::Content => 0,
            EntryPart::Again(copy) => copy,
            EntryPart::Name | EntryPart::LinkTarget | EntryPart::Metadata => u32::MAX,
        };
        let layers: Vec<Option<&Index>> = self.catalog.images[image]
            .layers
            .iter()
            .map(|used| used.layer.map(|layer| &self.catalog.facts(layer).index))
            .collect();
        Some(match overlay::fate(&layers, position, path, copy) {
            Fate::Present => State::Present,
            Fate::Overwritten(by) => State::Overwritten(self.layer_place(image, by)),
            Fate::Deleted(by) => State::Deleted(self.layer_place(image, by)),
        })
    }

    fn layer_place(&self, image: usize, position: usize) -> LayerPlace {
        let used = &self.catalog.images[image].layers[position];
        let computed = || {
            let sums = self.catalog.facts(used.layer?).sums.as_ref()?;
            Some(sums.digest.text())
        };
        LayerPlace {
            index: position,
            digest: used
                .digest
                .clone()
                .or_else(computed)
                .or_else(|| used.diff_id.clone())
                .unwrap_or_else(|| UNREAD.into()),
            diff_id: used.diff_id.clone(),
            instruction: used.instruction.clone(),
        }
    }
}

/// What each image's target is called: as it was typed and, where the target holds several
/// images, with what would select this one. Platforms of one image need no such difference.
fn labels(catalog: &Catalog) -> Vec<Arc<str>> {
    let mut names: HashMap<usize, HashSet<&BTreeSet<String>>> = HashMap::new();
    let mut platforms: HashMap<_, usize> = HashMap::new();
    for image in &catalog.images {
        names.entry(image.target).or_default().insert(&image.names);
        *platforms
            .entry((image.target, &image.platform))
            .or_default() += 1;
    }
    let label = |image: &Image| {
        let target = &catalog.targets[image.target];
        let is_one = names[&image.target].len() == 1;
        let is_only = is_one && platforms[&(image.target, &image.platform)] == 1;
        match (image.names.first(), &image.digest) {
            (Some(name), _) if !is_one => format!("{target}:{name}"),
            (None, Some(digest)) if !is_only => format!("{target}@{digest}"),
            _ => target.clone(),
        }
    };
    catalog
        .images
        .iter()
        .map(|image| label(image).into())
        .collect()
}

fn names(image: &Image) -> Option<String> {
    let names: Vec<&str> = image.names.iter().map(String::as_str).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

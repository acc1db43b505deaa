//! Where a blob stands: at every position of every image that uses it, and what became of it there.
//! Asked for hits only, after everything has been read.

use super::built::Built;
use super::catalog::{Catalog, Document, Image, Loose, Shape, Use};
use super::lineage::Lineage;
use super::overlay::{self, Fate};
use super::relatives::Role;
use crate::model::{
    Age, BuildLine, EntryPart, Kinship, LayerId, LayerPlace, Origin, Place, State, Where,
};
use crate::unpack::sums::FileSums;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

/// Stands for the digest of a layer that no one claims and that was not read to its end.
const UNREAD: &str = "unknown:not-read-to-its-end";

/// A catalog that is complete: what the report asks.
pub(super) struct Places {
    pub(super) catalog: Catalog,
    lineage: Lineage,
    /// Image and position of each use of each layer.
    pub(super) uses: BTreeMap<LayerId, Vec<(usize, usize)>>,
    /// What each image's target is called.
    labels: Vec<Arc<str>>,
    /// The hashes of files with matches.
    pub(super) sums: OnceLock<HashMap<Origin, FileSums>>,
}

impl Places {
    /// Prepares the answers.
    pub(super) fn of(catalog: Catalog, lineage: Lineage) -> Self {
        let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let images = catalog.images.iter().enumerate();
        for (image, entry) in images.filter(|(_, image)| catalog.role(image) != Role::Base) {
            for (position, used) in entry.layers.iter().enumerate() {
                if let Some(layer) = used.layer {
                    uses.entry(layer).or_default().push((image, position));
                }
            }
        }
        let labels = labels(&catalog);
        Self {
            catalog,
            lineage,
            uses,
            labels,
            sums: OnceLock::new(),
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
            .filter(|(number, _)| self.catalog.relatives.role(*number) != Role::Base)
            .map(|(number, name)| crate::model::Target {
                name: name.clone(),
                via: self.catalog.via.get(&number).cloned(),
                images: images(number).collect(),
                base: None,
                is_former: self.catalog.relatives.role(number) == Role::Former,
            })
            .collect()
    }

    /// All places where a blob stands, sorted and each once.
    pub(super) fn of_origin(&self, origin: &Origin) -> Vec<Place> {
        let mut places = match origin {
            Origin::Entry { layer, path, part } => {
                let sums = self.sums.get().and_then(|sums| sums.get(origin));
                self.of_entry(self.catalog.original(*layer), path, *part, sums)
            }
            Origin::Document(number) => {
                let document = self.catalog.document(*number);
                self.of_document(document, document.role, &document.name, None)
            }
            Origin::Value {
                document: of,
                pointer,
                place,
                number,
            } => {
                let document = self.catalog.document(*of);
                let said = self.catalog.relatives.value(*of, pointer, *number);
                self.of_document(document, *place, pointer, Some(said))
            }
            Origin::File { .. }
            | Origin::Record { .. }
            | Origin::Object(_)
            | Origin::Member { .. } => Vec::new(),
        };
        places.sort();
        places.dedup();
        places
    }

    fn of_entry(
        &self,
        layer: LayerId,
        path: &Arc<[u8]>,
        part: EntryPart,
        sums: Option<&FileSums>,
    ) -> Vec<Place> {
        let images = self.uses.get(&layer).into_iter().flatten();
        let mut images: Vec<usize> = images.map(|&(image, _)| image).collect();
        images.dedup();
        let in_images = images.into_iter().flat_map(|image| {
            let places = self.in_image(image, layer, path, part);
            places.into_iter().map(move |(position, place)| Place {
                package: sums.and_then(|sums| self.package((image, position), path, sums)),
                ..place
            })
        });
        let loose = self.as_loose(layer, path, part);
        in_images.chain(loose).collect()
    }

    /// Where an entry stands in one image: once for each position of its layer, which comes with it.
    pub(super) fn in_image(
        &self,
        image: usize,
        layer: LayerId,
        path: &Arc<[u8]>,
        part: EntryPart,
    ) -> Vec<(usize, Place)> {
        let uses = self.uses.get(&layer).into_iter().flatten();
        let positions = uses.filter(|used| used.0 == image);
        let place = |position: usize| Place {
            platform: self.catalog.images[image]
                .platform
                .as_deref()
                .map(Arc::from),
            layer: Some(self.layer_place(image, position)),
            state: self.state(image, position, path, part),
            built_by: self.built(image, |built| built.of_layer(position)),
            kinship: Kinship {
                base: self.lineage.base_of_layer(image, position),
                age: self.age(image, |lineage| {
                    lineage.is_former_layer(&self.catalog, layer)
                }),
            },
            ..Place::new(
                Arc::clone(&self.labels[image]),
                part.place(),
                Arc::clone(path),
            )
        };
        positions
            .map(|&(_, position)| (position, place(position)))
            .collect()
    }

    /// Where an entry stands in a blob that no image refers to.
    pub(super) fn as_loose(&self, layer: LayerId, path: &Arc<[u8]>, part: EntryPart) -> Vec<Place> {
        let entry = self.catalog.layer(layer);
        let place = |loose: &Loose| {
            let path = match entry.facts.shape {
                Shape::Tar if !loose.name.is_empty() => {
                    [loose.name.as_bytes(), b"/", path].concat().into()
                }
                _ => Arc::clone(path),
            };
            let target = self.catalog.targets[loose.target].as_str().into();
            Place {
                kinship: self.of_no_image(),
                ..Place::new(target, part.place(), path)
            }
        };
        let is_scanned =
            |loose: &&Loose| self.catalog.relatives.role(loose.target) == Role::Scanned;
        entry.loose.iter().filter(is_scanned).map(place).collect()
    }

    /// The places of a document, or of a value in it with the hash of what that says, if it is known.
    fn of_document(
        &self,
        document: &Document,
        kind: Where,
        path: &str,
        value: Option<Option<u64>>,
    ) -> Vec<Place> {
        let raw = value.is_none();
        let said = value.flatten();
        let place = |target: Arc<str>, platform: Option<&str>| Place {
            target,
            platform: platform.map(Arc::from),
            kind,
            path: path.as_bytes().into(),
            member: None,
            layer: None,
            state: None,
            raw,
            commits: None,
            package: None,
            built_by: None,
            kinship: self.of_no_image(),
        };
        let is_own = matches!(kind, Where::Config | Where::History);
        // A config that no image claims, as old engines write one for each layer, would look like
        // the image's own.
        let loose: Arc<[u8]> = match (document.role, raw) {
            (Where::Config, false) => format!("{}: {path}", document.name).into_bytes().into(),
            _ => path.as_bytes().into(),
        };
        let uses = document.uses.iter();
        let uses = uses.filter(|by| self.is_told(**by));
        uses.map(|by| match *by {
            Use::Target(target) => Place {
                path: Arc::clone(&loose),
                ..place(self.catalog.targets[target].as_str().into(), None)
            },
            Use::Image(image) => Place {
                built_by: self.built(image, |built| built.of_value(path).filter(|_| is_own)),
                kinship: Kinship {
                    base: said.and_then(|said| self.lineage.base_of_value(image, said)),
                    age: self.age(image, |lineage| {
                        said.is_some_and(|said| lineage.is_former_value(said))
                    }),
                },
                ..place(
                    Arc::clone(&self.labels[image]),
                    self.catalog.images[image].platform.as_deref(),
                )
            },
        })
        .collect()
    }

    /// What an image's Dockerfile tells, if it is known.
    fn built(
        &self,
        image: usize,
        tell: impl FnOnce(&Built) -> Option<BuildLine>,
    ) -> Option<BuildLine> {
        tell(self.catalog.images[image].built.as_deref()?)
    }

    /// Whether a use of a document is told. Of images that others are compared with that is what their
    /// own documents say, and not what is said of them.
    fn is_told(&self, by: Use) -> bool {
        match by {
            Use::Target(target) => self.catalog.relatives.role(target) == Role::Scanned,
            Use::Image(image) => self.catalog.role(&self.catalog.images[image]) != Role::Base,
        }
    }

    /// How a place of an image stands to an older one, if there is one to compare with.
    fn age(&self, image: usize, is_former: impl FnOnce(&Lineage) -> bool) -> Option<Age> {
        if !self.catalog.relatives.has_former() {
            return None;
        }
        let image = &self.catalog.images[image];
        Some(match self.catalog.role(image) == Role::Former {
            true => Age::Former,
            false if is_former(&self.lineage) => Age::Shared,
            false => Age::Fresh,
        })
    }

    /// What is in no image is in no older one.
    fn of_no_image(&self) -> Kinship {
        Kinship {
            base: None,
            age: self.catalog.relatives.has_former().then_some(Age::Fresh),
        }
    }

    /// What became of an entry; nothing where the text belongs to none.
    fn state(&self, image: usize, position: usize, path: &[u8], part: EntryPart) -> Option<State> {
        if matches!(part, EntryPart::Slack(_)) {
            return None;
        }
        let layers = self.catalog.images[image].layers[position..]
            .iter()
            .map(|used| used.layer.map(|layer| &self.catalog.facts(layer).index));
        Some(match overlay::fate(layers, position, path, part.copy()) {
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

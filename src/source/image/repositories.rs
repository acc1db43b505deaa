//! Git repositories in layers: which layers make an image for them, and at which places of which images
//! stands what their histories tell.

use super::catalog::{Catalog, Copy};
use super::histories::Past;
use super::places::Places;
use super::relatives::Role;
use super::reread::{File, Rereading};
use crate::model::{LayerId, Occurrence, Origin, Place, Where};
use crate::source::Seen;
use crate::source::git::layers::{Again, Stack, Told, involved};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

/// The layers that have parts of repositories, which are numbered by themselves: what they hold between
/// them does not depend on what else a scan reads.
pub(super) struct Scene {
    pub(super) layers: Vec<LayerId>,
    pub(super) stacks: Vec<Stacked>,
}

/// What some images make of these layers.
pub(super) struct Stacked {
    stack: Stack,
    meanings: Vec<Meaning>,
}

/// What a stack of layers is.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// The image of this number.
    Image(usize),
    /// A blob that no image refers to.
    Loose(LayerId),
}

/// All stacks of layers: those of the images, then each blob that is one by itself.
fn stacks(catalog: &Catalog) -> impl Iterator<Item = (Meaning, Vec<LayerId>)> {
    let images = catalog.images.iter().enumerate();
    let images = images.filter(|(_, image)| catalog.role(image) != Role::Base);
    let images = images.map(|(number, image)| {
        let layers = image.layers.iter().filter_map(|used| used.layer);
        (Meaning::Image(number), layers.collect())
    });
    let loose = catalog.loose_layers();
    images.chain(loose.map(|layer| (Meaning::Loose(layer), vec![layer])))
}

impl Scene {
    /// The scene of all images.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let layers = involved(&catalog.signs());
        let numbers = layers.iter().copied().zip((0..).map(LayerId));
        let numbers: HashMap<LayerId, LayerId> = numbers.collect();
        let mut alike: BTreeMap<Vec<LayerId>, Vec<Meaning>> = BTreeMap::new();
        for (meaning, stack) in stacks(catalog) {
            let own = stack.iter().filter_map(|layer| numbers.get(layer).copied());
            let own: Vec<LayerId> = own.collect();
            if !own.is_empty() {
                alike.entry(own).or_default().push(meaning);
            }
        }
        let stacks = alike.into_iter().map(|(layers, meanings)| Stacked {
            stack: Stack { layers },
            meanings,
        });
        Self {
            stacks: stacks.collect(),
            layers,
        }
    }

    /// Under which name it is kept what the repositories tell; `None` if that cannot be, because a layer
    /// was not read in full, or nobody can say what it is before it is read.
    pub(super) fn name(&self, catalog: &Catalog) -> Option<String> {
        let names = self.layers.iter();
        let names: Option<Vec<&str>> = names
            .map(|&layer| catalog.facts(layer).name.as_deref())
            .collect();
        let stacks = self.stacks.iter().map(|stacked| {
            let layers = stacked.stack.layers.iter();
            layers.map(|layer| layer.0).collect::<Vec<u32>>()
        });
        let stacks: Vec<Vec<u32>> = stacks.collect();
        Some(format!("repositories {:?} {stacks:?}", names?))
    }

    /// The stacks, for whoever reads repositories.
    pub(super) fn git_stacks(&self) -> Vec<Stack> {
        let stacks = self.stacks.iter().map(|stacked| stacked.stack.clone());
        stacks.collect()
    }
}

impl Places {
    /// Where a secret stands in the histories of repositories.
    pub(super) fn in_histories(&self, past: &Past, seen: &[Seen<'_>]) -> Vec<(usize, Occurrence)> {
        let is_object = |seen: &Seen<'_>| matches!(seen.origin, Origin::Object(_));
        if !seen.iter().any(is_object) {
            return Vec::new();
        }
        let scene = &past.scene;
        let told = past.histories().map(|histories| histories.told(seen));
        let mut found: Vec<(usize, Occurrence)> = Vec::new();
        for told in told.iter().flatten() {
            let stacks = told.stacks.iter().map(|&stack| &scene.stacks[stack]);
            let meanings = stacks.flat_map(|stacked| &stacked.meanings);
            let places = meanings.flat_map(|&meaning| self.of_told(scene, told, meaning));
            found.extend(places.map(|place| {
                let position = told.occurrence.position;
                (told.index, Occurrence::new(place, position))
            }));
        }
        // What cannot be looked up any more still counts.
        let placed: BTreeSet<usize> = found.iter().map(|(index, _)| *index).collect();
        let lost = seen
            .iter()
            .enumerate()
            .filter(|(index, _)| !placed.contains(index));
        found.extend(lost.filter_map(|(index, seen)| {
            let place = self.unknown(seen.origin)?;
            Some((index, Occurrence::new(place, seen.position)))
        }));
        found
    }

    /// The places of what a history tells in one stack of layers: one for each file there that holds it.
    fn of_told(&self, scene: &Scene, told: &Told<'_>, meaning: Meaning) -> Vec<Place> {
        let holders = told.holders.iter().flat_map(|holder| {
            let layer = scene.layers[holder.layer.0 as usize];
            match meaning {
                Meaning::Image(image) => {
                    let places = self.in_image(image, layer, holder.path, holder.part);
                    places.into_iter().map(|(_, place)| place).collect()
                }
                Meaning::Loose(loose) if loose == layer => {
                    self.as_loose(layer, holder.path, holder.part)
                }
                Meaning::Loose(_) => Vec::new(),
            }
        });
        let place = &told.occurrence.place;
        let places = holders.map(|holder| Place {
            kind: place.kind,
            path: Arc::clone(&place.path),
            commits: place.commits.clone(),
            ..holder
        });
        places.collect()
    }

    fn unknown(&self, origin: &Origin) -> Option<Place> {
        let Origin::Object(id) = origin else {
            return None;
        };
        let target = self.catalog.targets.first()?.as_str().into();
        let path = id.to_string().into_bytes().into();
        Some(Place::new(target, Where::File, path))
    }
}

/// Reads the layers of a scene once more.
pub(super) struct LayersAgain<'a> {
    pub(super) copies: Vec<Option<Copy>>,
    pub(super) rereading: Rereading<'a>,
}

impl Again for LayersAgain<'_> {
    fn files(
        &self,
        layer: LayerId,
        wanted: &dyn Fn(&File) -> bool,
        show: &mut dyn FnMut(&File, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let copy = self.copies[layer.0 as usize].as_ref();
        let copy = copy.ok_or_else(|| io::Error::other("the layer can be read only once"))?;
        self.rereading.files(copy, &mut |file, content| {
            if wanted(file) {
                show(file, content)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

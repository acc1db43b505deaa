//! Git repositories in layers: which layers make an image for them, and at which places of which images
//! stands what their histories tell.

use super::places::Places;
use super::relatives::Role;
use super::reread::{File, Rereading};
use crate::model::{LayerId, Occurrence, Origin, Place, Where};
use crate::source::Seen;
use crate::source::git::layers::{Again, Histories, Stack, Told};
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What a stack of layers is.
#[derive(Debug, Clone, Copy)]
enum Meaning {
    /// The image of this number.
    Image(usize),
    /// A blob that no image refers to.
    Loose(LayerId),
}

impl Places {
    /// All stacks of layers: those of the images, then each blob that is one by itself.
    fn stacks(&self) -> impl Iterator<Item = (Meaning, Stack)> {
        let with_variants = |layer: LayerId| {
            let variants = self.catalog.variants_of(layer);
            std::iter::once(layer).chain(variants)
        };
        let images = self.catalog.images.iter().enumerate();
        let images = images.filter(|(_, image)| self.catalog.role(image) != Role::Base);
        let images = images.map(move |(number, image)| {
            let layers = image.layers.iter().filter_map(|used| used.layer);
            let layers = layers.flat_map(with_variants).collect();
            (Meaning::Image(number), Stack { layers })
        });
        let loose = self.catalog.loose_layers().map(move |layer| {
            let layers = with_variants(layer).collect();
            (Meaning::Loose(layer), Stack { layers })
        });
        images.chain(loose)
    }

    /// The same for whoever reads repositories.
    pub(super) fn git_stacks(&self) -> Vec<Stack> {
        self.stacks().map(|(_, stack)| stack).collect()
    }

    /// Where a secret stands in the histories of repositories.
    pub(super) fn in_histories(
        &self,
        histories: &Histories,
        seen: &[Seen<'_>],
    ) -> Vec<(usize, Occurrence)> {
        let is_object = |seen: &Seen<'_>| matches!(seen.origin, Origin::Object(_));
        if !seen.iter().any(is_object) {
            return Vec::new();
        }
        let meanings: Vec<Meaning> = self.stacks().map(|(meaning, _)| meaning).collect();
        let told = histories.told(seen);
        let mut found: Vec<(usize, Occurrence)> = Vec::new();
        for told in &told {
            let places = told
                .stacks
                .iter()
                .flat_map(|&stack| self.of_told(told, meanings[stack]));
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
    fn of_told(&self, told: &Told<'_>, stack: Meaning) -> Vec<Place> {
        let holders = told.holders.iter().flat_map(|holder| {
            let layer = self.catalog.original(holder.layer);
            match stack {
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

/// Reads the layers of a catalog once more.
pub(super) struct LayersAgain<'a> {
    pub(super) places: &'a Places,
    pub(super) rereading: Rereading<'a>,
}

impl Again for LayersAgain<'_> {
    fn files(
        &self,
        layer: LayerId,
        wanted: &dyn Fn(&File) -> bool,
        show: &mut dyn FnMut(&File, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let copy = self.places.catalog.facts(layer).again.as_ref();
        let copy = copy.ok_or_else(|| io::Error::other("the layer can be read only once"))?;
        self.rereading.files(copy, &mut |file, content| {
            if wanted(file) {
                show(file, content)?;
            }
            Ok(ControlFlow::Continue(()))
        })
    }
}

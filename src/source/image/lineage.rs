//! How the images of a scan stand to others: which base image an image is built on, and what of it an
//! older image had already. Layers are told apart by what they proved to be, never by what a config
//! claims of them: else an image could pass its own secrets off as those of its base.

use super::catalog::{Catalog, Image, Position};
use super::relatives::Role;
use crate::cache::Cache;
use crate::model::LayerId;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Which base images are recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Those among the images of the scan, and those that earlier scans have met.
    Auto,
    /// This one.
    Image(Box<super::Target>),
}

impl Base {
    /// The image, if one was named.
    pub const fn image(&self) -> Option<&super::Target> {
        match self {
            Self::Auto => None,
            Self::Image(target) => Some(target),
        }
    }
}

/// The base of one image.
#[derive(Debug, Clone)]
pub(super) struct Descent {
    /// Layers that come from it.
    pub(super) layers: usize,
    /// What it is called.
    pub(super) name: Arc<str>,
    /// The image itself, if it is one of the catalog.
    image: Option<usize>,
}

/// The answers, for all images of a catalog.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    /// The bases of images, by the images' numbers.
    descents: HashMap<usize, Descent>,
    /// Layers of older images, by number and by what they are unpacked.
    former: (HashSet<LayerId>, HashSet<Arc<str>>),
    /// What the configs of older images say.
    said_formerly: HashSet<u64>,
    /// What the configs of base images say.
    said: HashMap<usize, HashSet<u64>>,
}

impl Lineage {
    /// Finds the bases, with what earlier scans have met if there is a cache to ask.
    pub(super) fn of(catalog: &Catalog, base: Option<&Base>, cache: Option<&Cache>) -> Self {
        let mut lineage = Self::default();
        for (number, image) in catalog.images.iter().enumerate() {
            if catalog.role(image) == Role::Former {
                lineage.learn_former(catalog, number, image);
            }
        }
        let Some(base) = base else { return lineage };
        for (number, image) in catalog.images.iter().enumerate() {
            if catalog.role(image) != Role::Scanned {
                continue;
            }
            let named = named(catalog, number, base);
            let cached = || cached(catalog, image, cache.filter(|_| *base == Base::Auto)?);
            if let Some(descent) = named.or_else(cached) {
                let values = descent.image.map(|base| catalog.relatives.said(base));
                lineage
                    .said
                    .insert(number, values.into_iter().flatten().collect());
                lineage.descents.insert(number, descent);
            }
        }
        lineage
    }

    fn learn_former(&mut self, catalog: &Catalog, number: usize, image: &Image) {
        let layers = image.layers.iter().filter_map(|used| used.layer);
        for layer in layers {
            self.former.0.insert(layer);
            self.former.1.extend(proven(catalog, layer));
        }
        self.said_formerly.extend(catalog.relatives.said(number));
    }

    /// The base image that a layer at a position of an image comes from.
    pub(super) fn base_of_layer(&self, image: usize, position: usize) -> Option<Arc<str>> {
        let descent = self.descents.get(&image)?;
        (position < descent.layers).then(|| Arc::clone(&descent.name))
    }

    /// The base image whose config says the same as this value of an image's config.
    pub(super) fn base_of_value(&self, image: usize, value: u64) -> Option<Arc<str>> {
        let descent = self.descents.get(&image)?;
        let says = self.said.get(&image)?.contains(&value);
        says.then(|| Arc::clone(&descent.name))
    }

    /// Whether an older image has this layer.
    pub(super) fn is_former_layer(&self, catalog: &Catalog, layer: LayerId) -> bool {
        let (layers, unpacked) = &self.former;
        layers.contains(&layer)
            || proven(catalog, layer).is_some_and(|digest| unpacked.contains(&digest))
    }

    /// Whether the config of an older image says the same.
    pub(super) fn is_former_value(&self, value: u64) -> bool {
        self.said_formerly.contains(&value)
    }
}

/// What a layer proved to be, unpacked.
fn proven(catalog: &Catalog, layer: LayerId) -> Option<Arc<str>> {
    let sums = catalog.facts(layer).sums.as_ref()?;
    Some(sums.diff_id.as_ref()?.text())
}

/// Whether what is claimed of a layer is what it proved to be.
fn is_proven(catalog: &Catalog, used: &Position) -> bool {
    let known = used.layer.and_then(|layer| proven(catalog, layer));
    known.is_some() && known == used.diff_id
}

/// How many layers of an image have proved to be what its config says, from the bottom.
fn proven_layers(catalog: &Catalog, image: &Image) -> usize {
    let layers = image.layers.iter();
    layers.take_while(|used| is_proven(catalog, used)).count()
}

/// The base among the images of the catalog: the one with most layers, all of which are the lowest of
/// the image. One that was named may be the same image with another config.
fn named(catalog: &Catalog, number: usize, base: &Base) -> Option<Descent> {
    let image = &catalog.images[number];
    let proven = proven_layers(catalog, image);
    let most = match base {
        Base::Auto => proven.min(image.layers.len().saturating_sub(1)),
        Base::Image(_) => proven,
    };
    let others = catalog.images.iter().enumerate();
    let fitting = others.filter(|(other, below)| {
        let is_candidate = match base {
            Base::Auto => *other != number && catalog.role(below) == Role::Scanned,
            Base::Image(_) => catalog.role(below) == Role::Base,
        };
        let layers = below.layers.len();
        let is_below = (1..=most).contains(&layers);
        let mut pairs = below.layers.iter().zip(&image.layers);
        is_candidate && is_below && pairs.all(|(one, other)| one.diff_id == other.diff_id)
    });
    // Of several the first has the say.
    let (other, below) =
        fitting.min_by_key(|(other, below)| (std::cmp::Reverse(below.layers.len()), *other))?;
    Some(Descent {
        layers: below.layers.len(),
        name: catalog.name(below).into(),
        image: Some(other),
    })
}

/// The base among the images that earlier scans have met.
fn cached(catalog: &Catalog, image: &Image, cache: &Cache) -> Option<Descent> {
    let most = proven_layers(catalog, image).min(image.layers.len().saturating_sub(1));
    (1..=most).rev().find_map(|layers| {
        let name = cache.get(&chain(&image.layers[..layers])?)?;
        Some(Descent {
            layers,
            name: String::from_utf8(name).ok()?.into(),
            image: None,
        })
    })
}

/// Lets later scans know the images of this one.
pub(super) fn remember(catalog: &Catalog, cache: &Cache) {
    let mut told = BTreeSet::new();
    for image in &catalog.images {
        if let Some(chain) = chain(&image.layers)
            && told.insert(chain.clone())
            && cache.get(&chain).is_none()
        {
            cache.put(&chain, catalog.name(image).as_bytes());
        }
    }
}

/// Under which name it is kept what an image of these layers is called; `None` if there are none, or
/// one is unknown.
fn chain(layers: &[Position]) -> Option<String> {
    let mut hash = Sha256::new();
    for used in layers {
        hash.update(used.diff_id.as_deref()?);
        hash.update(b"\n");
    }
    let hash = HEXLOWER.encode(&hash.finalize());
    (!layers.is_empty()).then(|| format!("image {hash}"))
}

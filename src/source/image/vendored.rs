//! Which files of an image a package manager put where they stand, and nobody changed since.
//!
//! What counts for a file are the records as a container sees them that is started from the layers up to
//! the file's own: a package that a later layer upgrades had other files before.

use super::catalog::Facts;
use super::layer::TREE;
use super::overlay::{self, Fate, Index};
use super::places::Places;
use super::reread::{Rereading, Wanted};
use crate::model::{Coverage, LayerId, Origin, Package, Shortfall};
use crate::source::Hit;
use crate::source::packages::{FileKey, Stack, Stated};
use crate::unpack::sums::FileSums;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

impl Places {
    /// Keeps the hashes of the files with matches, and tells which records of packages in their images
    /// were not read.
    pub(super) fn recognise(
        &self,
        hits: &[Hit<'_>],
        rereading: &Rereading<'_>,
        coverage: &Coverage,
    ) {
        let known = hits
            .iter()
            .filter_map(|hit| Some((hit.origin.clone(), *hit.sums?)));
        let mut sums: HashMap<Origin, FileSums> = known.collect();
        sums.extend(self.reread(hits, rereading));
        // Nobody asks twice; the first answers stay.
        let _ = self.sums.set(sums);
        let shown = hits
            .iter()
            .filter(|hit| hit.is_shown && hit.origin.is_content());
        self.tell_unread(shown.map(|hit| hit.origin), coverage);
    }

    /// The hashes of files that were too large to be hashed as they were searched. They are read once
    /// more, if their layer can be, and if it matters: most matches in large files are mere guesses.
    fn reread(&self, hits: &[Hit<'_>], rereading: &Rereading<'_>) -> Vec<(Origin, FileSums)> {
        let mut wanted: BTreeMap<LayerId, Wanted> = BTreeMap::new();
        let is_wanted =
            |hit: &&Hit<'_>| hit.sums.is_none() && hit.is_shown && self.is_listed(hit.origin);
        for hit in hits.iter().filter(is_wanted) {
            if let Origin::Entry { layer, path, part } = hit.origin {
                let of_layer = wanted.entry(*layer).or_default();
                of_layer.insert((Arc::clone(path), *part));
            }
        }
        let read = wanted.into_iter().flat_map(|(layer, wanted)| {
            let facts = self.catalog.facts(layer);
            let copy = facts.again.as_ref().zip(facts.sums.as_ref());
            let found = copy.map(|(copy, sums)| rereading.sums(copy, &sums.digest, wanted));
            let found = found.into_iter().flatten();
            found.map(move |((path, part), sums)| (Origin::Entry { layer, path, part }, sums))
        });
        read.collect()
    }

    /// Records which records of packages were not read, in the images that these files are of.
    fn tell_unread<'o>(&self, files: impl Iterator<Item = &'o Origin>, coverage: &Coverage) {
        let layers = files.filter_map(|file| match file {
            Origin::Entry { layer, .. } => self.uses.get(&self.catalog.original(*layer)),
            _ => None,
        });
        let images: BTreeSet<usize> = layers.flatten().map(|&(image, _)| image).collect();
        for image in images.into_iter().map(|image| &self.catalog.images[image]) {
            let layers = image.layers.iter().filter_map(|used| used.layer);
            for unread in layers.flat_map(|layer| self.catalog.facts(layer).packages.unread()) {
                let note = unread.shortfall();
                let target = &self.catalog.targets[image.target];
                let place = format!("{target}, {}", note.place);
                coverage.record(Shortfall { place, ..note });
            }
        }
    }

    /// Whether a record of a package speaks of the content of this origin, in any image.
    fn is_listed(&self, origin: &Origin) -> bool {
        let Origin::Entry { layer, path, .. } = origin else {
            return false;
        };
        if !origin.is_content() {
            return false;
        }
        let uses = self.uses.get(layer).into_iter().flatten();
        let file = FileKey::of(TREE, path);
        uses.copied().any(|used| self.stack(used).lists(&file))
    }

    /// The package that installed a file of this path and content into the image and layer.
    pub(super) fn package(
        &self,
        used: (usize, usize),
        path: &[u8],
        sums: &FileSums,
    ) -> Option<Arc<Package>> {
        let package = self.stack(used).package(&FileKey::of(TREE, path), sums);
        package.map(Arc::new)
    }

    /// The records that count in a layer of an image.
    fn stack(&self, (image, position): (usize, usize)) -> Stack<'_> {
        let layers = &self.catalog.images[image].layers[..=position];
        let facts = move |at: usize| -> Option<&Facts> {
            layers[at].layer.map(|layer| self.catalog.facts(layer))
        };
        let tables = (0..=position).rev();
        let tables = tables.filter_map(move |at| Some((at, &facts(at)?.packages)));
        Stack::new(tables, move |at, stated: &Stated| {
            let indexes = (at..=position).map(|at| -> Option<&Index> { Some(&facts(at)?.index) });
            overlay::fate(indexes, at, &stated.path, Some(stated.copy)) == Fate::Present
        })
    }
}

//! Where bytes live. A source reads its targets once, stamps every piece of text with an
//! [`Origin`], and after detection, for hits only, tells at which places a blob stands.

use crate::model::{Coverage, Occurrence, Origin, Place, Position, Secret, Target};
use crate::unpack::Sink;
use crate::unpack::sums::FileSums;

pub mod files;
pub mod git;
pub mod image;
mod input;
mod metered;
mod packages;
mod paths;
pub mod process;
pub mod stdin;

/// A secret in a blob.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The blob.
    pub origin: &'a Origin,
    /// Where the secret begins in it.
    pub position: Position,
    /// The secret as it stands there.
    pub secret: &'a Secret,
}

/// A blob with matches.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// The blob.
    pub origin: &'a Origin,
    /// The hashes of its content, if it was small enough to be in memory as a whole.
    pub sums: Option<&'a FileSums>,
    /// Whether a match in it is more than a guess, so that it is worth a second reading.
    pub is_shown: bool,
}

/// Something that can be scanned.
pub trait Source: Sync {
    /// Reads everything once and hands it to the sink. What cannot be read is recorded there;
    /// nothing stops the rest. Called once, on a thread of the scan's pool, where work may be
    /// spread with `rayon`.
    fn read(&self, sink: &dyn Sink);

    /// All places where the blob of this origin stands, in a stable order. Called after
    /// [`Self::read`] has returned.
    fn places(&self, origin: &Origin) -> Vec<Place>;

    /// Told all matches before the first question about them, by their blobs and where in them they begin,
    /// for sources that answer many at once. What cannot be found out is recorded as a shortfall.
    fn settle(&self, hits: &[(&Origin, u64)], coverage: &Coverage) {
        let _ = (hits, coverage);
    }

    /// Told the blobs with matches before the first question about places, for sources that know what
    /// package managers installed. What cannot be found out is recorded as a shortfall.
    fn recognise(&self, hits: &[Hit<'_>], is_stopped: &dyn Fn() -> bool, coverage: &Coverage) {
        let _ = (hits, is_stopped, coverage);
    }

    /// All places of one secret, given every blob that holds it. Each comes with the index of the
    /// blob in `seen` that it stems from; a blob that adds nothing, as a further version of a file
    /// does, has none.
    fn occurrences(&self, seen: &[Seen<'_>]) -> Vec<(usize, Occurrence)> {
        let places = seen.iter().enumerate().flat_map(|(index, seen)| {
            let places = self.places(seen.origin).into_iter();
            places.map(move |place| {
                let position = seen.position;
                (index, Occurrence::new(place, position))
            })
        });
        places.collect()
    }

    /// What was asked for, with the images that were found there. Called after [`Self::read`].
    fn targets(&self) -> Vec<Target>;
}

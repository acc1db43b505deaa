//! Where bytes live. A source reads its targets once, stamps every piece of text with an
//! [`Origin`], and after detection, for hits only, tells at which places a blob stands.

use crate::model::{Origin, Place, Target};
use crate::unpack::Sink;

pub mod files;
pub mod image;
mod input;
mod metered;
pub mod stdin;

/// Something that can be scanned.
pub trait Source: Sync {
    /// Reads everything once and hands it to the sink. What cannot be read is recorded there;
    /// nothing stops the rest. Called once, on a thread of the scan's pool, where work may be
    /// spread with `rayon`.
    fn read(&self, sink: &dyn Sink);

    /// All places where the blob of this origin stands, in a stable order. Called after
    /// [`Self::read`] has returned.
    fn places(&self, origin: &Origin) -> Vec<Place>;

    /// What was asked for, with the images that were found there. Called after [`Self::read`].
    fn targets(&self) -> Vec<Target>;
}

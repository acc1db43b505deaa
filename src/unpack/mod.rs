//! Turns bytes as they are stored into text that can be searched: sniffing by magic,
//! decompression, tar entries, text encodings, and cutting into batches.
//!
//! Everything streams: no step holds more than a window and a batch, nothing is written to disk,
//! and every step is bounded by [`Limits`](crate::model::Limits). A step that has to stop says so
//! to the [`Sink`] and keeps what it has found.

use crate::model::{Batch, Counter, Derived, LayerId, Origin, Piece, Shortfall, Trace};

pub mod aside;
pub mod batch;
pub mod decode;
pub mod digest;
pub mod memory;
pub mod open;
mod peek;
pub mod runs;
pub mod sniff;
pub mod sums;
pub mod tar;
pub mod text;

/// Takes what readers produce; shared by all threads.
pub trait Sink: Sync {
    /// Takes a batch to search it, now or later.
    fn batch(&self, batch: Batch);

    /// Searches a text at once, on the caller's thread, and tells what that leaves behind for texts
    /// made from it. All of the text is fresh, but where `derived` says that bytes were copied from
    /// a text that was searched like this, no more is searched than what the copies touch.
    ///
    /// A sink that keeps no traces takes the text as a batch.
    fn search(&self, piece: &Piece, text: &[u8], derived: Option<Derived<'_>>) -> Trace {
        let _ = derived;
        self.batch(Batch {
            bytes: text.to_vec(),
            pieces: vec![piece.clone()],
        });
        Trace::default()
    }

    /// Records what could not be read, or not in full.
    fn shortfall(&self, shortfall: Shortfall);

    /// Adds to what was read.
    fn count(&self, counter: Counter, by: u64);

    /// Whether to stop: the time is up or the user interrupted. Readers ask between entries and
    /// at least once for every batch.
    fn stopped(&self) -> bool;

    /// A buffer to overwrite, used ones first, with whatever they hold: to clear a megabyte costs as much
    /// as to read it. Capacity [`Limits::BATCH`](crate::model::Limits::BATCH).
    fn buffer(&self) -> Vec<u8> {
        Vec::with_capacity(crate::model::Limits::BATCH)
    }

    /// A sink that notes what is found in the texts of one layer, or of the repositories in several; `None`
    /// if nobody takes notes here.
    fn record(&self) -> Option<Box<dyn Recorder + '_>> {
        None
    }

    /// Tells once more what a [`Recorder`] noted in an earlier scan: of this layer, or without one of
    /// objects of repositories. `false`, and nothing is told, if that makes no sense or holds no longer.
    fn replay(&self, _layer: Option<LayerId>, _noted: &[u8]) -> bool {
        false
    }
}

/// A sink that notes what is found.
pub trait Recorder: Sink {
    /// Everything has been read in full: as soon as all of it has been searched, `keep` gets the notes. It
    /// never does if they are not complete.
    fn finish(self: Box<Self>, keep: Keep);
}

/// Takes the notes of a [`Recorder`].
pub type Keep = Box<dyn FnOnce(Box<dyn Notes>) + Send>;

/// What a [`Recorder`] noted.
pub trait Notes: Send {
    /// The objects of repositories in which something was found, with every place in them that may be
    /// asked about.
    fn objects(&self) -> Vec<(Origin, u64)>;

    /// A text of an object as it may be written down: with the mask in place of every secret that any report
    /// masks in it.
    fn masked(&self, text: &[u8]) -> Vec<u8>;

    /// The notes as they are written down, behind what is `known` besides; `None` if a secret stands in
    /// either.
    fn behind(&self, known: &[u8]) -> Option<Vec<u8>>;
}

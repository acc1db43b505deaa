//! What compressed streams hold beside what they decode to: the headers of gzip members, which have room
//! for names and comments, and the frames that decoders of zstd pass over. A decoder comes across it in the
//! middle of the text that it decodes, so it is gathered in batches of its own, small ones.

use super::Sink;
use super::batch::{Batcher, Context, Fill};
use crate::model::Origin;
use std::io;

/// Searches such bytes as they stand.
pub struct Asides<'s> {
    sink: &'s dyn Sink,
    context: Context,
    origin: Origin,
    /// Where the stream begins in what it is a part of.
    base: u64,
    /// Made when there is something.
    batcher: Option<Batcher<'s>>,
}

impl<'s> Asides<'s> {
    /// For a stream that is, or is a part of, the blob of this origin.
    pub fn new(sink: &'s dyn Sink, context: Context, origin: Origin) -> Self {
        Self {
            sink,
            context,
            origin,
            base: 0,
            batcher: None,
        }
    }

    /// The stream begins at this offset.
    pub(super) fn behind(mut self, base: u64) -> Self {
        self.base = base;
        self
    }

    /// Takes what `read` yields, which stands at `offset` of the stream.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn take(&mut self, offset: u64, read: Fill<'_>) -> io::Result<()> {
        let fresh = || Batcher::small(self.sink, self.context);
        let batcher = self.batcher.get_or_insert_with(fresh);
        batcher.part(&self.origin, self.base + offset, read)
    }
}

impl Drop for Asides<'_> {
    /// Hands over what is left, however the stream ended.
    fn drop(&mut self) {
        if let Some(batcher) = self.batcher.take() {
            batcher.finish();
        }
    }
}

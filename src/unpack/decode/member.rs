//! What all codecs have in common: a stream is a row of members, and a member turns input into
//! output until it ends.
//!
//! Decoders are driven as plain state machines and not through their `Read` wrappers, because
//! those drop what one call had already decoded when the same call meets the damage.

use super::DecodeError;
use crate::unpack::aside::Asides;
use crate::unpack::peek::Peek;
use crate::unpack::sniff::Codec;
use std::io::BufRead;

/// The compressed bytes.
pub(in crate::unpack) type Input<'r> = Peek<Box<dyn BufRead + 'r>>;

/// A gzip member, a zstd frame, an xz or bzip2 stream: reused for one after another.
pub(super) trait Member: Send {
    /// Starts on the member at the front of `input`. What of it decodes to nothing is handed to
    /// `asides`, if anybody wants it.
    fn begin(
        &mut self,
        input: &mut Input<'_>,
        asides: Option<&mut Asides<'_>>,
    ) -> Result<(), DecodeError>;

    /// Decodes at least one byte, or to the end of the member; true when it has ended. What is in
    /// `out` is good even when this fails.
    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError>;
}

/// The caller's buffer and how much of it is filled.
pub(super) struct Output<'b> {
    buf: &'b mut [u8],
    filled: usize,
}

impl<'b> Output<'b> {
    pub(super) const fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, filled: 0 }
    }

    pub(super) const fn filled(&self) -> usize {
        self.filled
    }

    pub(super) const fn is_full(&self) -> bool {
        self.filled == self.buf.len()
    }

    /// The part that is still free.
    pub(super) fn space(&mut self) -> &mut [u8] {
        &mut self.buf[self.filled..]
    }

    pub(super) const fn advance(&mut self, bytes: usize) {
        self.filled += bytes;
    }
}

/// What one step of a state machine did.
pub(super) struct Step {
    /// Bytes of the input that were used.
    pub(super) consumed: usize,
    /// Bytes of the output that were written, also before a failure.
    pub(super) produced: usize,
    /// Whether the member has ended.
    pub(super) ended: Result<bool, DecodeError>,
}

/// Drives a state machine until it has written something, has ended, or has failed.
pub(super) fn pump(
    codec: Codec,
    input: &mut Input<'_>,
    out: &mut Output<'_>,
    mut step: impl FnMut(&[u8], &mut [u8]) -> Step,
) -> Result<bool, DecodeError> {
    loop {
        let chunk = input.fill_buf()?;
        let dry = chunk.is_empty();
        let Step {
            consumed,
            produced,
            ended,
        } = step(chunk, out.space());
        input.consume(consumed);
        out.advance(produced);
        if ended? {
            return Ok(true);
        }
        if produced > 0 {
            return Ok(false);
        }
        if consumed == 0 {
            return Err(if dry {
                DecodeError::Truncated { codec }
            } else {
                DecodeError::corrupt(codec, "the decoder makes no progress")
            });
        }
    }
}

//! Decompression of entries whose size is stated and may be a lie.

use flate2::{Decompress, FlushDecompress, Status};
use thiserror::Error;

/// Why compressed bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InflateError {
    /// They are no zlib stream, or its checksum is wrong.
    #[error("its compressed bytes are damaged")]
    Damaged,
    /// They end before the stream does.
    #[error("its compressed bytes end too early")]
    Truncated,
    /// The stream holds more or fewer bytes than it should.
    #[error("it does not have the {0} bytes that its header states")]
    Size(u64),
    /// The system has no memory left.
    #[error("no memory for its {0} bytes")]
    Memory(u64),
}

/// A decoder of zlib streams (RFC 1950), used again and again.
pub(super) struct Inflate(Decompress);

impl Inflate {
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Capacity to start with for a stream that is said to hold `size` bytes: text rarely shrinks
    /// below an eighth, and what does is worth growing for.
    pub(super) fn capacity(compressed: &[u8], size: u64) -> u64 {
        size.min(compressed.len() as u64 * 8 + 64)
    }

    /// Decodes the stream that `compressed` begins with into `out`, which must become `size` bytes
    /// long, and returns how many bytes the stream takes. The buffer grows only when it is full of decoded
    /// bytes.
    ///
    /// # Errors
    /// Those of the stream; `out` then holds the bytes before the damage.
    pub(super) fn inflate(
        &mut self,
        compressed: &[u8],
        size: u64,
        out: &mut Vec<u8>,
    ) -> Result<usize, InflateError> {
        let stated = || InflateError::Size(size);
        let length = usize::try_from(size).map_err(|_| stated())?;
        out.clear();
        reserve(out, Self::capacity(compressed, size) as usize)?;
        self.0.reset(true);
        loop {
            let rest = &compressed[self.0.total_in() as usize..];
            let status = self.0.decompress_vec(rest, out, FlushDecompress::Finish);
            match status.map_err(|_| InflateError::Damaged)? {
                Status::StreamEnd if out.len() == length => return Ok(self.0.total_in() as usize),
                Status::StreamEnd => return Err(stated()),
                _ if out.len() > length => return Err(stated()),
                _ if out.len() < out.capacity() => return Err(InflateError::Truncated),
                // Full, and as long as it may be: either there is more, or the checksum is cut off.
                _ if out.len() == length => return Err(self.overfull(compressed, size)),
                _ => reserve(out, (length - out.len()).min(out.len()))?,
            }
        }
    }

    /// What is wrong with a stream that does not end after `size` bytes.
    fn overfull(&mut self, compressed: &[u8], size: u64) -> InflateError {
        let rest = &compressed[self.0.total_in() as usize..];
        let mut more = [0];
        match self.0.decompress(rest, &mut more, FlushDecompress::Finish) {
            Ok(_) if self.0.total_out() > size => InflateError::Size(size),
            Ok(_) => InflateError::Truncated,
            Err(_) => InflateError::Damaged,
        }
    }
}

fn reserve(out: &mut Vec<u8>, bytes: usize) -> Result<(), InflateError> {
    out.try_reserve_exact(bytes)
        .map_err(|_| InflateError::Memory(bytes as u64))
}

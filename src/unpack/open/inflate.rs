//! Deflated data (RFC 1951), bare as in a zip or in a zlib stream (RFC 1950). Driven by hand, so that what
//! follows in the input stays there, and what was decoded before a damage is kept.

use crate::unpack::decode::{DecodeError, Input};
use flate2::{Decompress, FlushDecompress, Status};
use std::io::{self, BufRead, Read};

/// Decompresses what stands at the front of an input.
pub(super) struct Inflate<'i, 'r> {
    input: &'i mut Input<'r>,
    state: &'i mut Decompress,
    /// Bytes that it may take, if that is known.
    left: Option<u64>,
    is_over: bool,
}

impl<'i, 'r> Inflate<'i, 'r> {
    /// A `state` that is as new, and the bytes that the data take, if they are known.
    pub(super) const fn new(
        input: &'i mut Input<'r>,
        state: &'i mut Decompress,
        packed: Option<u64>,
    ) -> Self {
        Self {
            input,
            state,
            left: packed,
            is_over: false,
        }
    }

    /// One step; what was decompressed is counted by the state, whatever comes of it.
    fn step(&mut self, out: &mut [u8]) -> io::Result<()> {
        let chunk = self.input.fill_buf()?;
        let most = self.left.map_or(chunk.len(), |left| {
            usize::try_from(left).map_or(chunk.len(), |left| left.min(chunk.len()))
        });
        let before = (self.state.total_in(), self.state.total_out());
        let status = self
            .state
            .decompress(&chunk[..most], out, FlushDecompress::None);
        let used = self.state.total_in() - before.0;
        let made = self.state.total_out() - before.1;
        self.input.consume(used as usize);
        self.left = self.left.map(|left| left - used);
        match status {
            Ok(Status::StreamEnd) => self.is_over = true,
            Ok(_) if made == 0 && used == 0 => return Err(error("deflated data end too early")),
            Ok(_) => {}
            Err(_) => return Err(error("deflated data are damaged")),
        }
        Ok(())
    }
}

impl Read for Inflate<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let start = self.state.total_out();
        while !self.is_over && !out.is_empty() {
            let result = self.step(out);
            let made = (self.state.total_out() - start) as usize;
            match result {
                // An error comes again at the next call.
                _ if made > 0 => return Ok(made),
                result => result?,
            }
        }
        Ok(0)
    }
}

fn error(detail: &'static str) -> io::Error {
    DecodeError::Member { detail }.into()
}

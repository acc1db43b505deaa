//! gzip members (RFC 1952), with header, checksum and length verified by zlib itself.

use super::DecodeError;
use super::member::{Input, Member, Output, Step, pump};
use crate::unpack::sniff::Codec;
use flate2::{Decompress, FlushDecompress, Status};

/// Base-2 logarithm of deflate's window, which RFC 1951 fixes at 32 KiB.
const WINDOW_BITS: u8 = 15;

pub(super) struct Gzip {
    inflate: Decompress,
}

impl Gzip {
    pub(super) fn new() -> Self {
        Self {
            inflate: Decompress::new_gzip(WINDOW_BITS),
        }
    }

    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Step {
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(input, output, FlushDecompress::None);
        Step {
            consumed: (self.inflate.total_in() - before.0) as usize,
            produced: (self.inflate.total_out() - before.1) as usize,
            ended: status
                .map(|status| status == Status::StreamEnd)
                .map_err(|err| DecodeError::corrupt(Codec::Gzip, err)),
        }
    }
}

impl Member for Gzip {
    fn begin(&mut self, _: &mut Input<'_>) -> Result<(), DecodeError> {
        self.inflate.reset(true);
        Ok(())
    }

    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError> {
        pump(Codec::Gzip, input, out, |input, output| {
            self.step(input, output)
        })
    }
}

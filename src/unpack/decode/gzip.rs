//! gzip members (RFC 1952), with header, checksum and length verified by zlib itself.

use super::DecodeError;
use super::member::{Input, Member, Output, Step, pump};
use crate::unpack::aside::Asides;
use crate::unpack::sniff::Codec;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::Read;

/// Base-2 logarithm of deflate's window, which RFC 1951 fixes at 32 KiB.
const WINDOW_BITS: u8 = 15;

/// Bytes of a header without its optional fields, section 2.3.
const FIXED: usize = 10;
/// Bytes of the longest header that is searched. Extra fields take no more than a quarter of it; name and
/// comment have no limit of their own.
const LONGEST: usize = 256 << 10;

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
    fn begin(
        &mut self,
        input: &mut Input<'_>,
        asides: Option<&mut Asides<'_>>,
    ) -> Result<(), DecodeError> {
        self.inflate.reset(true);
        let Some(asides) = asides else { return Ok(()) };
        let length = header(input)?;
        if length > FIXED {
            let offset = input.consumed();
            let mut header = input.peek(length)?;
            asides.take(offset, &mut |buffer| header.read(buffer))?;
        }
        Ok(())
    }

    fn decode(&mut self, input: &mut Input<'_>, out: &mut Output<'_>) -> Result<bool, DecodeError> {
        pump(Codec::Gzip, input, out, |input, output| {
            self.step(input, output)
        })
    }
}

/// Bytes of the header that `input` begins with, as far as it goes.
fn header(input: &mut Input<'_>) -> Result<usize, DecodeError> {
    let mut want = FIXED;
    loop {
        let head = input.peek(want)?;
        match length(head) {
            Some(length) => return Ok(length),
            None if head.len() < want => return Ok(head.len()),
            None if want == LONGEST => {
                let what = format!("a gzip header may have {LONGEST} bytes, and here are more");
                return Err(DecodeError::Limit { what });
            }
            None => want = (4 * want).min(LONGEST),
        }
    }
}

/// Bytes of a header with its extra fields, its name and its comment; `None` if it goes on behind `head`.
fn length(head: &[u8]) -> Option<usize> {
    const EXTRA: u8 = 4;
    const TEXTS: [u8; 2] = [8, 16];
    let flags = head.get(..FIXED)?[3];
    let mut at = FIXED;
    if flags & EXTRA != 0 {
        let length = head.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for _ in TEXTS.into_iter().filter(|text| flags & text != 0) {
        at += 1 + memchr::memchr(0, head.get(at..)?)?;
    }
    (at <= head.len()).then_some(at)
}

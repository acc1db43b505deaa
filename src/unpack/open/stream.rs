//! Compressed streams: gzip, zstd, xz and bzip2, all members of each. What they decode to is one text,
//! without a name.

use super::Bounds;
use super::members::Members;
use crate::unpack::aside::Asides;
use crate::unpack::decode::{self, Decoded, Input};
use std::io::{self, Read};

/// Bytes at the start of a stream that are kept until something was decoded.
const HEAD: usize = 16 << 10;

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let head = input.peek(HEAD)?.to_vec();
    let mut produced = 0;
    let (bounds, asides) = (members.bounds().clone(), members.asides());
    let result = decoded(input, &bounds, asides, |decoded| {
        members.stream(&mut |buffer| {
            let count = decoded.read(buffer)?;
            produced += count;
            Ok(count)
        })
    });
    // A text that only begins like a stream.
    if produced == 0 && result.is_err() {
        let mut head = &head[..];
        members.raw(0, &mut |buffer| head.read(buffer))?;
    }
    result
}

/// Lets a stream at the front of `input` be read, and leaves the input behind the last byte that it
/// used. What of it decodes to nothing is left to `asides`.
///
/// # Errors
/// Those of its first bytes, and what reading it came to.
pub(super) fn decoded(
    input: &mut Input<'_>,
    bounds: &Bounds<'_>,
    asides: Asides<'_>,
    read: impl FnOnce(&mut Decoded<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let asides = asides.behind(input.consumed());
    let decoded = decode::decode(Box::new(&mut *input), bounds.limits, &bounds.memory)?;
    let mut decoded = decoded.with_asides(asides);
    let result = read(&mut decoded);
    let ahead = decoded.into_ahead();
    input.put_back(&ahead);
    result
}

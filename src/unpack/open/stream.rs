//! Compressed streams: gzip, zstd, xz and bzip2, all members of each. What they decode to is one text,
//! without a name.

use super::Bounds;
use super::members::Members;
use crate::unpack::decode::{self, Decoded, Input};
use std::io::{self, Read};

/// Bytes at the start of a stream that are searched as they stand as well: the name and comment of a
/// gzip header (RFC 1952, section 2.3), the skippable frames of zstd, and a text that only begins like
/// a stream.
const HEAD: usize = 16 << 10;

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut head = input.peek(HEAD)?;
    members.raw(0, &mut |buffer| head.read(buffer))?;
    decoded(input, &members.bounds().clone(), |decoded| {
        members.stream(&mut |buffer| decoded.read(buffer))
    })
}

/// Lets a stream at the front of `input` be read, and leaves the input behind the last byte that it
/// used.
///
/// # Errors
/// Those of its first bytes, and what reading it came to.
pub(super) fn decoded(
    input: &mut Input<'_>,
    bounds: &Bounds<'_>,
    read: impl FnOnce(&mut Decoded<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut decoded = decode::decode(Box::new(&mut *input), bounds.limits, &bounds.memory)?;
    let result = read(&mut decoded);
    let ahead = decoded.into_ahead();
    input.put_back(&ahead);
    result
}

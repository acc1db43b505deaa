//! Compressed streams: gzip, zstd, xz and bzip2, all members of each. What they decode to is one text,
//! without a name.

use super::Bounds;
use super::members::Members;
use crate::unpack::decode::{self, Decoded, Input};
use std::io::{self, Read};

/// Bytes at the start of a stream that are kept until something was decoded.
const HEAD: usize = 16 << 10;

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let head = input.peek(HEAD)?.to_vec();
    let (header, body) = head.split_at(undecoded(&head));
    raw(0, header, members)?;
    let mut produced = 0;
    let result = decoded(input, &members.bounds().clone(), |decoded| {
        members.stream(&mut |buffer| {
            let count = decoded.read(buffer)?;
            produced += count;
            Ok(count)
        })
    });
    // A text that only begins like a stream.
    if produced == 0 && result.is_err() {
        raw(header.len() as u64, body, members)?;
    }
    result
}

fn raw(offset: u64, mut bytes: &[u8], members: &mut Members<'_, '_>) -> io::Result<()> {
    members.raw(offset, &mut |buffer| bytes.read(buffer))
}

/// Bytes of a header that no decoder hands out and that may hold text: the extra fields, name and
/// comment of gzip (RFC 1952, section 2.3), and the skippable frames of zstd (RFC 8878, section 3.1.2).
fn undecoded(head: &[u8]) -> usize {
    let length = match head {
        [0x1f, 0x8b, _, flags, ..] => gzip_header(head, *flags),
        _ => skippable_frames(head),
    };
    length.unwrap_or(head.len()).min(head.len())
}

/// `None` if it is longer than `head`.
fn gzip_header(head: &[u8], flags: u8) -> Option<usize> {
    const FIXED: usize = 10;
    const EXTRA: u8 = 4;
    const TEXTS: [u8; 2] = [8, 16];
    let mut at = FIXED;
    if flags & EXTRA != 0 {
        let length = head.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for _ in TEXTS.into_iter().filter(|text| flags & text != 0) {
        at += 1 + memchr::memchr(0, head.get(at..)?)?;
    }
    Some(at)
}

/// `None` if they are longer than `head`.
fn skippable_frames(head: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let [0x50..=0x5f, 0x2a, 0x4d, 0x18, size @ ..] = head.get(at..)? {
        let size = size.first_chunk().copied().map(u32::from_le_bytes)?;
        at += 8 + usize::try_from(size).ok()?;
    }
    Some(at)
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

//! Which kinds of file are opened: how each is known by its first bytes, and what opens it. One line
//! for each.

use super::members::Members;
use super::{ar, cpio, rpm, sevenz, stream, tar, zip, zlib};
use crate::unpack::decode::Input;
use crate::unpack::sniff::{self, Codec};
use crate::unpack::tar::header;
use std::io;

/// Reads an archive from its first byte on, and hands out what it holds. What it leaves of the input
/// is searched as it stands, and an error is told: both are seen to by whoever calls it.
pub(super) type Opener = fn(&mut Input<'_>, &mut Members<'_, '_>) -> io::Result<()>;

/// Whether a file that begins so is of a kind.
type Test = fn(&[u8]) -> bool;

const KINDS: [(Test, Opener); 9] = [
    (|head| sniff::codec(head) != Codec::Plain, stream::open),
    (zip::is_zip, zip::open),
    (is_tar, tar::open),
    (|head| head.starts_with(ar::MAGIC), ar::open),
    (cpio::is_cpio, cpio::open),
    (|head| head.starts_with(rpm::MAGIC), rpm::open),
    (|head| head.starts_with(sevenz::MAGIC), sevenz::open),
    (|head| head.starts_with(b"Cr24"), zip::open),
    (zlib::is_stream, zlib::open),
];

/// What opens a file that begins with `head`, which may be all of it; `None` if it is no archive from its
/// first byte on.
pub(super) fn of(head: &[u8], is_all: bool) -> Option<Opener> {
    let known = KINDS.iter().find(|(is_kind, _)| is_kind(head));
    if let Some((_, open)) = known {
        return Some(*open);
    }
    let holder = zlib::holder(head)?;
    (!is_all || zlib::has_stream(holder, head)).then_some(holder.open)
}

/// Whether a file is a tar: by the checksum of its first header or, if that is damaged, by the magic
/// (POSIX.1-2024, pax, "ustar Interchange Format").
pub(super) fn is_tar(head: &[u8]) -> bool {
    const MAGIC: std::ops::Range<usize> = 257..263;
    const CHECKSUM: std::ops::Range<usize> = 148..156;
    let Some(block) = head.first_chunk() else {
        return false;
    };
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'7' | b' ' | 0);
    matches!(&block[MAGIC], b"ustar\0" | b"ustar ")
        || block[CHECKSUM].iter().all(is_digit) && header::read(block).is_some()
}

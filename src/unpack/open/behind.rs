//! Archives that do not stand at the start of their file. A zip may stand anywhere, because its readers
//! begin at the end. Other kinds are looked for behind what unpacks itself with them: scripts, with a
//! compressed tar behind their last line, and programs for Windows, with a 7z.

use super::members::Members;
use super::{kinds, sevenz, zip};
use crate::unpack::batch::Stop;
use crate::unpack::decode::Input;
use crate::unpack::sniff::{self, Codec, HEAD};
use flate2::{Decompress, FlushDecompress};
use std::io::{self, Read};

/// What a file begins with that may unpack itself, and what finds an archive in it.
const FRONTS: [(&[u8], Stop); 2] = [
    (
        b"#!",
        Stop {
            find: |text| first(zip::MEMBER.find, behind_line, text),
            reach: HEAD,
        },
    ),
    (
        b"MZ",
        Stop {
            find: |text| first(zip::MEMBER.find, sevenz::find, text),
            reach: zip::MEMBER.reach,
        },
    ),
];

/// Bytes of context that let every stop be seen whole in one buffer or in the next.
pub(super) const REACH: usize = HEAD;

/// What in a file that begins so is an archive.
pub(super) fn stop(head: &[u8]) -> Stop {
    let front = FRONTS.iter().find(|(magic, _)| head.starts_with(magic));
    front.map_or(zip::MEMBER, |(_, stop)| *stop)
}

/// Opens what a stop has found, which is at the front of the input.
pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let head = input.peek(HEAD)?;
    if zip::is_zip(head) || kinds::of(head, false).is_none() {
        return zip::open_behind(input, members);
    }
    members.stream(&mut |buffer| input.read(buffer))
}

/// The first of two places.
fn first(
    one: fn(&[u8]) -> Option<usize>,
    other: fn(&[u8]) -> Option<usize>,
    text: &[u8],
) -> Option<usize> {
    one(text).into_iter().chain(other(text)).min()
}

/// Where an archive begins behind a line end.
fn behind_line(text: &[u8]) -> Option<usize> {
    let mut lines = memchr::memchr_iter(b'\n', text).map(|end| end + 1);
    lines.find(|&line| is_archive(&text[line..]))
}

/// Whether an archive begins here, where a line could. Magic numbers of few bytes do not tell that.
fn is_archive(text: &[u8]) -> bool {
    match sniff::codec(text) {
        Codec::Gzip => is_gzip(text),
        Codec::Bzip2 => text.len() >= 10,
        Codec::Zstd => text[0] == 0x28,
        Codec::Xz => true,
        Codec::Plain => sevenz::is_start(text) || kinds::is_tar(text),
    }
}

/// Whether something can be decoded of a gzip stream that begins so.
fn is_gzip(text: &[u8]) -> bool {
    const WINDOW_BITS: u8 = 15;
    let mut inflate = Decompress::new_gzip(WINDOW_BITS);
    let mut out = [0; 64];
    let result = inflate.decompress(text, &mut out, FlushDecompress::Sync);
    result.is_ok() && inflate.total_out() > 0
}

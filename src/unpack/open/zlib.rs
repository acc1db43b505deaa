//! zlib streams (RFC 1950): files that are one, and documents and pictures that hold some between other
//! things. Most of a PDF is in such streams, and what a camera or an editor notes in a PNG may be.
//!
//! A stream in a file is found by what stands in front of it and by its own header, and it ends where it says
//! so. What it decodes to is a member, named by where it begins; everything else is searched as it stands, but
//! for a zip between or behind the streams.

use super::inflate::Inflate;
use super::kinds::Opener;
use super::members::Members;
use super::zip;
use crate::model::Kind;
use crate::unpack::decode::Input;
use flate2::{Decompress, FlushDecompress};
use memchr::memmem;
use std::io::{self, BufRead, Read};

/// Bytes of a stream that are searched as they stand too if it proves to be broken, or none.
const KEPT: usize = 32 << 10;

/// Bytes that are looked through together. It is far more than has to be seen of one thing, because that
/// much is looked at again in what follows.
const SIGHT: usize = 16 << 10;

/// A kind of file that holds streams.
pub(super) struct Holder {
    /// What it begins with.
    magic: &'static [u8],
    /// Where the first stream begins in a text, with what stands in front of it.
    find: fn(&[u8]) -> Option<usize>,
    /// Bytes that have to be seen together to find a stream.
    reach: usize,
    /// What stands in a file whose streams are encrypted.
    seal: Option<&'static [u8]>,
    /// What opens it.
    pub(super) open: Opener,
}

const HOLDERS: [Holder; 2] = [
    Holder {
        magic: b"%PDF-",
        find: in_pdf,
        reach: 10,
        seal: Some(b"/Encrypt "),
        open: |input, members| walk(&HOLDERS[0], input, members),
    },
    Holder {
        magic: b"\x89PNG\r\n\x1a\n",
        find: in_png,
        reach: 512,
        seal: None,
        open: |input, members| walk(&HOLDERS[1], input, members),
    },
];

/// What a file is that begins so.
pub(super) fn holder(head: &[u8]) -> Option<&'static Holder> {
    HOLDERS.iter().find(|holder| head.starts_with(holder.magic))
}

/// Whether a whole file has something to open.
pub(super) fn has_stream(holder: &Holder, file: &[u8]) -> bool {
    next(holder, file).is_some()
}

/// Whether a file is a stream. Its header has two bytes, which many texts begin with, so a part of it is
/// decoded. Objects of git are left to whoever knows what they are.
pub(super) fn is_stream(head: &[u8]) -> bool {
    const FEWEST: usize = 16;
    if !begins(head) {
        return false;
    }
    let mut text = [0; 64];
    let mut inflate = Decompress::new(true);
    let result = inflate.decompress(head, &mut text, FlushDecompress::Sync);
    let text = &text[..inflate.total_out() as usize];
    let is_object = [&b"blob "[..], b"tree ", b"commit ", b"tag "]
        .iter()
        .any(|kind| text.starts_with(kind));
    let is_over = matches!(result, Ok(flate2::Status::StreamEnd));
    result.is_ok() && !is_object && (is_over || text.len() >= FEWEST)
}

/// Opens a file that is a stream.
pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut state = Decompress::new(true);
    let mut inflate = Inflate::new(input, &mut state, None);
    members.stream(&mut |buffer| inflate.read(buffer))
}

/// Opens the streams of a file, one after the other.
fn walk(holder: &Holder, input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut is_sealed = false;
    while !members.stopped() {
        match raw_to_next(holder, input, members, &mut is_sealed)? {
            Some(Next::Stream) => stream(input, members)?,
            Some(Next::Zip) => zip::open_part(input, members)?,
            None => break,
        }
    }
    if is_sealed {
        let detail = "its streams are encrypted, searched as they stand";
        members.tell(Kind::Encrypted, detail);
    }
    Ok(())
}

/// What is not searched as it stands.
#[derive(Clone, Copy)]
enum Next {
    Stream,
    Zip,
}

/// The first of both in a text, and where it begins.
fn next(holder: &Holder, text: &[u8]) -> Option<(usize, Next)> {
    let stream = (holder.find)(text).map(|at| (at, Next::Stream));
    let zip = (zip::MEMBER.find)(text).map(|at| (at, Next::Zip));
    stream.into_iter().chain(zip).min_by_key(|&(at, _)| at)
}

/// Searches everything up to the next of them as it stands.
fn raw_to_next(
    holder: &Holder,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
    is_sealed: &mut bool,
) -> io::Result<Option<Next>> {
    let reach = holder.reach.max(zip::MEMBER.reach);
    let (mut left, mut found) = (0, None);
    members.raw(input.consumed(), &mut |buffer| {
        if left == 0 && found.is_none() {
            input.peek(SIGHT)?;
            let chunk = input.fill_buf()?;
            let next = next(holder, chunk);
            found = next.map(|(_, next)| next);
            left = match (next, chunk.len() < reach) {
                (Some((at, _)), _) => at,
                // It is the end of the file.
                (None, true) => chunk.len(),
                (None, false) => chunk.len() + 1 - reach,
            };
            *is_sealed |= holder
                .seal
                .is_some_and(|seal| memmem::find(&chunk[..left], seal).is_some());
        }
        let count = left.min(buffer.len());
        let count = (&mut *input)
            .take(count as u64)
            .read(&mut buffer[..count])?;
        left -= count;
        Ok(count)
    })?;
    Ok(found)
}

/// Searches what the stream at the front of the input decodes to. What proves to be broken is
/// left there.
fn stream(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let start = input.consumed();
    let kept = input.peek(KEPT)?.to_vec();
    let member = members.enter(format!("stream at byte {start}").as_bytes())?;
    let mut state = Decompress::new(true);
    let mut inflate = Inflate::new(input, &mut state, None);
    let (mut produced, mut is_broken) = (0, false);
    members.content(&member, None, &mut |buffer| match inflate.read(buffer) {
        Err(error) => {
            is_broken = true;
            // Of what is none nothing is to be told.
            if produced == 0 { Ok(0) } else { Err(error) }
        }
        other => other.inspect(|count| produced += count),
    })?;
    let used = (input.consumed() - start) as usize;
    if is_broken && used <= kept.len() {
        // A decoder goes on for long in what follows a stream that was cut.
        input.put_back(&kept[..used]);
    }
    Ok(())
}

/// Whether a zlib stream begins like this (RFC 1950, section 2.2).
fn begins(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x8f == 8
        && u16::from_be_bytes([*first, *second]).is_multiple_of(31) && second & 0x20 == 0)
}

/// Where the first stream of a PDF begins: behind the keyword and a line end (ISO 32000-2, section 7.3.8).
fn in_pdf(text: &[u8]) -> Option<usize> {
    const KEYWORD: &[u8] = b"stream";
    memmem::find_iter(text, KEYWORD).find_map(|at| {
        let behind = at + KEYWORD.len();
        let ends: [&[u8]; 2] = [b"\r\n", b"\n"];
        let end = ends.iter().find(|end| text[behind..].starts_with(end))?;
        let start = behind + end.len();
        begins(&text[start..]).then_some(start)
    })
}

/// Where the first compressed text of a PNG begins: behind a keyword, and in `iTXt` behind a language and the
/// keyword in it (PNG third edition, section 11.3.3).
fn in_png(text: &[u8]) -> Option<usize> {
    const TEXT: &[u8] = b"TXt";
    memmem::find_iter(text, TEXT).find_map(|at| {
        let kind = at.checked_sub(1).map(|at| text[at])?;
        let after = |at: usize| Some(at + memchr::memchr(0, text.get(at..)?)? + 1);
        let body = after(at + TEXT.len())?;
        let start = match (kind, text.get(body..)?) {
            (b'z', [0, ..]) => body + 1,
            (b'i', [1, 0, ..]) => after(after(body + 2)?)?,
            _ => return None,
        };
        begins(&text[start..]).then_some(start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::ZlibEncoder;
    use proptest::prelude::*;

    proptest! {
        /// Whatever stands there: what is found begins like a stream.
        #[test]
        fn what_is_found_begins_like_a_stream(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        &b"stream"[..], b"\r\n", b"zTXt", b"iTXt", b"\0", b"\x01\0", b"x\x9c", b"key",
                    ]).prop_map(<[u8]>::to_vec),
                    prop::collection::vec(any::<u8>(), 0..4),
                ],
                0..30,
            ),
        ) {
            let text = parts.concat();
            for find in [in_pdf, in_png] {
                prop_assert!(find(&text).is_none_or(|start| begins(&text[start..])));
            }
        }
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = ZlibEncoder::new(text, Compression::best());
        encoder.read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn a_stream_is_known_by_what_it_decodes_to() {
        assert!(is_stream(&packed(b"a text of more than sixteen bytes")));
        assert!(is_stream(&packed(b"short")));
        assert!(is_stream(&packed(&[7; 5000])[..20]));
        assert!(!is_stream(b"x^2 + y^2 = z^2, as everybody knows"));
        assert!(!is_stream(b"x\x9c and then something that is none"));
        assert!(!is_stream(b"x\x9c"));
        assert!(!is_stream(&packed(b"blob 12\0Hello world!")));
    }

    #[test]
    fn streams_are_found_by_what_stands_in_front() {
        let stream = packed(b"text");
        let pdf = |end: &[u8]| [b"<< >> stream", end, &stream, b"\nendstream"].concat();
        assert_eq!(in_pdf(&pdf(b"\r\n")), Some(14));
        assert_eq!(in_pdf(&pdf(b"\n")), Some(13));
        assert_eq!(in_pdf(&pdf(b" ")), None);
        assert_eq!(in_pdf(b"stream\nplain"), None);
        let png = |chunk: &[u8]| in_png(&[chunk, &stream].concat());
        assert_eq!(png(b"zTXtComment\0\0"), Some(13));
        assert_eq!(png(b"iTXtComment\0\x01\0en\0Kommentar\0"), Some(27));
        assert_eq!(png(b"iTXtComment\0\0\0en\0Kommentar\0"), None);
        assert_eq!(png(b"tEXtComment\0\0"), None);
    }
}

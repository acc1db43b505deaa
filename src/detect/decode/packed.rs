//! What decoded bytes are: text, text in UTF-16, or a compressed stream of either.

use crate::unpack::sniff::{self, Codec};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::io::Read;

/// Share of the first bytes that must be printable for text: three of four.
const PRINTABLE: (usize, usize) = (3, 4);

/// Bytes as text, and what was undone on the way.
pub(super) struct Unpacked {
    pub(super) text: Vec<u8>,
    /// By the names that reports use.
    pub(super) encodings: Vec<&'static str>,
    pub(super) compressed: bool,
}

/// Whether bytes that begin like this, at most 255 of them, are text or something that is known to hold it.
pub(super) fn is_legible<const SEEN: usize>(head: &[u8; SEEN]) -> bool {
    is_text(head) || is_gzip(head) || is_zlib(head) || sniff::utf16(head).is_some()
}

/// Makes text of decoded bytes, at most `room` of it; `None` if there is none. A stream that breaks
/// off is read as far as it goes.
pub(super) fn unpack(bytes: Vec<u8>, room: usize) -> Option<Unpacked> {
    let mut encodings = Vec::new();
    let inflated = if is_gzip(&bytes) {
        encodings.push("gzip");
        Some(inflated(MultiGzDecoder::new(&*bytes), room))
    } else if is_zlib(&bytes) {
        encodings.push("zlib");
        Some(inflated(ZlibDecoder::new(&*bytes), room))
    } else {
        None
    };
    let compressed = inflated.is_some();
    let mut text = inflated.unwrap_or(bytes);
    if let Some(utf16) = sniff::utf16(&text) {
        let mut narrow = Vec::new();
        utf16.narrow(&text[utf16.mark_len().min(text.len())..], &mut narrow);
        encodings.push("utf-16");
        text = narrow;
    }
    let fits = !text.is_empty() && text.len() <= room;
    fits.then_some(Unpacked {
        text,
        encodings,
        compressed,
    })
}

fn inflated(stream: impl Read, room: usize) -> Vec<u8> {
    let mut out = Vec::new();
    // What was read before a damage stays, and of a stream that is cut off that is all there is.
    let _ = stream.take(room as u64).read_to_end(&mut out);
    out
}

/// Told without a branch for any byte: what most runs of digits stand for is none.
fn is_text<const SEEN: usize>(head: &[u8; SEEN]) -> bool {
    let is_printable = |byte: u8| {
        let is_graphic = byte.wrapping_sub(b' ') <= b'~' - b' ';
        is_graphic | (byte == b'\n') | (byte == b'\r') | (byte == b'\t')
    };
    let count: u8 = head.iter().map(|&byte| u8::from(is_printable(byte))).sum();
    usize::from(count) * PRINTABLE.1 >= SEEN * PRINTABLE.0
}

fn is_gzip(head: &[u8]) -> bool {
    sniff::codec(head) == Codec::Gzip
}

/// The header of a zlib stream with a window of 32 KiB, as all tools write it (RFC 1950, section 2.2).
fn is_zlib(head: &[u8]) -> bool {
    matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::read::{GzEncoder, ZlibEncoder};

    fn read(mut stream: impl Read) -> Vec<u8> {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all
    }

    fn text_of(bytes: Vec<u8>, room: usize) -> Option<(String, Vec<&'static str>)> {
        let unpacked = unpack(bytes, room)?;
        Some((
            String::from_utf8(unpacked.text).unwrap(),
            unpacked.encodings,
        ))
    }

    #[test]
    fn streams_and_wide_text_are_undone() {
        let text = "password = tulips";
        let wide = |text: &str| {
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<_>>()
        };
        let best = Compression::best();
        for (bytes, encodings) in [
            (text.as_bytes().to_vec(), &[][..]),
            (wide(text), &["utf-16"]),
            (wide(&format!("\u{feff}{text}")), &["utf-16"]),
            (read(GzEncoder::new(text.as_bytes(), best)), &["gzip"]),
            (read(ZlibEncoder::new(text.as_bytes(), best)), &["zlib"]),
            (
                read(GzEncoder::new(&*wide(text), best)),
                &["gzip", "utf-16"],
            ),
        ] {
            assert!(is_legible::<12>(bytes.first_chunk().unwrap()));
            assert_eq!(
                text_of(bytes, 100),
                Some((text.to_owned(), encodings.to_vec()))
            );
        }
    }

    #[test]
    fn a_broken_stream_is_read_as_far_as_it_goes_and_no_further_than_there_is_room() {
        let text = (0..4000).map(|n| n.to_string()).collect::<String>();
        let mut packed = read(GzEncoder::new(text.as_bytes(), Compression::best()));
        packed.truncate(packed.len() / 2);
        let (read, _) = text_of(packed.clone(), usize::MAX).unwrap();
        assert!(text.starts_with(&read) && read.len() > 1000);
        assert_eq!(text_of(packed, 500).unwrap().0.len(), 500);
    }
}

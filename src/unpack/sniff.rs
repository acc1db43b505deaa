//! Tells what bytes are by looking at them. Names and media types are never asked: registries and
//! build tools get them wrong, and a wrong label must not hide a layer.

use super::tar::header;
use super::text::{ByteOrder, Unit, Wide};
use std::fmt;

/// Bytes that [`codec`] and [`wide`] want to see, where there are as many.
pub const HEAD: usize = 1024;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Not at all.
    Plain,
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// xz, the .xz file format 1.2.
    Xz,
    /// bzip2.
    Bzip2,
}

impl Codec {
    /// The word used in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The codec whose magic number stands at the start of `head`.
pub fn codec(head: &[u8]) -> Codec {
    match head {
        [0x1f, 0x8b, 0x08, ..] => Codec::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Codec::Zstd,
        // A skippable frame, RFC 8878 section 3.1.2; zstd:chunked layers hold some.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Codec::Zstd,
        [0xfd, b'7', b'z', b'X', b'Z', 0x00, ..] => Codec::Xz,
        [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] if begins_bzip2_block(rest) => Codec::Bzip2,
        _ => Codec::Plain,
    }
}

/// Whether the bytes after a bzip2 header are the magic number of a block or of the stream's end,
/// as far as they go: four letters alone may also be the start of a text.
fn begins_bzip2_block(rest: &[u8]) -> bool {
    const BLOCK: [u8; 6] = [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];
    const END: [u8; 6] = [0x17, 0x72, 0x45, 0x38, 0x50, 0x90];
    let seen = &rest[..rest.len().min(BLOCK.len())];
    BLOCK.starts_with(seen) || END.starts_with(seen)
}

/// Whether `head` begins a tar archive: a header block of 512 bytes with a right checksum, with or
/// without magic, or the two zero blocks of an empty archive.
pub fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.first_chunk() else {
        return false;
    };
    header::read(block).is_some()
        || head
            .get(..2 * header::BLOCK)
            .is_some_and(|blocks| blocks.iter().all(|&byte| byte == 0))
}

/// Whether the text that begins with `head` is UTF-16 or UTF-32: by its byte order mark, or because most
/// units of the first [`HEAD`] bytes are ASCII characters next to zero bytes.
pub fn wide(head: &[u8]) -> Option<Wide> {
    let of = |unit, order, mark| Wide { unit, order, mark };
    match head {
        [0xff, 0xfe, 0, 0, ..] => Some(of(Unit::Four, ByteOrder::Little, true)),
        [0, 0, 0xfe, 0xff, ..] => Some(of(Unit::Four, ByteOrder::Big, true)),
        [0xff, 0xfe, ..] => Some(of(Unit::Two, ByteOrder::Little, true)),
        [0xfe, 0xff, ..] => Some(of(Unit::Two, ByteOrder::Big, true)),
        _ if memchr::memchr(0, head).is_none() => None,
        _ => [Unit::Two, Unit::Four]
            .into_iter()
            .flat_map(|unit| [ByteOrder::Little, ByteOrder::Big].map(|order| (unit, order)))
            .map(|(unit, order)| of(unit, order, false))
            .find(|&wide| mostly_ascii(head, wide)),
    }
}

/// The same, of UTF-16 alone.
pub fn utf16(head: &[u8]) -> Option<Wide> {
    wide(head).filter(|wide| wide.unit == Unit::Two)
}

/// Whether at least three of four units, and four in all, are printable ASCII or white space.
fn mostly_ascii(head: &[u8], wide: Wide) -> bool {
    let head = &head[..head.len().min(HEAD)];
    let ascii = match (wide.unit, wide.order) {
        (Unit::Two, ByteOrder::Little) => ascii_units::<2, 0>(head),
        (Unit::Two, ByteOrder::Big) => ascii_units::<2, 1>(head),
        (Unit::Four, ByteOrder::Little) => ascii_units::<4, 0>(head),
        (Unit::Four, ByteOrder::Big) => ascii_units::<4, 3>(head),
    };
    let count = head.len() / wide.unit.width();
    ascii >= 4 && ascii * 4 >= count * 3
}

/// How many units are zeros around a character at place `LOW` of each. It takes no branch on any of them,
/// because the heads of all object files in an archive are asked about.
fn ascii_units<const WIDTH: usize, const LOW: usize>(head: &[u8]) -> usize {
    let is_text = |byte: u8| {
        let is_graphic = byte.wrapping_sub(b' ') <= b'~' - b' ';
        is_graphic | (byte == b'\t') | (byte == b'\n') | (byte == b'\r')
    };
    let is_ascii = |unit: &[u8; WIDTH]| {
        let zeros = (0..WIDTH).filter(|&at| at != LOW);
        let others = zeros.fold(0, |others, at| others | unit[at]);
        (others == 0) & is_text(unit[LOW])
    };
    let (units, _) = head.as_chunks();
    units.iter().map(|unit| usize::from(is_ascii(unit))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_codec_is_known_by_its_magic() {
        assert_eq!(codec(b"\x1f\x8b\x08\x00"), Codec::Gzip);
        assert_eq!(codec(b"\x28\xb5\x2f\xfd"), Codec::Zstd);
        for first in 0x50..=0x5f {
            assert_eq!(codec(&[first, 0x2a, 0x4d, 0x18]), Codec::Zstd);
        }
        assert_eq!(codec(b"\xfd7zXZ\0"), Codec::Xz);
        assert_eq!(codec(b"BZh91AY&SY"), Codec::Bzip2);
        assert_eq!(codec(b"BZh9\x17\x72\x45\x38\x50\x90"), Codec::Bzip2);
    }

    #[test]
    fn what_only_looks_alike_is_plain() {
        for head in [
            &b""[..],
            b"\x1f\x8b",
            b"BZh91 is a name",
            b"\x28\xb5",
            b"7zXZ",
        ] {
            assert_eq!(codec(head), Codec::Plain, "{head:?}");
        }
    }

    #[test]
    fn wide_text_is_known_with_and_without_mark() {
        let written = |text: &str, Wide { unit, order, .. }: Wide| -> Vec<u8> {
            let bytes = |character: char| {
                let mut bytes = u32::from(character).to_le_bytes()[..unit.width()].to_vec();
                if order == ByteOrder::Big {
                    bytes.reverse();
                }
                bytes
            };
            text.chars().flat_map(bytes).collect()
        };
        for unit in [Unit::Two, Unit::Four] {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                for (mark, text) in [(true, "\u{feff}x"), (false, "password = x")] {
                    let expected = Wide { unit, order, mark };
                    assert_eq!(wide(&written(text, expected)), Some(expected));
                }
            }
        }
        assert_eq!(wide(b"plain old text"), None);
        assert_eq!(wide(&[0; 64]), None);
        assert_eq!(wide(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"), None);
    }

    #[test]
    fn a_tar_needs_a_checksum_or_two_zero_blocks() {
        let mut block = [0; 512];
        block[..4].copy_from_slice(b"name");
        assert!(!is_tar(&block));
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert!(is_tar(&block), "a v7 header has no magic");
        assert!(!is_tar(&block[..511]));
        assert!(is_tar(&[0; 1024]));
        assert!(!is_tar(&[0; 512]));
    }
}

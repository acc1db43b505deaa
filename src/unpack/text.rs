//! UTF-16 and UTF-32 text, narrowed so that a byte-wise detector can read it: one byte for each unit, with
//! which positions stay exact. The offset in the blob is the offset in the narrowed text times the width of
//! a unit, plus the byte order mark.

use crate::model::Encoding;

/// Which byte of a unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The low one, as Windows writes it.
    Little,
    /// The high one.
    Big,
}

/// How many bytes a unit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Two: UTF-16.
    Two,
    /// Four: UTF-32, which C calls `wchar_t` on all but Windows.
    Four,
}

impl Unit {
    /// Its bytes.
    pub const fn width(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
        }
    }
}

/// What is known of a text in wide units; see [`sniff::wide`](super::sniff::wide).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wide {
    /// How wide they are.
    pub unit: Unit,
    /// Which byte of a unit comes first.
    pub order: ByteOrder,
    /// Whether the text begins with a byte order mark.
    pub mark: bool,
}

/// Stands for a unit that is no ASCII character: no token contains it, and it is no word
/// character either.
const OTHER: u8 = 0x80;

impl Wide {
    /// Bytes of the byte order mark.
    pub const fn mark_len(self) -> usize {
        if self.mark { self.unit.width() } else { 0 }
    }

    /// How the narrowed text stands for the bytes of its blob.
    pub const fn encoding(self) -> Encoding {
        match self.unit {
            Unit::Two => Encoding::Utf16,
            Unit::Four => Encoding::Utf32,
        }
    }

    /// The ASCII character that a unit stands for.
    pub(super) fn ascii(self, unit: &[u8]) -> Option<u8> {
        let (low, high) = match self.order {
            ByteOrder::Little => unit.split_first(),
            ByteOrder::Big => unit.split_last(),
        }?;
        (low.is_ascii() && high.iter().all(|&byte| byte == 0)).then_some(*low)
    }

    /// Appends one byte for each unit of `wide`, which must begin at a unit. A part of a unit at the
    /// end counts as one.
    pub fn narrow(self, wide: &[u8], narrow: &mut Vec<u8>) {
        let units = wide.chunks_exact(self.unit.width());
        let part = units.remainder().first();
        narrow.extend(units.map(|unit| self.ascii(unit).unwrap_or(OTHER)));
        narrow.extend(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_stays_and_the_rest_becomes_a_placeholder() {
        let little = Wide {
            unit: Unit::Two,
            order: ByteOrder::Little,
            mark: false,
        };
        let wide: Vec<u8> = "a€é\u{1f512}z\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut narrow = Vec::new();
        little.narrow(&wide, &mut narrow);
        assert_eq!(narrow, b"a\x80\x80\x80\x80z\n");
        assert_eq!(narrow.len() * 2, wide.len());
    }

    #[test]
    fn four_bytes_are_one_unit_in_utf32() {
        let big = Wide {
            unit: Unit::Four,
            order: ByteOrder::Big,
            mark: false,
        };
        let wide = "a€z".chars().map(u32::from).flat_map(u32::to_be_bytes);
        let mut narrow = Vec::new();
        big.narrow(&wide.collect::<Vec<_>>(), &mut narrow);
        assert_eq!(narrow, b"a\x80z");
    }

    #[test]
    fn a_part_of_a_unit_is_kept() {
        let big = Wide {
            unit: Unit::Two,
            order: ByteOrder::Big,
            mark: false,
        };
        let mut narrow = Vec::new();
        big.narrow(b"\0a\0", &mut narrow);
        assert_eq!(narrow, b"a\0");
    }
}

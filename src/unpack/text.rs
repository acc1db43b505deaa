//! UTF-16 text, narrowed so that a byte-wise detector can read it: one byte for each unit, with
//! which positions stay exact. The offset in the blob is twice the offset in the narrowed text,
//! plus the byte order mark.

/// Which byte of a unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The low one, as Windows writes it.
    Little,
    /// The high one.
    Big,
}

impl ByteOrder {
    /// A unit's high and low byte.
    pub(super) const fn split(self, unit: [u8; 2]) -> (u8, u8) {
        match self {
            Self::Little => (unit[1], unit[0]),
            Self::Big => (unit[0], unit[1]),
        }
    }
}

/// What is known of a UTF-16 text; see [`sniff::utf16`](super::sniff::utf16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utf16 {
    /// Which byte of a unit comes first.
    pub order: ByteOrder,
    /// Whether the text begins with a byte order mark.
    pub mark: bool,
}

/// Stands for a unit that is no ASCII character: no token contains it, and it is no word
/// character either.
const OTHER: u8 = 0x80;

impl Utf16 {
    /// Bytes of the byte order mark.
    pub const fn mark_len(self) -> usize {
        if self.mark { 2 } else { 0 }
    }

    /// Appends one byte for each unit of `wide`, which must begin at a unit. Half a unit at the
    /// end counts as one.
    pub fn narrow(self, wide: &[u8], narrow: &mut Vec<u8>) {
        let units = wide.chunks_exact(2);
        let half = units.remainder();
        narrow.extend(
            units.map(|unit| match self.order.split([unit[0], unit[1]]) {
                (0, low) if low.is_ascii() => low,
                _ => OTHER,
            }),
        );
        narrow.extend_from_slice(half);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_stays_and_the_rest_becomes_a_placeholder() {
        let little = Utf16 {
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
    fn half_a_unit_is_kept() {
        let big = Utf16 {
            order: ByteOrder::Big,
            mark: false,
        };
        let mut narrow = Vec::new();
        big.narrow(b"\0a\0", &mut narrow);
        assert_eq!(narrow, b"a\0");
    }
}

//! Digits that stand for bytes: hex, and base64 (RFC 4648) in either alphabet, which nobody mixes
//! and which are therefore read as one. Padding is not needed, and sloppy last bits are left out.

use super::packed;
use super::runs::SHORTEST;

/// What kind of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Digits {
    /// Two for each byte.
    Hex,
    /// Four for three bytes.
    Base64,
}

/// Stands for "no digit" in the tables.
const NONE: u8 = 0xff;
const HEX: [u8; 256] = table(b"0123456789abcdef", b"0123456789ABCDEF");
const BASE64: [u8; 256] = table(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
);

/// The value of each byte in either of two alphabets of one length.
const fn table(alphabet: &[u8], other: &[u8]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        values[alphabet[value] as usize] = value as u8;
        values[other[value] as usize] = value as u8;
        value += 1;
    }
    values
}

/// The number that digits of so many bits make.
fn joined<const COUNT: usize, const BITS: u32>(digits: &[u8; COUNT], values: &[u8; 256]) -> u32 {
    let values = digits
        .iter()
        .map(|&digit| u32::from(values[usize::from(digit)]));
    values.fold(0, |number, value| number << BITS | value)
}

/// Whether a byte is a digit of any kind.
pub(super) const fn is_digit(byte: u8) -> bool {
    BASE64[byte as usize] != NONE
}

impl Digits {
    /// The name that reports use.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }

    /// How many digits stand for how many bytes.
    pub(super) const fn ratio(self) -> (usize, usize) {
        match self {
            Self::Hex => (2, 1),
            Self::Base64 => (4, 3),
        }
    }

    /// The bytes that digits stand for, up to the first byte that is none.
    pub(super) fn decode(self, digits: &[u8]) -> Vec<u8> {
        let (values, bits) = match self {
            Self::Hex => (&HEX, 4),
            Self::Base64 => (&BASE64, 6),
        };
        let mut bytes = Vec::with_capacity(digits.len() * 3 / 4 + 1);
        let (mut held, mut count) = (0_u32, 0);
        for &digit in digits {
            let value = values[usize::from(digit)];
            if value == NONE {
                break;
            }
            held = held << bits | u32::from(value);
            count += bits;
            if count >= 8 {
                count -= 8;
                bytes.push((held >> count) as u8);
            }
        }
        bytes
    }

    /// The kind of digits of a run that begins like this, if what they stand for may be worth a look.
    /// Most runs are names, and end here: no memory is asked for.
    pub(super) fn of(head: &[u8; SHORTEST]) -> Option<Self> {
        let is_hex = head.iter().all(|&digit| HEX[usize::from(digit)] != NONE);
        let (likely, is_legible) = if is_hex {
            let mut bytes = [0; SHORTEST / 2];
            let pairs = head.as_chunks().0.iter().zip(&mut bytes);
            pairs.for_each(|(pair, byte)| *byte = joined::<2, 4>(pair, &HEX) as u8);
            (Self::Hex, packed::is_legible(&bytes))
        } else {
            let mut bytes = [0; SHORTEST / 4 * 3];
            let groups = head.as_chunks().0.iter().zip(bytes.as_chunks_mut().0);
            groups.for_each(|(group, three): (_, &mut [u8; 3])| {
                let [_, first, second, third] = joined::<4, 6>(group, &BASE64).to_be_bytes();
                *three = [first, second, third];
            });
            (Self::Base64, packed::is_legible(&bytes))
        };
        is_legible.then_some(likely)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_with_and_without_a_full_last_group() {
        for (digits, bytes) in [
            (&b"+/8"[..], &[0xfb, 0xff][..]),
            (b"-_8", &[0xfb, 0xff]),
            (b"aGk", b"hi"),
            (b"aGkh", b"hi!"),
            (b"aGkhA", b"hi!"),
            (b"aGkh=x", b"hi!"),
        ] {
            assert_eq!(Digits::Base64.decode(digits), bytes);
        }
        assert_eq!(Digits::Hex.decode(b"6869214"), b"hi!");
        assert_eq!(Digits::Hex.decode(b"4A4b"), b"JK");
    }

    #[test]
    fn only_digits_of_something_legible_are_taken() {
        assert_eq!(Digits::of(b"6d79206e616d65206973204a"), Some(Digits::Hex));
        assert_eq!(
            Digits::of(b"bXkgbmFtZSBpcyBKb2huIERv"),
            Some(Digits::Base64)
        );
        assert_eq!(
            Digits::of(b"H4sIAAAAAAAAA0vOSC3KLSgt"),
            Some(Digits::Base64)
        );
        for noise in [
            b"9f86d081884c7d659a2feaa0",
            b"some_long_identifier_her",
            b"vJ8kq2Zr9Lw4XnQ7sT0bYcDe",
            b"UPPER_CASE_CONSTANT_NAME",
        ] {
            assert_eq!(Digits::of(noise), None, "{noise:?}");
        }
    }
}

//! The closer look at what passes the sieve: whether one more byte of a literal stands beside its four.
//! In three of four places of source code it does not, and whoever compares literals is not asked about
//! these.
//!
//! A literal of just four bytes has no fifth one. It is known by itself, also one byte before the place
//! and one behind it, since the place may be any three of its bytes with some other beside them.

use super::sieve::QUAD;
use crate::ruleset::common::{CASE, SEVEN};

/// Bytes of a literal that tell it.
const FIVE: usize = QUAD + 1;
/// What is kept of eight bytes to have [`FIVE`] of them.
const FIVE_MASK: u64 = (1 << (FIVE as u32 * u8::BITS)) - 1;
/// Sizes of the tables, as powers of two bits: so many that one in thirty is set with the literals of all rules.
const FIVES: u32 = 18;
const FOURS: u32 = 17;
/// Spreads numbers over the tables: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Tables of literals by the bytes around the four that the sieve knows.
pub(super) struct Closer {
    fives: Bits<FIVES>,
    fours: Bits<FOURS>,
}

impl Closer {
    /// Tables of these literals, each with the offset of the four bytes that the sieve knows.
    pub(super) fn new<'l>(literals: impl Iterator<Item = (&'l [u8], usize)>) -> Self {
        let (mut fives, mut fours) = (Bits::new(), Bits::new());
        for (literal, at) in literals {
            let five = [at, at.saturating_sub(1)].map(|at| literal.get(at..at + FIVE));
            match five.into_iter().flatten().next() {
                Some(five) => fives.add(seen(five)),
                None => fours.add(seen(literal)),
            }
        }
        Self { fives, fours }
    }

    /// Whether four bytes that passed the sieve here may belong to a literal.
    pub(super) fn passes(&self, text: &[u8], at: usize) -> bool {
        let seen = around(text, at);
        let five = |before: u32| self.fives.has(seen >> (before * u8::BITS) & FIVE_MASK);
        let four = |before: u32| {
            self.fours
                .has(seen >> (before * u8::BITS) & u64::from(u32::MAX))
        };
        // All are asked: a processor guesses wrong more dearly than it looks up.
        five(1) | five(0) | four(1) | four(0) | four(2)
    }
}

/// Folded bytes, as a number.
fn seen(bytes: &[u8]) -> u64 {
    let mut eight = [0; size_of::<u64>()];
    eight[..bytes.len()].copy_from_slice(bytes);
    let all = u64::MAX.checked_shr(u64::BITS - bytes.len() as u32 * u8::BITS);
    folded(eight) & all.unwrap_or(0)
}

/// Eight bytes of a text, from the one before this place; blanks in place of those that it has not.
fn around(text: &[u8], at: usize) -> u64 {
    let whole = at
        .checked_sub(1)
        .and_then(|begin| text[begin..].first_chunk());
    folded(whole.copied().unwrap_or_else(|| {
        let byte = |offset: usize| (at + offset).checked_sub(1).and_then(|at| text.get(at));
        std::array::from_fn(|offset| byte(offset).copied().unwrap_or(0))
    }))
}

/// The same folding as that of four bytes.
fn folded(bytes: [u8; 8]) -> u64 {
    let twice = |mask: u32| u64::from(mask) << u32::BITS | u64::from(mask);
    (u64::from_le_bytes(bytes) | twice(CASE)) & twice(SEVEN)
}

/// A set of numbers that has a few more than were added, in so many bits, told as a power of two.
struct Bits<const SIZE: u32>(Box<[u64]>);

impl<const SIZE: u32> Bits<SIZE> {
    fn new() -> Self {
        Self(vec![0; 1 << (SIZE - u64::BITS.ilog2())].into_boxed_slice())
    }

    fn add(&mut self, number: u64) {
        let (word, bit) = self.place(number);
        self.0[word] |= 1 << bit;
    }

    fn has(&self, number: u64) -> bool {
        let (word, bit) = self.place(number);
        self.0[word] >> bit & 1 == 1
    }

    /// The word and its bit.
    fn place(&self, number: u64) -> (usize, u64) {
        let hash = number.wrapping_mul(GOLDEN) >> (u64::BITS - SIZE);
        let word = (hash / u64::from(u64::BITS)) as usize;
        (word & (self.0.len() - 1), hash % u64::from(u64::BITS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_passes_wherever_its_four_bytes_are_seen_and_others_do_not() {
        let closer = Closer::new([(&b"token"[..], 0), (b"secret", 2), (b"ghp_", 0)].into_iter());
        for text in ["xxToKen", "xxxsecret", "xxghp_", "ghp_"] {
            let at = text.find(['T', 'c', 'g']).unwrap();
            assert!(closer.passes(text.as_bytes(), at), "{text}");
        }
        for around in ["xghp_y", "ghp_", "xghp_"] {
            let at = around.find('g').unwrap();
            for seen in at.saturating_sub(1)..at + 2 {
                assert!(closer.passes(around.as_bytes(), seen), "{around} at {seen}");
            }
        }
        for text in ["xxtoke", "xxtoked", "xxxxcrew", "xghq_y"] {
            assert!(!closer.passes(text.as_bytes(), 2), "{text}");
        }
    }
}

//! What kind each byte of a text is of, as far as decoding asks: whether it is a digit of any code, and
//! whether an escape may begin with it that hides something. Both are told for sixty-four bytes at a
//! time as one bit each, so that text in which nothing is encoded, which is nearly all, costs a few
//! instructions for every sixty-four bytes and no branch for any of them.
//!
//! A kind is a set of bytes that is told by the two halves of a byte, each of which looks up in a
//! table of sixteen which sets it can belong to: the way vector instructions look things up. The plain
//! path asks the same tables, so all paths say the same.

#![allow(
    unsafe_code,
    reason = "calls code compiled for AVX2 after asking for it"
)]

use std::ops::Range;

/// Bytes whose kinds are told together.
pub(super) const CHUNK: usize = 64;
/// With the one behind them, since escapes are told by two bytes.
const SEEN: usize = CHUNK + 1;
/// Most chunks that are told in one go.
const BLOCK: usize = 32;

/// A bit for each byte of a chunk, the lowest for the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes {
    /// Digits of base64 in either alphabet; those of hex are among them.
    pub(super) digits: u64,
    /// Where an escape may begin that a rule would stumble over; for certain not where this says no.
    pub(super) escapes: u64,
}

/// Which sets the halves of a byte can belong to, a bit for each set.
struct Halves {
    low: [u8; 16],
    high: [u8; 16],
}

/// The digits, in sets of which each has all bytes that its halves allow.
const DIGITS: Halves = halves(&[
    (1, b"0123456789"),
    (2, b"abcdefghijklmnoABCDEFGHIJKLMNO"),
    (4, b"pqrstuvwxyzPQRSTUVWXYZ"),
    (8, b"+-/"),
    (16, b"_"),
]);
/// What escapes begin with: each bit is that of what may follow.
const MARKS: Halves = halves(&[(1, b"%"), (2 | 4 | 8, b"\\"), (16, b"&"), (32 | 64, b"=")]);
/// What follows a mark where an escape hides something. The halves allow for a few bytes more.
const FOLLOWERS: Halves = halves(&[
    (1, b"01234567"),
    (2, b"ux"),
    (4, b"/\\n"),
    (8, b"01"),
    (16, b"#qa"),
    (32, b"\n\r"),
    (64, b"3"),
]);

const fn halves(sets: &[(u8, &[u8])]) -> Halves {
    let mut halves = Halves {
        low: [0; 16],
        high: [0; 16],
    };
    let mut set = 0;
    while set < sets.len() {
        let (bit, bytes) = sets[set];
        let mut at = 0;
        while at < bytes.len() {
            halves.low[bytes[at] as usize & 15] |= bit;
            halves.high[bytes[at] as usize >> 4] |= bit;
            at += 1;
        }
        set += 1;
    }
    halves
}

impl Halves {
    /// The sets of a byte.
    fn of(&self, byte: u8) -> u8 {
        self.low[usize::from(byte & 15)] & self.high[usize::from(byte >> 4)]
    }
}

/// Calls `look` with the classes of each chunk of this range and with where it begins. The last one
/// may tell of bytes behind the range; behind the text there is nothing.
pub(super) fn each(text: &[u8], range: Range<usize>, mut look: impl FnMut(usize, Classes)) {
    let mut classes = [Classes::default(); BLOCK];
    let end = text.len().min(range.end);
    let mut at = range.start;
    while at < end {
        let chunks = (end - at).div_ceil(CHUNK).min(BLOCK);
        classify(&text[at..], &mut classes[..chunks]);
        for &classes in &classes[..chunks] {
            look(at, classes);
            at += CHUNK;
        }
    }
}

/// Tells the classes of the first chunks of a text.
fn classify(text: &[u8], classes: &mut [Classes]) {
    let whole = text.len().saturating_sub(1) / CHUNK;
    let (whole, last) = classes.split_at_mut(whole.min(classes.len()));
    whole_chunks(text, whole);
    if let [last, ..] = last {
        let rest = &text[whole.len() * CHUNK..];
        let mut seen = [0; SEEN];
        seen[..rest.len()].copy_from_slice(rest);
        *last = plainly(&seen);
    }
}

/// Tells the classes of chunks that have a byte behind them.
fn whole_chunks(text: &[u8], classes: &mut [Classes]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has the only feature that the function asks for.
        return unsafe { avx2::whole_chunks(text, classes) };
    }
    for (seen, classes) in chunks(text).zip(classes) {
        *classes = plainly(seen);
    }
}

/// The chunks of a text with the byte behind each.
fn chunks(text: &[u8]) -> impl Iterator<Item = &[u8; SEEN]> {
    (0..).map_while(|number| text.get(number * CHUNK..)?.first_chunk())
}

fn plainly(seen: &[u8; SEEN]) -> Classes {
    let mut classes = Classes::default();
    for (at, (&byte, &next)) in seen.iter().zip(&seen[1..]).enumerate() {
        let is_digit = DIGITS.of(byte) != 0;
        let may_escape = MARKS.of(byte) & FOLLOWERS.of(next) != 0;
        classes.digits |= u64::from(is_digit) << at;
        classes.escapes |= u64::from(may_escape) << at;
    }
    classes
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! The same with instructions that look up thirty-two bytes at once.

    use super::{CHUNK, Classes, DIGITS, FOLLOWERS, Halves, MARKS, SEEN, chunks};
    use crate::detect::vectors::{load, twice};
    use std::arch::x86_64::*;

    /// Bytes of a vector.
    const WIDTH: usize = 32;

    #[target_feature(enable = "avx2")]
    pub(super) fn whole_chunks(text: &[u8], classes: &mut [Classes]) {
        for (seen, classes) in chunks(text).zip(classes) {
            *classes = classes_of(seen);
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn classes_of(seen: &[u8; SEEN]) -> Classes {
        let mut classes = Classes::default();
        for at in [0, CHUNK - WIDTH] {
            let (bytes, next) = (load(&seen[at..]), load(&seen[at + 1..]));
            let escapes = _mm256_and_si256(sets(bytes, &MARKS), sets(next, &FOLLOWERS));
            classes.digits |= bits(sets(bytes, &DIGITS)) << at;
            classes.escapes |= bits(escapes) << at;
        }
        classes
    }

    /// The sets of each byte.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn sets(bytes: __m256i, halves: &Halves) -> __m256i {
        let half = _mm256_set1_epi8(15);
        let low = _mm256_and_si256(bytes, half);
        let high = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
        let low = _mm256_shuffle_epi8(twice(&halves.low), low);
        let high = _mm256_shuffle_epi8(twice(&halves.high), high);
        _mm256_and_si256(low, high)
    }

    /// A bit for each byte that is not zero.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn bits(bytes: __m256i) -> u64 {
        let zero = _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256());
        u64::from(!_mm256_movemask_epi8(zero) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::super::digits::is_digit;
    use super::super::mark::Mark;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_told_right() {
        for byte in 0..=255_u8 {
            assert_eq!(DIGITS.of(byte) != 0, is_digit(byte), "{byte:#x}");
        }
    }

    proptest! {
        /// No escape is overlooked, and all paths agree, wherever a text ends.
        #[test]
        fn bits_are_those_of_the_bytes(
            text in prop::collection::vec(prop::sample::select(b"aZ09+/-_ %\\&=ux3nq#;\n\r\xff.".to_vec()), 0..400),
            start in 0_usize..100,
        ) {
            let mut told = Vec::new();
            each(&text, start..text.len(), |at, classes| {
                let padded = |at: usize| text.get(at).copied().unwrap_or(0);
                let seen = std::array::from_fn(|offset| padded(at + offset));
                assert_eq!(classes, plainly(&seen));
                told.extend((0..CHUNK).map(|bit| (classes.digits >> bit & 1, classes.escapes >> bit & 1)));
            });
            for (at, &byte) in text.iter().enumerate().skip(start) {
                let (digit, escape) = told[at - start];
                prop_assert_eq!(digit == 1, is_digit(byte));
                let is_mark = b"%\\&=".contains(&byte);
                let is_obstacle = is_mark && Mark::of(byte).is_obstacle(&text, at);
                prop_assert!(escape == 1 || !is_obstacle);
            }
        }
    }
}

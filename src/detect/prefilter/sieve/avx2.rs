//! The sieve with instructions that hash eight times four bytes at once.

use super::*;
use crate::detect::vectors::load;
use crate::ruleset::common::{CASE, SEVEN};
use std::arch::x86_64::*;

/// Which look each bit of a step stands for, in the order in which [`tags`] puts them.
const OFFSETS: [u16; LOOKS] = [0, 4, 8, 12, 2, 6, 10, 14, 16, 20, 24, 28, 18, 22, 26, 30];

#[target_feature(enable = "avx2")]
pub(super) fn sift(sieve: &Sieve, text: &[u8], passed: &mut Passed) -> usize {
    step_through(text, passed, &OFFSETS, |seen| looks(sieve, seen))
}

#[inline]
#[target_feature(enable = "avx2")]
fn looks(sieve: &Sieve, seen: &[u8; SEEN]) -> u16 {
    let slots = &*sieve.slots;
    let (even, odd) = (hashes(seen), hashes(&seen[STRIDE..]));
    let found = _mm_set_epi64x(
        found(slots, high(even), high(odd)),
        found(slots, low(even), low(odd)),
    );
    let is_tag = _mm_cmpeq_epi8(found, tags(even, odd));
    let is_any = _mm_cmpeq_epi8(found, _mm_set1_epi8(ANY as i8));
    _mm_movemask_epi8(_mm_or_si128(is_tag, is_any)) as u16
}

/// The hashes of eight times four bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn hashes(bytes: &[u8]) -> __m256i {
    let lower = _mm256_or_si256(load(bytes), _mm256_set1_epi32(CASE as i32));
    let folded = _mm256_and_si256(lower, _mm256_set1_epi32(SEVEN as i32));
    _mm256_mullo_epi32(folded, _mm256_set1_epi32(HASH as i32))
}

/// The tags that belong to these hashes: four of the one and four of the other, twice.
#[inline]
#[target_feature(enable = "avx2")]
fn tags(even: __m256i, odd: __m256i) -> __m128i {
    let byte = _mm256_set1_epi32(0xff);
    let tag = |hashes| _mm256_and_si256(_mm256_srli_epi32::<{ TAG as i32 }>(hashes), byte);
    let words = _mm256_packus_epi32(tag(even), tag(odd));
    let bytes = _mm256_packus_epi16(words, words);
    let tags = _mm_unpacklo_epi64(low(bytes), high(bytes));
    let least = _mm_max_epu8(tags, _mm_set1_epi8(TAGS.0 as i8));
    _mm_min_epu8(least, _mm_set1_epi8(TAGS.1 as i8))
}

/// What stands in the slots of these hashes, a byte for each.
#[inline]
#[target_feature(enable = "avx2")]
fn found(slots: &[u8; SLOTS], even: __m128i, odd: __m128i) -> i64 {
    let two = |pair: i64| {
        let slot = |index: u64| u64::from(slots[index as usize % SLOTS]);
        slot(pair as u64) | slot(pair as u64 >> 32) << 8
    };
    let four = |hashes| {
        let index = _mm_srli_epi32::<{ INDEX as i32 }>(hashes);
        two(_mm_extract_epi64::<0>(index)) | two(_mm_extract_epi64::<1>(index)) << 16
    };
    (four(even) | four(odd) << 32) as i64
}

#[inline]
#[target_feature(enable = "avx2")]
fn low(vector: __m256i) -> __m128i {
    _mm256_castsi256_si128(vector)
}

#[inline]
#[target_feature(enable = "avx2")]
fn high(vector: __m256i) -> __m128i {
    _mm256_extracti128_si256::<1>(vector)
}

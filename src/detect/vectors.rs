//! Vectors of thirty-two bytes, made of plain arrays, so that code for AVX2 needs no pointers and nothing in it
//! is unsafe but the call that enters it.

#![cfg(target_arch = "x86_64")]

use std::arch::x86_64::*;

/// The first bytes of these; zeros in place of words that are not there in full.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(bytes: &[u8]) -> __m256i {
    _mm256_setr_epi64x(
        word(bytes, 0),
        word(bytes, 8),
        word(bytes, 16),
        word(bytes, 24),
    )
}

/// Sixteen bytes, twice.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn twice(bytes: &[u8; 16]) -> __m256i {
    let (first, second) = (word(bytes, 0), word(bytes, 8));
    _mm256_setr_epi64x(first, second, first, second)
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> i64 {
    let word = bytes.get(at..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |&word| i64::from_le_bytes(word))
}

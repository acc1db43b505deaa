//! How common four bytes are in source code, prose and machine code. Each time a literal stands in a text
//! its rule is asked, and each time four of its bytes do it is looked for; so among several literals that
//! a match must contain, and among the bytes of one, the rarest are the best. No figure has to be exact.

/// Bytes that are counted together.
const QUAD: usize = 4;

/// The most common four bytes, case folded, and how often they stand in a million places; in the order
/// of the numbers that they are. `training/quads.py` counts them.
pub static COMMON: &[([u8; QUAD], u16)] = &include!("common.in");

/// Sets bit 5 of each byte: upper case becomes lower case, and a few punctuation marks are joined.
pub const CASE: u32 = 0x2020_2020;
/// Clears bit 7 of each byte, which halves what an unknown byte can be.
pub const SEVEN: u32 = 0x7f7f_7f7f;

/// Four bytes as one number, with upper case as lower case, bytes beyond ASCII as those of ASCII, and a few
/// punctuation marks joined. No byte of it is zero.
#[inline(always)]
pub fn folded(quad: [u8; QUAD]) -> u32 {
    (u32::from_le_bytes(quad) | CASE) & SEVEN
}

/// How often a literal stands in a million places, at most; zero if it is too rare to be counted, and
/// everywhere if it is too short.
pub(super) fn often(literal: &[u8]) -> u32 {
    let quads = literal.windows(QUAD).filter_map(<[u8]>::first_chunk);
    quads
        .map(|&quad| often_four(quad))
        .min()
        .unwrap_or(1_000_000)
}

fn often_four(quad: [u8; QUAD]) -> u32 {
    let found = COMMON.binary_search_by_key(&folded(quad), |(common, _)| folded(*common));
    found.map_or(0, |at| u32::from(COMMON[at].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_in_order() {
        assert!(COMMON.is_sorted_by(|one, next| folded(one.0) < folded(next.0)));
        assert!(COMMON.len() > 1_000);
    }

    #[test]
    fn a_literal_is_as_rare_as_its_rarest_part() {
        assert!(often(b"Default") > 50 && often(b"default") == often(b"DEFAULT"));
        assert_eq!(often(b"default-zqxj"), 0);
        assert!(often(b"://") > often(b"    "));
    }
}

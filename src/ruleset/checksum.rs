//! The checksums that providers put into their tokens, computed once here because two sides need
//! them: the proofs check a tail, the rule templates make one.

/// Digits of the base62 number that GitHub and npm append, in the order of their values.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The CRC32 (IEEE) of `body` as six base62 digits, most significant first and padded with zeros.
/// GitHub's classic tokens and npm's end in it; `body` is what stands between prefix and tail.
pub fn base62_crc32(body: &[u8]) -> [u8; 6] {
    let mut rest = crc32(body) as usize;
    let mut digits = [BASE62[0]; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % BASE62.len()];
        rest /= BASE62.len();
    }
    digits
}

/// The CRC32 (IEEE, as in gzip) of `body`.
pub fn crc32(body: &[u8]) -> u32 {
    crc32fast::hash(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_the_ieee_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn digits_are_big_endian_and_padded() {
        assert_eq!(
            base62_crc32(b"123456789"),
            *b"3jZRME",
            "0xcbf43926 in base 62"
        );
        assert_eq!(base62_crc32(b""), *b"000000");
    }
}

//! The checksums that providers put into their tokens, computed once here because two sides need
//! them: the proofs check a tail, the rule templates make one.

use sha2::{Digest, Sha256};

/// Digits of the base62 number that GitHub and npm append, in the order of their values.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The CRC32 (IEEE) of `body` as six base62 digits, most significant first and padded with zeros.
/// GitHub's classic tokens and npm's end in it; `body` is what stands between prefix and tail.
pub fn base62_crc32(body: &[u8]) -> [u8; 6] {
    base62(crc32(body))
}

/// A number as six base62 digits, most significant first and padded with zeros.
pub fn base62(number: u32) -> [u8; 6] {
    let mut rest = number as usize;
    let mut digits = [BASE62[0]; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[rest % BASE62.len()];
        rest /= BASE62.len();
    }
    digits
}

/// Digits of base58, which leaves out what is easily confused, in the order of their values.
pub const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The head of a double SHA-256, which ends keys in Base58Check.
pub fn base58_sum(body: &[u8]) -> [u8; 4] {
    let twice = Sha256::digest(Sha256::digest(body));
    [twice[0], twice[1], twice[2], twice[3]]
}

/// A body that begins with another byte than zero, with its checksum, in base58.
pub fn base58_check(body: &[u8]) -> Vec<u8> {
    let mut lowest_first: Vec<usize> = Vec::new();
    for byte in [body, &base58_sum(body)].concat() {
        let mut carry = usize::from(byte);
        for digit in &mut lowest_first {
            carry += *digit << 8;
            *digit = carry % BASE58.len();
            carry /= BASE58.len();
        }
        while carry > 0 {
            lowest_first.push(carry % BASE58.len());
            carry /= BASE58.len();
        }
    }
    lowest_first
        .iter()
        .rev()
        .map(|&digit| BASE58[digit])
        .collect()
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

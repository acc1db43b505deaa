//! Keys in Base58Check, as Bitcoin spells them: a private key in wallet import format, or an extended
//! one (BIP-32). The last four bytes are the head of a double SHA-256 over the others.

use super::{Evidence, Proof};
use crate::ruleset::checksum::{BASE58, base58_sum};

/// Longest text that is decoded, in bytes; an extended key has 111 or 112.
const LONGEST: usize = 128;
/// How the master keys of the standard's test vectors begin.
const VECTORS: [&[u8]; 3] = [
    b"xprv9s21ZrQH143K3QTDL4L",
    b"xprv9s21ZrQH143K31xYSDQ",
    b"xprv9s21ZrQH143K25Qhxbu",
];

/// Proves a key by its checksum.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    if VECTORS.iter().any(|head| secret.starts_with(head)) {
        return Proof::public("a key of the test vectors of BIP-32");
    }
    match decode(secret).as_deref().and_then(<[u8]>::split_last_chunk) {
        Some((body, sum)) if base58_sum(body) == *sum => Proof::valid("its checksum is right"),
        _ => Proof::invalid("its checksum is wrong: mistyped, redacted or made up"),
    }
}

/// The bytes that the digits spell, the highest first; `None` if one is no digit or there are too
/// many.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > LONGEST {
        return None;
    }
    let mut lowest_first: Vec<u8> = Vec::new();
    for digit in text {
        let mut carry = BASE58.iter().position(|known| known == digit)?;
        for byte in &mut lowest_first {
            carry += usize::from(*byte) * BASE58.len();
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            lowest_first.push(carry as u8);
        }
    }
    lowest_first.reverse();
    Some(lowest_first)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Public, Valid};
    use super::super::tests::evidence;
    use super::*;
    use crate::ruleset::checksum::base58_check;

    #[test]
    fn a_key_in_wallet_import_format_holds_its_checksum() {
        let body = [&[0x80][..], &[0x5a; 32], &[1]].concat();
        let mut key = base58_check(&body);
        assert_eq!((key.len(), key[0]), (52, b'K'));
        assert_eq!(prove(&evidence(&key)).verdict, Valid);
        key[20] = if key[20] == b'2' { b'3' } else { b'2' };
        assert_eq!(prove(&evidence(&key)).verdict, Invalid);
    }

    #[test]
    fn other_letters_and_long_texts_are_no_base58() {
        assert_eq!(decode(b"0OIl"), None);
        assert_eq!(decode(&[b'2'; LONGEST + 1]), None);
        assert_eq!(prove(&evidence(b"")).verdict, Invalid);
    }

    #[test]
    fn keys_of_the_test_vectors_are_everybodys() {
        let key = [VECTORS[0], &[b'a'; 80]].concat();
        assert_eq!(prove(&evidence(&key)).verdict, Public);
    }
}

//! Seeds of NATS keys: base32 of two bytes that say whose key it is, the 32 bytes of an Ed25519
//! seed, and a CRC-16 over them in little-endian order. A draw passes once in 65,536 times.

use super::{Evidence, Proof};
use data_encoding::BASE32_NOPAD;

/// High five bits of the first byte of every seed: it makes the text begin with `S`.
const SEED: u8 = 18 << 3;
/// Kinds of keys by the byte that begins their public half, which a seed holds shifted by five bits.
const KINDS: &[(u8, &str)] = &[
    (0, "an account"),
    (2 << 3, "a cluster"),
    (13 << 3, "a server"),
    (14 << 3, "an operator"),
    (20 << 3, "a user"),
    (23 << 3, "a curve key"),
];

/// Proves a seed.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    match kind(evidence.secret) {
        Some(kind) => Proof::valid(format!("its checksum is right: the seed of {kind}")),
        None => Proof::invalid("its checksum is wrong: mistyped, redacted or made up"),
    }
}

/// Whose seed it is; `None` if it is none.
fn kind(seed: &[u8]) -> Option<&'static str> {
    let bytes = BASE32_NOPAD.decode(seed).ok()?;
    let (body, tail) = bytes.split_last_chunk::<2>()?;
    let &[first, second, ..] = body else {
        return None;
    };
    if body.len() != 34 || first & 0xf8 != SEED || crc16(body) != u16::from_le_bytes(*tail) {
        return None;
    }
    let kind = first << 5 | second >> 3;
    KINDS
        .iter()
        .find(|entry| entry.0 == kind)
        .map(|entry| entry.1)
}

/// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, starting at zero.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 {
                crc << 1
            } else {
                crc << 1 ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;

    fn seed(kind: u8) -> String {
        let mut bytes = vec![SEED | kind >> 5, kind << 3];
        bytes.extend([0x5a; 32]);
        bytes.extend(crc16(&bytes).to_le_bytes());
        BASE32_NOPAD.encode(&bytes)
    }

    #[test]
    fn the_crc_is_the_one_of_xmodem() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_seed_says_whose_it_is() {
        let user = seed(20 << 3);
        assert!(user.starts_with("SUA"), "as NATS documents it");
        let proof = prove(&evidence(user.as_bytes()));
        assert_eq!(proof.verdict, Valid);
        assert!(proof.reason.ends_with("a user"), "{}", proof.reason);
        assert!(seed(0).starts_with("SAA"));
    }

    #[test]
    fn a_changed_or_foreign_seed_is_none() {
        let changed = seed(20 << 3).replacen('L', "M", 1);
        assert_eq!(prove(&evidence(changed.as_bytes())).verdict, Invalid);
        let unknown = seed(7 << 3);
        assert_eq!(prove(&evidence(unknown.as_bytes())).verdict, Invalid);
        assert_eq!(prove(&evidence(b"SUAB")).verdict, Invalid);
    }
}

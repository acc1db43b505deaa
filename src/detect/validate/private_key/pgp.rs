//! PGP secret keys (RFC 9580): the armor's CRC24, the packet's tag, and whether its secret part is
//! encrypted. No signature or self-test is computed.

use super::{Guard, Key};
use crate::detect::validate::encoding;

/// Tag of a Secret-Key packet (section 5.5.1.3).
const SECRET_KEY: u8 = 5;

/// Parses the base64 characters of a `PGP PRIVATE KEY BLOCK`, checksum included where it has one.
pub(super) fn parse(base64: &[u8]) -> Option<Key> {
    let (body, checksum) = split_checksum(base64);
    let packets = encoding::base64(body)?;
    if checksum.is_some_and(|sum| encoding::base64(sum).as_deref() != Some(&crc24(&packets))) {
        return None;
    }
    parse_packets(&packets)
}

/// Parses packets without armor, as keyrings and exports hold them, by the first.
pub(super) fn parse_packets(packets: &[u8]) -> Option<Key> {
    let packet = secret_key_packet(packets)?;
    let (name, guard) = describe(packet)?;
    Some(Key {
        kind: format!("PGP, {name}"),
        guard,
        identity: packet.to_vec(),
        ..Key::default()
    })
}

/// Body and checksum: `=` and four characters at the very end (section 6.1).
fn split_checksum(base64: &[u8]) -> (&[u8], Option<&[u8]>) {
    match base64.split_last_chunk::<5>() {
        Some((body, [b'=', sum @ ..])) if !sum.contains(&b'=') => (body, Some(sum)),
        _ => (base64, None),
    }
}

/// CRC-24 with the initial value and polynomial of section 6.1.1.
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let crc = bytes.iter().fold(0x00b7_04ce_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 16, |crc, _| {
            let next = crc << 1;
            if next & 0x0100_0000 == 0 {
                next
            } else {
                next ^ 0x0186_4cfb
            }
        })
    });
    let [_, high, middle, low] = crc.to_be_bytes();
    [high, middle, low]
}

/// The body of the first packet, if it is a secret key and whole (section 4.2).
fn secret_key_packet(bytes: &[u8]) -> Option<&[u8]> {
    let (&header, rest) = bytes.split_first()?;
    let new_format = header & 0x40 != 0;
    let tag = if new_format {
        header & 0x3f
    } else {
        header >> 2 & 0x0f
    };
    if header & 0x80 == 0 || tag != SECRET_KEY {
        return None;
    }
    let (size, rest) = if new_format {
        new_length(rest)?
    } else {
        old_length(header & 3, rest)?
    };
    rest.get(..size)
}

fn new_length(rest: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = rest.split_first()?;
    match first {
        0..=191 => Some((usize::from(first), rest)),
        192..=223 => {
            let (&second, rest) = rest.split_first()?;
            Some((
                ((usize::from(first) - 192) << 8) + usize::from(second) + 192,
                rest,
            ))
        }
        255 => big_endian(rest, 4),
        _ => None,
    }
}

fn old_length(kind: u8, rest: &[u8]) -> Option<(usize, &[u8])> {
    match kind {
        0..=2 => big_endian(rest, 1 << kind),
        _ => Some((rest.len(), rest)),
    }
}

/// A number of `width` bytes and what follows it.
fn big_endian(bytes: &[u8], width: usize) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_at_checked(width)?;
    let value = number
        .iter()
        .fold(0, |value, &byte| value << 8 | usize::from(byte));
    Some((value, rest))
}

/// Algorithm, and how the secret numbers are kept (sections 5.5.2 and 5.5.3). Of keys in version 4
/// only, which is all that common software wrote until 2024; others count as not encrypted.
fn describe(packet: &[u8]) -> Option<(String, Guard)> {
    let (&version, rest) = packet.split_first()?;
    let (&algorithm, rest) = rest.get(4..)?.split_first()?;
    let name = match algorithm {
        1..=3 => "RSA",
        16 => "ElGamal",
        17 => "DSA",
        18 => "ECDH",
        19 => "ECDSA",
        22 | 27 => "Ed25519",
        25 => "X25519",
        26 => "X448",
        28 => "Ed448",
        _ => return None,
    };
    if version != 4 {
        return Some((format!("{name}, version {version}"), Guard::None));
    }
    let size = big_endian(rest, 2)?.0;
    let name = if matches!(algorithm, 1..=3 | 16 | 17) {
        format!("{name}, {size} bits")
    } else {
        name.to_owned()
    };
    let guard = match public_numbers(algorithm, rest)?.first()? {
        0 => Guard::None,
        _ => Guard::Passphrase,
    };
    Some((name, guard))
}

/// What follows the public half of the key.
fn public_numbers(algorithm: u8, rest: &[u8]) -> Option<&[u8]> {
    match algorithm {
        1..=3 => numbers(rest, 2),
        16 => numbers(rest, 3),
        17 => numbers(rest, 4),
        19 | 22 => numbers(counted(rest)?, 1),
        18 => counted(numbers(counted(rest)?, 1)?),
        25 | 27 => rest.get(32..),
        26 => rest.get(56..),
        _ => rest.get(57..),
    }
}

/// Skips a field that begins with its length in one byte.
fn counted(bytes: &[u8]) -> Option<&[u8]> {
    let (&size, rest) = bytes.split_first()?;
    rest.get(usize::from(size)..)
}

/// Skips so many numbers, each behind its length in bits (section 3.2).
fn numbers(bytes: &[u8], count: usize) -> Option<&[u8]> {
    (0..count).try_fold(bytes, |bytes, _| {
        let (bits, rest) = big_endian(bytes, 2)?;
        rest.get(bits.div_ceil(8)..)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    /// A version 4 RSA key with the given S2K usage byte, in the old packet format.
    fn key(usage: u8) -> Vec<u8> {
        let number =
            |bits: u16, size: usize| [bits.to_be_bytes().to_vec(), vec![0xff; size]].concat();
        let body = [
            vec![4, 0, 0, 0, 1, 1],
            number(2048, 256),
            number(17, 3),
            vec![usage, 1, 2, 3],
        ]
        .concat();
        [vec![0x95], (body.len() as u16).to_be_bytes().to_vec(), body].concat()
    }

    fn armored(packets: &[u8], checksum: [u8; 3]) -> Vec<u8> {
        format!("{}={}", STANDARD.encode(packets), STANDARD.encode(checksum)).into_bytes()
    }

    #[test]
    fn the_crc_is_the_one_of_the_standard() {
        assert_eq!(crc24(b"123456789"), [0x21, 0xcf, 0x02]);
    }

    #[test]
    fn the_secret_part_is_plain_or_encrypted() {
        for (usage, guard) in [(0, Guard::None), (254, Guard::Passphrase)] {
            let key = key(usage);
            let parsed = parse(&armored(&key, crc24(&key))).unwrap();
            assert_eq!(
                (parsed.kind.as_str(), parsed.guard),
                ("PGP, RSA, 2048 bits", guard)
            );
        }
    }

    #[test]
    fn armor_makes_no_difference() {
        let key = key(0);
        let ring = [&key[..], b"\xb4\x03ada"].concat();
        assert_eq!(parse_packets(&ring), parse(&armored(&key, crc24(&key))));
    }

    #[test]
    fn a_wrong_checksum_fails_and_a_missing_one_does_not() {
        let key = key(0);
        assert_eq!(parse(&armored(&key, [0; 3])), None);
        assert!(parse(STANDARD.encode(&key).as_bytes()).is_some());
        assert_eq!(parse(STANDARD.encode(&key[..100]).as_bytes()), None);
    }

    #[test]
    fn a_public_key_is_none() {
        let mut public = key(0);
        public[0] = 0x99;
        assert_eq!(parse(STANDARD.encode(&public).as_bytes()), None);
    }
}

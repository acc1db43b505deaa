//! Keys in DER: PKCS#1 (RFC 8017), PKCS#8 plain and encrypted (RFC 5958), SEC1 (RFC 5915) and
//! OpenSSL's DSA form. The label is not asked, because labels lie; the structure does not.

use super::{Guard, Key, bits};
use crate::detect::validate::public::Public;
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef, UintRef};
use pkcs8::der::{Decode, Encode as _, Header, Reader as _, SliceReader};
use pkcs8::{AlgorithmIdentifierRef, PrivateKeyInfoRef};

/// Key algorithms by object identifier, where the key's own structure tells no more.
const ALGORITHMS: &[(&str, &str)] = &[
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("1.2.840.113549.1.3.1", "Diffie-Hellman"),
];

/// Curves by object identifier, with their size in bits.
const CURVES: &[(&str, &str)] = &[
    ("1.2.840.10045.3.1.7", "P-256, 256 bits"),
    ("1.3.132.0.34", "P-384, 384 bits"),
    ("1.3.132.0.35", "P-521, 521 bits"),
    ("1.3.132.0.10", "secp256k1, 256 bits"),
];

const RSA: &str = "1.2.840.113549.1.1.1";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const DSA: &str = "1.2.840.10040.4.1";
const EC: &str = "1.2.840.10045.2.1";

/// The tag that every structure begins with.
pub(super) const SEQUENCE: u8 = 0x30;

/// The structure that the text begins with, as long as its head says; all of it if that is longer.
pub(super) fn whole(text: &[u8]) -> &[u8] {
    let declared = SliceReader::new(text).and_then(|mut reader| {
        let header = Header::decode(&mut reader)?;
        header.encoded_len()? + header.length()
    });
    let length = declared.and_then(usize::try_from);
    length
        .ok()
        .and_then(|length| text.get(..length))
        .unwrap_or(text)
}

/// Parses a key in any of the forms.
pub(super) fn parse(der: &[u8]) -> Option<Key> {
    pkcs8(der)
        .or_else(|| rsa(der))
        .or_else(|| ec(der, None))
        .or_else(|| explicit_ec(der))
        .or_else(|| dsa(der))
        .or_else(|| encrypted(der))
}

/// An RSA key; its PKCS#1 form is its identity in PKCS#8 too.
fn rsa(der: &[u8]) -> Option<Key> {
    let key = pkcs1::RsaPrivateKeyRef::from_der(der).ok()?;
    let bits = bits(key.modulus.as_bytes());
    let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
    Some(Key {
        bits: Some(bits),
        public: Some(Public::Rsa(n.to_vec(), e.to_vec())),
        ..plain(format!("RSA, {bits} bits"), der)
    })
}

fn pkcs8(der: &[u8]) -> Option<Key> {
    let info = PrivateKeyInfoRef::from_der(der).ok()?;
    let inner = info.private_key.as_bytes();
    let algorithm = info.algorithm.oid.to_string();
    match algorithm.as_str() {
        RSA | RSA_PSS => rsa(inner),
        EC => ec(inner, info.algorithm.parameters_oid().ok()),
        DSA => Some(of_dsa(prime_bits(info.algorithm.parameters?)?, der)),
        other => {
            let name = known(ALGORITHMS, other).unwrap_or("of an algorithm not known here");
            Some(Key {
                public: derived(&algorithm, inner),
                ..plain(name.to_owned(), der)
            })
        }
    }
}

/// The public half of a key that is 32 bytes in an octet string (RFC 8410, section 7).
fn derived(algorithm: &str, inner: &[u8]) -> Option<Public> {
    let bytes = <&OctetStringRef>::from_der(inner).ok()?.as_bytes();
    let bytes = bytes.try_into().ok()?;
    match algorithm {
        "1.3.101.112" => Some(Public::of_ed25519(bytes)),
        "1.3.101.110" => Some(Public::of_x25519(bytes)),
        _ => None,
    }
}

/// A SEC1 key; its curve stands in it or, within PKCS#8, outside of it. Identity is curve and
/// number, which all its forms share.
fn ec(der: &[u8], outer: Option<ObjectIdentifier>) -> Option<Key> {
    let key = sec1::EcPrivateKey::from_der(der).ok()?;
    let inner = key
        .parameters
        .and_then(|parameters| parameters.named_curve());
    let named = outer.or(inner);
    let public = named.zip(key.public_key);
    let curve = named.map(|oid| oid.to_string()).unwrap_or_default();
    let kind = match known(CURVES, &curve) {
        Some(name) => format!("EC {name}"),
        None => format!("EC, about {} bits", key.private_key.len() * 8),
    };
    Some(Key {
        identity: [curve.as_bytes(), b" ", key.private_key].concat(),
        public: public.map(|(curve, point)| Public::Ec(curve, point.to_vec())),
        ..plain(kind, b"")
    })
}

/// A SEC1 key that spells its curve out instead of naming it, as old tools write them.
fn explicit_ec(der: &[u8]) -> Option<Key> {
    let size = AnyRef::from_der(der).ok()?.sequence(|fields| {
        let version = u8::decode(fields)?;
        let number = <&OctetStringRef>::decode(fields)?;
        while !fields.is_finished() {
            AnyRef::decode(fields)?;
        }
        Ok::<_, pkcs8::der::Error>((version == 1).then_some(number.as_bytes().len()))
    });
    let size = size.ok()??;
    Some(plain(format!("EC, about {} bits", size * 8), der))
}

/// OpenSSL's form: version, p, q, g, public and private number.
fn dsa(der: &[u8]) -> Option<Key> {
    let bits = AnyRef::from_der(der).ok()?.sequence(|fields| {
        u8::decode(fields)?;
        let bits = bits(UintRef::decode(fields)?.as_bytes());
        for _ in 0..4 {
            UintRef::decode(fields)?;
        }
        Ok::<_, pkcs8::der::Error>(bits)
    });
    Some(of_dsa(bits.ok()?, der))
}

fn of_dsa(bits: usize, der: &[u8]) -> Key {
    Key {
        bits: Some(bits),
        ..plain(format!("DSA, {bits} bits"), der)
    }
}

/// Bits of p, the first of the parameters p, q and g (RFC 3279, section 2.3.2).
fn prime_bits(parameters: AnyRef<'_>) -> Option<usize> {
    let bits = parameters.sequence(|fields| {
        let bits = bits(UintRef::decode(fields)?.as_bytes());
        UintRef::decode(fields)?;
        UintRef::decode(fields)?;
        Ok::<_, pkcs8::der::Error>(bits)
    });
    bits.ok()
}

/// `EncryptedPrivateKeyInfo` (RFC 5958, section 3): how it was encrypted, and the outcome.
fn encrypted(der: &[u8]) -> Option<Key> {
    let outer = AnyRef::from_der(der).ok()?.sequence(|fields| {
        AlgorithmIdentifierRef::decode(fields)?;
        <&OctetStringRef>::decode(fields)?;
        Ok::<_, pkcs8::der::Error>(())
    });
    outer.ok()?;
    Some(Key {
        guard: Guard::Passphrase,
        ..plain("PKCS#8".to_owned(), der)
    })
}

fn plain(kind: String, identity: &[u8]) -> Key {
    Key {
        kind,
        identity: identity.to_vec(),
        ..Key::default()
    }
}

fn known(table: &[(&str, &'static str)], oid: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|entry| entry.0 == oid)
        .map(|entry| entry.1)
}

#[cfg(test)]
mod tests {
    use super::super::tests::rsa_der;
    use super::*;
    use pkcs8::der::{Any, Encode, Tag};

    /// A DER sequence of elements that are already encoded.
    fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
        Any::new(Tag::Sequence, elements.concat())
            .unwrap()
            .to_der()
            .unwrap()
    }

    fn octets(bytes: &[u8]) -> Vec<u8> {
        Any::new(Tag::OctetString, bytes).unwrap().to_der().unwrap()
    }

    fn oid(text: &str) -> Vec<u8> {
        ObjectIdentifier::new(text).unwrap().to_der().unwrap()
    }

    fn number(value: u8) -> Vec<u8> {
        value.to_der().unwrap()
    }

    #[test]
    fn rsa_is_the_same_key_inside_pkcs8() {
        let outer = sequence(&[
            number(0),
            sequence(&[oid(RSA), vec![5, 0]]),
            octets(&rsa_der()),
        ]);
        assert_eq!(parse(&outer), parse(&rsa_der()));
        assert_eq!(parse(&outer).unwrap().kind, "RSA, 2045 bits");
    }

    #[test]
    fn ec_is_the_same_key_inside_pkcs8() {
        let curve = oid("1.3.132.0.34");
        let tagged = [vec![0xa0, curve.len() as u8], curve.clone()].concat();
        let inner = sequence(&[number(1), octets(&[7; 48]), tagged]);
        let bare = sequence(&[number(1), octets(&[7; 48])]);
        let outer = sequence(&[number(0), sequence(&[oid(EC), curve]), octets(&bare)]);
        assert_eq!(parse(&inner).unwrap().kind, "EC P-384, 384 bits");
        assert_eq!(parse(&inner), parse(&outer));
    }

    #[test]
    fn ec_may_spell_its_curve_out() {
        let explicit = [vec![0xa0, 2], sequence(&[])].concat();
        let key = sequence(&[number(1), octets(&[7; 48]), explicit]);
        assert_eq!(parse(&key).unwrap().kind, "EC, about 384 bits");
    }

    #[test]
    fn dsa_edwards_and_encrypted_keys_are_named() {
        let dsa = sequence(&[
            number(0),
            vec![2, 2, 0x40, 1],
            number(3),
            number(4),
            number(5),
            number(6),
        ]);
        assert_eq!(parse(&dsa).unwrap().kind, "DSA, 15 bits");

        let edwards = sequence(&[
            number(0),
            sequence(&[oid("1.3.101.112")]),
            octets(&octets(&[1; 32])),
        ]);
        assert_eq!(parse(&edwards).unwrap().kind, "Ed25519");

        let encrypted = sequence(&[sequence(&[oid("1.2.840.113549.1.5.13")]), octets(&[8; 64])]);
        assert_eq!(parse(&encrypted).unwrap().guard, Guard::Passphrase);
    }

    #[test]
    fn other_structures_are_no_keys() {
        assert_eq!(parse(&sequence(&[number(0), octets(&[1; 9])])), None);
        assert_eq!(parse(&rsa_der()[..200]), None);
        assert_eq!(parse(b""), None);
    }
}

//! PKCS#12 stores (RFC 7292). The outer structure stands in the clear: which bags there are, their
//! friendly names, and a MAC by which a default password is told. Nothing is decrypted.

use super::{Evidence, Proof, default_password};
use hmac::digest::block_api::EagerHash;
use hmac::{Hmac, KeyInit, Mac};
use pkcs8::AlgorithmIdentifierRef;
use pkcs8::der::asn1::{AnyRef, ContextSpecific, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{Decode, Reader, SliceReader};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Most rounds of hashing that a password is tried with; a store that asks for more is only described.
const ROUNDS: u32 = 20_000;
/// Bytes of a hash block of SHA-1 and SHA-256.
const BLOCK: usize = 64;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// Bags by their object identifiers in DER (section 4.2): a bare key, and one under a password.
const KEY_BAG: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01";
const SHROUDED_BAG: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02";

/// A store as far as it can be read without its password.
struct Store<'a> {
    content: &'a [u8],
    mac: Option<MacData<'a>>,
}

/// How the content is authenticated (section 4).
struct MacData<'a> {
    algorithm: ObjectIdentifier,
    digest: &'a [u8],
    salt: &'a [u8],
    rounds: u32,
}

/// Proves a store; bytes behind it are left alone.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let Ok(store) = read(evidence.matched) else {
        return Proof::neutral("it begins like a PKCS#12 store and is not read further");
    };
    let bags = |oid| memchr::memmem::find_iter(store.content, oid).count();
    let (bare, shrouded) = (bags(KEY_BAG), bags(SHROUDED_BAG));
    let default = || {
        default_password(|password| {
            store
                .mac
                .as_ref()
                .is_some_and(|mac| mac.fits(password, store.content))
        })
    };
    let proof = match (bare, shrouded) {
        (0, 0) => Proof::invalid("a PKCS#12 store in which no key is seen: a trust store, mostly"),
        (0, keys) => match default() {
            Some("") => Proof::valid(format!("a PKCS#12 store without a password; keys: {keys}")),
            Some(password) => Proof::valid(format!(
                "a PKCS#12 store that opens with the default password `{password}`; keys: {keys}"
            )),
            None => Proof::neutral(format!("a PKCS#12 store with a password; keys: {keys}")),
        },
        (keys, _) => Proof::valid(format!("a PKCS#12 store with bare keys: {keys}")),
    };
    proof.normalised(store.content.to_vec())
}

fn read(text: &[u8]) -> pkcs8::der::Result<Store<'_>> {
    let mut reader = SliceReader::new(text)?;
    AnyRef::decode(&mut reader)?.sequence(|fields| {
        u8::decode(fields)?;
        let content = AnyRef::decode(fields)?.sequence(|fields| {
            AnyRef::decode(fields)?;
            let held = ContextSpecific::<&OctetStringRef>::decode(fields)?;
            Ok::<_, pkcs8::der::Error>(held.value.as_bytes())
        })?;
        let mac = match fields.is_finished() {
            true => None,
            false => Some(mac_data(AnyRef::decode(fields)?)?),
        };
        Ok(Store { content, mac })
    })
}

fn mac_data(data: AnyRef<'_>) -> pkcs8::der::Result<MacData<'_>> {
    data.sequence(|fields| {
        let (algorithm, digest) = AnyRef::decode(fields)?.sequence(|fields| {
            let algorithm = AlgorithmIdentifierRef::decode(fields)?;
            let digest = <&OctetStringRef>::decode(fields)?;
            Ok::<_, pkcs8::der::Error>((algorithm.oid, digest.as_bytes()))
        })?;
        let salt = <&OctetStringRef>::decode(fields)?.as_bytes();
        let rounds = match fields.is_finished() {
            true => 1,
            false => u32::decode(fields)?,
        };
        Ok(MacData {
            algorithm,
            digest,
            salt,
            rounds,
        })
    })
}

impl MacData<'_> {
    /// Whether this password made the MAC.
    fn fits(&self, password: &str, content: &[u8]) -> bool {
        match self.algorithm {
            _ if self.rounds > ROUNDS => false,
            SHA_1 => self.fits_with::<Sha1>(password, content),
            SHA_256 => self.fits_with::<Sha256>(password, content),
            _ => false,
        }
    }

    fn fits_with<H: EagerHash + Digest>(&self, password: &str, content: &[u8]) -> bool {
        let key = key::<H>(password, self.salt, self.rounds);
        Hmac::<H>::new_from_slice(&key).is_ok_and(|mut mac| {
            mac.update(content);
            mac.verify_slice(self.digest).is_ok()
        })
    }
}

/// The key of a MAC (appendix B.2). It is as long as the hash, so only the first block is needed.
fn key<H: Digest>(password: &str, salt: &[u8], rounds: u32) -> Vec<u8> {
    let units = password.encode_utf16().chain([0]);
    let password: Vec<u8> = units.flat_map(u16::to_be_bytes).collect();
    let first = H::digest([vec![3; BLOCK], filled(salt), filled(&password)].concat());
    let key = (1..rounds).fold(first, |key, _| H::digest(key));
    key.to_vec()
}

/// The bytes over and over, up to the end of a block.
fn filled(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().div_ceil(BLOCK) * BLOCK;
    bytes.iter().copied().cycle().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;
    use pkcs8::der::{Any, Encode, Tag};

    fn tlv(tag: Tag, values: &[Vec<u8>]) -> Vec<u8> {
        Any::new(tag, values.concat()).unwrap().to_der().unwrap()
    }

    /// A store with this bag, authenticated by a password in so many rounds.
    fn store(bag: &[u8], password: &str, rounds: u32) -> Vec<u8> {
        let data = hex("06092a864886f70d010701");
        let content = [bag, &[7; 100]].concat();
        let held = tlv(Tag::OctetString, std::slice::from_ref(&content));
        let held = [vec![0xa0, held.len() as u8], held].concat();
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&key::<Sha256>(password, b"saltsalt", rounds)).unwrap();
        mac.update(&content);
        let digest = tlv(Tag::OctetString, &[mac.finalize().into_bytes().to_vec()]);
        let algorithm = tlv(Tag::Sequence, &[SHA_256.to_der().unwrap()]);
        let mac = tlv(
            Tag::Sequence,
            &[
                tlv(Tag::Sequence, &[algorithm, digest]),
                tlv(Tag::OctetString, &[b"saltsalt".to_vec()]),
                rounds.to_der().unwrap(),
            ],
        );
        let whole = [
            3_u8.to_der().unwrap(),
            tlv(Tag::Sequence, &[data, held]),
            mac,
        ];
        [tlv(Tag::Sequence, &whole), b"trailing".to_vec()].concat()
    }

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn default_passwords_are_told_by_the_mac() {
        for (password, verdict) in [("changeit", Valid), ("", Valid), ("Tr0ub4dor", Neutral)] {
            let proof = prove(&evidence(&store(SHROUDED_BAG, password, 50)));
            assert_eq!(proof.verdict, verdict, "{password}: {}", proof.reason);
            assert!(proof.reason.contains("keys: 1"), "{}", proof.reason);
        }
    }

    #[test]
    fn too_many_rounds_are_not_tried() {
        let slow = store(SHROUDED_BAG, "changeit", ROUNDS + 1);
        assert_eq!(prove(&evidence(&slow)).verdict, Neutral);
    }

    #[test]
    fn a_bare_key_needs_no_password_and_a_trust_store_has_none() {
        assert_eq!(
            prove(&evidence(&store(KEY_BAG, "Tr0ub4dor", 1))).verdict,
            Valid
        );
        assert_eq!(
            prove(&evidence(&store(b"", "changeit", 1))).verdict,
            Invalid
        );
        assert_eq!(prove(&evidence(b"0\x80\x02\x01\x03")).verdict, Neutral);
    }
}

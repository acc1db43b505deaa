//! The public half of a key pair, from whichever of the two halves is at hand, and its names: the
//! hash of its SPKI (RFC 5280, section 4.1.2.7) and OpenSSH's fingerprint. Both are taken over one
//! canonical form, so that a private key and its certificate come to the same.

use crate::model::{Holder, PublicKey};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::montgomery::MontgomeryPoint;
use pkcs1::{RsaPublicKey, UintRef};
use pkcs8::der::asn1::{AnyRef, BitStringRef, ObjectIdentifier};
use pkcs8::der::{Decode, Encode};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use sha2::{Digest, Sha256, Sha512};
use ssh_key::public::{EcdsaPublicKey, Ed25519PublicKey, KeyData, RsaPublicKey as SshRsa};
use ssh_key::{HashAlg, Mpint};
use std::sync::Arc;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Public {
    /// Modulus and exponent, big-endian.
    Rsa(Vec<u8>, Vec<u8>),
    /// A point on a named curve, as SEC1 encodes it (section 2.3.3).
    Ec(ObjectIdentifier, Vec<u8>),
    /// A point of RFC 8032.
    Ed25519([u8; 32]),
    /// A point of RFC 7748.
    X25519([u8; 32]),
    /// An SPKI of a kind that is not looked into.
    Other(Vec<u8>),
}

impl Public {
    /// The key that an SPKI holds.
    pub(super) fn of_spki(der: &[u8]) -> Option<Self> {
        let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
        let bits = info.subject_public_key.as_bytes()?;
        let point = || bits.try_into().ok();
        match info.algorithm.oid {
            RSA | RSA_PSS => Self::of_pkcs1(bits),
            EC => Some(Self::Ec(
                info.algorithm.parameters_oid().ok()?,
                bits.to_vec(),
            )),
            ED25519 => point().map(Self::Ed25519),
            X25519 => point().map(Self::X25519),
            _ => Some(Self::Other(der.to_vec())),
        }
    }

    /// The key of an `RSAPublicKey` (RFC 8017, appendix A.1.1).
    pub(super) fn of_pkcs1(der: &[u8]) -> Option<Self> {
        let key = RsaPublicKey::<UintRef<'_>>::from_der(der).ok()?;
        let (n, e) = (key.modulus.as_bytes(), key.public_exponent.as_bytes());
        Some(Self::Rsa(n.to_vec(), e.to_vec()))
    }

    /// The key of SSH's wire form (RFC 4253, section 6.6), if its SPKI is known.
    pub(super) fn of_ssh(key: &KeyData) -> Option<Self> {
        Some(match key {
            KeyData::Rsa(key) => Self::Rsa(
                key.n.as_positive_bytes()?.to_vec(),
                key.e.as_positive_bytes()?.to_vec(),
            ),
            KeyData::Ecdsa(key) => {
                let curve = match key {
                    EcdsaPublicKey::NistP256(_) => P256,
                    EcdsaPublicKey::NistP384(_) => P384,
                    EcdsaPublicKey::NistP521(_) => P521,
                };
                Self::Ec(curve, key.as_sec1_bytes().to_vec())
            }
            KeyData::Ed25519(key) => Self::Ed25519(key.0),
            _ => return None,
        })
    }

    /// The public half of an Ed25519 seed (RFC 8032, section 5.1.5).
    pub(super) fn of_ed25519(seed: &[u8; 32]) -> Self {
        let hash = Sha512::digest(seed);
        let scalar = hash.first_chunk().copied().unwrap_or_default();
        Self::Ed25519(EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes())
    }

    /// The public half of an X25519 scalar (RFC 7748, section 5).
    pub(super) fn of_x25519(scalar: &[u8; 32]) -> Self {
        Self::X25519(MontgomeryPoint::mul_base_clamped(*scalar).to_bytes())
    }

    /// Its names; `None` if its numbers are none.
    pub(super) fn named(&self, holder: Option<Holder>) -> Option<PublicKey> {
        Some(PublicKey {
            spki: Sha256::digest(self.spki()?).into(),
            ssh: self
                .ssh()
                .map(|key| key.fingerprint(HashAlg::Sha256).to_string()),
            holder: holder.map(Arc::new),
        })
    }

    fn spki(&self) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(n, e) => {
                let key = RsaPublicKey {
                    modulus: UintRef::new(n).ok()?,
                    public_exponent: UintRef::new(e).ok()?,
                };
                info(RSA, Some(AnyRef::NULL), &key.to_der().ok()?)
            }
            Self::Ec(curve, point) => info(EC, Some(AnyRef::from(curve)), point),
            Self::Ed25519(point) => info(ED25519, None, point),
            Self::X25519(point) => info(X25519, None, point),
            Self::Other(der) => Some(der.clone()),
        }
    }

    fn ssh(&self) -> Option<KeyData> {
        match self {
            Self::Rsa(n, e) => {
                let e = Mpint::from_positive_bytes(e).ok()?;
                let n = Mpint::from_positive_bytes(n).ok()?;
                Some(KeyData::Rsa(SshRsa { e, n }))
            }
            Self::Ec(P256 | P384 | P521, point) => {
                let key = EcdsaPublicKey::from_sec1_bytes(point).ok()?;
                Some(KeyData::Ecdsa(key))
            }
            Self::Ed25519(point) => Some(KeyData::Ed25519(Ed25519PublicKey(*point))),
            Self::Ec(..) | Self::X25519(_) | Self::Other(_) => None,
        }
    }
}

/// An SPKI.
fn info(oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>, key: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(key).ok()?,
    };
    info.to_der().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn hex(text: &str) -> [u8; 32] {
        HEXLOWER
            .decode(text.as_bytes())
            .unwrap()
            .try_into()
            .unwrap()
    }

    #[test]
    fn an_edwards_key_is_derived_from_its_seed() {
        // RFC 8032, section 7.1, test 1.
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let point = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(Public::of_ed25519(&seed), Public::Ed25519(point));
    }

    #[test]
    fn a_montgomery_key_is_derived_from_its_scalar() {
        // RFC 7748, section 6.1, Alice.
        let scalar = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        let point = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assert_eq!(Public::of_x25519(&scalar), Public::X25519(point));
    }

    #[test]
    fn every_form_of_a_key_has_one_name() {
        let keys = [
            Public::Rsa(vec![0xc1; 256], vec![1, 0, 1]),
            Public::Ec(P256, [&[4][..], &[7; 64]].concat()),
            Public::Ed25519([9; 32]),
        ];
        for key in keys {
            let spki = Public::of_spki(&key.spki().unwrap());
            assert_eq!(spki.as_ref(), Some(&key));
            assert_eq!(Public::of_ssh(&key.ssh().unwrap()).as_ref(), Some(&key));
            let named = key.named(None).unwrap();
            assert!(named.ssh.unwrap().starts_with("SHA256:"));
        }
    }

    #[test]
    fn what_is_no_key_has_no_name() {
        assert_eq!(Public::of_spki(b"\x30\x03\x02\x01\x01"), None);
        assert_eq!(Public::of_pkcs1(b""), None);
    }
}

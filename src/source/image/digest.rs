//! Content digests, `algorithm:hex` (OCI image-spec, descriptor.md, "Digests").
//!
//! A digest out of a manifest becomes part of a path, so a [`Digest`] exists only once it has been
//! checked: a registered algorithm, and lower-case hex of exactly that algorithm's length.

use crate::unpack::digest::{Algorithm, Digested};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

/// A digest of a known algorithm and the right length.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) struct Digest {
    algorithm: Algorithm,
    text: Arc<str>,
}

/// Why a text is no digest. The text itself is not repeated: it can be anything, of any length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DigestError {
    /// No `algorithm:` in front.
    #[error("the digest has no algorithm")]
    NoAlgorithm,
    /// An algorithm that is not registered.
    #[error("the digest's algorithm is unknown")]
    UnknownAlgorithm,
    /// Not lower-case hex of the right length.
    #[error("the digest is not lower-case hex of its algorithm's length")]
    BadHex,
}

impl Digest {
    /// Checks a digest as a manifest or a user spells it.
    pub(super) fn parse(text: &str) -> Result<Self, DigestError> {
        let (name, hex) = text.split_once(':').ok_or(DigestError::NoAlgorithm)?;
        let algorithm = Algorithm::from_name(name).ok_or(DigestError::UnknownAlgorithm)?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != algorithm.hex_len() || !hex.bytes().all(is_hex) {
            return Err(DigestError::BadHex);
        }
        let text = text.into();
        Ok(Self { algorithm, text })
    }

    /// The SHA-256 that is written as bare hex, as docker archives name their files.
    pub(super) fn sha256_from_hex(hex: &str) -> Option<Self> {
        Self::parse(&format!("sha256:{hex}")).ok()
    }

    /// The SHA-256 of some content.
    pub(super) fn of(content: &[u8]) -> Self {
        let hex = HEXLOWER.encode(&Sha256::digest(content));
        Self {
            algorithm: Algorithm::Sha256,
            text: format!("sha256:{hex}").into(),
        }
    }

    /// The digest of what was read.
    pub(super) fn computed(read: &Digested) -> Self {
        let name = read.digest.split_once(':').map_or("", |pair| pair.0);
        Self {
            algorithm: Algorithm::from_name(name).unwrap_or_default(),
            text: read.digest.as_str().into(),
        }
    }

    /// Which function it was computed with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The whole digest, shared.
    pub(super) fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Where an OCI layout keeps the blob (image-layout.md, "Blobs").
    pub(super) fn blob_path(&self) -> String {
        format!("blobs/{}", self.text.replacen(':', "/", 1))
    }

    /// The digest that a path of the form `blobs/<algorithm>/<hex>` stands for.
    pub(super) fn from_blob_path(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("blobs/")?;
        Self::parse(&rest.replacen('/', ":", 1)).ok()
    }

    /// The algorithm and the first twelve digits, which is what people recognise.
    pub(super) fn short(&self) -> &str {
        let end = self.text.find(':').map_or(0, |colon| colon + 1 + 12);
        &self.text[..end]
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        Self::parse(&text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unpack::digest::Hashing;

    fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Digest {
        let mut hashing = Hashing::new(bytes, algorithm);
        hashing.drain().unwrap();
        Digest::computed(&hashing.finish())
    }

    #[test]
    fn only_registered_algorithms_with_exact_hex_pass() {
        let good = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(Digest::parse(&good).unwrap().to_string(), good);
        assert!(Digest::parse(&format!("sha512:{}", "0".repeat(128))).is_ok());
        for (text, error) in [
            ("ab".repeat(32), DigestError::NoAlgorithm),
            (
                format!("md5:{}", "a".repeat(32)),
                DigestError::UnknownAlgorithm,
            ),
            (format!("sha256:{}", "AB".repeat(32)), DigestError::BadHex),
            ("sha256:../../../etc/passwd".into(), DigestError::BadHex),
            (format!("sha256:{}", "a".repeat(63)), DigestError::BadHex),
            (format!("sha512:{}", "a".repeat(64)), DigestError::BadHex),
        ] {
            assert_eq!(Digest::parse(&text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_digest_and_its_place_in_a_layout_name_each_other() {
        for algorithm in [Algorithm::Sha256, Algorithm::Sha512] {
            let digest = digest_of(algorithm, b"x");
            assert_eq!(digest.algorithm(), algorithm);
            assert_eq!(Digest::parse(&digest.text()), Ok(digest.clone()));
            assert_eq!(Digest::from_blob_path(&digest.blob_path()), Some(digest));
        }
        assert_eq!(Digest::from_blob_path("blobs/sha256/.."), None);
    }

    #[test]
    fn the_short_form_keeps_twelve_digits() {
        assert_eq!(
            digest_of(Algorithm::Sha256, b"").short(),
            "sha256:e3b0c44298fc"
        );
    }
}

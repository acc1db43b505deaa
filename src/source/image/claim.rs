//! What is said of a blob, and what its content proves.

use super::digest::Digest;
use crate::unpack::digest::{Algorithm, Digested};
use serde::{Deserialize, Serialize};

/// What is claimed of a layer before it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claim {
    /// Digest of the blob as stored.
    pub(super) digest: Option<Digest>,
    /// Size of the blob as stored, in bytes.
    pub(super) size: Option<u64>,
    /// Digest of the uncompressed layer.
    pub(super) diff_id: Option<Digest>,
}

impl Claim {
    /// The algorithm that the blob must be hashed with to check the claim.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.digest
            .as_ref()
            .map_or(Algorithm::Sha256, Digest::algorithm)
    }

    /// What of the claim the content does not keep, in sentences.
    pub(super) fn broken_by(&self, sums: &Sums) -> Vec<String> {
        let digest = self.digest.as_ref().filter(|claimed| {
            claimed.algorithm() == sums.digest.algorithm() && **claimed != sums.digest
        });
        let size = self.size.filter(|&claimed| claimed != sums.size);
        let diff_id = self.diff_id.as_ref().zip(sums.diff_id.as_ref());
        let diff_id = diff_id.filter(|(claimed, computed)| {
            claimed.algorithm() == computed.algorithm() && claimed != computed
        });
        let digest = digest.map(|_| format!("the content has the digest {}", sums.digest));
        let size = size.map(|claimed| format!("has {} bytes instead of {claimed}", sums.size));
        let diff_id = diff_id.map(|(claimed, computed)| {
            format!("unpacked it has the diffID {computed} instead of {claimed}")
        });
        digest.into_iter().chain(size).chain(diff_id).collect()
    }

    /// Whether the content proves to be what other places of the same claim hold.
    pub(super) fn kept_by(&self, sums: &Sums) -> bool {
        let proven = match &self.digest {
            Some(claimed) => *claimed == sums.digest,
            None => self.diff_id.is_some() && self.diff_id == sums.diff_id,
        };
        proven && self.broken_by(sums).is_empty()
    }
}

/// What a blob is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// A layer of an image.
    Tar,
    /// Said to be encrypted, so that anything but a tar is no surprise.
    Encrypted,
    /// A blob of any kind.
    Anything,
}

/// What a blob proved to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sums {
    /// Digest of the blob as stored.
    pub(super) digest: Digest,
    /// Size of the blob as stored, in bytes.
    pub(super) size: u64,
    /// Digest of the uncompressed layer, where it was computed.
    pub(super) diff_id: Option<Digest>,
}

impl Sums {
    /// The sums of a blob that has been read to its end.
    pub(super) fn of(blob: &Digested, diff_id: Option<Digest>) -> Self {
        Self {
            digest: Digest::computed(blob),
            size: blob.size,
            diff_id,
        }
    }
}

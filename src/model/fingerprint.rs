//! Identity of a secret: a keyed hash of its normalised bytes, so that the same key found in an
//! image, in a commit and in a baseline is one finding, and moving a line changes nothing.
//!
//! The default key is public and gives stable ids, not secrecy: whoever guesses the secret can
//! check the guess. A private key makes ids useless to others; ids of different keys are never
//! compared, which is why reports and baselines carry [`Identity::key_id`].

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The key that is used when the user names none.
const PUBLIC_KEY: &[u8] = b"residue fingerprint key, public, version 1";
/// Shortest private key that is accepted, in bytes.
const MIN_KEY: usize = 16;

/// The first 16 bytes of HMAC-SHA-256 (RFC 2104) over the normalised secret, shown as 32 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no fingerprint. It is not quoted: who mistakes one mostly has the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 32 hex digits, the `id` that a report shows of a secret")]
pub struct FingerprintError;

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
        let short = bytes.and_then(|bytes| bytes.try_into().ok());
        short.map(Self).ok_or(FingerprintError)
    }
}

/// Makes fingerprints with one key.
#[derive(Clone)]
pub struct Identity {
    mac: Hmac<Sha256>,
    /// What short hashes are keyed with.
    factor: u64,
}

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file could not be read.
    #[error("cannot read the fingerprint key {path}: {cause}; check RESIDUE_KEY_FILE")]
    Unreadable {
        /// The file that was named.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// The file holds too little.
    #[error(
        "the fingerprint key {path} has {found} bytes, at least {MIN_KEY} are needed; \
         make one with `head -c 32 /dev/urandom`"
    )]
    TooShort {
        /// The file that was named.
        path: PathBuf,
        /// Bytes found in it.
        found: usize,
    },
}

impl Default for Identity {
    fn default() -> Self {
        Self::with_key(PUBLIC_KEY)
    }
}

impl Identity {
    /// Uses the given key; any length works (RFC 2104, section 2).
    pub fn with_key(key: &[u8]) -> Self {
        let mac =
            Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key length"));
        let mut identity = Self { mac, factor: 0 };
        let digest = identity.seal(&[b"residue short hashes"]);
        identity.factor = digest[..8]
            .iter()
            .fold(0, |all, &byte| all << 8 | u64::from(byte))
            | 1;
        identity
    }

    /// Reads the key from a file, as `RESIDUE_KEY_FILE` names it.
    ///
    /// # Errors
    /// When the file cannot be read or holds fewer than 16 bytes.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let key = std::fs::read(path).map_err(|cause| KeyError::Unreadable {
            path: path.to_owned(),
            cause,
        })?;
        if key.len() < MIN_KEY {
            return Err(KeyError::TooShort {
                path: path.to_owned(),
                found: key.len(),
            });
        }
        Ok(Self::with_key(&key))
    }

    /// The fingerprint of a normalised secret.
    pub fn fingerprint(&self, normalised: &[u8]) -> Fingerprint {
        let mut short = [0; 16];
        short.copy_from_slice(&self.seal(&[normalised])[..16]);
        Fingerprint(short)
    }

    /// HMAC-SHA-256 over all of these bytes: what shows that they were written by someone with this key.
    pub fn seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }

    /// A keyed hash of at most eight bytes, too short to tell what they are.
    pub(super) fn head(&self, bytes: &[u8]) -> u16 {
        let number = bytes
            .iter()
            .fold(0, |all, &byte| all << 8 | u64::from(byte));
        (number.wrapping_mul(self.factor) >> 48) as u16
    }

    /// Names the key without giving it away: 8 hex digits.
    pub fn key_id(&self) -> String {
        self.fingerprint(b"residue key id").to_string()[..8].to_owned()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity(key {})", self.key_id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_key_gives_the_same_id_for_ever() {
        let id = Identity::default().fingerprint(b"a secret").to_string();
        assert_eq!(id.len(), 32);
        assert_eq!(id, Identity::default().fingerprint(b"a secret").to_string());
        assert_ne!(id, Identity::default().fingerprint(b"a secres").to_string());
    }

    #[test]
    fn a_fingerprint_is_read_as_it_is_written() {
        let id = Identity::default().fingerprint(b"a secret");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        for wrong in [
            "",
            "ab",
            "zz",
            &"0".repeat(31),
            &"0".repeat(34),
            &"g".repeat(32),
        ] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn another_key_gives_other_ids_and_another_key_id() {
        let (public, own) = (Identity::default(), Identity::with_key(&[7; 32]));
        assert_ne!(public.fingerprint(b"x"), own.fingerprint(b"x"));
        assert_ne!(public.key_id(), own.key_id());
    }
}

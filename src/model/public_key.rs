//! The public half of a key pair. It is no secret; it tells what a leaked private key opens: which
//! certificate names it, which `authorized_keys` line trusts it.

use super::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A public key by its names, and who speaks of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublicKey {
    /// SHA-256 of its `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7), as in HPKP pins.
    pub spki: [u8; 32],
    /// OpenSSH's name of it, `SHA256:...`; `None` for kinds that SSH does not know.
    pub ssh: Option<String>,
    /// What holds it, where that is not the private key itself.
    #[serde(with = "super::shared::optional")]
    pub holder: Option<Arc<Holder>>,
}

impl PublicKey {
    /// The SPKI's hash in hex.
    pub fn spki_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.spki)
    }
}

/// What holds a public key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Holder {
    /// A certificate.
    Certificate(Certificate),
    /// A public key by itself, with the comment that stands behind it; may be empty.
    Bare(String),
}

/// What a certificate says (RFC 5280). Texts are those of whoever made it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Certificate {
    /// Distinguished name of its subject (RFC 4514).
    pub subject: String,
    /// Its alternative names: hosts, addresses, mailboxes.
    pub names: Vec<String>,
    /// Distinguished name of its issuer.
    pub issuer: String,
    /// The last day on which it is good; `None` if that is beyond all calendars.
    pub expires: Option<Date>,
    /// Whether that day was over when the scan began.
    pub is_expired: bool,
    /// Whether it ended so long ago that whatever trusted it has been replaced since: five years.
    pub is_long_over: bool,
    /// Whether it is made to be good for more than thirty years.
    pub is_endless: bool,
    /// Whether it names itself as its issuer.
    pub is_self_signed: bool,
}

/// A private key's public half, with every holder of it that was met in the same scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// The public half.
    pub public: PublicKey,
    /// Where it is held and by what, sorted.
    pub held: Vec<(String, Arc<Holder>)>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(certificate) => certificate.fmt(f),
            Self::Bare(comment) if comment.is_empty() => f.write_str("public key"),
            Self::Bare(comment) => write!(f, "public key, `{comment}`"),
        }
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate of {}", self.subject)?;
        if !self.names.is_empty() {
            write!(f, " for {}", self.names.join(", "))?;
        }
        match self.is_self_signed {
            true => f.write_str(", self-signed")?,
            false => write!(f, ", issued by {}", self.issuer)?,
        }
        match (self.expires, self.is_expired) {
            (Some(day), true) => write!(f, ", expired on {day}"),
            (Some(day), false) => write!(f, ", good until {day}"),
            (None, _) => Ok(()),
        }
    }
}

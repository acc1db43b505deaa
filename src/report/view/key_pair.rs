//! What a report says of the public half of a private key.

use super::build::Builder;
use crate::model;
use serde::Serialize;

/// A public key, and who holds it.
#[derive(Debug, Serialize)]
pub struct KeyPair {
    /// SHA-256 of its `SubjectPublicKeyInfo`, in hex.
    pub spki_sha256: String,
    /// OpenSSH's fingerprint, `SHA256:...`.
    pub ssh: Option<String>,
    /// Certificates and public keys of the same scan that are of this pair.
    pub held: Vec<KeyHolder>,
}

/// A certificate, or a public key by itself; fields that the kind does not have are null.
#[derive(Debug, Serialize)]
pub struct KeyHolder {
    /// Where it stands.
    pub path: String,
    /// `certificate` or `public-key`.
    pub kind: &'static str,
    /// The comment behind a public key.
    pub comment: Option<String>,
    /// Distinguished name of the subject.
    pub subject: Option<String>,
    /// Alternative names.
    pub names: Vec<String>,
    /// Distinguished name of the issuer.
    pub issuer: Option<String>,
    /// The last day on which it is good.
    pub expires: Option<String>,
    /// Whether that day was over when the scan began.
    pub expired: Option<bool>,
    /// Whether it names itself as its issuer.
    pub self_signed: Option<bool>,
    /// All of that in a sentence.
    #[serde(skip)]
    pub said: String,
}

impl Builder<'_> {
    pub(super) fn key_pair(&self, pair: &model::KeyPair) -> KeyPair {
        let held = pair.held.iter();
        KeyPair {
            spki_sha256: pair.public.spki_hex(),
            ssh: pair.public.ssh.clone(),
            held: held
                .map(|(path, holder)| self.key_holder(path, holder))
                .collect(),
        }
    }

    fn key_holder(&self, path: &str, holder: &model::Holder) -> KeyHolder {
        let bare = KeyHolder {
            path: self.text(path),
            kind: "public-key",
            comment: None,
            subject: None,
            names: Vec::new(),
            issuer: None,
            expires: None,
            expired: None,
            self_signed: None,
            said: self.text(holder.to_string()),
        };
        match holder {
            model::Holder::Bare(comment) => KeyHolder {
                comment: Some(self.text(comment)).filter(|comment| !comment.is_empty()),
                ..bare
            },
            model::Holder::Certificate(certificate) => KeyHolder {
                kind: "certificate",
                subject: Some(self.text(&certificate.subject)),
                names: certificate
                    .names
                    .iter()
                    .map(|name| self.text(name))
                    .collect(),
                issuer: Some(self.text(&certificate.issuer)),
                expires: certificate.expires.map(|day| day.to_string()),
                expired: Some(certificate.is_expired),
                self_signed: Some(certificate.is_self_signed),
                ..bare
            },
        }
    }
}

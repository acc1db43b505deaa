//! The secret itself, kept so that it cannot slip out: `Debug` and `Display` show the mask, the
//! bytes are wiped on drop, and the only way to the plain text is a method whose name says so.
//!
//! Once it has been judged a secret can be [sealed](Secret::sealed): then its [`Imprint`] is all that is
//! left of it. Whoever handles secrets after that need not ask which it is, so that one which was never
//! more than an imprint, because an earlier scan found it, is like any other.

use super::imprint::{self, Imprint};
use super::{Fingerprint, Identity};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Plain(Zeroizing<Vec<u8>>),
    /// What a rule about paths has found: told like a secret, and none that has to be hidden.
    Name(Zeroizing<Vec<u8>>),
    Sealed(Arc<Imprint>),
}

/// Longest part of a secret that a mask may show, in bytes.
const SHOWN: usize = 4;
/// Longest mask, in characters, so that a private key does not fill the screen.
const MASK_LEN: usize = 40;

impl Secret {
    /// Takes the bytes of a secret.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Form::Plain(Zeroizing::new(bytes.to_vec())))
    }

    /// Takes a path that is a finding by itself. It is not masked in other texts, or nobody would learn
    /// which file it is.
    pub fn name(path: &[u8]) -> Self {
        Self(Form::Name(Zeroizing::new(path.to_vec())))
    }

    /// The plain bytes; there are none once it is sealed. Only proofs, identity and `--show-secrets` may
    /// ask for them.
    pub fn expose(&self) -> &[u8] {
        match &self.0 {
            Form::Plain(bytes) | Form::Name(bytes) => bytes,
            Form::Sealed(_) => &[],
        }
    }

    /// The same secret without its bytes.
    #[must_use]
    pub fn sealed(&self, identity: &Identity) -> Self {
        Self(Form::Sealed(self.imprint(identity)))
    }

    /// Its imprint; one that is sealed has that of the identity it was sealed with.
    pub fn imprint(&self, identity: &Identity) -> Arc<Imprint> {
        match &self.0 {
            Form::Plain(bytes) => Arc::new(Imprint::of(bytes, self.masked(), identity)),
            Form::Name(path) => Arc::new(Imprint::of_name(path, self.masked(), identity)),
            Form::Sealed(imprint) => Arc::clone(imprint),
        }
    }

    /// The keyed hash of its bytes.
    pub fn fingerprint(&self, identity: &Identity) -> Fingerprint {
        match &self.0 {
            Form::Plain(bytes) | Form::Name(bytes) => identity.fingerprint(bytes),
            Form::Sealed(imprint) => imprint.digest,
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Plain(bytes) | Form::Name(bytes) => bytes.len(),
            Form::Sealed(imprint) => imprint.length,
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of its first line.
    pub fn first_line(&self) -> usize {
        match &self.0 {
            Form::Plain(bytes) | Form::Name(bytes) => imprint::first_line(bytes),
            Form::Sealed(imprint) => imprint.first_line,
        }
    }

    /// What a report may show: at most the first sixth of the secret and never more than four
    /// characters, which for a token is its public prefix; then stars.
    pub fn masked(&self) -> String {
        match &self.0 {
            Form::Plain(bytes) | Form::Name(bytes) => mask(bytes),
            Form::Sealed(imprint) => imprint.masked.clone(),
        }
    }
}

fn mask(bytes: &[u8]) -> String {
    let shown = (bytes.len() / 6).min(SHOWN);
    let head = bytes[..shown].iter().map(|&byte| match byte {
        b'!'..=b'~' => char::from(byte),
        _ => '*',
    });
    let stars = bytes.len().min(MASK_LEN) - shown;
    head.chain(std::iter::repeat_n('*', stars)).collect()
}

impl Serialize for Secret {
    /// Writes the imprint. The bytes of a secret are never written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Plain(_) | Form::Name(_) => Err(ser::Error::custom(
                "a secret is stored only when it is sealed",
            )),
            Form::Sealed(imprint) => imprint.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let imprint = Imprint::deserialize(deserializer)?;
        let is_shown = |byte: u8| matches!(byte, b'!'..=b'~');
        match imprint.masked.len() <= MASK_LEN && imprint.masked.bytes().all(is_shown) {
            true => Ok(Self(Form::Sealed(Arc::new(imprint)))),
            false => Err(de::Error::custom("this is the mask of no secret")),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.masked())
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_at_most_the_public_prefix() {
        assert_eq!(Secret::new(b"hunter2").masked(), "h******");
        assert_eq!(Secret::new(b"abc").masked(), "***");
        assert_eq!(
            Secret::new(&[b'x'; 24]).masked(),
            format!("xxxx{}", "*".repeat(20))
        );
        assert_eq!(Secret::new(&[b'x'; 4000]).masked().len(), MASK_LEN);
    }

    #[test]
    fn debug_and_display_never_show_the_secret() {
        let secret = Secret::new(b"correct horse battery staple");
        assert!(!format!("{secret:?} {secret}").contains("horse"));
        assert!(!format!("{:?}", Some(vec![secret])).contains("battery"));
    }

    #[test]
    fn a_mask_holds_no_control_characters() {
        assert_eq!(
            Secret::new(b"\x1b[31m0123456789abcdefghi")
                .masked()
                .chars()
                .next(),
            Some('*')
        );
    }
    #[test]
    fn a_sealed_secret_is_told_like_the_plain_one_and_has_no_bytes() {
        let identity = Identity::default();
        let plain = Secret::new(b"correct horse\nbattery staple");
        let sealed = plain.sealed(&identity);
        let told = |secret: &Secret| {
            let texts = (secret.masked(), format!("{secret:?} {secret}"));
            (
                texts,
                secret.len(),
                secret.first_line(),
                secret.fingerprint(&identity),
            )
        };
        assert_eq!(told(&sealed), told(&plain));
        assert_eq!(sealed, sealed.sealed(&Identity::with_key(&[7; 32])));
        assert!(sealed.expose().is_empty());
    }

    #[test]
    fn only_a_sealed_secret_can_be_written_down() {
        let plain = Secret::new(b"correct horse battery staple");
        assert!(serde_json::to_string(&plain).is_err());
        let sealed = plain.sealed(&Identity::default());
        let text = serde_json::to_string(&sealed).unwrap();
        assert!(!text.contains("horse"), "{text}");
        assert_eq!(serde_json::from_str::<Secret>(&text).unwrap(), sealed);
        let forged = text.replace("corr", "\\u001b[2");
        assert!(serde_json::from_str::<Secret>(&forged).is_err(), "{forged}");
    }
}

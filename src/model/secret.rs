//! The secret itself, kept so that it cannot slip out: `Debug` and `Display` show the mask, the
//! bytes are wiped on drop, and the only way to the plain text is a method whose name says so.

use std::fmt;
use zeroize::Zeroizing;

/// A secret's bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Longest part of a secret that a mask may show, in bytes.
const SHOWN: usize = 4;
/// Longest mask, in characters, so that a private key does not fill the screen.
const MASK_LEN: usize = 40;

impl Secret {
    /// Takes the bytes of a secret.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }

    /// The plain bytes. Only proofs, identity and `--show-secrets` may ask for them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a report may show: at most the first sixth of the secret and never more than four
    /// characters, which for a token is its public prefix; then stars.
    pub fn masked(&self) -> String {
        let shown = (self.len() / 6).min(SHOWN);
        let head = self.0[..shown].iter().map(|&byte| match byte {
            b'!'..=b'~' => char::from(byte),
            _ => '*',
        });
        let stars = self.len().min(MASK_LEN) - shown;
        head.chain(std::iter::repeat_n('*', stars)).collect()
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
}

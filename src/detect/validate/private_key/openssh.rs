//! OpenSSH's own key format (PROTOCOL.key in its sources).

use super::{Guard, Key, bits};
use crate::detect::validate::public::Public;
use ssh_key::Algorithm;
use ssh_key::private::{KeypairData, PrivateKey};

/// Parses the decoded body of an `OPENSSH PRIVATE KEY`.
pub(super) fn parse(bytes: &[u8]) -> Option<Key> {
    let key = PrivateKey::from_bytes(bytes).ok()?;
    let algorithm = key.algorithm();
    let kind = match key.public_key().key_data().rsa() {
        Some(rsa) => format!("RSA, {} bits", bits(rsa.n.as_bytes())),
        None => algorithm
            .as_str()
            .replace(|letter: char| !letter.is_ascii_graphic(), ""),
    };
    Some(Key {
        kind,
        guard: guard(&key, &algorithm),
        identity: identity(&key, bytes),
        comment: key.comment().to_owned(),
        public: Public::of_ssh(key.public_key().key_data()),
        ..Key::default()
    })
}

fn guard(key: &PrivateKey, algorithm: &Algorithm) -> Guard {
    match algorithm {
        _ if key.is_encrypted() => Guard::Passphrase,
        Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => Guard::Hardware,
        _ => Guard::None,
    }
}

/// The public half names the pair and, unlike the file, has no comment and no random check bytes.
/// An encrypted key is another secret than the plain one and keeps its bytes.
fn identity(key: &PrivateKey, bytes: &[u8]) -> Vec<u8> {
    if matches!(key.key_data(), KeypairData::Encrypted(_)) {
        return bytes.to_vec();
    }
    key.public_key()
        .to_bytes()
        .unwrap_or_else(|_| bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey};
    use ssh_key::public::Ed25519PublicKey;

    fn key(comment: &str) -> Vec<u8> {
        let pair = Ed25519Keypair {
            public: Ed25519PublicKey([3; 32]),
            private: Ed25519PrivateKey::from_bytes(&[4; 32]),
        };
        let key = PrivateKey::new(pair.into(), comment).unwrap();
        key.to_bytes().unwrap().to_vec()
    }

    #[test]
    fn a_comment_makes_no_other_key() {
        let (one, two) = (parse(&key("a@b")).unwrap(), parse(&key("c")).unwrap());
        assert_eq!(one.identity, two.identity);
        assert_eq!((one.comment.as_str(), two.comment.as_str()), ("a@b", "c"));
        assert_eq!((one.kind.as_str(), one.guard), ("ssh-ed25519", Guard::None));
    }

    #[test]
    fn a_cut_key_is_none() {
        let whole = key("a");
        assert_eq!(parse(&whole[..whole.len() - 20]), None);
    }
}

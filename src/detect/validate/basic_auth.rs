//! HTTP basic credentials (RFC 7617) in base64, as `Authorization` headers, docker's `config.json`
//! and `.npmrc` hold them. Identity is the password alone, so that the same one in a URL is the
//! same finding.

use super::{Evidence, Proof, encoding};
use crate::detect::gates::placeholder;

/// Proves base64 of `user:password`.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let decoded = encoding::base64(evidence.secret);
    let Some((user, password)) = decoded.as_deref().and_then(split) else {
        return Proof::invalid("it does not decode to a user name and a password");
    };
    let proof = match placeholder::shape(password) {
        Some(_) => Proof::invalid("it decodes to a user name and a placeholder"),
        None => Proof::valid("it decodes to a user name and a password"),
    };
    proof.part("user", user).normalised(password.to_vec())
}

/// User name and password, if both are text.
fn split(decoded: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = std::str::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    let printable = !text.chars().any(char::is_control);
    (printable && !password.is_empty()).then_some((user.as_bytes(), password.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn prove(text: &[u8]) -> Proof {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        super::prove(&evidence(encoded.as_bytes()))
    }

    #[test]
    fn the_password_is_the_identity_and_the_user_a_part() {
        let proof = prove(b"deploy:Tr0ub4dor:3");
        assert_eq!(proof.verdict, Valid);
        assert_eq!(proof.normalised.as_deref(), Some(b"Tr0ub4dor:3".as_slice()));
        assert_eq!(proof.parts[0].value.expose(), b"deploy");
    }

    #[test]
    fn binary_half_pairs_and_placeholders_fail() {
        for text in [
            b"\xff\xfe:x".as_slice(),
            b"nocolon",
            b"user:",
            b"user:password",
            b"a:b\x07c",
        ] {
            assert_eq!(prove(text).verdict, Invalid, "{text:?}");
        }
    }
}

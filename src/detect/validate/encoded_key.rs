//! A private key in base64 once more, as a kubeconfig holds it. Identity is that of the key itself, so
//! that the same one in a PEM file is the same finding.

use super::{Evidence, Proof, encoding, private_key};

/// Proves base64 of a private key in PEM.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    match encoding::base64(evidence.secret) {
        None => Proof::invalid("it is no base64"),
        Some(key) => private_key::prove(&Evidence {
            secret: &key,
            matched: &key,
            now: evidence.now,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use crate::ruleset::template;
    use base64::Engine as _;

    #[test]
    fn a_key_is_the_same_key_in_base64() {
        let key = template::expand("{pem:ec}", 1).unwrap();
        let encoded = base64::engine::general_purpose::STANDARD.encode(&key);
        let proof = prove(&evidence(encoded.as_bytes()));
        assert_eq!(proof.verdict, Valid);
        assert_eq!(
            proof.normalised,
            private_key::prove(&evidence(&key)).normalised
        );
        assert_eq!(prove(&evidence(b"LS0t!")).verdict, Invalid);
    }
}

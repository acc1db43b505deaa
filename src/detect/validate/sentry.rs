//! Sentry's organisation tokens: `sntrys_`, a JSON document in base64 that says who it is for, and
//! the secret behind an underscore.

use super::{Evidence, Proof, encoding};
use serde_json::Value;

/// Proves an organisation token.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    match claims(evidence.secret) {
        Some(claims) if claims.get("iat").is_some() => {
            let proof = Proof::valid("it holds the claims of a Sentry organisation token");
            match claims.get("org").and_then(Value::as_str) {
                Some(org) => proof.part("organisation", org.as_bytes()),
                None => proof,
            }
        }
        _ => Proof::invalid("it does not hold Sentry's claims: cut, mistyped or made up"),
    }
}

fn claims(secret: &[u8]) -> Option<Value> {
    let rest = secret.strip_prefix(b"sntrys_")?;
    let end = memchr::memrchr(b'_', rest)?;
    serde_json::from_slice(&encoding::base64(&rest[..end])?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    #[test]
    fn the_claims_name_the_organisation() {
        let claims = base64::engine::general_purpose::STANDARD
            .encode(r#"{"iat":1700000000.1,"url":"https://sentry.io","org":"acme"}"#);
        let token = format!("sntrys_{claims}_{}", "k".repeat(43));
        let proof = prove(&evidence(token.as_bytes()));
        assert_eq!(proof.verdict, Valid);
        assert_eq!(proof.parts[0].value.expose(), b"acme");
        assert_eq!(prove(&evidence(b"sntrys_eyJ_abc")).verdict, Invalid);
    }
}

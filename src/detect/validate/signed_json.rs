//! Tokens that are a letter or two for their kind, a JSON object in base64url and a signature, with
//! dots between: a JWT without its header. Mapbox and Tinybird make such tokens; both put the
//! account into `u`.

use super::{Evidence, Proof, encoding};
use serde_json::Value;

/// Proves a token.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    match claims(evidence.secret) {
        Some(Value::Object(claims)) if claims.contains_key("u") => {
            let proof = Proof::valid("it holds the name of the account it belongs to");
            match claims.get("u").and_then(Value::as_str) {
                Some(account) => proof.part("account", account.as_bytes()),
                None => proof,
            }
        }
        _ => Proof::invalid("it does not hold the name of an account: cut, mistyped or made up"),
    }
}

fn claims(secret: &[u8]) -> Option<Value> {
    let payload = secret.split(|&byte| byte == b'.').nth(1)?;
    serde_json::from_slice(&encoding::base64(payload)?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn token(claims: &str) -> String {
        let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
        format!("sk.{claims}.{}", "k".repeat(22))
    }

    #[test]
    fn the_claims_name_the_account() {
        let proof = prove(&evidence(token(r#"{"u":"acme","a":"c1"}"#).as_bytes()));
        assert_eq!(proof.verdict, Valid);
        assert_eq!(proof.parts[0].value.expose(), b"acme");
    }

    #[test]
    fn other_claims_and_other_text_prove_nothing() {
        for text in [token(r#"{"sub":"me"}"#), token("{"), "sk.eyJ".to_owned()] {
            assert_eq!(prove(&evidence(text.as_bytes())).verdict, Invalid, "{text}");
        }
    }
}

//! Tokens that are a JSON document in base64. Nothing signs them, but the keys of the document are
//! those of one provider, and text that only looks alike has none.

use super::{Evidence, Proof, crc_tail, encoding};
use serde_json::{Map, Value};

/// Grafana: a checksum (`glsa_`), or the document of a cloud token (`glc_`) or of an API key of old.
pub(super) fn grafana(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    if secret.starts_with(b"glsa_") {
        return crc_tail::grafana(evidence);
    }
    match secret.strip_prefix(b"glc_") {
        Some(body) => judge(body, &["o", "n", "k"]),
        None => judge(secret, &["k", "n", "id"]),
    }
}

/// Cloudflare's tunnel tokens: account, tunnel and secret.
pub(super) fn cloudflare_tunnel(evidence: &Evidence<'_>) -> Proof {
    judge(evidence.secret, &["a", "t", "s"])
}

/// 1Password's service account tokens, `ops_` and the document.
pub(super) fn onepassword(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.strip_prefix(b"ops_");
    judge(body.unwrap_or_default(), &["signInAddress", "secretKey"])
}

fn judge(body: &[u8], keys: &[&str]) -> Proof {
    match document(body) {
        Some(document) if keys.iter().all(|key| document.contains_key(*key)) => {
            Proof::valid("it holds the document that such a token is made of")
        }
        Some(_) => Proof::invalid("it holds a document, but not that of such a token"),
        None => Proof::invalid("it does not decode to a document: cut, mistyped or made up"),
    }
}

fn document(body: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&encoding::base64(body)?).ok()? {
        Value::Object(document) => Some(document),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Validator;
    use super::super::Verdict::{self, Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn verdict(prove: Validator, prefix: &str, text: &str) -> Verdict {
        let body = base64::engine::general_purpose::STANDARD.encode(text);
        prove(&evidence(format!("{prefix}{body}").as_bytes())).verdict
    }

    #[test]
    fn the_keys_of_the_document_decide() {
        let table: [(Validator, &str, &str); 4] = [
            (grafana, "glc_", r#"{"o":"1","n":"x","k":"y","m":{}}"#),
            (grafana, "", r#"{"k":"y","n":"x","id":1}"#),
            (cloudflare_tunnel, "", r#"{"a":"1","t":"2","s":"3"}"#),
            (
                onepassword,
                "ops_",
                r#"{"signInAddress":"a","secretKey":"b"}"#,
            ),
        ];
        for (prove, prefix, text) in table {
            assert_eq!(verdict(prove, prefix, text), Valid, "{text}");
            assert_eq!(verdict(prove, prefix, r#"{"z":1}"#), Invalid);
            assert_eq!(verdict(prove, prefix, &text[1..]), Invalid);
        }
    }

    #[test]
    fn a_service_account_token_of_grafana_keeps_its_checksum() {
        let reason = grafana(&evidence(b"glsa_x_00000000")).reason;
        assert!(reason.contains("checksum"), "{reason}");
    }
}

//! The signed manifests of old registries (Docker image manifest version 2, schema 1): what is hashed for
//! the digest is what was signed, and that is the manifest without its signatures.

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

/// The signatures in a manifest.
#[derive(Deserialize)]
struct Signed {
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    /// A [`Protected`], in base64url.
    protected: String,
}

/// How the text that was signed is put together again.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Protected {
    /// How many of the first bytes of the manifest belong to it.
    format_length: usize,
    /// What follows them, in base64url.
    format_tail: String,
}

/// What was signed of a manifest; `None` if it has no signatures.
pub(super) fn payload(manifest: &[u8]) -> Option<Vec<u8>> {
    let signed: Signed = serde_json::from_slice(manifest).ok()?;
    let protected = &signed.signatures.first()?.protected;
    let protected = BASE64URL_NOPAD.decode(protected.as_bytes()).ok()?;
    let protected: Protected = serde_json::from_slice(&protected).ok()?;
    let tail = BASE64URL_NOPAD
        .decode(protected.format_tail.as_bytes())
        .ok()?;
    let head = manifest.get(..protected.format_length)?;
    Some([head, &tail].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn signed(length: usize) -> String {
        let protected =
            json!({ "formatLength": length, "formatTail": BASE64URL_NOPAD.encode(b"\n}") });
        let protected = BASE64URL_NOPAD.encode(protected.to_string().as_bytes());
        format!("{{\n  \"a\": 1,\n  \"signatures\": [{{\"protected\": \"{protected}\"}}]\n}}")
    }

    #[test]
    fn what_was_signed_is_the_manifest_without_signatures() {
        let length = "{\n  \"a\": 1".len();
        let payload = payload(signed(length).as_bytes()).unwrap();
        assert_eq!(payload, b"{\n  \"a\": 1\n}");
    }

    #[test]
    fn what_makes_no_sense_has_no_payload() {
        assert_eq!(payload(signed(10_000).as_bytes()), None);
        for text in [
            "{}",
            "[]",
            r#"{"signatures":[]}"#,
            r#"{"signatures":[{"protected":"!"}]}"#,
        ] {
            assert_eq!(payload(text.as_bytes()), None, "{text}");
        }
    }
}

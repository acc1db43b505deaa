//! JSON Web Tokens (RFC 7519). The signature cannot be checked without its key, but header, payload
//! and the signature's length must fit each other, which text that only looks alike never does.

use super::{Evidence, Proof, encoding};
use crate::detect::gates::host;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Sha256, Sha384, Sha512};

/// Most characters of an issuer that a reason quotes.
const ISSUER_LEN: usize = 80;

/// Proves a JWT in compact form.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    prove_token(evidence.secret, evidence.now)
}

/// Proves the JWT `token`, with expiry measured against `now` in Unix seconds.
pub(super) fn prove_token(token: &[u8], now: i64) -> Proof {
    let mut parts = token.split(|&byte| byte == b'.');
    let Some(header) = parts.next().and_then(object) else {
        return Proof::invalid("the header of this JWT is not JSON");
    };
    if header.contains_key("enc") {
        return Proof::neutral("an encrypted JWT (RFC 7516), which only its receiver can read");
    }
    let Some(payload) = parts.next().and_then(object) else {
        return Proof::invalid("the payload of this JWT is not JSON");
    };
    let signature = parts.next().and_then(encoding::base64).unwrap_or_default();
    let signed = memchr::memrchr(b'.', token).map_or(token, |end| &token[..end]);
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or("");
    if let Some(word) = known_key(alg, signed, &signature) {
        return Proof::public(format!(
            "it is an example: it is signed with the word `{word}`, as tutorials do"
        ));
    }
    judge(&header, &payload, signature.len(), now)
}

/// What tutorials and manuals sign with. A token that it fits can be made by anybody.
const TUTORIAL_KEYS: [&str; 18] = [
    "secret",
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-384-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "your-secret",
    "your_secret",
    "your-secret-key",
    "mysecret",
    "my-secret",
    "secretkey",
    "secret-key",
    "secret_key",
    "shhhhh",
    "password",
    "key",
];

/// The one of [`TUTORIAL_KEYS`] that made a signature (RFC 7518, section 3.2).
fn known_key(alg: &str, signed: &[u8], signature: &[u8]) -> Option<&'static str> {
    let fits = |key: &&str| match alg {
        "HS256" => is_made_with::<Hmac<Sha256>>(key, signed, signature),
        "HS384" => is_made_with::<Hmac<Sha384>>(key, signed, signature),
        "HS512" => is_made_with::<Hmac<Sha512>>(key, signed, signature),
        _ => false,
    };
    TUTORIAL_KEYS.into_iter().find(fits)
}

fn is_made_with<M: KeyInit + Mac>(key: &str, signed: &[u8], signature: &[u8]) -> bool {
    let mac = M::new_from_slice(key.as_bytes());
    mac.is_ok_and(|mac| mac.chain_update(signed).verify_slice(signature).is_ok())
}

fn judge(
    header: &Map<String, Value>,
    payload: &Map<String, Value>,
    signature: usize,
    now: i64,
) -> Proof {
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or("");
    if alg.eq_ignore_ascii_case("none") {
        return Proof::invalid("an unsigned JWT (algorithm none), which proves nothing to anybody");
    }
    if is_sample(payload) {
        return Proof::public("it is an example: the claims are those of tutorials");
    }
    if !signature_fits(alg, signature) {
        return Proof::invalid(format!(
            "the signature of this JWT has {signature} bytes, which its algorithm never makes"
        ));
    }
    let issuer = issuer(payload).map_or(String::new(), |name| format!(" issued by {name}"));
    match payload.get("exp").and_then(seconds) {
        Some(expiry) if expiry < now => {
            Proof::spent(format!("a JWT{issuer}, expired on {}", day(expiry))).expiring(expiry)
        }
        Some(expiry) => Proof::valid(format!(
            "a well-formed JWT{issuer}, good until {}",
            day(expiry)
        ))
        .expiring(expiry),
        None => Proof::valid(format!("a well-formed JWT{issuer} that never expires")),
    }
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&encoding::base64(part)?).ok()? {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// The claims that every tutorial copies: those of jwt.io, and issuers and audiences that nobody owns.
fn is_sample(payload: &Map<String, Value>) -> bool {
    let claim = |name| payload.get(name).and_then(Value::as_str);
    let parties: Vec<&str> = ["iss", "aud"].into_iter().filter_map(claim).collect();
    let is_nobody = |party: &&str| host::is_nobodys(party);
    let is_tutorial = claim("sub") == Some("1234567890") || claim("name") == Some("John Doe");
    is_tutorial || (!parties.is_empty() && parties.iter().all(is_nobody))
}

/// Whether the algorithm (RFC 7518, section 3.1; RFC 8037) makes signatures of so many bytes.
fn signature_fits(alg: &str, bytes: usize) -> bool {
    match alg {
        "HS256" => bytes == 32,
        "HS384" => bytes == 48,
        "HS512" | "ES256" | "ES256K" => bytes == 64,
        "ES384" => bytes == 96,
        "ES512" => bytes == 132,
        "EdDSA" => bytes == 64 || bytes == 114,
        "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => (128..=1024).contains(&bytes),
        _ => !alg.is_empty() && bytes > 0,
    }
}

/// The issuer, as far as it can be shown: a scanned token must not write to a terminal.
fn issuer(payload: &Map<String, Value>) -> Option<String> {
    let name = payload.get("iss")?.as_str()?;
    let shown: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(ISSUER_LEN)
        .collect();
    (!shown.is_empty()).then_some(shown)
}

/// A NumericDate (RFC 7519, section 2), which may be a fraction.
fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))
}

fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "a day out of range".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{self, Invalid, Public, Spent, Valid};
    use super::super::tests::evidence;
    use base64::Engine as _;
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    fn token(header: &str, payload: &str, signature: usize) -> String {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let signature = encode(&vec![0x5a; signature]);
        format!(
            "{}.{}.{signature}",
            encode(header.as_bytes()),
            encode(payload.as_bytes())
        )
    }

    fn prove(header: &str, payload: &str, signature: usize) -> (Verdict, String) {
        let proof = super::prove(&evidence(token(header, payload, signature).as_bytes()));
        (proof.verdict, proof.reason)
    }

    const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn a_token_that_fits_together_is_valid_and_names_its_issuer() {
        let (verdict, reason) = prove(
            HS256,
            r#"{"iss":"https://id.acme.dev","exp":1900000000}"#,
            32,
        );
        assert_eq!(verdict, Valid);
        assert!(
            reason.contains("id.acme.dev") && reason.contains("2030-03-17"),
            "{reason}"
        );
    }

    #[test]
    fn an_expired_token_says_when() {
        let (verdict, reason) = prove(HS256, r#"{"exp":1000000000.5}"#, 32);
        assert_eq!(verdict, Spent);
        assert!(reason.contains("2001-09-09"), "{reason}");
    }

    #[test]
    fn cut_unsigned_and_sample_tokens_are_not_secrets() {
        assert_eq!(prove(HS256, "{}", 31).0, Invalid);
        assert_eq!(prove(r#"{"alg":"none"}"#, "{}", 0).0, Invalid);
        for claims in [
            r#"{"sub":"1234567890","name":"Jane"}"#,
            r#"{"iss":"https://auth.example.com/","exp":1900000000}"#,
        ] {
            assert_eq!(prove(HS256, claims, 32).0, Public, "{claims}");
        }
        assert_eq!(prove(HS256, "[1]", 32).0, Invalid);
        assert_eq!(prove("{", "{}", 32).0, Invalid);
    }

    #[test]
    fn what_a_tutorial_signs_is_known_by_its_signature() {
        let signed = |key: &str| {
            let unsigned = token(HS256, r#"{"service":"billing"}"#, 0);
            let unsigned = unsigned.trim_end_matches('.');
            let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
            let mac = mac.chain_update(unsigned).finalize().into_bytes();
            let mac = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac);
            let proof = super::prove(&evidence(format!("{unsigned}.{mac}").as_bytes()));
            (proof.verdict, proof.reason)
        };
        let (verdict, reason) = signed("secret");
        assert_eq!(verdict, Public);
        assert!(reason.contains("the word `secret`"), "{reason}");
        assert_eq!(signed("secret-of-somebody").0, Valid);
    }

    #[test]
    fn an_issuer_cannot_write_to_the_terminal() {
        let (_, reason) = prove(HS256, "{\"iss\":\"a\\u001b[31mb\"}", 32);
        assert!(reason.contains("a[31mb"), "{reason}");
    }
}

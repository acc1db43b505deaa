//! Tokens of which some part decodes to what the provider put there: a number, a name, a key of the
//! right length.

use super::public::Public;
use super::{Evidence, Proof, encoding};
use data_encoding::HEXLOWER_PERMISSIVE;

/// Discord's bot tokens: the first of three parts is the bot's number, 17 to 20 digits.
pub(super) fn discord(evidence: &Evidence<'_>) -> Proof {
    let first = evidence.secret.split(|&byte| byte == b'.').next();
    let id = first.and_then(encoding::base64);
    match id.filter(|id| (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit)) {
        Some(id) => Proof::valid("its first part is the number of a bot").part("bot", &id),
        None => Proof::invalid("its first part is not the number of a bot"),
    }
}

/// Amazon Bedrock's API keys: `ABSK`, and base64 of a name that begins alike for all.
pub(super) fn bedrock(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.strip_prefix(b"ABSK");
    match body.and_then(encoding::base64) {
        Some(text) if text.starts_with(b"BedrockAPIKey-") => {
            Proof::valid("it decodes to the name of a Bedrock key")
        }
        _ => Proof::invalid("it does not decode to the name of a Bedrock key"),
    }
}

/// Elasticsearch's API keys: base64 of an id and a key, 20 and 22 characters.
pub(super) fn elastic(evidence: &Evidence<'_>) -> Proof {
    let is_name = |text: &[u8]| {
        let mut bytes = text.iter();
        bytes.all(|&byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let decoded = encoding::base64(evidence.secret);
    match decoded.as_deref().and_then(<[u8]>::split_first_chunk::<20>) {
        Some((id, [b':', key @ ..])) if key.len() == 22 && is_name(id) && is_name(key) => {
            Proof::valid("it decodes to an id and its key").part("id", id)
        }
        _ => Proof::invalid("it does not decode to an id and a key"),
    }
}

/// Laravel's application key: `base64:` and the 16 or 32 bytes of an AES key.
pub(super) fn laravel(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    let body = secret.strip_prefix(b"base64:").unwrap_or(secret);
    match encoding::base64(body).map(|key| key.len()) {
        Some(bytes @ (16 | 32)) => Proof::valid(format!("an AES key of {bytes} bytes")),
        _ => Proof::invalid("it does not decode to a key of 16 or 32 bytes"),
    }
}

/// Intercom's access tokens: base64 of a text that begins alike for all.
pub(super) fn intercom(evidence: &Evidence<'_>) -> Proof {
    says(evidence.secret, b"tok:", "an access token of Intercom")
}

/// WorkOS' keys: base64 of the key's name and its secret, behind a prefix like Stripe's.
pub(super) fn workos(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.splitn(3, |&byte| byte == b'_').nth(2);
    says(body.unwrap_or_default(), b"key_", "a key of WorkOS")
}

/// Keys of Elastic's cloud: `essu_`, and base64 of a text.
pub(super) fn elastic_cloud(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.strip_prefix(b"essu_");
    says(body.unwrap_or_default(), b"", "a key of Elastic's cloud")
}

/// Whether base64 decodes to a line of text that begins like this.
fn says(body: &[u8], begin: &[u8], what: &str) -> Proof {
    let text = encoding::base64(body).filter(|text| !text.is_empty());
    match text.filter(|text| {
        text.starts_with(begin) && text.iter().all(|byte| (b' '..=b'~').contains(byte))
    }) {
        Some(_) => Proof::valid(format!("it decodes to what {what} says")),
        None => Proof::invalid(format!("it does not decode to what {what} says")),
    }
}

/// Fly.io's tokens: macaroons in MessagePack, arrays of four, that name the place they are for.
pub(super) fn fly(evidence: &Evidence<'_>) -> Proof {
    let first = evidence
        .secret
        .split(|&byte| byte == b',')
        .next()
        .unwrap_or_default();
    let body = first.splitn(2, |&byte| byte == b'_').nth(1);
    let Some(macaroon) = body.and_then(encoding::base64) else {
        return Proof::invalid("it does not decode to a macaroon");
    };
    match memchr::memmem::find(&macaroon, b"https://api.fly.io/") {
        Some(_) if macaroon[0] == 0x94 => Proof::valid("it decodes to a macaroon of Fly.io"),
        _ => Proof::neutral("it does not name the place that it is for"),
    }
}

/// The static key of OpenVPN: 256 bytes in hex, however the lines are broken, indented and marked.
pub(super) fn openvpn(evidence: &Evidence<'_>) -> Proof {
    let digits: Vec<u8> = evidence
        .secret
        .iter()
        .copied()
        .filter(u8::is_ascii_hexdigit)
        .collect();
    match HEXLOWER_PERMISSIVE.decode(&digits) {
        Ok(key) if key.len() == 256 => Proof::valid("a complete key of 2048 bits").normalised(key),
        _ => Proof::invalid("it does not hold 256 bytes: cut or redacted"),
    }
}

/// WireGuard's private keys: a scalar of Curve25519, of which `wg genkey` sets and clears the bits
/// that RFC 7748 (section 5) demands. Other tools leave them, and preshared keys have none.
pub(super) fn wireguard(evidence: &Evidence<'_>) -> Proof {
    let key = encoding::base64(evidence.secret);
    let Some(key) = key.and_then(|key| <[u8; 32]>::try_from(key).ok()) else {
        return Proof::invalid("it does not decode to 32 bytes");
    };
    let is_clamped = key[0] & 7 == 0 && key[31] & 0xc0 == 0x40;
    if !is_clamped {
        return Proof::neutral("32 bytes, which may be a key");
    }
    let mut proof = Proof::valid("a private key of Curve25519");
    proof.public_key = Public::of_x25519(&key).named(None);
    proof
}

#[cfg(test)]
mod tests {
    use super::super::Validator;
    use super::super::Verdict::{self, Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn encoded(bytes: &[u8]) -> String {
        base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
    }

    fn verdict(prove: Validator, text: &str) -> Verdict {
        prove(&evidence(text.as_bytes())).verdict
    }

    #[test]
    fn what_is_decoded_decides() {
        let name = |length| encoded(&b"8".repeat(length));
        let table: [(Validator, String, String); 9] = [
            (
                intercom,
                encoded(b"tok:0a1b_2c:1:0"),
                encoded(b"tok\0:0a1b_2c:1:0"),
            ),
            (
                workos,
                format!("sk_live_{}", encoded(b"key_01HX,secret")),
                format!("sk_live_{}", encoded(b"kex_01HX,secret")),
            ),
            (
                elastic_cloud,
                format!("essu_{}", encoded(b"id:key")),
                "essu_".to_owned(),
            ),
            (
                fly,
                format!("fm2_{},fm2_x", encoded(b"\x94\x93https://api.fly.io/v1")),
                "fm2_=".to_owned(),
            ),
            (openvpn, "0f\\n ".repeat(256), "0f\\n ".repeat(255)),
            (
                discord,
                format!("{}.x.y", name(18)),
                format!("{}.x.y", name(12)),
            ),
            (
                bedrock,
                format!("ABSK{}", encoded(b"BedrockAPIKey-ab:x")),
                "ABSKAAAA".to_owned(),
            ),
            (
                elastic,
                encoded(&[b"i".repeat(20), b":".to_vec(), b"k".repeat(22)].concat()),
                encoded(&b"i".repeat(43)),
            ),
            (
                laravel,
                format!("base64:{}", encoded(&[7; 32])),
                format!("base64:{}", encoded(&[7; 31])),
            ),
        ];
        for (prove, good, bad) in table {
            assert_eq!(verdict(prove, &good), Valid, "{good}");
            assert_eq!(verdict(prove, &bad), Invalid, "{bad}");
        }
    }

    #[test]
    fn a_clamped_scalar_is_a_key_and_has_a_public_half() {
        let mut key = [0x58; 32];
        let proof = wireguard(&evidence(encoded(&key).as_bytes()));
        assert_eq!(proof.verdict, Valid);
        assert!(proof.public_key.is_some());
        key[0] |= 1;
        assert_eq!(verdict(wireguard, &encoded(&key)), Neutral);
        assert_eq!(verdict(wireguard, &encoded(&key[1..])), Invalid);
    }
}

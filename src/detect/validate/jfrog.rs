//! JFrog's API keys, `AKCp` and 69 digits of base58, and its reference tokens: base64 of `reftkn:<version>:<expiry>:<random>`, expiry in Unix
//! seconds, zero for none.

use super::{Evidence, Proof, encoding};

/// Proves an API key or a reference token.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    if evidence.secret.starts_with(b"AKCp") {
        return api_key(evidence.secret);
    }
    match encoding::base64(evidence.secret)
        .as_deref()
        .and_then(expiry)
    {
        Some(0) => Proof::valid("a reference token that never expires"),
        Some(expiry) if expiry < evidence.now => {
            Proof::neutral("a reference token that has expired").expiring(expiry)
        }
        Some(expiry) => Proof::valid("a reference token that has not expired").expiring(expiry),
        None => Proof::invalid("it does not decode to a reference token"),
    }
}

/// Of 73 characters drawn from all letters and digits, one in a hundred has none that base58 leaves
/// out.
fn api_key(secret: &[u8]) -> Proof {
    match secret.iter().any(|byte| b"0OIl".contains(byte)) {
        false => Proof::neutral("it is base58 throughout, as API keys are"),
        true => Proof::invalid("it has letters that an API key cannot have"),
    }
}

fn expiry(decoded: &[u8]) -> Option<i64> {
    let mut fields = std::str::from_utf8(decoded).ok()?.split(':');
    (fields.next()? == "reftkn").then_some(())?;
    fields.next()?;
    let expiry = fields.next()?.parse().ok()?;
    fields.next().filter(|random| !random.is_empty())?;
    Some(expiry)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    #[test]
    fn an_api_key_is_base58() {
        let key = format!("AKCp{}", "8".repeat(69));
        assert_eq!(prove(&evidence(key.as_bytes())).verdict, Neutral);
        let wrong = key.replacen('8', "0", 1);
        assert_eq!(prove(&evidence(wrong.as_bytes())).verdict, Invalid);
    }

    #[test]
    fn the_expiry_decides() {
        for (text, verdict) in [
            ("reftkn:01:0:Zk3jq", Valid),
            ("reftkn:01:1900000000:Zk3jq", Valid),
            ("reftkn:01:1500000000:Zk3jq", Neutral),
            ("reftkn:01:soon:Zk3jq", Invalid),
            ("reftkn:01:0:", Invalid),
        ] {
            let token = base64::engine::general_purpose::STANDARD.encode(text);
            assert_eq!(
                prove(&evidence(token.as_bytes())).verdict,
                verdict,
                "{text}"
            );
        }
    }
}

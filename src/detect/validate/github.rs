//! GitHub's tokens. Classic ones carry a checksum; the tail of a fine-grained one is said to be a
//! checksum too, but what it covers is not published; stateless ones hold a JWT.

use super::{Evidence, Proof, crc_tail, jwt};

/// Proves a `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_` or `github_pat_` token.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    if secret.starts_with(b"github_pat_") {
        return Proof::neutral(
            "the shape of a fine-grained token, whose checksum is not published",
        );
    }
    match stateless(secret) {
        Some(token) => jwt::prove_token(token, evidence.now),
        None => crc_tail::judge(crc_tail::base62_tail(secret)),
    }
}

/// The JWT in `ghs_<app id>_<JWT>`, as GitHub issues them since April 2026.
fn stateless(secret: &[u8]) -> Option<&[u8]> {
    let rest = secret.strip_prefix(b"ghs_")?;
    let app_id_end = memchr::memchr(b'_', rest)?;
    let (app_id, token) = rest.split_at(app_id_end);
    (app_id.iter().all(u8::is_ascii_digit) && token.contains(&b'.')).then(|| &token[1..])
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;
    use crate::ruleset::checksum::base62_crc32;

    #[test]
    fn a_classic_token_stands_or_falls_with_its_checksum() {
        let body = "Q".repeat(30);
        let mut token = format!("ghp_{body}").into_bytes();
        token.extend(base62_crc32(body.as_bytes()));
        assert_eq!(prove(&evidence(&token)).verdict, Valid);
        token[10] = b'q';
        assert_eq!(prove(&evidence(&token)).verdict, Invalid);
    }

    #[test]
    fn a_fine_grained_token_is_taken_by_its_shape() {
        assert_eq!(prove(&evidence(b"github_pat_11A_b")).verdict, Neutral);
    }

    #[test]
    fn a_stateless_token_is_read_as_a_jwt() {
        let reason = prove(&evidence(b"ghs_12345_eyJx.eyJ9.sig")).reason;
        assert!(reason.contains("JWT"), "{reason}");
    }
}

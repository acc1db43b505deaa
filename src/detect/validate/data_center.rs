//! Access tokens of Atlassian Data Center (Jira, Confluence, Bitbucket): base64 of a decimal number, a
//! colon and at least 20 random bytes, in Bitbucket behind `BBDC-`.

use super::{Evidence, Proof, encoding};

/// Fewest random bytes behind the colon.
const LEAST_RANDOM: usize = 20;

/// Proves an access token by what it decodes to.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret;
    let body = body.strip_prefix(b"BBDC-").unwrap_or(body);
    if encoding::base64(body).is_some_and(|decoded| is_token(&decoded)) {
        Proof::valid("it decodes to a number and random bytes, as these tokens do")
    } else {
        Proof::invalid("it does not decode to an access token")
    }
}

fn is_token(decoded: &[u8]) -> bool {
    let digits = decoded.iter().take_while(|byte| byte.is_ascii_digit());
    let rest = &decoded[digits.count()..];
    rest.len() < decoded.len() && rest.len() > LEAST_RANDOM && rest[0] == b':'
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use data_encoding::BASE64;

    #[test]
    fn a_number_a_colon_and_random_bytes() {
        for (head, random, verdict) in [
            ("812345678901:", 20, Valid),
            ("7:", 20, Valid),
            ("7:", 19, Invalid),
            (":", 30, Invalid),
            ("x1:", 30, Invalid),
            ("812345678901", 20, Invalid),
        ] {
            let body = BASE64.encode(&[head.as_bytes(), &vec![0xf5; random]].concat());
            for token in [body.clone(), format!("BBDC-{body}")] {
                assert_eq!(
                    prove(&evidence(token.as_bytes())).verdict,
                    verdict,
                    "{head} {random}"
                );
            }
        }
        assert_eq!(prove(&evidence(b"")).verdict, Invalid);
    }
}

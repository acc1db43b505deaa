//! Tokens that end in a CRC32 of themselves. Providers differ only in which bytes are covered and
//! in how the four bytes are spelled, so each is one function here.

use super::{Evidence, Proof, encoding};
use crate::ruleset::checksum::{base62_crc32, crc32};

/// npm: `npm_`, 30 characters, 6 base62 digits over them.
pub(super) fn npm(evidence: &Evidence<'_>) -> Proof {
    judge(base62_tail(evidence.secret))
}

/// NetBird and Polar: a prefix that may hold underscores, 30 or 37 characters, 6 base62 digits over
/// them.
pub(super) fn prefixed(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.rsplit(|&byte| byte == b'_').next();
    judge(body.and_then(|body| {
        let (body, tail) = body.split_last_chunk::<6>()?;
        Some(base62_crc32(body) == *tail)
    }))
}

/// Cloudflare: `cfut_` and its kin, 40 characters, 8 hex digits over them.
pub(super) fn cloudflare(evidence: &Evidence<'_>) -> Proof {
    let body = after_prefix(evidence.secret);
    judge(body.and_then(|body| {
        let (body, tail) = body.split_last_chunk::<8>()?;
        Some(hex(crc32(body)).eq_ignore_ascii_case(str(tail)?))
    }))
}

/// Zuplo: `zpka_`, 32 characters, `_`, 8 hex digits over the 32.
pub(super) fn zuplo(evidence: &Evidence<'_>) -> Proof {
    let body = after_prefix(evidence.secret);
    judge(body.and_then(|body| {
        let (body, tail) = body.split_last_chunk::<8>()?;
        let body = body.strip_suffix(b"_")?;
        Some(hex(crc32(body)).eq_ignore_ascii_case(str(tail)?))
    }))
}

/// Grafana service accounts: `glsa_`, 32 characters, `_`, and the CRC32 over `glsa_` and the 32 as
/// hex of its little-endian bytes.
pub(super) fn grafana(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    judge(secret.split_last_chunk::<8>().and_then(|(body, tail)| {
        let body = body.strip_suffix(b"_")?;
        Some(hex(crc32(body).swap_bytes()).eq_ignore_ascii_case(str(tail)?))
    }))
}

/// Confluent: `cflt`, 54 characters, and the first 6 base64 characters of the CRC32 over the 54,
/// little-endian.
pub(super) fn confluent(evidence: &Evidence<'_>) -> Proof {
    let body = evidence.secret.strip_prefix(b"cflt");
    judge(body.and_then(|body| {
        let (body, tail) = body.split_last_chunk::<6>()?;
        Some(encoding::base64(tail)? == crc32(body).to_le_bytes())
    }))
}

/// Atlassian, Bitbucket and Trello: 8 upper-case hex digits over everything before them. No
/// genuine token was at hand to hold this against, so a mismatch proves nothing.
pub(super) fn atlassian(evidence: &Evidence<'_>) -> Proof {
    let token = unescaped(evidence.secret);
    let proof = unconfirmed(
        token
            .split_last_chunk::<8>()
            .is_some_and(|(body, tail)| hex(crc32(body)).as_bytes() == tail),
    );
    proof.normalised(token)
}

/// The token with the `=` in front of its checksum as it was before a URL or JSON took it in.
fn unescaped(secret: &[u8]) -> Vec<u8> {
    let escapes: [&[u8]; 4] = [b"%3D", b"%3d", b"\\u003D", b"\\u003d"];
    let found = escapes.iter().find_map(|escape| {
        let (head, tail) = secret.split_last_chunk::<8>()?;
        Some([head.strip_suffix(*escape)?, b"=", tail].concat())
    });
    found.unwrap_or_else(|| secret.to_vec())
}

/// GitLab's routable tokens: 7 base36 digits over everything before them, by GitLab's design note.
/// No genuine token was at hand to hold this against, so a mismatch proves nothing.
pub(super) fn gitlab_routable(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    unconfirmed(secret.split_last_chunk::<7>().is_some_and(|(body, tail)| {
        str(tail).and_then(|tail| u32::from_str_radix(tail, 36).ok()) == Some(crc32(body))
    }))
}

/// Whether six base62 digits follow the bytes behind the prefix; `None` if there is no room for
/// both.
pub(super) fn base62_tail(secret: &[u8]) -> Option<bool> {
    let (body, tail) = after_prefix(secret)?.split_last_chunk::<6>()?;
    Some(base62_crc32(body) == *tail)
}

/// Turns the answer of a checksum into a proof; `None` is a token too short to hold one.
pub(super) fn judge(matches: Option<bool>) -> Proof {
    match matches {
        Some(true) => Proof::valid("its checksum is right"),
        _ => Proof::invalid("its checksum is wrong: mistyped, redacted or made up"),
    }
}

fn unconfirmed(matches: bool) -> Proof {
    if matches {
        Proof::valid("its checksum is right")
    } else {
        Proof::neutral("its checksum could not be confirmed")
    }
}

/// What follows the first underscore.
fn after_prefix(secret: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'_', secret).map(|at| &secret[at + 1..])
}

fn hex(crc: u32) -> String {
    format!("{crc:08X}")
}

fn str(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;

    fn verdict(prove: super::super::Validator, token: &str) -> super::super::Verdict {
        prove(&evidence(token.as_bytes())).verdict
    }

    #[test]
    fn hex_tails_are_held_against_the_body() {
        let body = "b".repeat(40);
        let good = format!("cfut_{body}{:08x}", crc32(body.as_bytes()));
        assert_eq!(verdict(cloudflare, &good), Valid);
        assert_eq!(verdict(cloudflare, &good.replacen('b', "c", 1)), Invalid);

        let body = "z".repeat(32);
        let good = format!("zpka_{body}_{:08x}", crc32(body.as_bytes()));
        assert_eq!(verdict(zuplo, &good), Valid);
        assert_eq!(verdict(zuplo, &good.replacen('z', "y", 2)), Invalid);
    }

    #[test]
    fn a_prefix_of_several_words_is_left_out() {
        let body = "p".repeat(37);
        let tail = base62_crc32(body.as_bytes());
        let good = format!("polar_oat_{body}{}", String::from_utf8_lossy(&tail));
        assert_eq!(verdict(prefixed, &good), Valid);
        assert_eq!(verdict(prefixed, &good.replace("t_p", "t_q")), Invalid);
        assert_eq!(verdict(prefixed, "polar_oat_"), Invalid);
    }

    #[test]
    fn grafana_covers_its_prefix_and_swaps_the_bytes() {
        let head = format!("glsa_{}", "G".repeat(32));
        let tail = crc32(head.as_bytes()).to_le_bytes();
        let tail: String = tail.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(verdict(grafana, &format!("{head}_{tail}")), Valid);
        assert_eq!(verdict(grafana, &format!("{head}_00000000")), Invalid);
    }

    #[test]
    fn confluent_spells_its_tail_in_base64() {
        use base64::Engine as _;
        let body = "c".repeat(54);
        let tail = base64::engine::general_purpose::STANDARD_NO_PAD
            .encode(crc32(body.as_bytes()).to_le_bytes());
        assert_eq!(verdict(confluent, &format!("cflt{body}{tail}")), Valid);
        assert_eq!(verdict(confluent, &format!("cflt{body}AAAAAA")), Invalid);
    }

    #[test]
    fn schemes_without_a_genuine_sample_never_accuse() {
        let body = "ATATT3xFfGF0";
        let good = format!("{body}{:08X}", crc32(body.as_bytes()));
        assert_eq!(verdict(atlassian, &good), Valid);
        assert_eq!(verdict(atlassian, "ATATT3xFfGF0DEADBEEF"), Neutral);
        let plain = format!("{body}={:08X}", crc32(format!("{body}=").as_bytes()));
        for escape in ["=", "%3D", "\\u003d"] {
            let proof = atlassian(&evidence(plain.replace('=', escape).as_bytes()));
            assert_eq!(proof.verdict, Valid, "{escape}");
            assert_eq!(proof.normalised.as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(verdict(gitlab_routable, "glpat-abc.01.0000000"), Neutral);
    }
}

//! PyPI's upload tokens: `pypi-` and a macaroon (version 2) whose first field is the index it is
//! good for.

use super::{Evidence, Proof, encoding};

/// Version byte of a macaroon, and the numbers of its first two fields.
const VERSION: u8 = 2;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;

/// Proves an upload token.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let macaroon = evidence
        .secret
        .strip_prefix(b"pypi-")
        .and_then(encoding::base64);
    match macaroon.as_deref().and_then(location) {
        Some(index) => Proof::valid(format!("a macaroon for {}", String::from_utf8_lossy(index))),
        None => Proof::invalid("it does not hold a macaroon: cut, mistyped or made up"),
    }
}

/// The location of a macaroon that also has an identifier.
fn location(macaroon: &[u8]) -> Option<&[u8]> {
    let (location, rest) = field(macaroon.strip_prefix(&[VERSION])?, LOCATION)?;
    let (identifier, _) = field(rest, IDENTIFIER)?;
    let host = location
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte));
    (host && !location.is_empty() && !identifier.is_empty()).then_some(location)
}

/// Reads a field: its number, its length in one or two bytes (a varint), its bytes.
fn field(bytes: &[u8], number: u8) -> Option<(&[u8], &[u8])> {
    let (&low, rest) = bytes.strip_prefix(&[number])?.split_first()?;
    if low < 0x80 {
        return rest.split_at_checked(usize::from(low));
    }
    let (&high, rest) = rest.split_first()?;
    rest.split_at_checked(usize::from(low & 0x7f) | usize::from(high) << 7)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;

    fn token(macaroon: &[u8]) -> Vec<u8> {
        let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(macaroon);
        format!("pypi-{body}").into_bytes()
    }

    #[test]
    fn a_macaroon_names_its_index_and_a_cut_one_fails() {
        let macaroon = [
            b"\x02\x01\x08pypi.org\x02\x90\x01".as_slice(),
            &[7; 144],
            &[0],
        ]
        .concat();
        let proof = prove(&evidence(&token(&macaroon)));
        assert_eq!(proof.verdict, Valid);
        assert!(proof.reason.contains("pypi.org"));
        assert_eq!(prove(&evidence(&token(&macaroon[..60]))).verdict, Invalid);
    }
}

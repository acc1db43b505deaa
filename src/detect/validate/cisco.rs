//! Passwords of type 7 in Cisco configurations. They are not hashed: each byte is XORed with a text
//! that is the same in every device, from a place that the first two digits name. So the password
//! itself can be told, and is what identity is computed from.

use super::{Evidence, Proof};
use data_encoding::HEXLOWER_PERMISSIVE;

/// The text, published since 1995.
const PAD: &[u8; 53] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

/// Reads the password back.
pub(super) fn type_7(evidence: &Evidence<'_>) -> Proof {
    match reveal(evidence.secret) {
        Some(password) => Proof::valid("it can be read back: type 7 is no encryption")
            .part("password", &password)
            .normalised(password),
        None => Proof::invalid("it does not read back as a password of type 7"),
    }
}

/// The password, if the digits have the form and all of it is printable.
fn reveal(secret: &[u8]) -> Option<Vec<u8>> {
    let (start, digits) = secret.split_first_chunk::<2>()?;
    let start: usize = std::str::from_utf8(start).ok()?.parse().ok()?;
    let hidden = HEXLOWER_PERMISSIVE.decode(digits).ok()?;
    let pad = PAD.iter().cycle().skip(start);
    let password: Vec<u8> = hidden
        .iter()
        .zip(pad)
        .map(|(byte, pad)| byte ^ pad)
        .collect();
    let printable = password.iter().all(|byte| (b' '..=b'~').contains(byte));
    (start < PAD.len() && !password.is_empty() && printable).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;

    fn hidden(password: &str, start: usize) -> String {
        let pad = PAD.iter().cycle().skip(start);
        let bytes = password.bytes().zip(pad);
        let digits: String = bytes
            .map(|(byte, pad)| format!("{:02X}", byte ^ pad))
            .collect();
        format!("{start:02}{digits}")
    }

    #[test]
    fn the_password_is_read_back_from_any_start() {
        for start in [0, 8, 52] {
            let proof = type_7(&evidence(hidden("tulips-99 in May", start).as_bytes()));
            assert_eq!(proof.verdict, Valid, "{start}");
            assert_eq!(proof.normalised.unwrap(), b"tulips-99 in May");
        }
    }

    /// Known far beyond this program: the example of every article about it.
    #[test]
    fn the_pad_is_that_of_the_devices() {
        assert_eq!(reveal(b"0822455D0A16").unwrap(), b"cisco");
    }

    #[test]
    fn what_does_not_read_back_is_none() {
        for secret in ["", "08", "0822455", "08FFFFFF", "99121A0C", "xx121A0C"] {
            assert_eq!(
                type_7(&evidence(secret.as_bytes())).verdict,
                Invalid,
                "{secret}"
            );
        }
    }
}

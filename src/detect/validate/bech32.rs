//! Bech32 (BIP 173): a name, a `1`, digits of five bits, and six more that sum up the name and the
//! digits. Keys of age are spelled like this, in capitals; those of Nostr in small letters.

use super::{Evidence, Proof};

/// The digits in the order of their values.
const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// What the five bits above the sum stand for.
const GENERATOR: [u32; 5] = [
    0x3b6a_57b2,
    0x2650_8e6d,
    0x1ea1_19fa,
    0x3d42_33dd,
    0x2a14_62b3,
];

/// Proves any text in Bech32.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    match sum(evidence.secret) {
        Some(1) => Proof::valid("its checksum is right"),
        _ => Proof::invalid("its checksum is wrong: mistyped, redacted or made up"),
    }
}

/// The sum over all of the text, which is 1 for every good one; `None` if it is no Bech32.
fn sum(text: &[u8]) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let one = memchr::memrchr(b'1', &text)?;
    let (name, digits) = (&text[..one], &text[one + 1..]);
    let high = name.iter().map(|byte| byte >> 5);
    let low = name.iter().map(|byte| byte & 31);
    let values: Option<Vec<u8>> = digits.iter().map(|digit| value(*digit)).collect();
    let all = high.chain([0]).chain(low).chain(values?);
    Some(all.fold(1, |sum, value| {
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let bits = GENERATOR.iter().enumerate();
        bits.filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(next, |sum, (_, mask)| sum ^ mask)
    }))
}

fn value(digit: u8) -> Option<u8> {
    let at = DIGITS.iter().position(|&other| other == digit)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;

    /// The text with its six digits of checksum.
    fn summed(name: &str, digits: &str) -> String {
        let open = format!("{name}1{digits}qqqqqq");
        let rest = sum(open.as_bytes()).unwrap() ^ 1;
        let tail = (0..6)
            .rev()
            .map(|at| char::from(DIGITS[(rest >> (5 * at) & 31) as usize]));
        format!("{name}1{digits}{}", tail.collect::<String>())
    }

    #[test]
    fn the_vectors_of_the_proposal_hold() {
        for text in [
            "A12UEL5L",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ] {
            assert_eq!(prove(&evidence(text.as_bytes())).verdict, Valid, "{text}");
        }
    }

    #[test]
    fn a_changed_digit_is_noticed() {
        let key = summed("age-secret-key-", &"8".repeat(52)).to_ascii_uppercase();
        assert_eq!(prove(&evidence(key.as_bytes())).verdict, Valid);
        let wrong = key.replacen("888", "898", 1);
        assert_eq!(prove(&evidence(wrong.as_bytes())).verdict, Invalid);
        assert_eq!(prove(&evidence(b"no digits")).verdict, Invalid);
    }
}

//! Keys of Azure. Those made since 2022 carry a mark that names the service, and a checksum; the layouts
//! and the seeds are those of Microsoft's `security-utilities`. Older ones are random bytes in base64,
//! and nothing could be checked of them.

use super::marvin::hash32;
use super::{Evidence, Proof, encoding};
use crate::ruleset::checksum::base62;

/// How the keys of the emulators of Storage (Azurite) and Cosmos DB begin, which Microsoft publishes.
const EMULATORS: [&[u8]; 2] = [b"Eby8vdM02xNOcqFl", b"C2y6yDjf5/R+ob0N"];

/// The mark of a service, and the seeds of its kinds of keys.
type Service = (&'static [u8; 4], &'static [&'static [u8; 8]]);
const MESSAGING: &[&[u8; 8]] = &[
    b"Send0000",
    b"Listen00",
    b"Manage00",
    b"System00",
    b"Unknown0",
];
const SERVICES: &[Service] = &[
    (b"+ABa", &[b"AbAcct00"]),
    (b"+ACR", &[b"ACRDflt0"]),
    (b"+AEh", MESSAGING),
    (b"+AMC", &[b"Classic0"]),
    (b"+ARm", MESSAGING),
    (b"+ASb", MESSAGING),
    (b"+ASt", &[b"Default0"]),
    (
        b"ACDb",
        &[
            b"MastRW00",
            b"MastRO00",
            b"SystRW00",
            b"SystRO00",
            b"SysAll00",
            b"Resour00",
            b"Encryp00",
        ],
    ),
    (b"AIoT", &[b"IoTHub00", b"DpsKey00", b"Device00"]),
    (
        b"APIM",
        &[b"Tenant00", b"IoTHub00", b"Gatewy00", b"GitKey00"],
    ),
    (b"AZEG", &[ANNOTATED_SEED]),
    (b"AzCa", &[b"Access00"]),
    (b"AzFu", &[b"Functi00", b"System00", b"Master00"]),
    (b"AzSe", &[b"Query000", b"PAdmin00"]),
];

/// What every common annotated key has behind its 52 random characters.
const ANNOTATED: &[u8] = b"JQQJ9";
const ANNOTATED_SEED: &[u8; 8] = b"Default0";
/// Characters that the checksum of a common annotated key covers.
const ANNOTATED_LEN: usize = 80;

/// Digits of the checksum in client secrets of Entra, in the order of their values.
const ENTRA: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// Proves the key of a resource: storage, databases, messaging, functions, search and others.
pub(super) fn key(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    if EMULATORS.iter().any(|head| secret.starts_with(head)) {
        return Proof::public("the published key of Microsoft's emulator");
    }
    let fits = match secret.get(52..52 + ANNOTATED.len()) == Some(ANNOTATED) {
        true => Some(is_annotated(secret)),
        false => is_marked(secret),
    };
    match fits {
        Some(true) => Proof::valid("its checksum is right, as Azure writes it into keys"),
        // Not all seeds are published, and no genuine key was at hand.
        Some(false) => Proof::neutral("its checksum could not be confirmed"),
        None => Proof::neutral("as older keys of Azure it has no checksum"),
    }
}

/// A client secret of Entra: the last three characters begin the checksum of those before them. Only
/// secrets with an `8` before their mark have one.
pub(super) fn client_secret(evidence: &Evidence<'_>) -> Proof {
    let fits = evidence.secret.split_last_chunk::<3>();
    let fits = fits.is_some_and(|(body, tail)| {
        let mut rest = hash32(body, *b"AadPwd00") as usize;
        let mut digits = Vec::new();
        while rest > 0 {
            digits.push(ENTRA[rest % ENTRA.len()]);
            rest /= ENTRA.len();
        }
        digits.iter().rev().take(3).eq(tail)
    });
    match (evidence.secret.get(3), fits) {
        (Some(b'8'), true) => Proof::valid("its checksum is right, as Entra writes it"),
        (Some(b'8'), false) => Proof::neutral("its checksum could not be confirmed"),
        _ => Proof::neutral("as other client secrets of Entra it has no checksum"),
    }
}

/// Whether the last four bytes are the checksum of those before the mark's end; `None` if there is no mark
/// where keys have it, before the last six characters.
fn is_marked(secret: &[u8]) -> Option<bool> {
    let padding = secret.iter().rev().take_while(|&&byte| byte == b'=');
    let text = &secret[..secret.len() - padding.count()];
    let (head, _) = text.split_last_chunk::<6>()?;
    let (_, mark) = head.split_last_chunk::<4>()?;
    let (_, seeds) = SERVICES.iter().find(|(known, _)| *known == mark)?;
    let bytes = encoding::base64(text)?;
    let (body, sum) = bytes.split_last_chunk::<4>()?;
    let sum = u32::from_le_bytes(*sum);
    Some(seeds.iter().any(|seed| hash32(body, **seed) == sum))
}

/// Whether a common annotated key ends in its checksum: the beginning of its six digits in base62, or
/// in older keys its bytes in base64.
fn is_annotated(secret: &[u8]) -> bool {
    let Some((covered, tail)) = secret.split_at_checked(ANNOTATED_LEN) else {
        return false;
    };
    let Some(bytes) = encoding::base64(covered) else {
        return false;
    };
    let sum = hash32(&bytes, *ANNOTATED_SEED);
    let digits = tail.split(|&byte| byte == b'=').next().unwrap_or_default();
    let raw = encoding::base64(digits).unwrap_or_default();
    // Of six digits the last one lost four of its bits.
    let digits = &digits[..digits.len().min(5)];
    let is_raw = raw.len() >= 3 && sum.to_le_bytes().starts_with(&raw);
    is_raw || (digits.len() >= 4 && annotated_sum(sum).starts_with(digits))
}

/// A checksum as common annotated keys spell it: its bytes in base62 with zeros behind them, where others
/// have them in front.
fn annotated_sum(sum: u32) -> Vec<u8> {
    let number = sum.swap_bytes();
    let zeros = number.leading_zeros() as usize / 8;
    let digits = base62(number)
        .into_iter()
        .skip_while(|&digit| digit == b'0');
    let mut text: Vec<u8> = std::iter::repeat_n(b'0', zeros).chain(digits).collect();
    text.resize(6, b'0');
    text
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Neutral, Public, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    fn verdict(key: &str) -> super::super::Verdict {
        super::key(&evidence(key.as_bytes())).verdict
    }

    /// A key of so many bytes with a service's mark and the checksum from a seed.
    fn marked(len: usize, mark: &str, seed: &[u8; 8]) -> Vec<u8> {
        let random: Vec<u8> = (0..len).map(|at| (at * 37 + 11) as u8).collect();
        let text = STANDARD.encode(random);
        let mark_at = text.trim_end_matches('=').len() - 10;
        let text = format!("{}{mark}{}", &text[..mark_at], &text[mark_at + 4..]);
        let mut bytes = STANDARD.decode(text).unwrap();
        let sum = hash32(&bytes[..len - 4], *seed).to_le_bytes();
        bytes[len - 4..].copy_from_slice(&sum);
        bytes
    }

    #[test]
    fn a_checksum_confirms_with_the_service_s_own_seed_only() {
        for (len, mark, seed) in [
            (64, "+ASt", b"Default0"),
            (64, "ACDb", b"MastRW00"),
            (64, "+ABa", b"AbAcct00"),
            (32, "AzCa", b"Access00"),
            (32, "+ASb", b"Manage00"),
            (39, "AzSe", b"PAdmin00"),
            (39, "+ACR", b"ACRDflt0"),
        ] {
            let key = STANDARD.encode(marked(len, mark, seed));
            assert_eq!(verdict(&key), Valid, "{mark}");
            let other = STANDARD.encode(marked(len, mark, b"Nothing0"));
            assert_eq!(verdict(&other), Neutral, "{mark}");
        }
        let function = URL_SAFE.encode(marked(40, "AzFu", b"Functi00"));
        assert_eq!(verdict(&function), Valid);
    }

    #[test]
    fn a_common_annotated_key_is_confirmed_in_every_form() {
        let body = format!("{}JQQJ99BAACAAAAAAAAAAAAACOG", "q8Zt".repeat(13));
        let body = format!("{}{}", &body[..76], "ACOG");
        let sum = hash32(&STANDARD.decode(&body).unwrap(), *b"Default0");
        let digits = String::from_utf8(annotated_sum(sum)).unwrap();
        let raw = STANDARD.encode(&sum.to_le_bytes()[..3]);
        assert_eq!(verdict(&format!("{body}{}", &digits[..4])), Valid);
        assert_eq!(verdict(&format!("{body}{digits}==")), Valid);
        assert_eq!(verdict(&format!("{body}{raw}")), Valid);
        assert_eq!(verdict(&format!("{body}0000")), Neutral);
        assert_eq!(verdict(&body[..70]), Neutral);
    }

    #[test]
    fn a_short_checksum_has_its_zeros_behind() {
        assert_eq!(annotated_sum(1_u32.swap_bytes()), b"000100");
        assert_eq!(annotated_sum(u32::MAX), b"4gfFC3");
    }

    #[test]
    fn a_client_secret_ends_in_its_checksum() {
        let body = format!("Ab38Q~{}", "x9.Kf-2".repeat(5));
        let body = &body[..37];
        let mut rest = hash32(body.as_bytes(), *b"AadPwd00") as usize;
        let mut digits = String::new();
        while rest > 0 {
            digits.insert(0, char::from(ENTRA[rest % 66]));
            rest /= 66;
        }
        let verdict = |secret: &str| client_secret(&evidence(secret.as_bytes())).verdict;
        assert_eq!(verdict(&format!("{body}{}", &digits[..3])), Valid);
        assert_eq!(verdict(&format!("{body}~~~")), Neutral);
        assert_eq!(verdict(&body.replace('8', "7")), Neutral);
    }

    #[test]
    fn older_keys_and_the_emulators_are_known() {
        let older = format!("{}==", "Ab3d".repeat(21) + "xy");
        assert_eq!(verdict(&older), Neutral);
        assert_eq!(verdict(std::str::from_utf8(EMULATORS[0]).unwrap()), Public);
    }
}

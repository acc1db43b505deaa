//! rclone's obscured passwords: AES-256 in counter mode under a key that is in rclone itself
//! (`fs/config/obscure`), the counter's start first, in base64url. So everybody can read them.

use super::{Evidence, Proof, encoding};
use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};

/// The key of every rclone.
const KEY: [u8; 32] = [
    0x9c, 0x93, 0x5b, 0x48, 0x73, 0x0a, 0x55, 0x4d, 0x6b, 0xfd, 0x7c, 0x63, 0xc8, 0x86, 0xa9, 0x2b,
    0xd3, 0x90, 0x19, 0x8e, 0xb8, 0x12, 0x8a, 0xfb, 0xf4, 0xde, 0x16, 0x2b, 0x8b, 0x95, 0xf6, 0x38,
];
/// Fewest bytes of a password that cannot be text by chance: of eight random bytes one in a thousand
/// is.
const FEWEST: usize = 8;

/// Reads the password. Text is what a wrong key does not make.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let Some(password) = revealed(evidence.secret) else {
        return Proof::invalid("it is too short for what `rclone obscure` makes");
    };
    let is_text = std::str::from_utf8(&password).is_ok_and(|text| !text.contains(char::is_control));
    let proof = match (is_text, password.len()) {
        (true, FEWEST..) => Proof::valid("it can be read with the key that every rclone has"),
        (true, _) => Proof::neutral("read with the key that every rclone has, it is a short text"),
        (false, _) => Proof::invalid("read with the key that every rclone has, it is no text"),
    };
    match is_text {
        true => proof.normalised(password),
        false => proof,
    }
}

/// What was obscured; `None` if there is nothing behind the counter's start.
fn revealed(obscured: &[u8]) -> Option<Vec<u8>> {
    let bytes = encoding::base64(obscured)?;
    let (start, password) = bytes.split_first_chunk::<16>()?;
    let mut password = password.to_vec();
    Ctr128BE::<Aes256>::new(&KEY.into(), start.into()).apply_keystream(&mut password);
    (!password.is_empty()).then_some(password)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Valid};
    use super::super::tests::evidence;
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn obscured(password: &[u8]) -> String {
        let start = [b'a'; 16];
        let mut bytes = password.to_vec();
        Ctr128BE::<Aes256>::new(&KEY.into(), &start.into()).apply_keystream(&mut bytes);
        URL_SAFE_NO_PAD.encode([start.as_slice(), &bytes].concat())
    }

    fn told(obscured: &str) -> (super::super::Verdict, Option<Vec<u8>>) {
        let proof = prove(&evidence(obscured.as_bytes()));
        (proof.verdict, proof.normalised)
    }

    #[test]
    fn the_key_is_rclone_s() {
        let (verdict, password) = told("YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ");
        assert_eq!(
            (verdict, password.as_deref()),
            (Neutral, Some(b"potato".as_slice()))
        );
    }

    #[test]
    fn a_text_is_confirmed_and_is_the_secret() {
        for password in ["tulips in may", "mötley-crüe-81", &"long ".repeat(40)] {
            let (verdict, revealed) = told(&obscured(password.as_bytes()));
            assert_eq!((verdict, revealed), (Valid, Some(password.into())));
        }
    }

    #[test]
    fn noise_and_nothing_are_refused() {
        assert_eq!(told(&obscured(&[0xff; 12])), (Invalid, None));
        assert_eq!(told(&obscured(b"tab\tand\x07bell")), (Invalid, None));
        assert_eq!(told(&obscured(b"")), (Invalid, None));
    }
}

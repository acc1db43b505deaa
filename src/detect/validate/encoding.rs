//! Base64 as it stands in the wild: either alphabet, padded or not, with sloppy last bits.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The bytes that `text` stands for; `None` if it is not base64.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe = memchr::memchr2(b'-', b'_', text).is_some();
    engine(if url_safe { &URL_SAFE } else { &STANDARD })
        .decode(text)
        .ok()
}

fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, lenient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_with_and_without_padding() {
        assert_eq!(base64(b"+/8="), Some(vec![0xfb, 0xff]));
        assert_eq!(base64(b"-_8"), Some(vec![0xfb, 0xff]));
        assert_eq!(base64(b"+_8"), None);
        assert_eq!(base64(b"no text"), None);
    }
}

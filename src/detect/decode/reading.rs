//! An assigned value in base64, as manifests of Kubernetes and `.npmrc` hold them: too short to be
//! told by itself, but its place says that it is a secret, and then what it says is the secret.

use super::digits::{Digits, is_digit};

/// Shortest value without padding that is taken for base64, in digits: of shorter ones, one in some
/// hundred reads as text by chance.
const UNPADDED: usize = 12;
/// Shortest text.
const SHORTEST: usize = 3;

/// What a value says, if it is base64 of a line of text.
pub(in crate::detect) fn reading(value: &[u8]) -> Option<Vec<u8>> {
    let padding = value.iter().rev().take(2).take_while(|&&byte| byte == b'=');
    let digits = &value[..value.len() - padding.count()];
    let padded = digits.len() < value.len();
    let whole = value.len().is_multiple_of(4) && digits.iter().all(|&byte| is_digit(byte));
    if !whole || !(padded || value.len() >= UNPADDED) {
        return None;
    }
    let mut text = Digits::Base64.decode(digits);
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    let legible = text.iter().all(|byte| matches!(byte, b' '..=b'~'));
    (legible && text.len() >= SHORTEST).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_a_line_is_read() {
        for (value, text) in [
            ("dHVsaXBzLTk5", "tulips-99"),
            ("dHVsaXBzCg==", "tulips"),
            ("aG9uZXk=", "honey"),
        ] {
            assert_eq!(reading(value.as_bytes()).as_deref(), Some(text.as_bytes()));
        }
    }

    #[test]
    fn passwords_and_keys_are_no_base64_of_text() {
        for value in [
            "tulips99",
            "hunter2222222222",
            "aG9uZXkx",
            "vJ8kq2Zr9Lw4XnQ7sT0b",
            "a=",
            "",
        ] {
            assert_eq!(reading(value.as_bytes()), None, "{value}");
        }
    }
}

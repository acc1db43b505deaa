//! The escapes of URLs (RFC 3986, section 2.1).

/// Undoes `%XX`; anything that is no escape stays as it is.
pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte == b'%').then(|| escaped(tail)).flatten() {
            Some(value) => {
                plain.push(value);
                rest = &tail[2..];
            }
            None => {
                plain.push(byte);
                rest = tail;
            }
        }
    }
    plain
}

/// The byte that two hex digits at the start of `text` stand for.
fn escaped(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_escapes_are_undone() {
        assert_eq!(decoded(b"p%40ss%2"), b"p@ss%2");
        assert_eq!(decoded(b"%zz%%41"), b"%zz%A");
    }
}

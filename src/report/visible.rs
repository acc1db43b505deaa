//! Makes scanned text harmless to look at. Whoever builds an image chooses its file names and
//! instructions, so they may hold terminal escapes, line breaks or characters that reorder or
//! hide what stands beside them. They are shown as escapes, never interpreted and never dropped.

use std::fmt::Write;

/// The text with control characters as `\n` or `\x1b`, invisible and reordering ones as
/// `\u{202e}`, and bytes that are no UTF-8 as `\xff`.
///
/// A backslash stays as it is: the result is for reading, not for decoding.
pub fn visible(bytes: &[u8]) -> String {
    escape(bytes, needs_escape)
}

/// The text as it is, with only those bytes escaped that no string can hold.
pub(super) fn lossless(bytes: &[u8]) -> String {
    escape(bytes, |_| false)
}

fn escape(bytes: &[u8], wanted: fn(char) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            if wanted(char) {
                push_escape(&mut text, char);
            } else {
                text.push(char);
            }
        }
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

fn push_escape(text: &mut String, char: char) {
    let _ = match char {
        '\n' | '\r' | '\t' => write!(text, "{}", char.escape_default()),
        '\0'..='\x7f' => write!(text, "\\x{:02x}", u32::from(char)),
        _ => write!(text, "\\u{{{:x}}}", u32::from(char)),
    };
}

/// Control characters (C0, DEL, C1), line and paragraph separators, and what Unicode calls format
/// characters: marks of direction, joiners, zero-width spaces, tags.
fn needs_escape(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_or_hides_text_is_left() {
        let table: [(&[u8], &str); 8] = [
            (b"plain \xc3\xa9 text", "plain \u{e9} text"),
            (b"\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
            (b"a\nb\rc\td\0\x7f", r"a\nb\rc\td\x00\x7f"),
            ("a\u{9b}31m".as_bytes(), r"a\u{9b}31m"),
            ("x\u{202e}gpj.exe".as_bytes(), r"x\u{202e}gpj.exe"),
            ("a\u{200b}b\u{feff}".as_bytes(), r"a\u{200b}b\u{feff}"),
            (b"caf\xe9.txt", r"caf\xe9.txt"),
            (b"C:\\temp", r"C:\temp"),
        ];
        for (input, expected) in table {
            assert_eq!(visible(input), expected);
        }
    }

    #[test]
    fn lossless_text_escapes_only_what_is_no_text() {
        assert_eq!(lossless(b"-----\nAB\x1b\xff"), "-----\nAB\x1b\\xff");
    }
}

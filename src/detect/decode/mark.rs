//! The escapes of four families, each told by the mark that it begins with. Only escapes of ASCII
//! characters are read: no token holds others.

use std::ops::RangeInclusive;

/// A family of escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// `%3D` (RFC 3986, section 2.1).
    Percent,
    /// `\u003d`, `\x3d`, `\075` and `\/` of JSON, JavaScript and C.
    Backslash,
    /// `&quot;`, `&#61;`, `&#x3d;` of HTML and XML.
    Entity,
    /// `=3D` and soft line breaks of quoted-printable (RFC 2045, section 6.7).
    Quoted,
}

/// An escape: the byte that it stands for, if any, and its length.
pub(super) type Escape = (Option<u8>, usize);

/// Lengths of the lines that a mailer breaks softly within a word, with the `=` that says so: it fills
/// them as far as RFC 2045 lets it. `=` also ends lines of code, and padded base64.
const BROKEN_LINE: RangeInclusive<usize> = 70..=76;
/// Most backslashes in a row that are counted: those of a text that was escaped four times.
const MOST_BACKSLASHES: usize = 16;
/// Bytes in which escaped line ends are looked at.
const LINE_ENDS: usize = 32;
/// The entities that have names.
const NAMED: [(&[u8], u8); 6] = [
    (b"&quot;", b'"'),
    (b"&amp;", b'&'),
    (b"&apos;", b'\''),
    (b"&lt;", b'<'),
    (b"&gt;", b'>'),
    (b"&nbsp;", b' '),
];

impl Mark {
    /// The family of this mark.
    pub(super) const fn of(byte: u8) -> Self {
        match byte {
            b'%' => Self::Percent,
            b'\\' => Self::Backslash,
            b'&' => Self::Entity,
            _ => Self::Quoted,
        }
    }

    /// The mark itself.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Percent => b'%',
            Self::Backslash => b'\\',
            Self::Entity => b'&',
            Self::Quoted => b'=',
        }
    }

    /// The name that reports use.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Backslash => "backslash",
            Self::Entity => "entities",
            Self::Quoted => "quoted-printable",
        }
    }

    /// The escape at the start of this text.
    pub(super) fn read(self, text: &[u8]) -> Option<Escape> {
        match self {
            Self::Percent => Some((Some(hex(text.get(1..3)?)?), 3)),
            Self::Backslash => backslash(text),
            Self::Entity => entity(text),
            Self::Quoted => quoted(text),
        }
    }

    /// Whether there is an escape at `at` that a rule would stumble over. Others are common, and the
    /// rules know them (`\"`) or don't care (`&lt;`, `%20`). A line end counts where a line begins
    /// behind it: the rule that asks for its begin, or for that of a word, does not see it there.
    pub(super) fn is_obstacle(self, text: &[u8], at: usize) -> bool {
        let rest = &text[at..];
        let Some((byte, _)) = self.read(rest) else {
            return false;
        };
        let is_shown = byte.is_some_and(|byte| byte.is_ascii_graphic() || byte == b'\n');
        match self {
            Self::Percent => is_shown,
            Self::Backslash if is_escaped(text, at) => false,
            Self::Backslash => {
                let is_hidden = is_shown && !is_plain(rest[1]);
                is_hidden || opens_line(rest) || rest.starts_with(b"\\\\\\\"")
            }
            Self::Entity => is_shown && !matches!(byte, Some(b'<' | b'>')),
            Self::Quoted => rest.starts_with(b"=3D") || byte.is_none() && ends_long_line(text, at),
        }
    }
}

/// Whether an escape with this second character is one that patterns allow for.
fn is_plain(second: u8) -> bool {
    b"\\\"'nrt".contains(&second)
}

/// Whether the backslash here is what the one before it stands for.
fn is_escaped(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(MOST_BACKSLASHES)..at];
    let count = before
        .iter()
        .rev()
        .take_while(|&&byte| byte == b'\\')
        .count();
    !count.is_multiple_of(2)
}

/// Whether this is an escaped line end, or several, and the begin of a line; however often it was
/// escaped.
fn opens_line(text: &[u8]) -> bool {
    let (mut rest, mut ended) = (&text[..text.len().min(LINE_ENDS)], false);
    loop {
        let backslashes = rest.iter().take_while(|&&byte| byte == b'\\').count();
        let letter = &rest[backslashes..];
        match (backslashes > 0, letter) {
            (true, [b'n', behind @ ..]) => (rest, ended) = (behind, true),
            (true, [b'r', behind @ ..]) => rest = behind,
            (true, [b't', ..]) => return ended,
            (false, [next, ..]) => return ended && begins_line(*next),
            _ => return false,
        }
    }
}

fn begins_line(byte: u8) -> bool {
    !matches!(byte, b'"' | b'\'' | b'`') && matches!(byte, b' '..=b'~')
}

fn ends_long_line(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(*BROKEN_LINE.end())..at];
    let start = memchr::memrchr(b'\n', before);
    let length = before.len() - start.map_or(0, |start| start + 1);
    BROKEN_LINE.contains(&(length + 1)) && !before.ends_with(b"=")
}

/// Two hex digits of an ASCII character that is printed, or white space.
fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = (digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?) as u8;
    is_ascii_text(byte).then_some(byte)
}

/// Three octal digits of such a character.
fn octal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    let byte = u8::from_str_radix(digits, 8).ok()?;
    is_ascii_text(byte).then_some(byte)
}

fn is_ascii_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn backslash(text: &[u8]) -> Option<Escape> {
    let second = *text.get(1)?;
    match second {
        b'u' => Some((Some(hex(text.get(2..6)?.strip_prefix(b"00")?)?), 6)),
        b'x' => Some((Some(hex(text.get(2..4)?)?), 4)),
        b'0' | b'1' => Some((Some(octal(text.get(1..4)?)?), 4)),
        b'n' => Some((Some(b'\n'), 2)),
        b'r' => Some((Some(b'\r'), 2)),
        b't' => Some((Some(b'\t'), 2)),
        b'/' | b'\\' | b'"' | b'\'' => Some((Some(second), 2)),
        _ => None,
    }
}

fn entity(text: &[u8]) -> Option<Escape> {
    if let Some((name, byte)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((Some(*byte), name.len()));
    }
    const LONGEST: usize = 6;
    let number = text.strip_prefix(b"&#")?;
    let length = number.iter().take(LONGEST).position(|&byte| byte == b';')?;
    let digits = std::str::from_utf8(&number[..length]).ok()?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    let byte = code.ok().filter(|&byte| is_ascii_text(byte))?;
    Some((Some(byte), length + 3))
}

fn quoted(text: &[u8]) -> Option<Escape> {
    match text.get(1..)? {
        [b'\n', ..] => Some((None, 2)),
        [b'\r', b'\n', ..] => Some((None, 3)),
        [high, low, ..] if !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {
            Some((Some(hex(&[*high, *low])?), 3))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Escape> {
        Mark::of(text.as_bytes()[0]).read(text.as_bytes())
    }

    #[test]
    fn each_family_is_read() {
        for (text, byte, length) in [
            ("%3Dx", b'=', 3),
            ("%3d", b'=', 3),
            ("\\u003D", b'=', 6),
            ("\\x3d;", b'=', 4),
            ("\\0755", b'=', 4),
            ("&#10;", b'\n', 5),
            ("\\/", b'/', 2),
            ("\\\"", b'"', 2),
            ("&quot;", b'"', 6),
            ("&#61;", b'=', 5),
            ("&#x3D;", b'=', 6),
            ("=3D", b'=', 3),
        ] {
            assert_eq!(read(text), Some((Some(byte), length)), "{text}");
        }
        assert_eq!(read("=\n"), Some((None, 2)));
        assert_eq!(read("=\r\n"), Some((None, 3)));
    }

    #[test]
    fn what_only_looks_alike_or_is_no_ascii_is_left() {
        for text in [
            "%", "%3", "%zz", "%C3%A9", "%00", "\\", "\\u00e9", "\\u4e2d", "\\d", "\\x1b", "\\033",
            "\\08", "&", "&lambda;", "&#8364;", "&#x20AC;", "=3d", "= ", "=",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_what_hides_something_from_a_rule_is_an_obstacle() {
        let is_obstacle =
            |text: &str, at| Mark::of(text.as_bytes()[at]).is_obstacle(text.as_bytes(), at);
        for text in [
            "%3D",
            "%0A",
            "\\u003d",
            "\\075",
            "\\/",
            "\\\\\\\"",
            "\\nkey",
            "\\n\\tkey",
            "\\r\\n\\r\\nkey",
            "\\\\n\\\\nkey",
            "&quot;",
            "&#10;",
            "=3D",
        ] {
            assert!(is_obstacle(text, 0), "{text}");
        }
        for text in [
            "%20", "\\n\"", "\\n\\n", "\\n", "\\\"", "&lt;", "=20", "=\n",
        ] {
            assert!(!is_obstacle(text, 0), "{text}");
        }
    }

    #[test]
    fn a_soft_line_break_ends_a_full_line_and_is_no_padding() {
        for (length, breaks) in [
            (60, false),
            (69, true),
            (75, true),
            (76, false),
            (120, false),
        ] {
            let text = format!("one\n{}=\nrest", "x".repeat(length));
            assert_eq!(
                Mark::Quoted.is_obstacle(text.as_bytes(), 4 + length),
                breaks,
                "{length}"
            );
        }
    }
}

//! Puts the text of an armored key right: PEM (RFC 7468), its older form with headers (RFC 1421)
//! and PGP (RFC 9580, section 6.2). Undoes what strings in JSON, YAML, XML, URLs and source code do
//! to line breaks; whatever then is no base64 character carries nothing and is left out.

/// An armored text taken apart.
#[derive(Debug)]
pub(in crate::detect::validate) struct Armor {
    /// What stands between `BEGIN` and the dashes.
    pub label: Vec<u8>,
    /// All base64 characters of the body.
    pub base64: Vec<u8>,
    /// Whether a `Proc-Type` header says that it is encrypted (RFC 1421, section 4.6.1.1).
    pub encrypted: bool,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END";
const DASHES: &[u8] = b"-----";
/// A header line with at least this many characters behind its value is one whose line breaks
/// became spaces.
const FLATTENED: usize = 64;

impl Armor {
    /// Takes `text` apart; `None` if the marks are not there.
    pub(in crate::detect::validate) fn parse(text: &[u8]) -> Option<Self> {
        let (_, rest) = split_at(text, BEGIN)?;
        let (label, rest) = split_at(rest, DASHES)?;
        let (body, _) = split_at(rest, END)?;
        let body = put_right(&unmarked(body));
        let mut base64 = Vec::with_capacity(body.len());
        for line in body.split(|&byte| byte == b'\n') {
            base64.extend(data_of(line).filter(|byte| is_base64(*byte)));
        }
        Some(Self {
            label: label.to_vec(),
            base64,
            encrypted: memchr::memmem::find(&body, b"4,ENCRYPTED").is_some(),
        })
    }
}

/// What stands before and after the first `mark`.
fn split_at<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// The part of a line that holds data: all of it, or, of a header line, what follows the last
/// header's value if the whole armor stands on that line.
fn data_of(line: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let data = match memchr::memrchr(b':', line) {
        None => line,
        Some(colon) => {
            let value = line[colon + 1..].trim_ascii_start();
            let end = value.iter().position(u8::is_ascii_whitespace);
            end.map(|end| &value[end..])
                .filter(|rest| rest.len() >= FLATTENED)
                .unwrap_or_default()
        }
    };
    data.iter().copied()
}

/// The lines without what each of them begins with, if that is what stands before the last mark: those
/// of a patch, a comment, a quotation. Quotes are left, because they tell where data begins.
fn unmarked(body: &[u8]) -> Vec<u8> {
    let last = memchr::memrchr(b'\n', body).map_or(&b""[..], |at| &body[at + 1..]);
    let mark = if last.iter().any(is_quote) { b"" } else { last };
    let mut lines = body.split(|&byte| byte == b'\n');
    let first = lines.next();
    let rest: Option<Vec<&[u8]>> = lines.map(|line| line.strip_prefix(mark)).collect();
    match (first, rest) {
        (Some(first), Some(rest)) => [&[first], &*rest].concat().join(&b'\n'),
        _ => body.to_vec(),
    }
}

fn is_quote(byte: &u8) -> bool {
    b"\"'`".contains(byte)
}

/// The body with real line breaks and without the quotes of the language it stands in.
fn put_right(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(body.len());
    for (at, line) in body.split(|&byte| byte == b'\n').enumerate() {
        unescape(&inside_quotes(line, at == 0), &mut plain);
        plain.push(b'\n');
    }
    plain
}

/// Of a line of string literals, what stands inside them; any other line as it is. The first line
/// begins inside, because the quote stands before `-----BEGIN`.
fn inside_quotes(line: &[u8], first: bool) -> Vec<u8> {
    let before_quote = line.iter().take_while(|byte| !is_quote(byte));
    let opens = line.iter().any(is_quote)
        && before_quote
            .clone()
            .all(|byte| !byte.is_ascii_alphanumeric());
    if !first && !opens {
        return line.to_vec();
    }
    line.split(is_quote)
        .skip(usize::from(!first))
        .step_by(2)
        .flatten()
        .copied()
        .collect()
}

/// Undoes the escapes of JSON and its kin, of URLs and of XML, as far as they can stand in armor.
fn unescape(text: &[u8], plain: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let (value, used) = match byte {
            b'\\' => backslash(tail),
            b'%' => hex(tail, 2).map_or((b'%', 0), |value| (value, 2)),
            b'&' => entity(tail),
            _ => (byte, 0),
        };
        plain.push(value);
        rest = &tail[used..];
    }
}

/// The byte behind one or more backslashes, and how many bytes it took.
fn backslash(tail: &[u8]) -> (u8, usize) {
    let more = tail.iter().take_while(|&&byte| byte == b'\\').count();
    let code = &tail[more..];
    match code.split_first() {
        Some((b'n' | b'r' | b't', _)) => (b'\n', more + 1),
        Some((b'u', digits)) => hex(digits, 4).map_or((b' ', more), |value| (value, more + 5)),
        Some((b'x', digits)) => hex(digits, 2).map_or((b' ', more), |value| (value, more + 3)),
        _ => (b' ', more),
    }
}

/// A numeric character reference is a line break here: no other character of armor needs one.
fn entity(tail: &[u8]) -> (u8, usize) {
    let end = tail.iter().take(7).position(|&byte| byte == b';');
    match end {
        Some(end) if tail.starts_with(b"#") => (b'\n', end + 1),
        _ => (b'&', 0),
    }
}

/// The byte that the first `digits` hex digits stand for.
fn hex(text: &[u8], digits: usize) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..digits)?).ok()?;
    u32::from_str_radix(digits, 16).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_no_data() {
        let text = b"-----BEGIN X-----\nVersion: GnuPG v2\nComment: Bob's key\n\nQUJD\nREVG\n-----END X-----";
        let armor = Armor::parse(text).unwrap();
        assert_eq!(armor.label, b"X");
        assert_eq!(armor.base64, b"QUJDREVG");
        assert!(!armor.encrypted);
    }

    #[test]
    fn marks_that_all_lines_have_are_no_data() {
        for mark in ["+", "# ", "> ", "/ x"] {
            let text =
                format!("{mark}-----BEGIN X-----\n{mark}QUJD\n{mark}+EVG\n{mark}-----END X-----");
            assert_eq!(
                Armor::parse(text.as_bytes()).unwrap().base64,
                b"QUJD+EVG",
                "{mark}"
            );
        }
        let text = b"-----BEGIN X-----\n+UJD\n+EVG\n-----END X-----";
        assert_eq!(Armor::parse(text).unwrap().base64, b"+UJD+EVG");
    }

    #[test]
    fn an_unfinished_armor_is_none() {
        assert!(Armor::parse(b"-----BEGIN X-----\nQUJD").is_none());
        assert!(Armor::parse(b"-----BEGIN X").is_none());
    }

    #[test]
    fn escapes_that_are_none_cost_nothing_but_themselves() {
        let mut plain = Vec::new();
        unescape(br"a\u00zz%zz&amp;\", &mut plain);
        assert_eq!(plain, b"a u00zz%zz&amp; ");
    }
}

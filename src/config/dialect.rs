//! Patterns written for Go's `regexp`, in the syntax of the `regex` crate. The two are close; what
//! differs is what Go takes literally: a brace that opens no repetition, a bracket or an operator
//! of sets inside a class, and everything in `\Q...\E`.

/// The same pattern as the `regex` crate reads it.
pub(super) fn translated(go: &str) -> String {
    let mut out = String::with_capacity(go.len() + 8);
    let mut rest = go;
    while !rest.is_empty() {
        rest = match rest.as_bytes() {
            [b'\\', b'Q', ..] => quoted(&rest[2..], &mut out),
            [b'\\', ..] => copied(rest, escape(rest), &mut out),
            [b'[', ..] => class(rest, &mut out),
            [b'{', ..] if repetition(rest).is_none() => escaped(rest, &mut out),
            [b'{', ..] => copied(rest, repetition(rest).unwrap_or(1), &mut out),
            _ => copied(rest, first(rest), &mut out),
        };
    }
    out
}

/// Copies this many bytes and returns what follows.
fn copied<'p>(rest: &'p str, length: usize, out: &mut String) -> &'p str {
    let (taken, behind) = rest.split_at(length);
    out.push_str(taken);
    behind
}

/// Copies one character, behind a backslash.
fn escaped<'p>(rest: &'p str, out: &mut String) -> &'p str {
    out.push('\\');
    copied(rest, first(rest), out)
}

/// Copies what stands before `\E`, all of it literal.
fn quoted<'p>(rest: &'p str, out: &mut String) -> &'p str {
    let (text, behind) = rest.split_once(r"\E").unwrap_or((rest, ""));
    out.push_str(&regex_syntax::escape(text));
    behind
}

/// Copies a class in brackets. A `]` that comes first belongs to it, and of brackets inside only
/// names like `[:alpha:]` mean something.
fn class<'p>(rest: &'p str, out: &mut String) -> &'p str {
    let opening = if rest.starts_with("[^") { 2 } else { 1 };
    let mut rest = copied(rest, opening, out);
    if rest.starts_with(']') {
        rest = escaped(rest, out);
    }
    while !rest.is_empty() {
        rest = match rest.as_bytes() {
            [b']', ..] => return copied(rest, 1, out),
            [b'\\', ..] => copied(rest, escape(rest), out),
            [b'[', b':', ..] => copied(rest, rest.find(":]").map_or(1, |at| at + 2), out),
            [b'[', ..] => escaped(rest, out),
            [b'&', b'&', ..] | [b'~', b'~', ..] => {
                let rest = escaped(rest, out);
                escaped(rest, out)
            }
            _ => copied(rest, first(rest), out),
        };
    }
    rest
}

/// Length of the first character.
fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// Length of an escape, up to and with the braces of `\x{...}` and `\p{...}`.
fn escape(text: &str) -> usize {
    let length = 1 + first(&text[1..]);
    let takes_braces = text[1..].starts_with(['x', 'p', 'P']);
    match text[length..].strip_prefix('{') {
        Some(inner) if takes_braces => inner.find('}').map_or(length, |at| length + at + 2),
        _ => length,
    }
}

/// Length of `{n}`, `{n,}` or `{n,m}` at the start of the text, if one stands there.
fn repetition(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let (least, most) = text[1..end].split_once(',').unwrap_or((&text[1..end], ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_literally_is_escaped() {
        let table = [
            (r"acme_[0-9a-f]{32}", r"acme_[0-9a-f]{32}"),
            (r"a{2,}b{3,5}c{,4}", r"a{2,}b{3,5}c\{,4}"),
            (r"\$\{[A-Z]+\}|${X}", r"\$\{[A-Z]+\}|$\{X}"),
            (r"{{ \w+ }}", r"\{\{ \w+ }}"),
            (r"[{}\]]{2}", r"[{}\]]{2}"),
            (r"[[a]", r"[\[a]"),
            (r"[]a]", r"[\]a]"),
            (r"[^]a]", r"[^\]a]"),
            (r"[[:alpha:]_]", r"[[:alpha:]_]"),
            (r"[a&&b]", r"[a\&\&b]"),
            (r"\Qa.b{1}\E+", r"a\.b\{1\}+"),
            (r"\x{41}\p{Greek}", r"\x{41}\p{Greek}"),
            ("\\", "\\"),
            (r"é{x}", r"é\{x}"),
        ];
        for (go, rust) in table {
            assert_eq!(translated(go), rust, "{go}");
        }
    }

    #[test]
    fn the_translation_parses() {
        for go in [
            r"a{,4}",
            r"{{ \w+ }}",
            r"[[a]",
            r"[]a]",
            r"[a&&b]",
            r"[a~~b]",
        ] {
            let rust = translated(go);
            assert!(regex_syntax::Parser::new().parse(&rust).is_ok(), "{rust}");
        }
    }
}

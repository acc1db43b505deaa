//! How a value stands in its line: quoted or bare, in code, in configuration, on a command line.
//! The file's name is not asked, because half of all secrets stand in files without a telling one.

use super::Candidate;
use super::key::Key;

/// The way a value is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    /// A string literal.
    Quoted,
    /// A string literal that follows the name's as the next argument: `set("password", "x")`.
    Argument,
    /// Bare, as only shells, environments and markup write it: `KEY=value`, `<key>value</key>`.
    Assigned,
    /// Bare on a line of its own, as configuration writes it and some code too: `key: value`,
    /// `key = value`.
    Loose,
    /// A bare word in code or in running text, where a literal would have quotes.
    Code,
    /// The next word of running text.
    Prose,
}

impl Site {
    /// Reads the bytes around the value.
    pub(super) fn of(candidate: &Candidate<'_>, key: &Key<'_>) -> Self {
        let between = &candidate.text[key.start + key.name.len()..candidate.secret.start];
        let before = line_before(&candidate.text[..key.start]);
        let after = line_after(&candidate.text[candidate.secret.end..]);
        match between.last() {
            Some(b'"' | b'\'' | b'`') if is_argument(between) => argument(before, key),
            Some(b'"' | b'\'' | b'`') => Self::Quoted,
            Some(b'>') if after.starts_with(b"</") => Self::Assigned,
            Some(b'>') => Self::Code,
            _ if between.contains(&b'\n') && key.is_shouted() => Self::Assigned,
            _ if between.contains(&b'\n') => Self::Loose,
            _ if between.trim_ascii().is_empty() => apart(before),
            _ if between == b"=" => tight(before, after, key),
            _ if is_enclosed(before, after) => Self::Loose,
            _ if !(begins_line(before) && ends_value(after)) => Self::Code,
            _ if between.contains(&b':') && key.is_shouted() => Self::Assigned,
            _ => Self::Loose,
        }
    }
}

/// `name=value` without spaces: a shell's assignment, or an argument of a call by name, which stands
/// indented on a line of its own.
fn tight(before: &[u8], after: &[u8], key: &Key<'_>) -> Site {
    let indented = !before.is_empty() && before.trim_ascii().is_empty();
    let is_set_for_command = key.is_shouted() && begins_command(before);
    match () {
        () if after.starts_with(b" ") && (key.is_option() || is_set_for_command) => Site::Assigned,
        () if !ends_value(after) && !follows_assignment(after) => Site::Code,
        () if is_inside_call(before) && !key.is_shouted() => Site::Code,
        () if indented && !key.is_shouted() => Site::Loose,
        () => Site::Assigned,
    }
}

/// The next argument of a call, or the next item of a list; a call that begins with the name of a
/// variable sets it: `define('DB_PASSWORD', 'x')`.
fn argument(before: &[u8], key: &Key<'_>) -> Site {
    let call = before.ends_with(b"('") || before.ends_with(b"(\"");
    if call && key.is_shouted() {
        Site::Quoted
    } else {
        Site::Argument
    }
}

/// A name and a value with nothing but blanks between them: the older form of `ENV`, or prose.
fn apart(before: &[u8]) -> Site {
    match before.trim_ascii() {
        b"ENV" | b"setenv" => Site::Assigned,
        _ => Site::Prose,
    }
}

/// Whether a command may begin here, with variables set for it alone: `A=1 B=2 make`.
fn begins_command(before: &[u8]) -> bool {
    const HEADS: [&[u8]; 11] = [
        b"RUN", b"-c", b"&&", b"||", b"|", b";", b"then", b"do", b"sudo", b"env", b"$",
    ];
    let last = before
        .split(u8::is_ascii_whitespace)
        .rfind(|word| !word.is_empty());
    last.is_none_or(|word| HEADS.contains(&word) || word.contains(&b'='))
}

/// Whether an argument of a call may stand here: `f(password=x`, `f(a, password=x`.
fn is_inside_call(before: &[u8]) -> bool {
    before.ends_with(b"(") || before.ends_with(b", ")
}

/// Whether nothing but a comma stands between two literals.
fn is_argument(between: &[u8]) -> bool {
    between.contains(&b',') && !between.contains(&b'=') && !between.contains(&b':')
}

/// The part of the last line of `text`.
pub(super) fn line_before(text: &[u8]) -> &[u8] {
    &text[memchr::memrchr(b'\n', text).map_or(0, |at| at + 1)..]
}

/// What is left of the line that `text` begins in; a zero byte ends it too.
pub(super) fn line_after(text: &[u8]) -> &[u8] {
    &text[..memchr::memchr2(b'\n', b'\0', text).unwrap_or(text.len())]
}

/// Whether name and value together are one string literal, as in `echo "password: x"`.
fn is_enclosed(before: &[u8], after: &[u8]) -> bool {
    let quote = before.last().filter(|byte| b"\"'`".contains(byte));
    quote.is_some() && quote == after.first()
}

/// Whether nothing but indentation and the marks of a list or of a declaration stands before the
/// name.
fn begins_line(before: &[u8]) -> bool {
    const MARKS: [&[u8]; 9] = [
        b"", b"-", b"export", b"ENV", b"ARG", b"set", b"setenv", b"#", b"//",
    ];
    MARKS.contains(&before.trim_ascii())
}

/// Whether the line goes on with nothing that belongs to the value.
fn ends_value(after: &[u8]) -> bool {
    let after = after.trim_ascii_start();
    after.is_empty()
        || after.starts_with(b"#")
        || after.starts_with(b"\\")
        || after.starts_with(b"\"")
}

/// Whether a word follows that is an assignment, an option, a path or the end of a command, as on a
/// command line or in an `ENV` instruction.
fn follows_assignment(after: &[u8]) -> bool {
    if after.starts_with(b"'") || after.starts_with(b"&") {
        return true;
    }
    let word = after
        .trim_ascii_start()
        .split(u8::is_ascii_whitespace)
        .next();
    after.starts_with(b" ")
        && word.is_some_and(|word| {
            word.contains(&b'=') || word.first().is_some_and(|byte| b"-&|/>".contains(byte))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The site of the value that is set off by `[` and `]` in `line`, behind the name `password`.
    fn site(line: &str) -> Site {
        let (head, rest) = line.split_once('[').unwrap();
        let (value, tail) = rest.split_once(']').unwrap();
        let text = format!("{head}{value}{tail}");
        let start = text.to_lowercase().find("password").unwrap();
        let candidate = Candidate {
            text: text.as_bytes(),
            matched: start..head.len() + value.len(),
            secret: head.len()..head.len() + value.len(),
        };
        Site::of(&candidate, &Key::of(&candidate))
    }

    #[test]
    fn literals_are_quoted() {
        assert_eq!(site("let password = \"[x]\";"), Site::Quoted);
        assert_eq!(site("{\"password\": '[x]'}"), Site::Quoted);
        assert_eq!(site("set(\"password\", \"[x]\")"), Site::Argument);
    }

    #[test]
    fn shells_and_markup_assign() {
        for line in [
            "DB_PASSWORD=[x]",
            "export DB_PASSWORD=[x]",
            "  - PASSWORD=[x]",
            "password=[x]",
            "  DB_PASSWORD: [x]",
            "ENV A=1 DB_PASSWORD=[x] B=2",
            "docker run -e PASSWORD=[x] -d img",
            "<password>[x]</password>",
            "mysql --password=[x]",
            "|1 DB_PASSWORD=[x] /bin/sh -c make",
            "DB_PASSWORD=[x]  # comment",
        ] {
            assert_eq!(site(line), Site::Assigned, "{line}");
        }
    }

    #[test]
    fn a_line_of_its_own_may_be_configuration() {
        for line in [
            "  password: [x]",
            "password = [x]",
            "password: [x]  # comment",
            "    password=[x]",
            "RUN echo \"password: [x]\" > file",
        ] {
            assert_eq!(site(line), Site::Loose, "{line}");
        }
    }

    #[test]
    fn bare_words_elsewhere_are_code() {
        for line in [
            "connect(password=[x], user=y)",
            "this.password = [x];",
            "{password: [x]}",
            "password: [must] be long",
            "let password = [x]",
            "<b>Password>[x]",
            "if user: password = [x]",
        ] {
            assert_eq!(site(line), Site::Code, "{line}");
        }
    }
}

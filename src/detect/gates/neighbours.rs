//! The assignments of a piece of text, by which a value is compared with those around it.

use super::{Candidate, Key};

/// Fewest other names that a value has to belong to before it is nobody's secret. A database, its user
/// and the program are often called like the password.
const OTHERS: usize = 5;
/// What tests and their frameworks call their outcomes (DejaGnu's manual, "Test output states"; automake).
const VERDICTS: [&[u8]; 11] = [
    b"PASS",
    b"FAIL",
    b"XFAIL",
    b"XPASS",
    b"KFAIL",
    b"UNRESOLVED",
    b"UNTESTED",
    b"UNSUPPORTED",
    b"SKIP",
    b"ERROR",
    b"WARNING",
];

/// The first `name = value` of a text, quoted or not, and what follows it.
pub(in crate::detect) fn next_assignment(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let mut operators = memchr::memchr3_iter(b'=', b':', b'>', text);
    operators.find_map(|operator| {
        let head = text[..operator].trim_ascii_end();
        let head = head.strip_suffix(b"=").unwrap_or(head).trim_ascii_end();
        let head = match head {
            [head @ .., b'"' | b'\''] => head,
            head => head,
        };
        let length = head.iter().rev().take_while(is_name).count();
        let (value, tail) = value(text[operator + 1..].trim_ascii_start());
        let is_whole = length > 0 && !value.is_empty();
        is_whole.then(|| (&head[head.len() - length..], value, tail))
    })
}

/// The value that a text begins with, quoted or bare, and what follows it; empty if a quote is not
/// closed.
fn value(text: &[u8]) -> (&[u8], &[u8]) {
    let quote = text.first().copied().filter(|byte| b"\"'`".contains(byte));
    let ends = |byte: &u8| match quote {
        Some(quote) => *byte == quote,
        None => byte.is_ascii_whitespace() || b"\"'`,;&<>(){}[]".contains(byte),
    };
    let text = &text[usize::from(quote.is_some())..];
    let unended = if quote.is_some() { 0 } else { text.len() };
    text.split_at(text.iter().position(ends).unwrap_or(unended))
}

/// Whether the lines around set other names, which promise no secret, to the same value: then it is a
/// state such as `define`, or a type.
pub(super) fn share_it(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    if !value.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let sides = [
        &candidate.text[..candidate.matched.start],
        &candidate.text[candidate.secret.end..],
    ];
    let lines = sides
        .into_iter()
        .flat_map(|side| side.split(|&byte| byte == b'\n'));
    let set = lines.filter_map(next_assignment);
    let same =
        set.filter(|(name, other, _)| *other == value && Key { name, start: 0 }.kind().is_none());
    same.take(OTHERS).count() == OTHERS
}

/// Whether `PASS: name` is what became of a test: the line next to it tells of another one. What a
/// framework says of the files that it runs, `Running FILE ...`, may stand between.
pub(super) fn is_verdict(candidate: &Candidate<'_>, key: &Key<'_>) -> bool {
    let (above, below) = (
        &candidate.text[..key.start],
        &candidate.text[candidate.secret.end..],
    );
    let tells =
        |line: &&[u8]| !line.trim_ascii().is_empty() && !line.trim_ascii_end().ends_with(b" ...");
    let last = above.split(|&byte| byte == b'\n').rev().skip(1).find(tells);
    let next = below.split(|&byte| byte == b'\n').skip(1).find(tells);
    let begins_line = above.is_empty() || above.ends_with(b"\n");
    key.name == VERDICTS[0]
        && begins_line
        && [last, next].into_iter().flatten().any(begins_with_verdict)
}

fn begins_with_verdict(line: &[u8]) -> bool {
    let word = line.split(|&byte| byte == b':').next().unwrap_or_default();
    VERDICTS.contains(&word) && line[word.len()..].starts_with(b": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks about the value that `[` and `]` set off, behind the last `pass` of any spelling.
    fn ask(text: &str, question: impl Fn(&Candidate<'_>, &Key<'_>) -> bool) -> bool {
        let (head, rest) = text.split_once('[').unwrap();
        let (value, tail) = rest.split_once(']').unwrap();
        let whole = format!("{head}{value}{tail}");
        let candidate = Candidate {
            text: whole.as_bytes(),
            matched: head.to_lowercase().rfind("pass").unwrap()..head.len() + value.len(),
            secret: head.len()..head.len() + value.len(),
        };
        question(&candidate, &Key::of(&candidate))
    }

    #[test]
    fn a_value_of_other_names_is_a_state() {
        let shared = |text: &str| ask(text, |candidate, _| share_it(candidate));
        let settings = |others: usize| {
            let other = |number: usize| format!("d_getgr{number}='define'\n");
            let others: String = (0..others).map(other).collect();
            format!("{others}d_grpasswd='[define]'\nd_hasmntopt='define'\n")
        };
        assert!(shared(&settings(4)));
        assert!(!shared(&settings(3)));
        let passwords: String = (0..9)
            .map(|of| format!("pass{of}_password: tulips\n"))
            .collect();
        assert!(!shared(&format!("{passwords}password: [tulips]\n")));
        let coded = "a=x1\n".repeat(9);
        assert!(!shared(&format!("{coded}password=[x1]\n")));
    }

    #[test]
    fn a_verdict_stands_among_verdicts() {
        let told = |text: &str| ask(text, is_verdict);
        assert!(told("PASS: addr2line -f\nPASS: [ld-elf/group1]\n"));
        assert!(told("PASS: [a-b]\nRunning /src/c.exp ...\nXFAIL: c\n"));
        assert!(!told(
            "USER: ada\nPASS: [tulips-9]\nUSER: bob\nPASS: roses-8\n"
        ));
        assert!(!told("PASS: [tulips-9]\n"));
        assert!(!told("DB_PASS: [tulips-9]\nPASS: roses-8\n"));
        assert!(!told("PASS: roses\n  PASS: [tulips-9]\n"));
    }
}

//! The comments beside a match that ask to let it pass: ours, and those of other scanners as they
//! stand. They are only read here; `suppress` decides whether they count.
//!
//! Looked at are the lines of the match and, for what speaks of the next line, the line before; both
//! as far as a match's neighbourhood reaches, so that any cutting of the input shows the same.

use super::gates::Candidate;
use crate::model::{Remark, Spelling, Until};
use regex::bytes::{Captures, Regex};
use std::sync::LazyLock;

/// Longest reason that is kept, in characters: the rest of a line can be a whole script.
const REASON: usize = 200;

/// Our own comment, with its rules and the rest of the line. What goes on like a longer word, or names
/// rules that cannot be read, is none.
static RESIDUE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\bresidue:allow(?:=(?P<rules>[\w.-]+(?:,[\w.-]+)*))?(?:[^\w=:,.\r\n-](?P<rest>.*))?\r?$",
    )
});

/// What begins a comment, in the languages that detect-secrets knows.
const OPENER: &str = r"(?:#|//|/\*|'|--|<!--)";

/// The comments of others that stand on the line of the match.
static ON_THE_LINE: LazyLock<[(Spelling, Regex); 4]> = LazyLock::new(|| {
    [
        (Spelling::Gitleaks, compiled("gitleaks:allow")),
        (Spelling::Betterleaks, compiled("betterleaks:allow")),
        (
            Spelling::Pragma,
            compiled(&format!("{OPENER} *pragma: ?(?:allow|white)list[ -]secret")),
        ),
        (
            Spelling::Ggignore,
            compiled(&format!(r"(?:{OPENER}|;).*\bggignore\b")),
        ),
    ]
});

/// What ripsecrets looks for behind the match; it needs no comment around it.
const BEHIND: &[u8] = b"pragma: allowlist secret";

/// The comment that speaks of the next line, alone on its own.
static NEXT_LINE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(&format!(
        r"^\s*{OPENER} *pragma: ?allowlist[ -]nextline[ -]secret"
    ))
});

#[expect(
    clippy::expect_used,
    reason = "the patterns above are fixed, and the tests compile them all"
)]
fn compiled(pattern: &str) -> Regex {
    Regex::new(&format!("(?-u){pattern}")).expect("a fixed pattern")
}

/// The remarks on a match, sorted, each once.
pub(super) fn near(candidate: &Candidate<'_>) -> Vec<Remark> {
    let text = candidate.text;
    let matched = &candidate.matched;
    let start = start_of_line(text, matched.start);
    let end = end_of_line(text, matched.end);
    let mut remarks: Vec<Remark> = text[start..end]
        .split(|&byte| byte == b'\n')
        .flat_map(on_line)
        .collect();
    if memchr::memmem::find(&text[matched.end..end], BEHIND).is_some() {
        remarks.push(bare(Spelling::Pragma));
    }
    if start > 0 && NEXT_LINE.is_match(&text[start_of_line(text, start - 1)..start - 1]) {
        remarks.push(bare(Spelling::PragmaNextLine));
    }
    remarks.sort_unstable();
    remarks.dedup();
    remarks
}

fn start_of_line(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)
}

fn end_of_line(text: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end)
}

fn on_line(line: &[u8]) -> impl Iterator<Item = Remark> {
    let others = ON_THE_LINE
        .iter()
        .filter(move |(_, pattern)| pattern.is_match(line));
    let others = others.map(|(spelling, _)| bare(*spelling));
    RESIDUE.captures(line).map(ours).into_iter().chain(others)
}

/// A remark that says no more than that it is one.
const fn bare(spelling: Spelling) -> Remark {
    Remark {
        spelling,
        rules: Vec::new(),
        reason: String::new(),
        until: Until::Ever,
    }
}

/// A remark in our own spelling: `residue:allow[=rule[,rule]] [reason] [until=YYYY-MM-DD]`.
fn ours(found: Captures<'_>) -> Remark {
    let group = |name| {
        let bytes = found.name(name).map_or(&b""[..], |group| group.as_bytes());
        String::from_utf8_lossy(bytes)
    };
    let rules = group("rules");
    let rest = group("rest");
    let (ends, words): (Vec<&str>, Vec<&str>) = without_closer(&rest)
        .split_whitespace()
        .partition(|word| word.starts_with("until="));
    let reason = words.join(" ");
    let reason = reason.trim_start_matches([':', '-', ' ']);
    let names = rules.split(',').filter(|name| !name.is_empty());
    Remark {
        spelling: Spelling::Residue,
        rules: names.map(str::to_owned).collect(),
        reason: reason.chars().take(REASON).collect(),
        until: until(&ends),
    }
}

/// The rest of a line without what ends its comment.
fn without_closer(rest: &str) -> &str {
    let rest = rest.trim_end();
    let open = rest.strip_suffix("*/").or(rest.strip_suffix("-->"));
    open.unwrap_or(rest)
}

fn until(ends: &[&str]) -> Until {
    match ends {
        [] => Until::Ever,
        [end] => match end["until=".len()..].parse() {
            Ok(day) => Until::Day(day),
            Err(_) => Until::Unclear,
        },
        _ => Until::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The remarks on `KEY` in a text.
    fn remarks(text: &str) -> Vec<Remark> {
        let at = text.find("KEY").unwrap();
        near(&Candidate {
            text: text.as_bytes(),
            matched: at..at + 3,
            secret: at..at + 3,
        })
    }

    fn spellings(text: &str) -> Vec<&'static str> {
        let found = remarks(text).into_iter();
        found.map(|remark| remark.spelling.name()).collect()
    }

    #[test]
    fn every_spelling_is_read_where_its_scanner_reads_it() {
        let pragma = "pragma: allowlist secret";
        let nextline = "pragma: allowlist nextline secret";
        let table: &[(&str, &[&str])] = &[
            ("a = KEY # residue:allow", &["residue:allow"]),
            ("/* residue:allow */ KEY", &["residue:allow"]),
            ("KEY residue:allowed", &[]),
            ("KEY residue:allow=", &[]),
            ("KEY residue:allow-all", &[]),
            ("KEY // gitleaks:allow", &["gitleaks:allow"]),
            ("KEY betterleaks:allow", &["betterleaks:allow"]),
            ("# gitleaks:allow\nKEY\n# gitleaks:allow", &[]),
            ("KEY # pragma: allowlist secret", &[pragma]),
            ("KEY <!-- pragma: whitelist-secret -->", &[pragma]),
            ("KEY --pragma:allowlist secret", &[pragma]),
            ("KEY pragma: allowlist secret", &[pragma]),
            ("pragma: allowlist secret KEY", &[]),
            ("/* pragma: allowlist secret */ KEY", &[pragma]),
            ("// pragma: allowlist nextline secret\nKEY", &[nextline]),
            (
                "\n  # pragma: allowlist nextline-secret\r\nKEY",
                &[nextline],
            ),
            ("x # pragma: allowlist nextline secret\nKEY", &[]),
            ("# pragma: allowlist nextline secret\n\nKEY", &[]),
            ("# pragma: whitelist nextline secret\nKEY", &[]),
            ("KEY # see docs, ggignore", &["ggignore"]),
            ("KEY ggignore", &[]),
            ("KEY # ggignored", &[]),
            (
                "KEY # gitleaks:allow ggignore residue:allow",
                &["residue:allow", "gitleaks:allow", "ggignore"],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(spellings(text), *expected, "{text}");
        }
    }

    #[test]
    fn our_own_remark_says_which_why_and_how_long() {
        let text = "KEY <!-- residue:allow=aws-key,jwt - docs only until=2026-12-31 -->\r\n";
        let expected = Remark {
            spelling: Spelling::Residue,
            rules: vec!["aws-key".to_owned(), "jwt".to_owned()],
            reason: "docs only".to_owned(),
            until: Until::Day("2026-12-31".parse().unwrap()),
        };
        assert_eq!(remarks(text), [expected]);
        for text in [
            "KEY residue:allow until=soon",
            "KEY residue:allow until=2026-01-01 until=2027-01-01",
        ] {
            assert_eq!(remarks(text)[0].until, Until::Unclear, "{text}");
        }
    }

    #[test]
    fn a_reason_is_never_a_whole_script() {
        let text = format!("KEY // residue:allow {}", "x".repeat(4000));
        assert_eq!(remarks(&text)[0].reason.len(), REASON);
    }

    #[test]
    fn a_remark_on_any_line_of_the_match_counts() {
        let text = "BEGIN # gitleaks:allow\nabc\nEND # ggignore\nafter # residue:allow";
        let found = near(&Candidate {
            text: text.as_bytes(),
            matched: 0..text.find(" # gg").unwrap(),
            secret: 0..5,
        });
        let spellings: Vec<_> = found.iter().map(|remark| remark.spelling).collect();
        assert_eq!(spellings, [Spelling::Gitleaks, Spelling::Ggignore]);
    }
}

//! The judge of `name = value` where nothing else speaks for a secret. What structure decides, it
//! decides: calls, paths, references, placeholders. All else is weighed.

use super::key::{Key, Kind};
use super::neighbours;
use super::phrase;
use super::placeholder::{self, Shape};
use super::site::Site;
use super::value::{DOCUMENTED, DRAWN, PROSE, is_documentation};
use super::{Candidate, Evidence, Judgement, randomness};
use crate::model::Confidence;

/// Judges an assigned value; the rule's own confidence is not asked.
pub(super) fn judge(candidate: &Candidate<'_>, _confidence: Confidence) -> Judgement {
    match weigh(candidate) {
        Weighed::Decided(judgement) => judgement,
        Weighed::Open(key, site) => match Evidence::promising(candidate, &key, site) {
            Some(evidence) => match evidence.judgement(&key.told()) {
                Judgement::Keep(confidence, why) if confidence > Confidence::Low => {
                    state(candidate, &key).unwrap_or(Judgement::Keep(confidence, why))
                }
                judgement => judgement,
            },
            None => Judgement::Drop,
        },
    }
}

/// What the lines around make of a value that looks like a secret by itself.
fn state(candidate: &Candidate<'_>, key: &Key<'_>) -> Option<Judgement> {
    if neighbours::share_it(candidate) {
        return Some(low("it is the value of other settings around it, too"));
    }
    let is_verdict = neighbours::is_verdict(candidate, key);
    is_verdict.then(|| low("it is what became of a test, as on the lines around it"))
}

/// What is seen of a candidate that structure leaves open.
pub(super) fn evidence(candidate: &Candidate<'_>) -> Option<Evidence> {
    match weigh(candidate) {
        Weighed::Decided(_) => None,
        Weighed::Open(key, site) => Some(Evidence::of(candidate, &key, site)),
    }
}

/// A candidate after its structure was looked at.
enum Weighed<'a> {
    Decided(Judgement),
    Open(Key<'a>, Site),
}

fn weigh<'a>(candidate: &Candidate<'a>) -> Weighed<'a> {
    let key = Key::of(candidate);
    let site = Site::of(candidate, &key);
    match by_structure(candidate, &key, site) {
        Some(judgement) => Weighed::Decided(judgement),
        None => Weighed::Open(key, site),
    }
}

/// What needs no weighing: other things that look like assignments, references, placeholders.
fn by_structure(candidate: &Candidate<'_>, key: &Key<'_>, site: Site) -> Option<Judgement> {
    let value = candidate.value();
    let Some(kind) = key.kind() else {
        return Some(Judgement::Drop);
    };
    if site == Site::Prose || key.ends_quoted_text(candidate.text) || is_code(value, site) {
        return Some(Judgement::Drop);
    }
    let is_bare = matches!(site, Site::Loose | Site::Code);
    if (is_bare && key.echoes(value)) || (key.is_option() && is_metavariable(value)) {
        return Some(Judgement::Drop);
    }
    if value.contains(&b' ') {
        return Some(words(candidate, kind, key));
    }
    match placeholder::shape(value) {
        Some(Shape::Reference(_)) => Some(Judgement::Drop),
        Some(Shape::Placeholder(_)) if site == Site::Code => Some(Judgement::Drop),
        Some(Shape::Placeholder(why)) => Some(low(why)),
        None if !value.is_ascii() => Some(low(PROSE)),
        None if is_label(candidate, key) => {
            Some(low("it is a plain word, as labels and states are"))
        }
        None if kind == Kind::Key && is_documentation(value) => Some(low(DOCUMENTED)),
        None => None,
    }
}

/// A word of letters alone that a program compares with, or that is the text of a field:
/// `password == "always"`, `"password": "Wachtwoord"`.
fn is_label(candidate: &Candidate<'_>, key: &Key<'_>) -> bool {
    let between = &candidate.text[key.start + key.name.len()..candidate.secret.start];
    let has = |mark: &[u8]| memchr::memmem::find(between, mark).is_some();
    let is_field = between.starts_with(b"\"") && between.ends_with(b"\"");
    let is_word = candidate.value().iter().all(u8::is_ascii_alphabetic);
    is_word && (is_field || has(b"==") || has(b"!="))
}

/// Several words: a passphrase or prose.
fn words(candidate: &Candidate<'_>, kind: Kind, key: &Key<'_>) -> Judgement {
    let value = candidate.value();
    let is_variable = key.is_shouted() && !key.is_quoted(candidate.text);
    match kind {
        Kind::Password if phrase::is_chosen(value, is_variable) && !key.echoes(value) => {
            let why = format!("{}, and no sentence about passwords", key.told());
            Judgement::Keep(Confidence::Medium, why)
        }
        _ => Judgement::Drop,
    }
}

/// What names a place or a value instead of being one.
fn is_code(value: &[u8], site: Site) -> bool {
    is_location(value)
        || is_version(value)
        || is_call(value)
        || is_pattern(value)
        || (site != Site::Assigned && is_member(value))
}

/// What a manual writes behind an option: `--password=PASSWORD`.
fn is_metavariable(value: &[u8]) -> bool {
    value
        .iter()
        .all(|&byte| byte.is_ascii_uppercase() || b"_-".contains(&byte))
}

/// A path or an address; one with a password in it is another rule's.
fn is_location(value: &[u8]) -> bool {
    const HEADS: [&[u8]; 5] = [b"/", b"./", b"../", b"~/", b"\\\\"];
    let slashes = memchr::memchr_iter(b'/', value).count();
    let path = slashes > 1 || HEADS.iter().any(|head| value.starts_with(head));
    (path && randomness::log_odds(value) < DRAWN) || memchr::memmem::find(value, b"://").is_some()
}

/// A regular expression: two of its marks, since one is in many a password.
fn is_pattern(value: &[u8]) -> bool {
    const MARKS: [&[u8]; 7] = [b"[^", b"]+", b"]*", b".*", b".+", b"(?", b"]{"];
    let marks = MARKS
        .iter()
        .filter(|mark| memchr::memmem::find(value, mark).is_some());
    marks.count() > 1
}

/// A version, what is asked of one, or an object identifier: numbers and dots, as in `^1.2.3-rc.1`.
fn is_version(value: &[u8]) -> bool {
    let number = value.trim_ascii_start();
    let asked = number.iter().take_while(|byte| b"^~<>=v".contains(byte));
    let number = &number[asked.count()..];
    let release = memchr::memchr(b'-', number).unwrap_or(number.len());
    let (number, release) = number.split_at(release);
    let is_release =
        |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(byte);
    number.contains(&b'.')
        && number.first().is_some_and(u8::is_ascii_digit)
        && number
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && release.iter().all(is_release)
}

/// A call, an index or a literal of a type: `get(`, `os.environ[`, `Config{`.
fn is_call(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| is_path(byte)).count();
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let call =
        value.first().is_some_and(is_letter) && matches!(value.get(name), Some(b'(' | b'[' | b'{'));
    call || memchr::memmem::find(value, b"]::").is_some()
}

/// A chain of members: `self.config.password`, `Foo::bar`, `a->b`.
fn is_member(value: &[u8]) -> bool {
    let chained = [b".".as_slice(), b"->", b"::"]
        .iter()
        .any(|mark| memchr::memmem::find(value, mark).is_some());
    chained && value.iter().all(is_path) && randomness::log_odds(value) < DRAWN
}

fn is_path(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_$?!.:->".contains(byte)
}

fn low(why: &str) -> Judgement {
    Judgement::Keep(Confidence::Low, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges the value set off by `[` and `]`; the match begins at the first word of `words`.
    fn judge_line(line: &str) -> Option<Confidence> {
        let (head, rest) = line.split_once('[').unwrap();
        let (value, tail) = rest.split_once(']').unwrap();
        let text = format!("{head}{value}{tail}");
        let secret = head.len()..head.len() + value.len();
        let lower = head.to_lowercase();
        let start = ["passw", "secret", "token", "api_key", "apikey"]
            .iter()
            .filter_map(|word| lower.find(word))
            .min();
        let candidate = Candidate {
            text: text.as_bytes(),
            matched: start.unwrap()..secret.end,
            secret,
        };
        let settled = judge(&candidate, Confidence::Medium).settle(Confidence::Medium);
        settled.map(|(confidence, _)| confidence)
    }

    #[test]
    fn passwords_as_people_write_them_are_found() {
        for line in [
            "DB_PASSWORD=[Sup3rS3cret!2024]",
            "MYSQL_ROOT_PASSWORD: [huynhp]",
            "WEB_PASSWORD=[a.tulip.in.may]",
            "  password: [bdv165640]",
            "password: [tulips]",
            "password = \"[Tr0ub4dor3]\"",
            "{\"smtp_password\": \"[k0ffie-kop]\"}",
            "ENV DB_PASSWORD=[tulips-in-may] PORT=1",
        ] {
            assert!(judge_line(line) >= Some(Confidence::Medium), "{line}");
        }
    }

    #[test]
    fn sentences_of_translations_are_dropped_and_passphrases_are_not() {
        assert_eq!(judge_line("\"LABEL_PASSWORD\": \"[Mot de passe]\""), None);
        let variable = judge_line("DB_PASSWORD=\"[Four blue tulips]\"");
        assert_eq!(variable, Some(Confidence::Medium));
    }

    #[test]
    fn drawn_values_are_sure() {
        for line in [
            "api_key = \"[q8Zt3LxV0sNf7RkD2mYb5WcJ]\"",
            "SECRET_KEY=[9f86d081884c7d659a2feaa0c55ad015a3bf4f1b]",
            "password: \"[vJ8#kq2!Zr9@Lw4$Xn]\"",
        ] {
            assert_eq!(judge_line(line), Some(Confidence::High), "{line}");
        }
    }

    #[test]
    fn placeholders_and_plain_words_in_literals_are_low() {
        for line in [
            "password = \"[changeme]\"",
            "POSTGRES_PASSWORD=[postgres]",
            "\"password\": \"[tulips]\"",
            "WORDPRESS_DB_PASSWORD=[wordpress]",
            "PASSWORD=[abc9]",
            "token = \"[authentication]\"",
            "if password == \"[always]\"",
            "\"password\": \"[Wachtwoord]\"",
            "\"password\": \"[Пароль]\"",
            "set(\"password\", \"[Tr0ub4dor3]\")",
            "secretAccessKey: \"[hZ82kQEXAMPLEw01LmVt93bXq7RcYsD5fGjKp4]\"",
        ] {
            assert_eq!(judge_line(line), Some(Confidence::Low), "{line}");
        }
    }

    #[test]
    fn code_and_other_names_are_dropped() {
        for line in [
            "password = [getpass.getpass()]",
            "password = [self.password]",
            "connect(password=[passwd_value], x)",
            "token: [string];",
            "password_field = \"[Xk9!kdkwoWq]\"",
            "secretName: [db-credentials]",
            "SECRET_KEY=[${SECRET}]",
            "password_file: [/run/secrets/db]",
            "PASSWORD=[/run/secrets/db]",
            "token_url = \"[https://x.dev/token]\"",
            "\"Wrong user or password\": \"[Xk9!kdkwoWq]\"",
            "CHALLENGE_PASSWORD = \"[1.2.840.113549.1.9.7]\"",
            "\"compare-password\": \"[^2.2.1-rc.1]\"",
        ] {
            assert_eq!(judge_line(line), None, "{line}");
        }
    }
}

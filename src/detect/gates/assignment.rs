//! The judge of `name = value` where nothing else speaks for a secret. The name says what kind of
//! value to expect, the site how it would be written, and only then the value is held against both.

use super::key::{Key, Kind};
use super::phrase;
use super::placeholder::{self, Shape};
use super::site::Site;
use super::value::{DOCUMENTED, DRAWN, Looks, PROSE, is_documentation};
use super::{Candidate, Judgement, randomness};
use crate::model::Confidence;

/// Judges an assigned value; the rule's own confidence is not asked.
pub(super) fn judge(candidate: &Candidate<'_>, _confidence: Confidence) -> Judgement {
    let key = Key::of(candidate);
    let Some(kind) = key.kind() else {
        return Judgement::Drop;
    };
    let value = candidate.value();
    let site = Site::of(candidate, &key);
    if site == Site::Prose || key.ends_quoted_text(candidate.text) || is_code(value, site) {
        return Judgement::Drop;
    }
    if (site == Site::Loose && key.echoes(value)) || (key.is_option() && is_metavariable(value)) {
        return Judgement::Drop;
    }
    if value.contains(&b' ') {
        return words(kind, value, &key);
    }
    match placeholder::shape(value) {
        Some(Shape::Reference(_)) => return Judgement::Drop,
        Some(Shape::Placeholder(_)) if site == Site::Code => return Judgement::Drop,
        Some(Shape::Placeholder(why)) => return low(why),
        None if key.echoes(value) => return low("the value repeats its name"),
        None if !value.is_ascii() => return low(PROSE),
        None if kind == Kind::Key && is_documentation(value) => return low(DOCUMENTED),
        None => {}
    }
    let looks = Looks::of(value);
    match (kind, site) {
        (_, Site::Prose) => Judgement::Drop,
        (_, Site::Code) => in_code(&looks, &key),
        (_, Site::Argument) => lowered(judge_literal(kind, &looks, site, &key)),
        _ => judge_literal(kind, &looks, site, &key),
    }
}

/// Log-odds in bits that leave no doubt.
const SURELY_DRAWN: f32 = 25.0;
/// Shortest password that is reported, in bytes.
const SHORTEST: usize = 6;
/// Shortest key, in bytes.
const SHORTEST_KEY: usize = 12;

fn judge_literal(kind: Kind, looks: &Looks, site: Site, key: &Key<'_>) -> Judgement {
    match kind {
        Kind::Password => password(looks, site, key),
        Kind::Key => machine_made(looks, key),
    }
}

fn lowered(judgement: Judgement) -> Judgement {
    match judgement {
        Judgement::Keep(confidence, why) => Judgement::Keep(confidence.lowered(), why),
        Judgement::Drop => Judgement::Drop,
    }
}

fn password(looks: &Looks, site: Site, key: &Key<'_>) -> Judgement {
    match () {
        () if looks.len < SHORTEST => low("too short for a password that is worth its name"),
        () if looks.odds > SURELY_DRAWN => high(key),
        () if looks.odds > DRAWN || looks.is_made_up() => medium(key, "it looks like a password"),
        () if site == Site::Assigned => medium(key, "no placeholder that is known"),
        () => low("a plain word, which is seldom a password where it stands"),
    }
}

fn machine_made(looks: &Looks, key: &Key<'_>) -> Judgement {
    match () {
        () if looks.len < SHORTEST_KEY => low("too short for a key"),
        () if looks.odds > SURELY_DRAWN => high(key),
        () if looks.odds > DRAWN => medium(key, "it looks random"),
        () if looks.classes >= 2 && looks.odds > -DRAWN => low("it does not look random"),
        () => Judgement::Drop,
    }
}

/// A bare word in code is a variable unless it could not be one.
fn in_code(looks: &Looks, key: &Key<'_>) -> Judgement {
    match () {
        () if looks.len >= SHORTEST_KEY && looks.odds > SURELY_DRAWN => {
            medium(key, "it looks random")
        }
        () if looks.digits && looks.odds > DRAWN => {
            low("without quotes where code would have them")
        }
        () => Judgement::Drop,
    }
}

/// Several words: a passphrase or prose.
fn words(kind: Kind, value: &[u8], key: &Key<'_>) -> Judgement {
    match kind {
        Kind::Password if phrase::is_chosen(value, key.is_shouted()) && !key.echoes(value) => {
            medium(key, "no sentence about passwords")
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

/// A version or an object identifier: numbers and dots.
fn is_version(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value
            .iter()
            .all(|byte| byte.is_ascii_digit() || *byte == b'.')
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

fn medium(key: &Key<'_>, why: &str) -> Judgement {
    let name = String::from_utf8_lossy(key.name);
    Judgement::Keep(Confidence::Medium, format!("assigned to {name}, and {why}"))
}

fn high(key: &Key<'_>) -> Judgement {
    let name = String::from_utf8_lossy(key.name);
    Judgement::Keep(
        Confidence::High,
        format!("assigned to {name}, and surely drawn at random"),
    )
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
        match judge(&candidate, Confidence::Medium) {
            Judgement::Drop => None,
            Judgement::Keep(confidence, _) => Some(confidence),
        }
    }

    #[test]
    fn passwords_as_people_write_them_are_found() {
        for line in [
            "DB_PASSWORD=[Sup3rS3cret!2024]",
            "MYSQL_ROOT_PASSWORD: [huynhp]",
            "WEB_PASSWORD=[a.tulip.in.may]",
            "  password: [bdv165640]",
            "password = \"[Tr0ub4dor3]\"",
            "{\"smtp_password\": \"[k0ffie-kop]\"}",
            "ENV DB_PASSWORD=[tulips-in-may] PORT=1",
        ] {
            assert_eq!(judge_line(line), Some(Confidence::Medium), "{line}");
        }
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
            "password: [tulips]",
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
            "token = \"[authentication]\"",
            "\"Wrong user or password\": \"[Xk9!kdkwoWq]\"",
            "CHALLENGE_PASSWORD = \"[1.2.840.113549.1.9.7]\"",
        ] {
            assert_eq!(judge_line(line), None, "{line}");
        }
    }
}

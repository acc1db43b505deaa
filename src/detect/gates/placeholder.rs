//! Values that stand for a secret without being one, told by their structure. A word inside a longer
//! value never decides: `changeme` is a placeholder, `changeme-9fK2x` may have become a password.

use super::stock::is_stock;
use crate::detect::percent;

/// Why a value is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It names where the secret is: a variable, a template, an encrypted value.
    Reference(&'static str),
    /// It keeps the place: masks, well-known words, counting.
    Placeholder(&'static str),
}

/// The shape of `value`, if it is one of these.
pub(crate) fn shape(value: &[u8]) -> Option<Shape> {
    if is_reference(value) {
        Some(Shape::Reference("it refers to a value kept elsewhere"))
    } else if is_constant(value) {
        Some(Shape::Reference("it is a constant of the language"))
    } else if is_hash(value) {
        Some(Shape::Placeholder("it is the hash of a password"))
    } else if is_example(value) {
        Some(Shape::Placeholder("it says that it is an example"))
    } else if is_variable(value) {
        Some(Shape::Placeholder("it is the name of a variable"))
    } else if is_masked(value) {
        Some(Shape::Placeholder("it is masked"))
    } else if is_counting(value) {
        Some(Shape::Placeholder("its characters repeat or count"))
    } else if is_stock(value) {
        Some(Shape::Placeholder(
            "it is made of words that stand in for a secret",
        ))
    } else if is_soup(value) {
        Some(Shape::Placeholder("it holds neither a letter nor a digit"))
    } else {
        unescaped(value)
    }
}

/// What is said of a value as it reads without `%XX` (RFC 3986, section 2.1). What looks like a reference
/// then was escaped because it is none.
fn unescaped(value: &[u8]) -> Option<Shape> {
    let plain = percent::decoded(value);
    let shape = (plain.len() < value.len()).then(|| shape(&plain)).flatten();
    shape.filter(|shape| matches!(shape, Shape::Placeholder(_)))
}

/// Signs alone, as whoever tests escapes writes them.
fn is_soup(value: &[u8]) -> bool {
    value.len() > 1
        && value
            .iter()
            .all(|&byte| byte == b' ' || byte.is_ascii_punctuation())
}

/// Marks that open a substitution in shells, templates and interpolated strings.
const SUBSTITUTIONS: [&[u8]; 6] = [b"${", b"$(", b"{{", b"#{", b"<%", b"%("];
/// Heads of references to secret stores and of sealed values.
const STORES: [&[u8]; 15] = [
    b"enc(",
    b"enc[",
    b"!vault",
    b"vault:",
    b"ssm:",
    b"op://",
    b"arn:",
    b"env:",
    b"file:",
    b"fileb:",
    b"keyring:",
    b"secretref:",
    b"sops:",
    b"ref+",
    b"$ansible_vault",
];
/// Pairs that enclose the name of a variable or of a thing to fill in.
const BRACKETS: [(u8, u8); 6] = [
    (b'<', b'>'),
    (b'{', b'}'),
    (b'[', b']'),
    (b'%', b'%'),
    (b'@', b'@'),
    (b'(', b')'),
];

fn is_reference(value: &[u8]) -> bool {
    let enclosed = |(open, close): (u8, u8)| {
        value.len() > 2 && value[0] == open && value[value.len() - 1] == close
    };
    let is_name = |name: &[u8]| {
        name.iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let variable = value
        .strip_prefix(b"$")
        .is_some_and(|path| path.split(|byte| b".:".contains(byte)).all(is_name));
    let verb = matches!(value, [b'%', b'a'..=b'z'] | [b'%', b's' | b'd', ..]);
    variable
        || verb
        || BRACKETS.into_iter().any(enclosed)
        || SUBSTITUTIONS
            .iter()
            .any(|mark| memchr::memmem::find(value, mark).is_some())
        || STORES.iter().any(|head| starts_with(value, head))
}

fn is_constant(value: &[u8]) -> bool {
    const CONSTANTS: [&[u8]; 14] = [
        b"null",
        b"nil",
        b"none",
        b"true",
        b"false",
        b"undefined",
        b"empty",
        b"yes",
        b"no",
        b"n/a",
        b"unset",
        b"unknown",
        b"required",
        b"optional",
    ];
    CONSTANTS
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

/// Notations of crypt(3), LDAP (RFC 2307) and Django; rules of their own look at such lines.
fn is_hash(value: &[u8]) -> bool {
    const HEADS: [&[u8]; 16] = [
        b"$1$", b"$2a$", b"$2b$", b"$2y$", b"$5$", b"$6$", b"$y$", b"$argon2", b"$apr1$",
        b"$pbkdf2", b"{sha", b"{ssha", b"{crypt}", b"{md5}", b"sha1$", b"pbkdf2_",
    ];
    HEADS.iter().any(|head| starts_with(value, head))
}

/// Documentation marks its keys with the word, AWS even inside of them, where no draw puts it.
fn is_example(value: &[u8]) -> bool {
    const MARK: &[u8] = b"example";
    value
        .windows(MARK.len())
        .any(|part| part.eq_ignore_ascii_case(MARK))
}

/// A UUID (RFC 9562), as it is written.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    value.len() == 36
        && (value.iter().enumerate()).all(|(at, byte)| {
            DASHES.contains(&at) == (*byte == b'-') && (byte.is_ascii_hexdigit() || *byte == b'-')
        })
}

/// Words in capitals, joined by underscores.
fn is_variable(value: &[u8]) -> bool {
    value.contains(&b'_')
        && value.first().is_some_and(u8::is_ascii_uppercase)
        && value
            .iter()
            .all(|&byte| byte.is_ascii_uppercase() || byte == b'_')
        && value.split(|&byte| byte == b'_').all(|word| word.len() > 1)
}

/// Mostly one filler, or a run of fillers as they stand for the cut part of a secret.
pub(super) fn is_masked(value: &[u8]) -> bool {
    const RUN: usize = 4;
    let filler = |byte: u8| b"xX*.-_#?0".contains(&byte);
    let run = value
        .chunk_by(|left, right| left == right)
        .any(|run| filler(run[0]) && run.len() >= RUN);
    let ellipsis = memchr::memmem::find(value, b"...").is_some() || value.ends_with("…".as_bytes());
    run || ellipsis
}

/// Why a token that is known by its shape is none all the same: six fillers in a row, which one draw
/// in a hundred million has, or characters that count.
pub(crate) fn of_token(value: &[u8]) -> Option<&'static str> {
    const RUN: usize = 6;
    let is_filler = |byte: u8| b"xX*.#?".contains(&byte);
    let masked = value
        .chunk_by(|left, right| left == right)
        .any(|run| is_filler(run[0]) && run.len() >= RUN);
    match masked {
        true => Some("it is a placeholder: it is masked"),
        false if is_counting(value) => Some("it is a placeholder: its characters repeat or count"),
        false => None,
    }
}

/// Two of three neighbours are equal or one apart, as in `123456`, `aaaa` and `abcabc`, or the second
/// half is the first once more, or one character stands thrice among signs alone.
pub(super) fn is_counting(value: &[u8]) -> bool {
    let steps = value
        .windows(2)
        .filter(|pair| pair[0].abs_diff(pair[1]) <= 1)
        .count();
    let half = value.len() / 2;
    let twice = half > 3 && value.len().is_multiple_of(2) && value[..half] == value[half..];
    let mut letters = value.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let first = letters.next();
    let same = letters.clone().count() > 1 && letters.all(|letter| Some(letter) == first);
    twice || same || (value.len() >= 3 && steps * 3 >= (value.len() - 1) * 2)
}

fn starts_with(value: &[u8], head: &[u8]) -> bool {
    value
        .get(..head.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_by_structure() {
        for value in [
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "$(cat file)",
            "{{ vault }}",
            "<your-token>",
            "%PASSWORD%",
            "@db.password@",
            "ENC(Gx1s)",
            "op://vault/item",
            "pre-${x}-post",
            "%s",
            "%(password)s",
            "null",
            "None",
            "[REDACTED]",
            "$Env:Token",
            "$mp.Password",
        ] {
            assert!(
                matches!(shape(value.as_bytes()), Some(Shape::Reference(_))),
                "{value}"
            );
        }
    }

    #[test]
    fn placeholders_are_told_by_the_whole_value() {
        for value in [
            "xxxxxxxx",
            "********",
            "sk-xxxx-yyy",
            "123456",
            "aaaaaa",
            "changeme",
            "CHANGE_ME",
            "your-api-key-here",
            "MySecretPassword",
            "password123",
            "test_token_1",
            "insert your password",
            "abc...xyz",
            "postgres",
            "admin123",
            "$2b$12$Q",
            "#@<>$",
            "bbb%2F%3B%26",
            "%20!%22$%&",
            "%26%3F%3D+%2A",
            "pass%2Bword",
        ] {
            assert!(
                matches!(shape(value.as_bytes()), Some(Shape::Placeholder(_))),
                "{value}"
            );
        }
    }

    #[test]
    fn tokens_are_told_from_their_placeholders() {
        assert!(of_token(b"acme-XXXXXXXXXXXXXXXXXXXX").is_some());
        assert!(of_token(b"acme_1234567890123456789012345678").is_some());
        assert_eq!(of_token(b"acme-q8Zt3LxxxxV0sNf7RkD2mYb5"), None);
    }

    #[test]
    fn passwords_that_contain_such_words_are_none() {
        for value in [
            "Sup3rS3cret!2024",
            "Password123!",
            "test-9fK2xQ",
            "changeme-tulips",
            "tulips",
            "$ecret-1",
            "mypasswordlives",
            "q8Zt3LxV0sNf7RkD",
            "a%sb%d!",
            "kx%40jj5%2Fg",
            "%40tulips%40",
            "!tulip!",
            "bb/;&",
        ] {
            assert_eq!(shape(value.as_bytes()), None, "{value}");
        }
    }
}

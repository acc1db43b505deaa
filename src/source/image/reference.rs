//! The names of images in registries, completed as Docker does: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`
//! (<https://pkg.go.dev/github.com/distribution/reference>).
//!
//! `oci-spec` can read them as well, by one regular expression that takes longer to compile than a whole
//! scan of an image that is known. It is the oracle of the tests here.

use oci_spec::distribution::{ParseError, Reference};

/// The host of a name that has none, and what it was once called.
const HUB: &str = "docker.io";
const HUB_ONCE: &str = "index.docker.io";
/// What a path of one part is below, there.
const OFFICIAL: &str = "library";
/// The tag of a name that has neither tag nor digest.
const TAG: &str = "latest";
/// Longest tag and path, in bytes.
const LONGEST_TAG: usize = 128;
const LONGEST_PATH: usize = 255;
/// Algorithms of digests, with the digits that they have.
const ALGORITHMS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Reads a name.
///
/// # Errors
/// Why no image can be called so.
pub(super) fn parse(text: &str) -> Result<Reference, ParseError> {
    if text.is_empty() {
        return Err(ParseError::NameEmpty);
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(checked_digest(digest)?)),
        None => (text, None),
    };
    // What follows the last colon is a tag, unless it is a port.
    let (name, tag) = match rest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (rest, None),
    };
    if !is_name(name) || !tag.is_none_or(is_tag) {
        return Err(ParseError::ReferenceInvalidFormat);
    }
    let (host, path) = split(name);
    if path.len() > LONGEST_PATH {
        return Err(ParseError::NameTooLong);
    }
    let host = host.to_owned();
    Ok(match (tag, digest) {
        (Some(tag), Some(digest)) => {
            Reference::with_tag_and_digest(host, path, tag.to_owned(), digest.to_owned())
        }
        (None, Some(digest)) => Reference::with_digest(host, path, digest.to_owned()),
        (tag, None) => Reference::with_tag(host, path, tag.unwrap_or(TAG).to_owned()),
    })
}

/// The host and the path of a name. A first part without a dot or a port is a host only if it is this
/// machine.
fn split(name: &str) -> (&str, String) {
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
        _ => (HUB, name),
    };
    match host {
        HUB | HUB_ONCE if !path.contains('/') => (HUB, format!("{OFFICIAL}/{path}")),
        HUB_ONCE => (HUB, path.to_owned()),
        _ => (host, path.to_owned()),
    }
}

/// Whether it is a path, perhaps with a host in front.
fn is_name(name: &str) -> bool {
    match name.split_once('/') {
        None => is_part(name),
        Some((first, path)) => (is_part(first) || is_host(first)) && path.split('/').all(is_part),
    }
}

/// Whether it is a part of a path: words of small letters and digits, with a dot, one or two low lines,
/// or any number of dashes between them.
fn is_part(part: &str) -> bool {
    let is_of_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut between = part.as_bytes().split(|&byte| is_of_word(byte));
    let ends_in_words = [part.bytes().next(), part.bytes().next_back()]
        .iter()
        .all(|byte| byte.is_some_and(is_of_word));
    ends_in_words
        && between.all(|between| {
            matches!(between, b"" | b"." | b"_" | b"__") || between.iter().all(|&byte| byte == b'-')
        })
}

/// Whether it is a name of a host, with or without a port.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(is_inside)
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    name.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_tag(tag: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_inside = |byte: u8| is_first(byte) || byte == b'.' || byte == b'-';
    tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(is_first)
        && tag.bytes().all(is_inside)
}

fn checked_digest(digest: &str) -> Result<&str, ParseError> {
    let (algorithm, digits) = digest
        .split_once(':')
        .ok_or(ParseError::ReferenceInvalidFormat)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ParseError::ReferenceInvalidFormat);
    }
    let mut known = ALGORITHMS.iter();
    let known = known.find(|(name, _)| *name == algorithm);
    let (_, length) = known.ok_or(ParseError::DigestUnsupported)?;
    match digits.len() == *length {
        true => Ok(digest),
        false => Err(ParseError::DigestInvalidLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_completed_as_docker_does() {
        let sum = "0f".repeat(32);
        for (text, whole) in [
            ("busybox", "docker.io/library/busybox:latest"),
            ("test.com:5000", "docker.io/library/test.com:5000"),
            ("test:5000/repo", "test:5000/repo:latest"),
            ("localhost/a/b:1", "localhost/a/b:1"),
            ("index.docker.io/app", "docker.io/library/app:latest"),
            ("index.docker.io/me/app", "docker.io/me/app:latest"),
            ("docker.io/app", "docker.io/library/app:latest"),
            ("me/a__b-c---d.e:X_1", "docker.io/me/a__b-c---d.e:X_1"),
        ] {
            assert_eq!(parse(text).unwrap().whole(), whole);
            let pinned = format!("{text}@sha256:{sum}");
            let parsed = parse(&pinned).unwrap();
            assert_eq!(Ok(parsed), pinned.parse());
        }
    }

    /// A text that may be a name: pieces that names are made of, in any order.
    fn text() -> impl Strategy<Value = String> {
        let sums = [31, 64, 96, 128].map(|length| "e".repeat(length));
        let pieces = prop::sample::select(vec![
            "a",
            "b9",
            "Z",
            "-",
            "_",
            "__",
            ".",
            "/",
            ":",
            "@",
            "sha256:",
            "sha512:",
            "md5:",
            "localhost",
            "docker.io",
            "index.docker.io",
            "5000",
            " ",
            "",
        ]);
        let pieces = pieces.prop_map(str::to_owned);
        let piece = prop_oneof![9 => pieces, 1 => prop::sample::select(sums.to_vec())];
        prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn the_grammar_is_the_one_of_the_specification(text in text()) {
            prop_assert_eq!(parse(&text).ok(), text.parse().ok());
        }

        #[test]
        fn lengths_are_bounded(tag in 120..140_usize, path in 240..260_usize) {
            let text = format!("me.dev/{}:{}", "p".repeat(path), "t".repeat(tag));
            prop_assert_eq!(parse(&text).ok(), text.parse().ok());
        }
    }
}

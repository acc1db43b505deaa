//! PuTTY's `.ppk` files (its manual, appendix C): headers, a public and a private blob in base64
//! with their line counts, and a MAC.

use super::{Guard, Key};
use crate::detect::validate::encoding;
use crate::detect::validate::public::Public;
use ssh_key::PublicKey as SshKey;

/// How every version begins.
pub(super) const MARK: &[u8] = b"PuTTY-User-Key-File-";

/// Parses a file; `None` if a blob is cut or missing.
pub(super) fn parse(text: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(text).ok()?;
    // What marks the lines of a patch or a comment stands before the second line's name too.
    let mark = text.lines().nth(1)?.split("Encryption: ").next()?;
    let lines = text
        .lines()
        .map(|line| line.strip_prefix(mark).unwrap_or(line));
    let lines: Vec<&str> = lines.map(str::trim).collect();
    let kind = lines.first()?.split_once(": ")?.1;
    let public = blob(&lines, "Public-Lines: ")?;
    let private = blob(&lines, "Private-Lines: ")?;
    let guard = match value(&lines, "Encryption: ")?.1 {
        "none" => Guard::None,
        _ => Guard::Passphrase,
    };
    (!public.is_empty() && !private.is_empty()).then(|| Key {
        kind: format!("PuTTY, {kind}"),
        guard,
        public: SshKey::from_bytes(&public)
            .ok()
            .and_then(|key| Public::of_ssh(key.key_data())),
        identity: private,
        ..Key::default()
    })
}

/// The lines that a count announces, decoded.
fn blob(lines: &[&str], name: &str) -> Option<Vec<u8>> {
    let (at, count) = value(lines, name)?;
    let count = count.parse::<usize>().ok()?;
    let lines = lines.get(at + 1..)?.get(..count)?;
    encoding::base64(lines.concat().as_bytes())
}

/// Where a header stands, and its value.
fn value<'a>(lines: &[&'a str], name: &str) -> Option<(usize, &'a str)> {
    lines
        .iter()
        .enumerate()
        .find_map(|(at, line)| Some((at, line.strip_prefix(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(encryption: &str, lines: usize) -> String {
        format!(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: {encryption}\nComment: c\n\
             Public-Lines: 1\nAAAA\nPrivate-Lines: {lines}\nQUJD\nREVG\nPrivate-MAC: 00"
        )
    }

    #[test]
    fn kind_guard_and_blob_are_read() {
        let key = parse(file("none", 2).as_bytes()).unwrap();
        assert_eq!(key.kind, "PuTTY, ssh-ed25519");
        assert_eq!((key.guard, &*key.identity), (Guard::None, &b"ABCDEF"[..]));
        assert_eq!(
            parse(file("none", 2).replace('\n', "\n+ ").as_bytes()),
            Some(key)
        );
        let key = parse(file("aes256-cbc", 2).replace('\n', "\r\n").as_bytes()).unwrap();
        assert_eq!(key.guard, Guard::Passphrase);
    }

    #[test]
    fn a_wrong_count_or_a_cut_file_is_none() {
        assert_eq!(parse(file("none", 9).as_bytes()), None);
        assert_eq!(parse(&file("none", usize::MAX).as_bytes()[..100]), None);
    }
}

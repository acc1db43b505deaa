//! PuTTY's `.ppk` files (its manual, appendix C): headers, a public and a private blob in base64
//! with their line counts, and a MAC over all of it. Its key comes from the passphrase; without one
//! everybody has it, so that a file that was cut, edited or made up is known.

use super::{Guard, Key};
use crate::detect::validate::encoding;
use crate::detect::validate::public::Public;
use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;
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
    let encryption = value(&lines, "Encryption: ")?.1;
    let guard = match encryption {
        "none" => Guard::None,
        _ => Guard::Passphrase,
    };
    let comment = value(&lines, "Comment: ").map_or("", |(_, comment)| comment);
    let fields = [kind.as_bytes(), encryption.as_bytes(), comment.as_bytes()];
    let covered = [fields.as_slice(), &[&public, &private]].concat();
    let seal = match guard {
        Guard::None => is_sealed(&lines, &covered),
        _ => None,
    };
    let derivation = value(&lines, "Key-Derivation: ").map(|(_, name)| format!(", by {name}"));
    (!public.is_empty() && !private.is_empty()).then(|| Key {
        kind: format!("PuTTY, {kind}{}", derivation.unwrap_or_default()),
        guard,
        seal,
        public: SshKey::from_bytes(&public)
            .ok()
            .and_then(|key| Public::of_ssh(key.key_data())),
        identity: private,
        ..Key::default()
    })
}

/// Whether the MAC of an unencrypted file fits; `None` in the oldest version, which has another.
fn is_sealed(lines: &[&str], covered: &[&[u8]]) -> Option<bool> {
    let (_, mac) = value(lines, "Private-MAC: ")?;
    let mac = HEXLOWER_PERMISSIVE.decode(mac.as_bytes()).ok()?;
    let covered = covered.iter().flat_map(|field| {
        let length = (field.len() as u32).to_be_bytes();
        length.into_iter().chain(field.iter().copied())
    });
    let covered: Vec<u8> = covered.collect();
    match lines.first()?.as_bytes().get(MARK.len())? {
        b'2' => {
            let key = Sha1::digest("putty-private-key-file-mac-key");
            let made = Hmac::<Sha1>::new_from_slice(&key)
                .ok()?
                .chain_update(covered);
            Some(made.verify_slice(&mac).is_ok())
        }
        b'3' => {
            let made = Hmac::<Sha256>::new_from_slice(b"")
                .ok()?
                .chain_update(covered);
            Some(made.verify_slice(&mac).is_ok())
        }
        _ => None,
    }
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

    /// The same file with the MAC of its version.
    fn sealed(version: char) -> String {
        let strings = ["ssh-ed25519", "none", "c", "\0\0\0", "ABCDEF"];
        let covered =
            strings.map(|text| [&(text.len() as u32).to_be_bytes(), text.as_bytes()].concat());
        let mac = match version {
            '2' => {
                let key = Sha1::digest("putty-private-key-file-mac-key");
                let mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
                mac.chain_update(covered.concat())
                    .finalize()
                    .into_bytes()
                    .to_vec()
            }
            _ => {
                let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
                mac.chain_update(covered.concat())
                    .finalize()
                    .into_bytes()
                    .to_vec()
            }
        };
        let mac = data_encoding::HEXLOWER.encode(&mac);
        let file = file("none", 2).replace("File-3", &format!("File-{version}"));
        file.replace("MAC: 00", &format!("MAC: {mac}"))
    }

    #[test]
    fn without_a_passphrase_the_mac_tells_whether_it_is_whole() {
        let seal = |text: &str| parse(text.as_bytes()).unwrap().seal;
        for version in ['2', '3'] {
            let file = sealed(version);
            assert_eq!(seal(&file), Some(true), "{version}");
            assert_eq!(seal(&file.replace("Comment: c", "Comment: d")), Some(false));
            assert_eq!(seal(&file.replace("REVG", "REVH")), Some(false));
        }
        assert_eq!(seal(&sealed('3').replace("n: none", "n: aes256-cbc")), None);
        assert_eq!(seal(&sealed('2').replace("File-2", "File-1")), None);
    }

    #[test]
    fn how_the_passphrase_is_taken_is_told() {
        let file = file("aes256-cbc", 2).replace("Public-", "Key-Derivation: Argon2id\nPublic-");
        let key = parse(file.as_bytes()).unwrap();
        assert_eq!(key.kind, "PuTTY, ssh-ed25519, by Argon2id");
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

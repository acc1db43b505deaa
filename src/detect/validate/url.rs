//! Passwords in URLs and connection strings. A URL spells odd bytes as `%XX` (RFC 3986, section
//! 2.1), which identity must not see; and hosts that are reserved for documentation tell that
//! nobody ever logged in there.

use super::{Evidence, Proof};

/// Domains of RFC 2606, sections 2 and 3.
const DOCUMENTATION: [&[u8]; 4] = [b"example.com", b"example.org", b"example.net", b".example"];

/// Looks at the password of a URL; user and host are the rule's named groups.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let password = percent_decoded(evidence.secret);
    let proof = if is_documentation(host(evidence.matched)) {
        Proof::invalid("its host is reserved for documentation")
    } else if repeats_user(evidence) {
        Proof::invalid("the password repeats the user's name")
    } else {
        Proof::neutral("a password in the address of a service")
    };
    proof.normalised(password)
}

/// Whether the user before the password is called the same: `guest:guest@`.
fn repeats_user(evidence: &Evidence<'_>) -> bool {
    let pair = [evidence.secret, b":", evidence.secret, b"@"].concat();
    memchr::memmem::find_iter(evidence.matched, &pair)
        .any(|at| at > 0 && evidence.matched[at - 1] == b'/')
}

/// What stands between the last `@` and the port or path; empty where there is none.
fn host(url: &[u8]) -> &[u8] {
    let host = memchr::memrchr(b'@', url).map_or(&b""[..], |at| &url[at + 1..]);
    let end = host.iter().position(|byte| b":/?#".contains(byte));
    &host[..end.unwrap_or(host.len())]
}

fn is_documentation(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    DOCUMENTATION.iter().any(|domain| host.ends_with(domain))
}

/// Undoes `%XX`; anything that is no escape stays as it is.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte == b'%').then(|| escaped(tail)).flatten() {
            Some(value) => {
                plain.push(value);
                rest = &tail[2..];
            }
            None => {
                plain.push(byte);
                rest = tail;
            }
        }
    }
    plain
}

/// The byte that two hex digits at the start of `text` stand for.
fn escaped(text: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(text.get(..2)?).ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral};
    use super::*;

    fn prove(secret: &str, url: &str) -> Proof {
        let (secret, matched) = (secret.as_bytes(), url.as_bytes());
        super::prove(&Evidence {
            secret,
            matched,
            now: 0,
        })
    }

    #[test]
    fn escapes_are_undone_for_identity() {
        let proof = prove("p%40ss%2", "postgres://u:p%40ss%2@db.acme.dev:5432/x");
        assert_eq!(proof.verdict, Neutral);
        assert_eq!(proof.normalised.as_deref(), Some(b"p@ss%2".as_slice()));
    }

    #[test]
    fn a_password_that_is_the_user_name_is_hardly_one() {
        assert_eq!(prove("bob", "amqp://bob:bob@mq.acme.dev/").verdict, Invalid);
        assert_eq!(prove("bob", "amqp://rob:bob@mq.acme.dev/").verdict, Neutral);
        assert_eq!(
            prove("bob", "amqp://bo-bob:bob@mq.acme.dev/").verdict,
            Neutral
        );
    }

    #[test]
    fn a_documentation_host_is_no_leak() {
        assert_eq!(
            prove("x1", "https://u:x1@api.Example.com/").verdict,
            Invalid
        );
        assert_eq!(
            prove("x1", "https://u:x1@example.com.acme.dev/").verdict,
            Neutral
        );
        assert_eq!(prove("x1", "Server=a;Password=x1").verdict, Neutral);
    }
}

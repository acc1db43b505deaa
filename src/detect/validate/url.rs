//! Passwords in URLs and connection strings. A URL spells odd bytes as `%XX` (RFC 3986, section
//! 2.1), which identity must not see; and hosts that are reserved for documentation tell that
//! nobody ever logged in there.

use super::{Evidence, Proof};
use crate::detect::percent;

/// Domains of RFC 2606, sections 2 and 3.
const DOCUMENTATION: [&[u8]; 4] = [b"example.com", b"example.org", b"example.net", b".example"];

/// Looks at the password of a URL; user and host are the rule's named groups.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let password = percent::decoded(evidence.secret);
    let proof = if is_documentation(host(evidence.matched)) {
        Proof::invalid("its host is reserved for documentation")
    } else if repeats_user(evidence) {
        Proof::invalid("the password repeats the user's name")
    } else if is_named_after_user(evidence) {
        Proof::invalid("user and password have one name, but for the words that say so")
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

/// Whether user and password are called the same and say what they are: `app_user:app_pass@`.
fn is_named_after_user(evidence: &Evidence<'_>) -> bool {
    const USERS: [&[u8]; 3] = [b"username", b"user", b"login"];
    const PASSWORDS: [&[u8]; 4] = [b"password", b"passwd", b"pass", b"pwd"];
    let end = [b":", evidence.secret, b"@"].concat();
    let Some(end) = memchr::memmem::find(evidence.matched, &end) else {
        return false;
    };
    let before = &evidence.matched[..end];
    let user = memchr::memrchr(b'/', before).map_or(before, |at| &before[at + 1..]);
    let left = |text: &[u8], words: &[&[u8]]| {
        let text = text.to_ascii_lowercase();
        let at = |word: &&[u8]| Some((memchr::memmem::find(&text, word)?, word.len()));
        let (at, len) = words.iter().find_map(at)?;
        Some([&text[..at], &text[at + len..]].concat())
    };
    let (user, password) = (left(user, &USERS), left(evidence.secret, &PASSWORDS));
    user.is_some() && user == password
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
    fn a_password_may_be_named_after_its_user() {
        let verdict = |user: &str, secret: &str| {
            prove(secret, &format!("redis://{user}:{secret}@10.0.0.7/")).verdict
        };
        assert_eq!(verdict("sentinel_user", "sentinel_pass"), Invalid);
        assert_eq!(verdict("userdiff", "passdiff"), Invalid);
        assert_eq!(verdict("app_user", "tulip_pass"), Neutral);
        assert_eq!(verdict("ada", "adapass"), Neutral);
        assert_eq!(verdict("app_user", "tulips-9"), Neutral);
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

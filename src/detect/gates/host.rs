//! Names and addresses that belong to nobody: of this machine, of documentation, of a program's own
//! template, of the first machine that somebody thought of for a test.

use super::stock;

/// Names that nobody can own (RFC 2606, RFC 6761), as ends of a host.
const ENDS: [&[u8]; 7] = [
    b"example",
    b"example.com",
    b"example.org",
    b"example.net",
    b"localhost",
    b".invalid",
    b".test",
];

/// Addresses of documentation (RFC 5737, RFC 3849) and of this machine, as beginnings.
const ADDRESSES: [&str; 5] = ["127.", "192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];

/// Parts of words that say of a name that it is made up, where nothing else is in it.
const MADE_UP: [&str; 9] = [
    "test", "example", "dummy", "fake", "sample", "demo", "foo", "mock", "invalid",
];

/// Whether what a certificate, a comment or a claim names is nobody: a host, an address, a mailbox, a
/// URL, or words that say so, as `Test CA 1`. `server` and `client1` are somebody: so VPNs call theirs.
pub(crate) fn is_nobodys(name: &str) -> bool {
    let host = name.rsplit_once("://").map_or(name, |(_, rest)| rest);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split('/').next().unwrap_or(host).to_ascii_lowercase();
    let host = host.strip_prefix("*.").unwrap_or(&host);
    let words = host.rsplit_once('.').map_or(host, |(words, _)| words);
    is_reserved(host.as_bytes())
        || host == "::1"
        || ADDRESSES.iter().any(|head| host.starts_with(head))
        || (MADE_UP.iter().any(|word| words.contains(word)) && stock::is_stock(words.as_bytes()))
}

/// Whether a host is below a name that nobody can own.
fn is_reserved(host: &[u8]) -> bool {
    ENDS.iter().any(|end| {
        let before = host.strip_suffix(*end);
        before.is_some_and(|before| {
            before.is_empty() || before.ends_with(b".") || end.starts_with(b".")
        })
    })
}

/// Whether the text behind a password begins with `@` and the address of nobody.
pub(super) fn is_nobody(after: &[u8]) -> bool {
    let Some(text) = after.strip_prefix(b"@") else {
        return false;
    };
    let in_host = |byte: &u8| byte.is_ascii_alphanumeric() || b".-%".contains(byte);
    let length = text.iter().take_while(|byte| in_host(byte)).count();
    let host = text[..length].to_ascii_lowercase();
    host.starts_with(b"127.")
        || host == b"0.0.0.0"
        || host.contains(&b'%')
        || is_reserved(&host)
        || (!host.contains(&b'.') && (host.len() == 1 || stock::is_stock(&host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_documentation_are_nobody() {
        for after in [
            "@localhost:5432/app",
            "@127.0.0.1/",
            "@db.example.com/x",
            "@%s:%d",
            "@host/app",
            "@d/x",
        ] {
            assert!(is_nobody(after.as_bytes()), "{after}");
        }
    }

    #[test]
    fn all_others_are_somebody() {
        for after in [
            "@db.acme.internal/app",
            "@10.0.0.7:6379",
            "@tulips/app",
            "@d7/app",
            "@myexample.com/app",
            "",
            "localhost",
        ] {
            assert!(!is_nobody(after.as_bytes()), "{after}");
        }
    }

    #[test]
    fn names_that_tests_think_of_are_nobodys() {
        for name in [
            "localhost",
            "*.example.com",
            "user@example.org",
            "https://auth.example.com/",
            "198.51.100.1",
            "Test CA 1",
            "testserver",
            "second.testserver.com",
        ] {
            assert!(is_nobodys(name), "{name}");
        }
        for name in [
            "",
            "acme.dev",
            "ada@laptop",
            "ISRG Root X1",
            "10.0.0.7",
            "examples.acme.dev",
            "server",
            "client1",
            "auth-service",
            "test.acme.dev",
        ] {
            assert!(!is_nobodys(name), "{name}");
        }
    }
}

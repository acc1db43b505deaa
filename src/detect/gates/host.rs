//! Addresses that belong to nobody: of this machine, of documentation, of a program's own template.

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
        || ENDS.iter().any(|end| host.ends_with(end))
        || (!host.contains(&b'.') && stock::is_stock(&host))
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
            "",
            "localhost",
        ] {
            assert!(!is_nobody(after.as_bytes()), "{after}");
        }
    }
}

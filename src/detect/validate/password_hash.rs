//! Password hashes in crypt(3) notation, as `/etc/shadow` and htpasswd files hold them. A hash is a
//! password's weaker sibling: it can be guessed against offline, at a cost that depends on its
//! scheme.

use super::{Evidence, Proof};

/// A scheme: its mark, its name, and how many characters its last field has.
struct Scheme {
    mark: &'static [u8],
    name: &'static str,
    digest: std::ops::RangeInclusive<usize>,
}

/// Schemes of crypt(5) and of Apache's htpasswd.
const SCHEMES: &[Scheme] = &[
    Scheme {
        mark: b"$6$",
        name: "SHA-512 crypt",
        digest: 86..=86,
    },
    Scheme {
        mark: b"$5$",
        name: "SHA-256 crypt",
        digest: 43..=43,
    },
    Scheme {
        mark: b"$y$",
        name: "yescrypt",
        digest: 43..=43,
    },
    Scheme {
        mark: b"$7$",
        name: "scrypt",
        digest: 43..=43,
    },
    Scheme {
        mark: b"$2a$",
        name: "bcrypt",
        digest: 53..=53,
    },
    Scheme {
        mark: b"$2b$",
        name: "bcrypt",
        digest: 53..=53,
    },
    Scheme {
        mark: b"$2x$",
        name: "bcrypt",
        digest: 53..=53,
    },
    Scheme {
        mark: b"$2y$",
        name: "bcrypt",
        digest: 53..=53,
    },
    Scheme {
        mark: b"$1$",
        name: "MD5 crypt, quickly guessed",
        digest: 22..=22,
    },
    Scheme {
        mark: b"$apr1$",
        name: "Apache MD5, quickly guessed",
        digest: 22..=22,
    },
    Scheme {
        mark: b"$argon2",
        name: "Argon2",
        digest: 22..=86,
    },
    Scheme {
        mark: b"{SHA}",
        name: "SHA-1 without salt, quickly guessed",
        digest: 28..=28,
    },
    Scheme {
        mark: b"{SSHA}",
        name: "salted SHA-1, quickly guessed",
        digest: 32..=60,
    },
];

/// Names the scheme of a hash and holds its length against it.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let hash = evidence.secret;
    if hash.iter().all(|byte| b"!*x".contains(byte)) {
        return Proof::invalid("no hash: the account is locked or has none");
    }
    // A lock is a mark before the hash, which stays as good as it was (usermod(8), -L).
    let hash = hash.strip_prefix(b"!").unwrap_or(hash);
    match SCHEMES.iter().find(|scheme| hash.starts_with(scheme.mark)) {
        None => Proof::neutral("a password hash of an unknown scheme"),
        Some(scheme) if scheme.digest.contains(&last_field(hash, scheme.mark).len()) => {
            Proof::valid(format!("a password hash: {}", scheme.name))
        }
        Some(scheme) => Proof::invalid(format!(
            "it begins as a hash ({}) but has not its length",
            scheme.name
        )),
    }
}

/// What follows the last `$`, or the mark where a scheme has no fields.
fn last_field<'a>(hash: &'a [u8], mark: &[u8]) -> &'a [u8] {
    let start = memchr::memrchr(b'$', hash).map_or(mark.len(), |at| at + 1);
    &hash[start..]
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Valid};
    use super::super::tests::evidence;
    use super::*;

    #[test]
    fn each_scheme_has_its_length() {
        for (head, digest) in [
            ("$6$saltsalt$", 86),
            ("$6$rounds=5000$saltsalt$", 86),
            ("$y$j9T$salt$", 43),
            ("$2y$10$", 53),
            ("$apr1$salt$", 22),
            ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$", 43),
            ("{SHA}", 28),
            ("!$1$salt$", 22),
        ] {
            let hash = format!("{head}{}", "h".repeat(digest));
            assert_eq!(prove(&evidence(hash.as_bytes())).verdict, Valid, "{head}");
            assert_eq!(
                prove(&evidence(&hash.as_bytes()[..hash.len() - 22])).verdict,
                Invalid,
                "{head}"
            );
        }
    }

    #[test]
    fn a_locked_account_has_no_hash() {
        for mark in ["!", "!!", "*", "x", "!*"] {
            assert_eq!(prove(&evidence(mark.as_bytes())).verdict, Invalid);
        }
    }
}

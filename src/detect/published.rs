//! Secrets that everybody has, because their owners publish them: keys that libraries carry for their
//! tests, values that standards spell out. They are known by the fingerprint that any report shows,
//! never by the path they stand at. `published.txt` has them, and `training/published.py` adds to it.

use crate::model::{Fingerprint, Identity};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Lines of fingerprints by the public key, below the line that names who publishes them.
const TABLE: &str = include_str!("published.txt");

static PUBLISHED: LazyLock<HashMap<Fingerprint, &str>> = LazyLock::new(|| read(TABLE));

/// Who publishes the secret with this identity, if it is known; the name is a plural.
pub(super) fn publisher(identity: &[u8]) -> Option<&'static str> {
    let fingerprint = Identity::default().fingerprint(identity);
    PUBLISHED.get(&fingerprint).copied()
}

fn read(table: &str) -> HashMap<Fingerprint, &str> {
    let mut publisher = "";
    let mut known = HashMap::new();
    for line in table.lines() {
        match line.parse() {
            Ok(fingerprint) => drop(known.insert(fingerprint, publisher)),
            Err(_) => publisher = line,
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_fingerprint() {
        let one = Identity::default().fingerprint(b"one");
        let table = format!("nobody\nthe tests of Acme\n{one}\n");
        let known = read(&table);
        assert_eq!(known.get(&one), Some(&"the tests of Acme"));
        assert_eq!(known.len(), 1);
    }

    #[test]
    fn what_standards_spell_out_is_known() {
        // RFC 7617, section 2.
        assert_eq!(publisher(b"open sesame"), Some("the examples of RFCs"));
        assert_eq!(publisher(b"closed sesame"), None);
    }

    #[test]
    fn every_line_is_a_fingerprint_or_a_publisher() {
        let names: Vec<&str> = TABLE.lines().filter(|line| line.contains(' ')).collect();
        assert!(names.is_sorted() && names.iter().all(|name| name.starts_with("the ")));
        assert_eq!(TABLE.lines().count(), names.len() + PUBLISHED.len());
    }
}

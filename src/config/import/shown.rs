//! A report of ours that shows its secrets: with it, a place or a foreign hash becomes a fingerprint.

use crate::model::Fingerprint;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The secrets of a report.
pub(super) struct Shown {
    by_place: HashMap<(String, u64), Vec<Fingerprint>>,
    by_sha1: HashMap<String, Fingerprint>,
    by_sha256: HashMap<String, Fingerprint>,
}

#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    fingerprint: String,
    secret: Secret,
    occurrences: Vec<Occurrence>,
}

#[derive(Deserialize)]
struct Secret {
    plain: String,
}

#[derive(Deserialize)]
struct Occurrence {
    path: String,
    line: u64,
}

/// Words that ggshield hashes behind a secret, for secrets of a single part.
const TYPES: [&str; 6] = [
    "apikey",
    "password",
    "token",
    "client_secret",
    "secret",
    "private_key",
];

impl Shown {
    /// Reads a report; `None` if it is none, or hides its secrets.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let report: Report = serde_json::from_str(text).ok()?;
        let mut shown = Self {
            by_place: HashMap::new(),
            by_sha1: HashMap::new(),
            by_sha256: HashMap::new(),
        };
        for finding in report.findings {
            shown.add(finding)?;
        }
        Some(shown)
    }

    fn add(&mut self, finding: Finding) -> Option<()> {
        let id = finding.fingerprint.parse().ok()?;
        for place in finding.occurrences {
            let place = (place.path, place.line);
            self.by_place.entry(place).or_default().push(id);
        }
        let plain = finding.secret.plain;
        self.by_sha1
            .extend(sha1(plain.as_bytes()).map(|hash| (hash, id)));
        for word in TYPES {
            let hash = Sha256::digest(format!("{plain},{word}"));
            self.by_sha256
                .insert(data_encoding::HEXLOWER.encode(&hash), id);
        }
        Some(())
    }

    /// The secrets that stand on a line.
    pub(super) fn at(&self, path: &str, line: u64) -> &[Fingerprint] {
        let place = (path.to_owned(), line);
        self.by_place.get(&place).map_or(&[], Vec::as_slice)
    }

    /// The secret of a SHA-1, as detect-secrets has it.
    pub(super) fn of_sha1(&self, hash: &str) -> Option<Fingerprint> {
        self.by_sha1.get(&hash.to_ascii_lowercase()).copied()
    }

    /// The secret of a SHA-256, as ggshield has it.
    pub(super) fn of_sha256(&self, hash: &str) -> Option<Fingerprint> {
        self.by_sha256.get(&hash.to_ascii_lowercase()).copied()
    }
}

/// SHA-1 in hex digits. git's hasher refuses input made to collide, which is no secret.
pub(super) fn sha1(bytes: &[u8]) -> Option<String> {
    let mut hasher = gix::hash::hasher(gix::hash::Kind::Sha1);
    hasher.update(bytes);
    Some(hasher.try_finalize().ok()?.to_string())
}

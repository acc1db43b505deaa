//! A finding is one secret, with everything that is known about it and every place it stands at.

use super::{Change, Confidence, Fingerprint, KeyPair, Occurrence, Secret, Severity};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One secret.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Identity of the secret, independent of rule and place.
    pub fingerprint: Fingerprint,
    /// Id of the most specific rule that matched.
    pub rule: String,
    /// What it is, in a few words.
    pub title: String,
    /// What a live one of this kind can do.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whether it is known to have been made to be shown: for a test, for a manual, by its publisher.
    pub is_example: bool,
    /// Why we are that sure, in sentences.
    pub reasons: Vec<String>,
    /// Ids of other rules that matched the same secret.
    pub aliases: Vec<String>,
    /// The secret.
    pub secret: Secret,
    /// How it is written where it is encoded: as good as the secret itself, and masked like it.
    pub written: Vec<Arc<Secret>>,
    /// What belongs to it: a user name, a host, the id of a key pair.
    pub parts: Vec<Part>,
    /// Of a private key its public half, and who holds that.
    pub key_pair: Option<KeyPair>,
    /// What to do now.
    pub remediation: String,
    /// The provider's page about it.
    pub reference: Option<String>,
    /// Every place, sorted.
    pub occurrences: Vec<Occurrence>,
    /// What became of it since an older image, if the scan compares with one.
    pub change: Option<Change>,
    /// Whether a baseline that only new findings are measured against has it.
    pub known: bool,
}

impl Finding {
    /// Whether every place of it is suppressed.
    pub fn is_suppressed(&self) -> bool {
        let mut places = self.occurrences.iter();
        !self.occurrences.is_empty() && places.all(|place| place.suppression.is_some())
    }

    /// Whether every place of it that is not suppressed comes from a base image.
    pub fn is_inherited(&self) -> bool {
        let places = self.occurrences.iter();
        let mut left = places
            .filter(|place| place.suppression.is_none())
            .peekable();
        left.peek().is_some() && left.all(|place| place.place.kinship.base.is_some())
    }

    /// Whether the image that is scanned has it, in a part that the scan is about.
    pub fn is_at_issue(&self) -> bool {
        self.change.is_none_or(Change::is_news)
    }
}

/// A named value that belongs to a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What it is: `user`, `host`, the id of a companion rule.
    pub name: String,
    /// The value; masked like a secret, because it often is one.
    pub value: Secret,
}

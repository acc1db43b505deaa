//! One match of one rule, with all that its own text can tell about it. What takes the rest of the
//! blob, companions and overlaps, is decided later (`companion`, `resolve`).

use crate::model::{Confidence, Part, Position, Secret};
use std::ops::Range;

/// A candidate finding in one blob.
#[derive(Debug, Clone)]
pub struct Match {
    /// Number of the rule in its set.
    pub rule: usize,
    /// The secret as it stands in the text.
    pub secret: Secret,
    /// What the secret's identity is computed from, where that differs from [`Self::secret`].
    pub normalised: Option<Secret>,
    /// The secret's bytes in the blob.
    pub span: Range<u64>,
    /// Where the secret begins, for people.
    pub position: Position,
    /// How sure we are.
    pub confidence: Confidence,
    /// Why.
    pub reasons: Vec<String>,
    /// Values that belong to the secret.
    pub parts: Vec<Part>,
    /// Ids of rules that matched the same place and lost.
    pub aliases: Vec<String>,
}

impl Match {
    /// The bytes that identity is computed from.
    pub fn identity(&self) -> &[u8] {
        self.normalised.as_ref().unwrap_or(&self.secret).expose()
    }
}

//! How sure we are that a match is a live-looking secret and not noise. Separate from
//! [`Severity`](super::Severity); every change of it leaves a reason on the finding.

use serde::{Deserialize, Serialize};

/// Belief in a finding. Ordered: `Low < Confirmed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Probably a placeholder, an example or noise; hidden by default, always counted.
    Low,
    /// The context speaks for a secret.
    Medium,
    /// The shape belongs to one provider and to nothing else.
    High,
    /// An offline proof succeeded: a checksum, a signature shape, a key that parses.
    Confirmed,
}

impl Confidence {
    /// All levels, from the lowest to the highest.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Confirmed];

    /// The word used in rule files, flags and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Confirmed => "confirmed",
        }
    }

    /// One step less sure; `Low` stays `Low`.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Low | Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Confirmed => Self::High,
        }
    }
}

impl std::fmt::Display for Confidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

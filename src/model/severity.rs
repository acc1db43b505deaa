//! How bad it is when the secret is real, which is a property of the rule and of nothing else:
//! how sure we are is [`Confidence`](super::Confidence).

use serde::{Deserialize, Serialize};

/// The damage a live secret of this kind can do. Ordered: `Low < Critical`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Test credentials and identifiers that help an attacker only a little.
    Low,
    /// Short-lived or narrow credentials.
    Medium,
    /// Access to one service or to one person's data.
    High,
    /// Access to an account, a build chain or an infrastructure.
    Critical,
}

impl Severity {
    /// All severities, from the lowest to the highest.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in rule files, flags and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

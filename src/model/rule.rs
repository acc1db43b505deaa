//! A detector rule as plain data: what rules/*.toml says, read and checked, before anything is
//! compiled. The keys are a superset of the gitleaks schema (`docs/rules.md`).

use super::{Confidence, Severity};
use serde::{Deserialize, Serialize};

/// One detector.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// Unique name, `provider-kind` in kebab-case.
    pub id: String,
    /// What it finds, in a few words, as a report's headline.
    pub title: String,
    /// Longer text; empty if the title says it all.
    pub description: String,
    /// The pattern, in the syntax of the `regex` crate with Unicode off. `None` for a rule that
    /// looks at paths only.
    pub regex: Option<String>,
    /// Capture group that holds the secret; 0 means the group named `secret`, else the first group
    /// that took part, else the whole match.
    pub secret_group: usize,
    /// Shannon entropy in bits per byte that the secret must exceed (foreign rules).
    pub entropy: Option<f64>,
    /// Words of which one must stand near the match, compared without case.
    pub keywords: Vec<String>,
    /// Pattern that the path must match.
    pub path: Option<String>,
    /// Free labels.
    pub tags: Vec<String>,
    /// What a live secret of this kind can do.
    pub severity: Severity,
    /// How sure the shape alone makes us.
    pub confidence: Confidence,
    /// Name of the offline proof, a key of `detect::validate::VALIDATORS`.
    pub validator: Option<String>,
    /// Name of the judge of the value, a key of `detect::gates::GATES`.
    pub gate: Option<String>,
    /// Whether it is tried at every place of a text, because its pattern has no fixed text to look
    /// for. Only rules written for other scanners are: it is slow.
    pub everywhere: bool,
    /// A helper: reported only as a part of another rule's finding.
    pub helper: bool,
    /// Companions: other rules' matches that must stand near.
    pub required: Vec<Required>,
    /// Matches that are no secret.
    pub allowlists: Vec<Allowlist>,
    /// Which rule wins where several match: the higher one. 100 for a provider's own shape.
    pub specificity: u8,
    /// What to do with a leaked one: how to revoke and replace it.
    pub rotate: String,
    /// The provider's page.
    pub reference: Option<String>,
    /// Templates that must be found; see `ruleset::template`.
    pub hits: Vec<String>,
    /// Templates in which this rule must find nothing.
    pub misses: Vec<String>,
    /// Where the rule stands: `rules/github.toml:12`.
    pub location: String,
}

/// Another rule's match that must stand near.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Required {
    /// The other rule.
    pub id: String,
    /// Most lines between the two; `None` means anywhere in the blob.
    pub within_lines: Option<u64>,
    /// Most columns between the two; `None` means any.
    pub within_columns: Option<u64>,
    /// Without it the finding stands, one step less sure.
    pub optional: bool,
}

/// A reason why a match is no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowlist {
    /// Why.
    pub description: String,
    /// Whether one criterion is enough.
    pub condition: Condition,
    /// Path patterns.
    pub paths: Vec<String>,
    /// Patterns on [`Self::target`].
    pub regexes: Vec<String>,
    /// What the patterns look at.
    pub target: RegexTarget,
    /// Substrings of the secret, compared without case.
    pub stopwords: Vec<String>,
    /// Commits, full hashes.
    pub commits: Vec<String>,
    /// The file and line of the configuration that states it. What such a list allows is kept and
    /// counted as suppressed; what a rule's own list allows (`None`) is no match at all.
    pub stated_in: Option<String>,
}

/// How the criteria of an allowlist combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Condition {
    /// One is enough.
    #[default]
    Or,
    /// All that are given must hold.
    And,
}

/// What an allowlist's patterns look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RegexTarget {
    /// The secret.
    #[default]
    Secret,
    /// The whole match.
    Match,
    /// The line of the match.
    Line,
}

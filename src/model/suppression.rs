//! Why a secret at a place is not held against anybody: somebody said so, beside it or in a file.
//!
//! A suppression takes nothing away. The place keeps it, every report counts it, and who may say so
//! is decided for each scan: see `suppress`.

use super::Date;
use serde::{Deserialize, Serialize};

/// A decision that a place counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    /// What kind of decision it is.
    pub kind: SuppressionKind,
    /// Where it was taken: the words of a comment, or a file and its line, `.residueignore:12`.
    pub source: String,
    /// Why, in the words of whoever took it; may be empty.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

/// Where suppressions come from. The words are those of the report formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment beside the secret.
    Inline,
    /// An entry of an ignore file.
    Ignore,
    /// An entry of a baseline.
    Baseline,
    /// An allowlist of the configuration.
    Allowlist,
}

impl SuppressionKind {
    /// All kinds, in report order.
    pub const ALL: [Self; 4] = [Self::Inline, Self::Ignore, Self::Baseline, Self::Allowlist];

    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inline => "inline",
            Self::Ignore => "ignore",
            Self::Baseline => "baseline",
            Self::Allowlist => "allowlist",
        }
    }
}

/// A comment near a match that asks to let it pass. Detection only reads it; whether it counts is
/// decided later, because that depends on where the text comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remark {
    /// How it is spelt.
    pub spelling: Spelling,
    /// The rules that it speaks of; empty means all.
    pub rules: Vec<String>,
    /// Why, in its own words; may be empty.
    pub reason: String,
    /// What it says about its end.
    pub until: Until,
}

/// The spellings of [`Remark`], ours and those of other scanners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Spelling {
    /// `residue:allow`.
    Residue,
    /// `gitleaks:allow`.
    Gitleaks,
    /// `betterleaks:allow`.
    Betterleaks,
    /// `pragma: allowlist secret`, of detect-secrets and ripsecrets.
    Pragma,
    /// `pragma: allowlist nextline secret`, of detect-secrets.
    PragmaNextLine,
    /// `ggignore`, of ggshield.
    Ggignore,
}

impl Spelling {
    /// The words of the comment.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Residue => "residue:allow",
            Self::Gitleaks => "gitleaks:allow",
            Self::Betterleaks => "betterleaks:allow",
            Self::Pragma => "pragma: allowlist secret",
            Self::PragmaNextLine => "pragma: allowlist nextline secret",
            Self::Ggignore => "ggignore",
        }
    }
}

/// How long a remark holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Until {
    /// It names no end.
    Ever,
    /// To the end of a day.
    Day(Date),
    /// It names an end that cannot be understood; so it does not hold at all.
    Unclear,
}

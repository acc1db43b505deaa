//! The rule files' schema as serde sees it: our keys and those of gitleaks, in both spellings.
//! `load` turns it into rules; nothing else looks at it.

use super::shorthand;
use crate::model::{Confidence, Severity};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) rules: Vec<Spanned<RawRule>>,
    #[serde(default)]
    pub(super) allowlists: Vec<RawAllowlist>,
    /// The old spelling, of which there is one.
    pub(super) allowlist: Option<RawAllowlist>,
    // What tells about the file and not about its rules.
    #[serde(rename = "title")]
    _title: Option<String>,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(
        rename = "minVersion",
        alias = "min_version",
        alias = "betterleaksMinVersion"
    )]
    _min_version: Option<String>,
    #[serde(rename = "extend")]
    _extend: Option<RawExtend>,
}

/// Rules given with `--rules` are added to the program's own in any case, so `useDefault` asks for
/// what happens anyway; the other keys of gitleaks' table are refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExtend {
    #[serde(rename = "useDefault", alias = "use_default")]
    _use_default: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default, deserialize_with = "pattern")]
    pub(super) regex: Option<String>,
    #[serde(default, alias = "secretGroup")]
    pub(super) secret_group: usize,
    pub(super) entropy: Option<f64>,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    pub(super) severity: Option<Severity>,
    pub(super) confidence: Option<Confidence>,
    pub(super) validator: Option<String>,
    pub(super) gate: Option<String>,
    #[serde(default, alias = "skipReport")]
    pub(super) helper: bool,
    #[serde(default)]
    pub(super) required: Vec<RawRequired>,
    #[serde(default)]
    pub(super) allowlists: Vec<RawAllowlist>,
    /// The old spelling, of which there is one.
    pub(super) allowlist: Option<RawAllowlist>,
    pub(super) specificity: Option<u8>,
    pub(super) rotate: Option<String>,
    pub(super) reference: Option<String>,
    #[serde(default)]
    pub(super) hits: Vec<String>,
    #[serde(default)]
    pub(super) misses: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRequired {
    pub(super) id: String,
    #[serde(alias = "withinLines")]
    pub(super) within_lines: Option<u64>,
    #[serde(alias = "withinColumns")]
    pub(super) within_columns: Option<u64>,
    #[serde(default)]
    pub(super) optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAllowlist {
    #[serde(default)]
    pub(super) description: String,
    pub(super) condition: Option<RawCondition>,
    #[serde(default)]
    pub(super) paths: Vec<String>,
    #[serde(default)]
    pub(super) regexes: Vec<String>,
    #[serde(alias = "regexTarget")]
    pub(super) regex_target: Option<RawTarget>,
    #[serde(default)]
    pub(super) stopwords: Vec<String>,
    #[serde(default)]
    pub(super) commits: Vec<String>,
    /// Of a file's own allowlist: the rules that it is for; all of the file if there are none.
    #[serde(default, alias = "targetRules")]
    pub(super) target_rules: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum RawCondition {
    #[serde(rename = "OR", alias = "or", alias = "||")]
    Or,
    #[serde(rename = "AND", alias = "and", alias = "&&")]
    And,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawTarget {
    Secret,
    Match,
    Line,
}

/// A pattern with its shorthands spelled out.
fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let pattern = String::deserialize(deserializer)?;
    shorthand::spelled_out(&pattern)
        .map(Some)
        .map_err(D::Error::custom)
}

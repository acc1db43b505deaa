//! Reads rule files: TOML in our superset of the gitleaks schema (`docs/rules.md`), strict about
//! unknown keys, every error with file and line.

use super::RuleError;
use super::anchors;
use crate::model::{Allowlist, Condition, Confidence, RegexTarget, Required, Rule, Severity};
use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rules: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: String,
    title: Option<String>,
    #[serde(default)]
    description: String,
    regex: Option<String>,
    #[serde(default, alias = "secretGroup")]
    secret_group: usize,
    entropy: Option<f64>,
    #[serde(default)]
    keywords: Vec<String>,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    validator: Option<String>,
    gate: Option<String>,
    #[serde(default, alias = "skipReport")]
    helper: bool,
    #[serde(default)]
    required: Vec<RawRequired>,
    #[serde(default)]
    allowlists: Vec<RawAllowlist>,
    specificity: Option<u8>,
    rotate: Option<String>,
    reference: Option<String>,
    #[serde(default)]
    hits: Vec<String>,
    #[serde(default)]
    misses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequired {
    id: String,
    #[serde(alias = "withinLines")]
    within_lines: Option<u64>,
    #[serde(alias = "withinColumns")]
    within_columns: Option<u64>,
    #[serde(default)]
    optional: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAllowlist {
    #[serde(default)]
    description: String,
    condition: Option<RawCondition>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(alias = "regexTarget")]
    regex_target: Option<RawTarget>,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
}

impl RawAllowlist {
    fn is_empty(&self) -> bool {
        [&self.paths, &self.regexes, &self.stopwords, &self.commits]
            .iter()
            .all(|list| list.is_empty())
    }
}

#[derive(Deserialize)]
enum RawCondition {
    #[serde(rename = "OR", alias = "or", alias = "||")]
    Or,
    #[serde(rename = "AND", alias = "and", alias = "&&")]
    And,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawTarget {
    Secret,
    Match,
    Line,
}

/// Reads the rules of one file; `name` is how errors and rules call it.
///
/// # Errors
/// When the text is not TOML of the schema, or an allowlist or a path in it makes no sense. The
/// rule's own pattern is parsed once, when its window is derived.
pub(super) fn rules(name: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let file: File = toml::from_str(text).map_err(|error| RuleError::Syntax {
        location: location(name, text, error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let rules = file.rules.into_iter().map(|raw| {
        let location = location(name, text, raw.span().start);
        rule(raw.into_inner(), location)
    });
    rules.collect()
}

fn location(name: &str, text: &str, offset: usize) -> String {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    format!("{name}:{}", 1 + memchr::memchr_iter(b'\n', before).count())
}

fn rule(raw: RawRule, location: String) -> Result<Rule, RuleError> {
    let patterns = raw
        .allowlists
        .iter()
        .flat_map(|list| list.paths.iter().chain(&list.regexes));
    let refused = |problem| RuleError::Rule {
        location: location.clone(),
        id: raw.id.clone(),
        problem,
    };
    for pattern in patterns.chain(&raw.path) {
        anchors::parse(pattern).map_err(|error| refused(error.to_string()))?;
    }
    if raw.allowlists.iter().any(RawAllowlist::is_empty) {
        return Err(refused(
            "an allowlist without a criterion would allow everything".to_owned(),
        ));
    }
    Ok(Rule {
        title: raw.title.unwrap_or_else(|| raw.id.clone()),
        id: raw.id,
        description: raw.description,
        regex: raw.regex,
        secret_group: raw.secret_group,
        entropy: raw.entropy,
        keywords: raw
            .keywords
            .into_iter()
            .map(|word| word.to_ascii_lowercase())
            .collect(),
        path: raw.path,
        tags: raw.tags,
        severity: raw.severity.unwrap_or(Severity::High),
        confidence: raw.confidence.unwrap_or(Confidence::Medium),
        validator: raw.validator,
        gate: raw.gate,
        helper: raw.helper,
        required: raw.required.into_iter().map(required).collect(),
        allowlists: raw.allowlists.into_iter().map(allowlist).collect(),
        specificity: raw.specificity.unwrap_or(DEFAULT_SPECIFICITY),
        rotate: raw.rotate.unwrap_or_else(|| DEFAULT_ROTATE.to_owned()),
        reference: raw.reference,
        hits: raw.hits,
        misses: raw.misses,
        location,
    })
}

const DEFAULT_SPECIFICITY: u8 = 100;
const DEFAULT_ROTATE: &str = "Revoke it where it was issued and replace it.";

fn required(raw: RawRequired) -> Required {
    Required {
        id: raw.id,
        within_lines: raw.within_lines,
        within_columns: raw.within_columns,
        optional: raw.optional,
    }
}

fn allowlist(raw: RawAllowlist) -> Allowlist {
    Allowlist {
        description: raw.description,
        condition: match raw.condition {
            Some(RawCondition::And) => Condition::And,
            Some(RawCondition::Or) | None => Condition::Or,
        },
        paths: raw.paths,
        regexes: raw.regexes,
        target: match raw.regex_target {
            Some(RawTarget::Match) => RegexTarget::Match,
            Some(RawTarget::Line) => RegexTarget::Line,
            Some(RawTarget::Secret) | None => RegexTarget::Secret,
        },
        stopwords: raw
            .stopwords
            .into_iter()
            .map(|word| word.to_ascii_lowercase())
            .collect(),
        commits: raw.commits,
    }
}

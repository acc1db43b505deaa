//! Rules as code scanning shows them: only those that found something, with what to do.

use super::model::{Configuration, Help, Message, Rule, RuleProperties};
use crate::model::{Confidence, Severity};
use crate::report::view::{Finding, View};

/// The rules of these ids, in their order.
pub(super) fn all<'a>(ids: &[&str], view: &'a View) -> Vec<Rule<'a>> {
    ids.iter()
        .filter_map(|id| {
            let all = view.all().chain(view.gone());
            let own = all.filter(|finding| finding.rule == **id);
            // Confidence belongs to a finding; for the rule the best of them speaks.
            own.max_by_key(|finding| finding.confidence).map(rule)
        })
        .collect()
}

fn rule(finding: &Finding) -> Rule<'_> {
    let what = format!(
        "{}: a secret of {} severity. Whoever has the image or the repository has it, also if a \
         later layer or commit deletes it.",
        finding.title, finding.severity
    );
    Rule {
        id: &finding.rule,
        short_description: Message {
            text: clipped(&finding.title),
        },
        full_description: Message {
            text: clipped(&what),
        },
        help: help(finding),
        help_uri: finding.reference.as_deref().filter(|uri| is_web(uri)),
        default_configuration: Configuration {
            level: level(finding.severity),
        },
        properties: RuleProperties {
            security_severity: score(finding.severity),
            precision: precision(finding.confidence),
            tags: ["security", "secret"],
        },
    }
}

fn help(finding: &Finding) -> Help {
    let text = format!(
        "{} Then rebuild the image, or rewrite the history, without it.",
        match finding.remediation.as_str() {
            "" => "Revoke it where it was issued and replace it with a new one.",
            text => text,
        }
    );
    let markdown = match finding.reference.as_deref().filter(|uri| is_web(uri)) {
        Some(uri) => format!("{text}\n\nSee <{uri}>."),
        None => text.clone(),
    };
    Help { text, markdown }
}

/// Whether a reference can be written as a URI as it is.
fn is_web(uri: &str) -> bool {
    uri.starts_with("https://")
        && uri
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&byte))
}

/// GitHub takes at most 1024 characters, and no empty text.
fn clipped(text: &str) -> String {
    match text {
        "" => "Secret".to_owned(),
        _ => text.chars().take(1024).collect(),
    }
}

/// The level of a severity.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A number in the middle of the range that GitHub gives to a severity.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "very-high",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

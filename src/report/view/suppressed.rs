//! What is not listed because somebody said so: counted, and told with its reasons.

use super::Finding;
use crate::model::{self, Confidence, Severity, SuppressionKind};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// What is suppressed.
#[derive(Debug, Serialize)]
pub struct Suppressed {
    /// Findings of which no place is left.
    pub findings: usize,
    /// Places, also of findings that are listed for others.
    pub occurrences: usize,
    /// These findings, worst first; the document tells them in brief.
    #[serde(serialize_with = "in_brief")]
    pub list: Vec<Finding>,
}

/// A reason why places are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// What kind of decision it is: `inline`, `ignore`, `baseline`, `allowlist`.
    #[serde(serialize_with = "by_name")]
    pub kind: SuppressionKind,
    /// The words of a comment, or a file and its line.
    pub source: String,
    /// Why; may be empty.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub until: Option<String>,
    /// How many places of the finding it is about.
    pub occurrences: usize,
}

/// A suppressed finding without its places.
#[derive(Serialize)]
struct Brief<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    title: &'a str,
    severity: Severity,
    confidence: Confidence,
    suppressed: &'a [Suppression],
}

impl Suppressed {
    /// Counts what is left out, of what is listed and of what is not.
    pub(super) fn of(list: Vec<Finding>, listed: &[Finding]) -> Self {
        let places = list.iter().chain(listed);
        Self {
            findings: list.len(),
            occurrences: places
                .map(|finding| finding.suppressed_occurrences.len())
                .sum(),
            list,
        }
    }
}

/// The reasons of one finding, each once and in the order of its places.
#[derive(Default)]
pub(super) struct Reasons<'a> {
    numbers: BTreeMap<&'a model::Suppression, usize>,
    pub(super) list: Vec<Suppression>,
}

impl<'a> Reasons<'a> {
    /// The number of the reason in the list, for one more place; `text` makes scanned text safe to
    /// show.
    pub(super) fn count(
        &mut self,
        found: &'a model::Suppression,
        text: impl Fn(&str) -> String,
    ) -> usize {
        let number = *self.numbers.entry(found).or_insert_with(|| {
            self.list.push(Suppression {
                kind: found.kind,
                source: text(&found.source),
                reason: text(&found.reason),
                owner: found.owner.as_deref().map(text),
                until: found.until.map(|day| day.to_string()),
                occurrences: 0,
            });
            self.list.len() - 1
        });
        self.list[number].occurrences += 1;
        number
    }
}

fn in_brief<S: Serializer>(list: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(list.iter().map(|finding| Brief {
        fingerprint: &finding.fingerprint,
        rule: &finding.rule,
        title: &finding.title,
        severity: finding.severity,
        confidence: finding.confidence,
        suppressed: &finding.suppressed,
    }))
}

fn by_name<S: Serializer>(kind: &SuppressionKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

//! One secret, as a report may show it.

use super::build::Builder;
use super::suppressed::{Reasons, Suppression};
use super::{KeyPair, Occurrence};
use crate::model::{self, Change, Confidence, Severity};
use crate::report::advice;
use crate::report::visible::lossless;
use serde::Serialize;
use std::borrow::Cow;

/// One secret and all that is known about it.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// Identity of the secret, 32 hex digits.
    pub fingerprint: String,
    /// Id of the rule.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whether it is known to have been made to be shown: for a test, for a manual, by its publisher.
    pub example: bool,
    /// Why.
    pub reasons: Vec<String>,
    /// Other rules that matched the same secret.
    pub aliases: Vec<String>,
    /// The secret itself.
    pub secret: Secret,
    /// What belongs to it.
    pub parts: Vec<Part>,
    /// Of a private key, its public half and who holds that.
    pub key_pair: Option<KeyPair>,
    /// How to revoke and replace it.
    pub remediation: String,
    /// How it would be done right, for the places where the secret is told to software.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<String>,
    /// The provider's page.
    pub reference: Option<String>,
    /// Every place that is not suppressed.
    pub occurrences: Vec<Occurrence>,
    /// What became of it since an older image: `new`, `moved` or `gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<&'static str>,
    /// Whether the baseline has it, which only new findings are measured against.
    pub known: bool,
    /// Why other places of it are left out, each reason with their number.
    pub suppressed: Vec<Suppression>,
    /// These places.
    #[serde(skip)]
    pub suppressed_occurrences: Vec<Occurrence>,
}

/// A secret as far as a report may show it.
#[derive(Debug, Serialize)]
pub struct Secret {
    /// Its first characters and stars.
    pub masked: String,
    /// Its length in bytes.
    pub length: usize,
    /// All of it, exactly, only when the user asked; may hold line breaks and control characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain: Option<String>,
    /// Bytes of its first line.
    #[serde(skip)]
    pub first_line: usize,
}

/// A value that belongs to a secret.
#[derive(Debug, Serialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// The value.
    #[serde(flatten)]
    pub value: Secret,
}

impl Finding {
    /// Whether every place of it comes from a base image.
    pub fn is_inherited(&self) -> bool {
        let mut places = self.occurrences.iter();
        !self.occurrences.is_empty() && places.all(|place| place.inherited.is_some())
    }
}

impl Builder<'_> {
    pub(super) fn finding(&self, finding: &model::Finding) -> Finding {
        let part = |part: &model::Part| Part {
            name: part.name.clone(),
            value: self.secret(&part.value),
        };
        let finding = &*self.in_shown_order(finding);
        let mut reasons = Reasons::default();
        let (left_out, occurrences) = finding
            .occurrences
            .iter()
            .map(|occurrence| self.occurrence(occurrence, &mut reasons))
            .partition(|occurrence| occurrence.suppression.is_some());
        Finding {
            fingerprint: finding.fingerprint.to_string(),
            rule: finding.rule.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            example: finding.is_example,
            reasons: finding.reasons.iter().map(|text| self.text(text)).collect(),
            aliases: finding.aliases.clone(),
            secret: self.secret(&finding.secret),
            parts: finding.parts.iter().map(part).collect(),
            key_pair: finding.key_pair.as_ref().map(|pair| self.key_pair(pair)),
            remediation: finding.remediation.clone(),
            advice: advice::of(finding)
                .iter()
                .map(|text| self.text(text))
                .collect(),
            reference: finding.reference.clone(),
            occurrences,
            change: finding.change.map(Change::name),
            known: finding.known,
            suppressed: reasons.list,
            suppressed_occurrences: left_out,
        }
    }

    /// The same with its places in the order of what is shown of their paths. What was kept of an earlier scan
    /// knows no more of a path that holds a secret.
    fn in_shown_order<'f>(&self, finding: &'f model::Finding) -> Cow<'f, model::Finding> {
        let shown = |seen: &model::Occurrence| match self.scanned.redact(&seen.place.path) {
            Cow::Borrowed(_) => None,
            Cow::Owned(path) => Some(path.into()),
        };
        let seen = &finding.occurrences;
        let paths: Vec<_> = seen.iter().map(shown).collect();
        // A scan sorts places; whoever has put them into another order means that.
        if paths.iter().all(Option::is_none) || !seen.is_sorted() {
            return Cow::Borrowed(finding);
        }
        let keyed = seen.iter().zip(paths).map(|(seen, path)| {
            let mut key = seen.clone();
            key.place.path = path.unwrap_or(key.place.path);
            (key, seen)
        });
        let mut keyed: Vec<_> = keyed.collect();
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut finding = finding.clone();
        finding.occurrences = keyed.into_iter().map(|(_, seen)| seen.clone()).collect();
        Cow::Owned(finding)
    }

    fn secret(&self, secret: &model::Secret) -> Secret {
        Secret {
            masked: secret.masked(),
            length: secret.len(),
            plain: self.show_secrets.then(|| lossless(secret.expose())),
            first_line: secret.first_line(),
        }
    }
}

//! From matches in blobs to findings at places: one finding for each secret, whatever rules found
//! it and wherever it stands.

use crate::detect::{Detector, Match, resolve};
use crate::model::{Finding, Fingerprint, Identity, Occurrence, Origin, Part, Rule};
use crate::source::Source;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Makes the findings, most severe and most certain first.
pub(super) fn findings(
    matches: BTreeMap<Origin, Vec<Match>>,
    source: &dyn Source,
    detector: &Detector,
    identity: &Identity,
) -> Vec<Finding> {
    let mut drafts: BTreeMap<Fingerprint, Draft> = BTreeMap::new();
    for (origin, found) in matches {
        let places = source.places(&origin);
        for found in resolve(found, detector.rules()) {
            let here = places
                .iter()
                .filter(|place| detector.applies_at(found.rule, &place.path));
            let position = found.position;
            let seen: Vec<_> = here
                .map(|place| Occurrence {
                    place: place.clone(),
                    position,
                })
                .collect();
            if seen.is_empty() {
                continue;
            }
            let fingerprint = identity.fingerprint(found.identity());
            let draft = Draft::new(fingerprint, &detector.rules()[found.rule], found, seen);
            match drafts.entry(fingerprint) {
                Entry::Vacant(entry) => drop(entry.insert(draft)),
                Entry::Occupied(mut entry) => entry.get_mut().merge(draft),
            }
        }
    }
    let mut findings: Vec<Finding> = drafts.into_values().map(Draft::finish).collect();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings
}

fn order(finding: &Finding) -> impl Ord + '_ {
    let weight = (finding.severity, finding.confidence);
    (Reverse(weight), finding.rule.as_str(), finding.fingerprint)
}

/// A finding in the making, with what decides which match speaks for it.
struct Draft {
    finding: Finding,
    specificity: u8,
}

impl Draft {
    fn new(
        fingerprint: Fingerprint,
        rule: &Rule,
        found: Match,
        occurrences: Vec<Occurrence>,
    ) -> Self {
        let finding = Finding {
            fingerprint,
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            confidence: found.confidence,
            reasons: found.reasons,
            aliases: found.aliases,
            secret: found.secret,
            parts: found.parts,
            remediation: rule.rotate.clone(),
            reference: rule.reference.clone(),
            occurrences,
        };
        Self {
            finding,
            specificity: rule.specificity,
        }
    }

    /// Joins the same secret found elsewhere. The more specific and more certain match speaks for
    /// it, and of equals the one whose text is not in the raw spelling of a document.
    fn merge(&mut self, mut other: Self) {
        let raw = |draft: &Self| draft.finding.occurrences.iter().all(|seen| seen.place.raw);
        let strength = |draft: &Self| (draft.specificity, draft.finding.confidence, !raw(draft));
        if strength(&other) > strength(self) {
            std::mem::swap(self, &mut other);
        }
        let weaker = other.finding;
        self.finding.aliases.extend(weaker.aliases);
        self.finding.aliases.push(weaker.rule);
        self.finding.parts.extend(weaker.parts);
        self.finding.occurrences.extend(weaker.occurrences);
    }

    fn finish(self) -> Finding {
        let mut finding = self.finding;
        finding.aliases.retain(|alias| *alias != finding.rule);
        finding.aliases.sort_unstable();
        finding.aliases.dedup();
        finding.parts = distinct(finding.parts);
        finding.occurrences.sort();
        finding.occurrences.dedup();
        drop_vague(&mut finding.occurrences);
        finding
    }
}

fn distinct(parts: Vec<Part>) -> Vec<Part> {
    let mut kept: Vec<Part> = Vec::new();
    for part in parts {
        if !kept.contains(&part) {
            kept.push(part);
        }
    }
    kept
}

/// A document is searched raw, value by value, and some values part by part. Where a part tells
/// where exactly the secret stands, the value and the raw text have nothing to add.
fn drop_vague(occurrences: &mut Vec<Occurrence>) {
    let image = |seen: &Occurrence| (seen.place.target.clone(), seen.place.platform.clone());
    let of_document = |seen: &&Occurrence| !seen.place.raw && !seen.place.kind.is_of_a_file();
    let told: Vec<_> = occurrences
        .iter()
        .filter(of_document)
        .map(|seen| (image(seen), seen.place.path.clone()))
        .collect();
    occurrences.retain(|seen| {
        let vague = |path: &[u8]| seen.place.raw || is_part_of(path, &seen.place.path);
        seen.place.kind.is_of_a_file()
            || !told
                .iter()
                .any(|(of, path)| *of == image(seen) && vague(path))
    });
}

/// Whether the pointer `part` names a part of the value that `whole` points to: `history[2].created_by
/// TOKEN` of `history[2].created_by`.
fn is_part_of(part: &[u8], whole: &[u8]) -> bool {
    part.strip_prefix(whole)
        .is_some_and(|rest| rest.first() == Some(&b' '))
}

//! From matches in blobs to findings at places: one finding for each secret, whatever rules found
//! it and wherever it stands. In which order blobs were numbered or read changes nothing.

use crate::detect::{Detector, Match, resolve};
use crate::model::{
    Confidence, Finding, Fingerprint, Identity, Occurrence, Origin, Part, Place, Rule, Where,
};
use crate::source::Source;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// A finding in the making, with what decides whether its match speaks for the secret.
struct Draft {
    finding: Finding,
    rank: Rank,
}

/// The more specific and more certain match speaks, of equals the one whose text is not in the raw
/// spelling of a document, and of these the one at the first place.
type Rank = (u8, Confidence, bool, Reverse<Option<Occurrence>>);

impl Draft {
    fn new(
        fingerprint: Fingerprint,
        rule: &Rule,
        found: Match,
        occurrences: Vec<Occurrence>,
    ) -> Self {
        let is_decoded = occurrences.iter().any(|seen| !seen.place.raw);
        let first = Reverse(occurrences.first().cloned());
        let rank = (rule.specificity, found.confidence, is_decoded, first);
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
        Self { finding, rank }
    }

    /// Joins the same secret found elsewhere.
    fn merge(&mut self, mut other: Self) {
        if other.rank > self.rank {
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
        let by_name = |part: &Part| (part.name.clone(), part.value.expose().to_vec());
        finding.parts.sort_by_cached_key(by_name);
        finding.parts.dedup();
        finding.occurrences.sort();
        finding.occurrences.dedup();
        drop_vague(&mut finding.occurrences);
        finding
    }
}

/// A document is searched raw, value by value, and some values part by part. Where a part tells
/// where exactly the secret stands, the value and the raw text have nothing to add.
fn drop_vague(occurrences: &mut Vec<Occurrence>) {
    let exact: BTreeSet<(Image, Arc<[u8]>)> = occurrences
        .iter()
        .map(|seen| &seen.place)
        .filter(|place| is_of_document(place) && !place.raw)
        .map(|place| (image(place), Arc::clone(&place.path)))
        .collect();
    let is_told = |image: Image, prefix: &[u8]| {
        let mut from = exact.range((image.clone(), prefix.into())..);
        from.next()
            .is_some_and(|(of, path)| *of == image && path.starts_with(prefix))
    };
    // `history[2].created_by TOKEN` is a part of `history[2].created_by`.
    let is_vague = |place: &Place| match place.raw {
        true => is_told(image(place), b""),
        false => is_told(image(place), &[&place.path[..], b" "].concat()),
    };
    occurrences.retain(|seen| !is_of_document(&seen.place) || !is_vague(&seen.place));
}

/// What documents belong to: a target's label and a platform.
type Image = (Arc<str>, Option<Arc<str>>);

fn image(place: &Place) -> Image {
    (place.target.clone(), place.platform.clone())
}

fn is_of_document(place: &Place) -> bool {
    !matches!(place.kind, Where::File | Where::Metadata)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Position, Secret, Severity};

    fn seen(kind: Where, path: &str, raw: bool) -> Occurrence {
        Occurrence {
            place: Place {
                target: "app.tar".into(),
                platform: None,
                kind,
                path: path.as_bytes().into(),
                layer: None,
                state: None,
                raw,
            },
            position: Position {
                offset: 0,
                line: 1,
                column: 1,
            },
        }
    }

    fn paths_left(mut occurrences: Vec<Occurrence>) -> Vec<String> {
        drop_vague(&mut occurrences);
        let path = |seen: Occurrence| String::from_utf8(seen.place.path.to_vec()).unwrap();
        occurrences.into_iter().map(path).collect()
    }

    #[test]
    fn the_exact_part_of_a_document_says_it_all() {
        let step = "history[2].created_by";
        let told = [
            seen(Where::History, step, false),
            seen(Where::History, "history[2].created_by TOKEN", false),
            seen(Where::History, "history[2].created_by2", false),
            seen(Where::Config, "config", true),
        ];
        assert_eq!(
            paths_left(told.to_vec()),
            ["history[2].created_by TOKEN", "history[2].created_by2"]
        );
        assert_eq!(paths_left(told[3..].to_vec()), ["config"]);
    }

    #[test]
    fn a_file_is_no_part_of_another() {
        let files = ["key", "key 2"].map(|path| seen(Where::File, path, false));
        assert_eq!(paths_left(files.to_vec()), ["key", "key 2"]);
    }

    #[test]
    fn very_many_places_are_judged_at_once() {
        let places = (0..50_000).map(|index| format!("config.Env[{index}]"));
        let seen = places.map(|path| seen(Where::Config, &path, false));
        assert_eq!(paths_left(seen.collect()).len(), 50_000);
    }

    fn draft(path: &str) -> Draft {
        let secret = Secret::new(b"hunter2");
        let occurrences = vec![seen(Where::File, path, false)];
        Draft {
            rank: (
                1,
                Confidence::High,
                true,
                Reverse(occurrences.first().cloned()),
            ),
            finding: Finding {
                fingerprint: Identity::default().fingerprint(b"hunter2"),
                rule: format!("rule-{path}"),
                title: String::new(),
                severity: Severity::High,
                confidence: Confidence::High,
                reasons: vec![format!("stands in {path}")],
                aliases: Vec::new(),
                parts: vec![Part {
                    name: path.to_owned(),
                    value: secret.clone(),
                }],
                secret,
                remediation: String::new(),
                reference: None,
                occurrences,
            },
        }
    }

    #[test]
    fn the_order_of_blobs_changes_nothing() {
        let told = |order: [&str; 3]| {
            let [first, rest @ ..] = order.map(draft);
            let merge = |mut all: Draft, next| {
                all.merge(next);
                all
            };
            let finding = rest.into_iter().fold(first, merge).finish();
            (
                finding.rule,
                finding.reasons,
                finding.aliases,
                finding.parts,
            )
        };
        let expected = told(["a", "b", "c"]);
        assert_eq!(expected.0, "rule-a");
        for order in [["c", "b", "a"], ["b", "a", "c"], ["b", "c", "a"]] {
            assert_eq!(told(order), expected);
        }
    }
}

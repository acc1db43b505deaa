//! From matches in blobs to findings at places: one finding for each secret, whatever rules found
//! it and wherever it stands. In which order blobs were numbered or read changes nothing.

use super::Scan;
use super::vague::drop_vague;
use crate::detect::{Match, resolve};
use crate::model::{
    Confidence, Coverage, Finding, Fingerprint, Kind, Occurrence, Origin, Part, Place, Position,
    Rule, Shortfall,
};
use crate::source::Source;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Most places of a scan that are told. A hostile image is made of one layer ten thousand times.
const MOST_PLACES: usize = 1_000_000;

/// Makes the findings, most severe and most certain first. Places beyond [`MOST_PLACES`]
/// are a gap, but each match keeps one.
pub(super) fn findings(
    scan: &Scan<'_>,
    source: &dyn Source,
    matches: BTreeMap<Origin, Vec<Match>>,
    coverage: &Coverage,
) -> Vec<Finding> {
    let detector = scan.detector;
    let mut room = Room::of(MOST_PLACES);
    let mut drafts: BTreeMap<Fingerprint, Draft> = BTreeMap::new();
    for (origin, found) in matches {
        let places = source.places(&origin);
        for found in resolve(found, detector.rules()) {
            let here = places
                .iter()
                .filter(|place| detector.applies_at(found.rule, &place.path));
            let seen = room.take(here, found.position);
            if seen.is_empty() {
                continue;
            }
            let fingerprint = scan.identity.fingerprint(found.identity());
            let draft = Draft::new(fingerprint, &detector.rules()[found.rule], found, seen);
            match drafts.entry(fingerprint) {
                Entry::Vacant(entry) => drop(entry.insert(draft)),
                Entry::Occupied(mut entry) => entry.get_mut().merge(draft),
            }
        }
    }
    room.record(coverage);
    let mut findings: Vec<Finding> = drafts.into_values().map(Draft::finish).collect();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings
}

/// How many places may still be told.
struct Room {
    left: usize,
    lost: usize,
}

impl Room {
    const fn of(most: usize) -> Self {
        Self {
            left: most,
            lost: 0,
        }
    }

    /// The places of one match, as many as there is room for and at least one.
    fn take<'p>(
        &mut self,
        mut places: impl Iterator<Item = &'p Place>,
        position: Position,
    ) -> Vec<Occurrence> {
        let taken = places.by_ref().take(self.left.max(1));
        let seen: Vec<_> = taken
            .map(|place| Occurrence {
                place: place.clone(),
                position,
            })
            .collect();
        self.left = self.left.saturating_sub(seen.len());
        self.lost += places.count();
        seen
    }

    fn record(&self, coverage: &Coverage) {
        if self.lost > 0 {
            let lost = self.lost;
            let detail =
                format!("{lost} more places were not listed; each secret has one at least");
            coverage.record(Shortfall::new(Kind::Limit, "scan", detail));
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Identity, Secret, Severity, Where};

    fn place(path: &str) -> Place {
        Place {
            target: "app.tar".into(),
            platform: None,
            kind: Where::File,
            path: path.as_bytes().into(),
            layer: None,
            state: None,
            raw: false,
        }
    }

    const START: Position = Position {
        offset: 0,
        line: 1,
        column: 1,
    };

    #[test]
    fn places_without_room_are_a_gap_and_one_stays() {
        let three = ["a", "b", "c"].map(place);
        let take = |room: &mut Room| room.take(three.iter(), START).len();
        let mut room = Room::of(4);
        assert_eq!([(); 3].map(|()| take(&mut room)), [3, 1, 1]);
        let coverage = Coverage::default();
        room.record(&coverage);
        assert!(coverage.shortfalls()[0].0.detail.starts_with("4 more"));
    }

    fn draft(path: &str) -> Draft {
        let secret = Secret::new(b"hunter2");
        let occurrences = Room::of(1).take([place(path)].iter(), START);
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

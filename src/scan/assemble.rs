//! From matches in blobs to findings at places: one finding for each secret, whatever rules found
//! it and wherever it stands. In which order blobs were numbered or read changes nothing.

use super::Scan;
use super::collect::Found;
use super::key_doubts;
use super::key_pairs::KeyHolders;
use super::vague::drop_vague;
use super::vendored;
use crate::detect::resolve;
use crate::model::{
    Allowlist, Change, Confidence, Coverage, Finding, Fingerprint, Identity, KeyPair, Kind, Match,
    Occurrence, Origin, Part, PublicKey, Rule, Shortfall, Suppression, SuppressionKind,
};
use crate::source::{Hit, Seen, Source};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Most places of a scan that are told. A hostile image is made of one layer ten thousand times.
const MOST_PLACES: usize = 1_000_000;

/// The proof of rules that find private keys.
const PRIVATE_KEY: &str = "private-key";

/// Makes the findings, most severe and most certain first. Places beyond [`MOST_PLACES`]
/// are a gap, but each match keeps one.
pub(super) fn findings(
    scan: &Scan<'_>,
    source: &dyn Source,
    found: Found,
    coverage: &Coverage,
) -> Vec<Finding> {
    let rules = scan.detector.rules();
    source.recognise(&hits(&found), &|| scan.stop.is_set(), coverage);
    let (matches, key_holders) = (found.matches, found.key_holders);
    source.settle(&places_of(&matches, &key_holders), coverage);
    let mut secrets: BTreeMap<Fingerprint, Vec<(Origin, Match)>> = BTreeMap::new();
    for (origin, found) in matches {
        for found in resolve(found, rules) {
            let fingerprint = found.judged.identity().fingerprint(scan.identity);
            let of_secret = secrets.entry(fingerprint).or_default();
            of_secret.push((origin.clone(), found));
        }
    }
    let mut room = Room::of(MOST_PLACES);
    let mut findings: Vec<Finding> = secrets
        .into_iter()
        .filter_map(|(fingerprint, found)| {
            let drafts = drafts(scan, source, fingerprint, found, &mut room);
            let mut finding = drafts.reduce(Draft::merged)?.finish(scan.identity);
            let key = finding.key_pair.take();
            finding.key_pair = key.map(|key| key_holders.pair(key.public, source));
            Some(finding)
        })
        .collect();
    room.record(coverage);
    let proves_keys = |rule: &&Rule| rule.validator.as_deref() == Some(PRIVATE_KEY);
    let of_keys: HashSet<&str> = rules
        .iter()
        .filter(proves_keys)
        .map(|rule| &*rule.id)
        .collect();
    key_doubts::weigh(&mut findings, |id| of_keys.contains(id));
    findings.iter_mut().for_each(compare);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    found.recipes.tell(&mut findings, source);
    findings
}

/// Finds out what became of a secret since an older image, and keeps the places that tell it.
fn compare(finding: &mut Finding) {
    let ages = finding.occurrences.iter();
    finding.change = Change::of(ages.map(|seen| seen.place.kinship.age));
    if let Some(change) = finding.change {
        let told = Some(change.told());
        finding
            .occurrences
            .retain(|seen| seen.place.kinship.age == told);
    }
}

/// The blobs with matches, for a source that knows files by their hashes.
fn hits(found: &Found) -> Vec<Hit<'_>> {
    let is_shown = |found: &Match| found.judged.confidence > Confidence::Low;
    let hits = found.matches.iter().map(|(origin, matches)| Hit {
        origin,
        sums: found.sums.get(origin),
        is_shown: matches.iter().any(is_shown),
    });
    hits.collect()
}

/// Every place that is asked about later: those of matches, and the beginnings of what holds a key whose
/// private half is among them.
fn places_of<'m>(
    matches: &'m BTreeMap<Origin, Vec<Match>>,
    key_holders: &'m KeyHolders,
) -> Vec<(&'m Origin, u64)> {
    let found = matches.iter().flat_map(|(origin, matches)| {
        let places = matches.iter().map(|found| found.position.offset);
        places.map(move |at| (origin, at))
    });
    let holding = key_holders.fitting(matches.values().flatten());
    let places = found.chain(holding.map(|origin| (origin, 0)));
    places.collect()
}

/// One draft for each match of a secret that stands at a place where its rule has a say.
fn drafts<'r>(
    scan: &'r Scan<'_>,
    source: &dyn Source,
    fingerprint: Fingerprint,
    found: Vec<(Origin, Match)>,
    room: &'r mut Room,
) -> impl Iterator<Item = Draft> + use<'r> {
    let seen: Vec<Seen<'_>> = found
        .iter()
        .map(|(origin, found)| Seen {
            origin,
            position: found.position,
            secret: &found.judged.secret,
        })
        .collect();
    let mut places: Vec<Vec<Occurrence>> = vec![Vec::new(); found.len()];
    for (index, mut occurrence) in source.occurrences(&seen) {
        let found = &found[index].1;
        if scan
            .detector
            .applies_at(found.rule, &occurrence.place.full_path())
        {
            occurrence.remarks.clone_from(&found.judged.remarks);
            occurrence.encodings.clone_from(&found.judged.encodings);
            occurrence.setting.clone_from(&found.setting);
            let list = scan.detector.allowlist(found, &occurrence.place);
            occurrence.suppression = list.map(allowed);
            places[index].push(occurrence);
        }
    }
    found
        .into_iter()
        .zip(places)
        .filter_map(move |((_, found), places)| {
            let seen = room.take(places);
            (!seen.is_empty()).then(|| Draft::new(scan, fingerprint, found, seen))
        })
}

/// A public half of which nobody has asked yet who holds it.
fn unheld(public: PublicKey) -> KeyPair {
    KeyPair {
        public,
        held: Vec::new(),
    }
}

/// What an allowlist of the configuration makes of a place.
fn allowed(list: &Allowlist) -> Arc<Suppression> {
    Arc::new(Suppression {
        kind: SuppressionKind::Allowlist,
        source: list.stated_in.clone().unwrap_or_default(),
        reason: list.description.clone(),
        owner: None,
        until: None,
    })
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
    fn take(&mut self, mut places: Vec<Occurrence>) -> Vec<Occurrence> {
        let taken = places.len().min(self.left.max(1));
        self.left = self.left.saturating_sub(taken);
        self.lost += places.len() - taken;
        places.truncate(taken);
        places
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
    /// Whether it is of a kind that packages ship as examples.
    is_shipped: bool,
}

/// The more specific and more certain match speaks, of equals the one whose text is not in the raw
/// spelling of a document, and of these the one at the first place.
type Rank = (u8, Confidence, bool, Reverse<Option<Occurrence>>);

impl Draft {
    fn new(
        scan: &Scan<'_>,
        fingerprint: Fingerprint,
        found: Match,
        occurrences: Vec<Occurrence>,
    ) -> Self {
        let rule = &scan.detector.rules()[found.rule];
        let is_decoded = occurrences.iter().any(|seen| !seen.place.raw);
        let first = Reverse(occurrences.first().cloned());
        // Nobody asks for the bytes any more, but a report that shows them.
        let judged = match scan.options.keep_secrets {
            true => Arc::unwrap_or_clone(found.judged),
            false => found.judged.sealed(scan.identity),
        };
        let rank = (rule.specificity, judged.confidence, is_decoded, first);
        let finding = Finding {
            fingerprint,
            rule: rule.id.clone(),
            title: rule.title.clone(),
            severity: rule.severity,
            confidence: judged.confidence,
            is_example: judged.is_example,
            reasons: judged.reasons,
            aliases: found.aliases,
            secret: judged.secret,
            written: judged.written.into_iter().collect(),
            parts: judged.parts,
            key_pair: judged.public_key.map(unheld),
            remediation: rule.rotate.clone(),
            reference: rule.reference.clone(),
            occurrences,
            change: None,
            known: false,
        };
        Self {
            finding,
            rank,
            is_shipped: vendored::is_shipped(rule),
        }
    }

    /// Joins the same secret found elsewhere.
    fn merged(mut self, mut other: Self) -> Self {
        if other.rank > self.rank {
            std::mem::swap(&mut self, &mut other);
        }
        let weaker = other.finding;
        self.finding.aliases.extend(weaker.aliases);
        self.finding.aliases.push(weaker.rule);
        self.finding.key_pair = self.finding.key_pair.or(weaker.key_pair);
        self.finding.written.extend(weaker.written);
        self.finding.parts.extend(weaker.parts);
        self.finding.occurrences.extend(weaker.occurrences);
        self
    }

    fn finish(self, identity: &Identity) -> Finding {
        let mut finding = self.finding;
        finding.aliases.retain(|alias| *alias != finding.rule);
        finding.aliases.sort_unstable();
        finding.aliases.dedup();
        let by_name = |part: &Part| (part.name.clone(), part.value.fingerprint(identity));
        finding.parts.sort_by_cached_key(by_name);
        finding.parts.dedup();
        finding
            .written
            .sort_by_cached_key(|text| text.fingerprint(identity));
        finding.written.dedup();
        finding.occurrences.sort();
        // Of two matches at one place, one without remarks comes first and stays.
        finding
            .occurrences
            .dedup_by(|next, kept| (&next.place, next.position) == (&kept.place, kept.position));
        drop_vague(&mut finding.occurrences);
        if self.is_shipped {
            vendored::weigh(&mut finding);
        }
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, Position, Secret, Severity, Where};

    fn occurrence(path: &str) -> Occurrence {
        let place = Place::new("app.tar".into(), Where::File, path.as_bytes().into());
        let position = Position {
            offset: 0,
            line: 1,
            column: 1,
        };
        Occurrence::new(place, position)
    }

    #[test]
    fn places_without_room_are_a_gap_and_one_stays() {
        let three = || ["a", "b", "c"].map(occurrence).to_vec();
        let take = |room: &mut Room| room.take(three()).len();
        let mut room = Room::of(4);
        assert_eq!([(); 3].map(|()| take(&mut room)), [3, 1, 1]);
        let coverage = Coverage::default();
        room.record(&coverage);
        assert!(coverage.shortfalls()[0].0.detail.starts_with("4 more"));
    }

    fn draft(path: &str) -> Draft {
        let secret = Secret::new(b"hunter2");
        let occurrences = vec![occurrence(path)];
        Draft {
            is_shipped: false,
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
                is_example: false,
                reasons: vec![format!("stands in {path}")],
                aliases: Vec::new(),
                written: Vec::new(),
                parts: vec![Part {
                    name: path.to_owned(),
                    value: secret.clone(),
                }],
                secret,
                key_pair: None,
                remediation: String::new(),
                reference: None,
                occurrences,
                change: None,
                known: false,
            },
        }
    }

    #[test]
    fn the_order_of_blobs_changes_nothing() {
        let told = |order: [&str; 3]| {
            let [first, rest @ ..] = order.map(draft);
            let finding = rest
                .into_iter()
                .fold(first, Draft::merged)
                .finish(&Identity::default());
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

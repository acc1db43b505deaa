//! Almost-secrets: what a rule has to look at closely only to reject it. A file full of them is the
//! worst that ordinary input can do to the confirmation, and must stay within a fixed factor of
//! looking for the literals alone. All are made from the rules' own examples. `RESIDUE_BENCH_RULES`
//! names rules, with commas between them, to measure no others.

use crate::measure::{Entrant, medians, ratio};
use crate::subjects::{Subjects, count};
use residue::model::Rule;
use residue::ruleset::template;

/// Size of a file of near misses, in bytes.
const SIZE: usize = 200 << 10;
/// Expansions of each example; then they repeat.
const VARIANTS: usize = 16;
/// Longer than nearly all prefixes of tokens, in bytes.
const PREFIX: usize = 8;
/// How many times as long as `aho-corasick` alone a file may take.
const GOAL: f64 = 20.0;
/// Files that are listed even if all keep to the goal.
const LISTED: usize = 10;

/// How a near miss comes about. One in which anything is found is none and is left out.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The rule's own `misses`.
    Misses,
    /// What must be found, cut one byte before the end of the secret.
    Cut,
    /// The same, cut after half of the secret.
    Half,
    /// The same, cut after the secret's first [`PREFIX`] bytes: as many literals as fit.
    Prefix,
}

const KINDS: [Kind; 4] = [Kind::Misses, Kind::Cut, Kind::Half, Kind::Prefix];

/// A measured file.
struct Row {
    ratio: f64,
    rule: usize,
    kind: Kind,
    matches: usize,
}

/// Measures a file of all rules' near misses, then one for each rule and kind, and lists the slowest.
pub(crate) fn run(subjects: &Subjects) {
    let pairs = pairs(subjects).map(|(rule, kind)| near_misses(subjects, rule, kind, 0).concat());
    let mixed = filled(&pairs.collect::<Vec<_>>().concat());
    let (ratio, matches) = cost(subjects, &mixed);
    println!(
        "near misses of all rules, {} KB: {ratio:.1} x the time of aho-corasick, {matches} matches",
        mixed.len() >> 10
    );
    let mut rows: Vec<Row> = self::pairs(subjects)
        .filter_map(|(rule, kind)| measured(subjects, rule, kind))
        .collect();
    rows.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    let over = rows.iter().filter(|row| row.ratio > GOAL).count();
    println!(
        "{} files; {over} take more than {GOAL} times as long as aho-corasick alone",
        rows.len()
    );
    for row in rows.iter().take(over.max(LISTED)) {
        let id = &subjects.detector.rules()[row.rule].id;
        println!(
            "  {:>6.1} x  {id}, {:?}, {} matches",
            row.ratio, row.kind, row.matches
        );
    }
}

fn pairs(subjects: &Subjects) -> impl Iterator<Item = (usize, Kind)> {
    let named = std::env::var("RESIDUE_BENCH_RULES").ok();
    let rules = subjects.detector.rules().iter().enumerate();
    let wanted = rules.filter(move |(_, rule)| {
        let mut named = named.iter().flat_map(|named| named.split(','));
        let first = named.next();
        first.is_none_or(|first| first == rule.id || named.any(|id| id == rule.id))
    });
    wanted.flat_map(|(rule, _)| KINDS.map(|kind| (rule, kind)))
}

/// Measures the file of one rule and one kind; `None` if the rule has no near misses of the kind.
fn measured(subjects: &Subjects, rule: usize, kind: Kind) -> Option<Row> {
    let variants = (0..VARIANTS).flat_map(|seed| near_misses(subjects, rule, kind, seed));
    let once = variants.collect::<Vec<_>>().concat();
    if once.is_empty() {
        return None;
    }
    let (ratio, matches) = cost(subjects, &filled(&once)[..SIZE]);
    Some(Row {
        ratio,
        rule,
        kind,
        matches,
    })
}

/// How many times as long as `aho-corasick` the search of a text takes; and its matches.
fn cost(subjects: &Subjects, text: &[u8]) -> (f64, usize) {
    let times = medians(&mut [
        Entrant::new("aho-corasick", || _ = count(&subjects.automaton, text)),
        Entrant::new("search", || drop(subjects.search(text))),
    ]);
    (ratio(times[1], times[0]), subjects.search(text).len())
}

/// A text as often as it takes to fill a file.
fn filled(text: &[u8]) -> Vec<u8> {
    text.repeat(SIZE.div_ceil(text.len()))
}

fn near_misses(subjects: &Subjects, number: usize, kind: Kind, seed: usize) -> Vec<Vec<u8>> {
    let rule = &subjects.detector.rules()[number];
    let templates = match kind {
        Kind::Misses => &rule.misses,
        Kind::Cut | Kind::Half | Kind::Prefix => &rule.hits,
    };
    let examples = templates
        .iter()
        .filter_map(|template| expanded(rule, template, seed));
    examples
        .filter_map(|text| spoilt(subjects, number, kind, text))
        .filter(|text| subjects.search(text).is_empty())
        .collect()
}

fn expanded(rule: &Rule, template: &str, seed: usize) -> Option<Vec<u8>> {
    template::expand(template, template::seed(&rule.id, seed)).ok()
}

/// Makes a near miss of an example; `None` if the rule finds nothing in it.
fn spoilt(subjects: &Subjects, rule: usize, kind: Kind, mut text: Vec<u8>) -> Option<Vec<u8>> {
    let secret = || {
        let found = subjects.search(&text);
        let span = found.into_iter().find(|found| found.rule == rule)?.span;
        Some(span.start as usize..span.end as usize)
    };
    match kind {
        Kind::Misses => (),
        Kind::Cut => text.truncate(secret()?.end - 1),
        Kind::Half => {
            let secret = secret()?;
            text.truncate(secret.start + secret.len() / 2);
        }
        Kind::Prefix => text.truncate(secret()?.start + PREFIX),
    }
    text.push(b'\n');
    Some(text)
}

//! One winner per place. Several rules can match the same bytes; the most specific one keeps the
//! finding, the others are remembered as its aliases. Runs when a blob has been read in full, so
//! the outcome does not depend on how the blob was cut.

use super::companion;
use crate::model::{Confidence, Match, Rule};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Turns all matches of one blob into its findings-to-be, in the order of their places.
pub fn resolve(mut matches: Vec<Match>, rules: &[Rule]) -> Vec<Match> {
    matches.sort_by_cached_key(|found| {
        let place = (found.span.start, found.span.end, found.rule);
        (place, reading(found))
    });
    matches.dedup_by(|b, a| a.rule == b.rule && a.span == b.span);
    let mut paired = companion::pair(matches, rules);
    paired.sort_by_key(|found| strength(found, rules));

    // Winners never overlap each other, so the last one that starts before a match ends is the
    // only one that needs a look.
    let mut winners: BTreeMap<u64, Match> = BTreeMap::new();
    for found in paired {
        match winners.range_mut(..found.span.end).next_back() {
            Some((_, winner)) if winner.span.end > found.span.start => {
                add_alias(winner, &rules[found.rule].id, rules);
            }
            _ => drop(winners.insert(found.span.start, found)),
        }
    }
    winners.into_values().collect()
}

/// Sort key that puts first, of several readings of the same bytes, the one that says most: what was
/// hidden, the shortest of it first because most of it was undone, before what stands there, and that
/// before the same read with something near it undone. One that is low says nothing.
fn reading(found: &Match) -> (bool, u8, usize, usize, Vec<Cow<'static, str>>) {
    let encodings = &found.judged.encodings;
    let length = (found.span.end - found.span.start) as usize;
    let rank = match encodings.is_empty() {
        true => 1,
        false if found.judged.secret.len() != length => 0,
        false => 2,
    };
    let is_low = found.judged.confidence == Confidence::Low;
    let (length, steps) = (found.judged.secret.len(), encodings.len());
    (is_low, rank, length, steps, encodings.clone())
}

/// Sort key that puts the strongest match first.
fn strength(
    found: &Match,
    rules: &[Rule],
) -> (Reverse<u8>, Reverse<Confidence>, Reverse<u64>, u64, usize) {
    let length = found.span.end - found.span.start;
    let specificity = rules[found.rule].specificity;
    (
        Reverse(specificity),
        Reverse(found.judged.confidence),
        Reverse(length),
        found.span.start,
        found.rule,
    )
}

fn add_alias(winner: &mut Match, id: &str, rules: &[Rule]) {
    if rules[winner.rule].id != id && !winner.aliases.iter().any(|alias| alias == id) {
        winner.aliases.push(id.to_owned());
    }
}

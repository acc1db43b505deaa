//! Companions: an access key id beside its secret key, a client id beside its client secret. A
//! rule names other rules whose matches must stand near; found, they become parts of one finding.

use crate::model::{Match, Part, Required, Rule};
use std::sync::Arc;

/// Attaches companions to the matches of one blob, and takes away what is a companion now, helpers
/// that nobody claimed, and matches without a companion that their rule insists on.
pub(super) fn pair(matches: Vec<Match>, rules: &[Rule]) -> Vec<Match> {
    let mut claimed = vec![false; matches.len()];
    let mut kept = Vec::new();
    for (index, found) in matches.iter().enumerate() {
        if let Some(whole) = with_companions(found, &matches, rules, &mut claimed) {
            kept.push((index, whole));
        }
    }
    kept.retain(|(index, found)| !claimed[*index] && !rules[found.rule].helper);
    kept.into_iter().map(|(_, found)| found).collect()
}

/// The match with its companions as parts, or `None` when one is missing that must not be.
fn with_companions(
    found: &Match,
    all: &[Match],
    rules: &[Rule],
    claimed: &mut [bool],
) -> Option<Match> {
    let mut whole = found.clone();
    let required_here = &rules[found.rule].required;
    if required_here.is_empty() {
        return Some(whole);
    }
    let judged = Arc::make_mut(&mut whole.judged);
    for required in required_here {
        match nearest(found, required, all, rules) {
            Some(index) => {
                claimed[index] = true;
                let title = &rules[all[index].rule].title;
                judged
                    .reasons
                    .push(format!("its companion stands near: {title}"));
                judged.parts.push(Part {
                    name: required.id.clone(),
                    value: all[index].judged.secret.clone(),
                });
                judged.parts.extend(all[index].judged.parts.iter().cloned());
            }
            None if required.optional => {
                judged.confidence = judged.confidence.lowered();
                judged
                    .reasons
                    .push(format!("no `{}` stands near", required.id));
            }
            None => return None,
        }
    }
    Some(whole)
}

/// The rule whose match has to stand near this one, and does not.
pub(super) fn lacking<'r>(found: &Match, all: &[Match], rules: &'r [Rule]) -> Option<&'r str> {
    let mut needed = rules[found.rule]
        .required
        .iter()
        .filter(|required| !required.optional);
    let missing = needed.find(|required| nearest(found, required, all, rules).is_none());
    missing.map(|required| required.id.as_str())
}

/// The closest match of the required rule within the allowed distance. `all` is sorted by offset,
/// so the search walks outwards and stops at the first on either side that will do.
fn nearest(found: &Match, required: &Required, all: &[Match], rules: &[Rule]) -> Option<usize> {
    let middle = all.partition_point(|other| other.span.start < found.span.start);
    let suits = |index: &usize| {
        let other = &all[*index];
        let columns = other.position.column.abs_diff(found.position.column);
        rules[other.rule].id == required.id
            && other.span != found.span
            && required.within_columns.is_none_or(|most| columns <= most)
    };
    let near = |index: &usize| {
        let lines = all[*index].position.line.abs_diff(found.position.line);
        required.within_lines.is_none_or(|most| lines <= most)
    };
    let left = (0..middle).rev().take_while(near).find(suits);
    let right = (middle..all.len()).take_while(near).find(suits);
    let distance = |index: &usize| all[*index].span.start.abs_diff(found.span.start);
    left.into_iter().chain(right).min_by_key(distance)
}

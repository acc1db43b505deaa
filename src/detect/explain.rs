//! Why something is found or not: the same search as in a scan, told step by step. A rule whose
//! literal stands in a text has come near; each such place has exactly one end, and the end names
//! the step that decided and the numbers it decided by.

use super::confirm::{Answer, Hit};
use super::lines::Lines;
use super::{Detector, Scratch, companion, resolve};
use crate::model::{LedTo, Match, Piece, Position, Rule, Secret, Traced};
use std::ops::Range;

pub use super::confirm::Refusal;
pub use super::entropy::shannon;

/// A rule that came near.
#[derive(Debug, Clone)]
pub struct Approach {
    /// Number of the rule in its set.
    pub rule: usize,
    /// The literal as the rule spells it, without regard to case.
    pub literal: Vec<u8>,
    /// Where the literal begins or, if the pattern matches, the secret.
    pub position: Position,
    /// What the bytes around it made of it.
    pub step: Step,
}

/// How far a rule came on its own.
#[derive(Debug, Clone)]
pub enum Step {
    /// Its pattern does not match in the window around the literal.
    Pattern {
        /// Most bytes of a match before the literal.
        before: usize,
        /// Longest match, in bytes.
        length: usize,
    },
    /// The pattern matches, and the match was let go.
    Refused {
        /// What would have been the secret.
        secret: Secret,
        /// Why it is none.
        why: Refusal,
    },
    /// It is a match.
    Matched(Match),
}

/// What became of a match among the others of its blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is a finding.
    Found,
    /// A match of this rule at the same place is more specific or more certain.
    Lost(String),
    /// It is a part of the finding of this rule.
    Claimed(String),
    /// Its rule counts only with others, and none asked for it.
    Alone,
    /// Nothing of this rule stands near, which its own rule insists on.
    Lacks(String),
}

impl Detector {
    /// Every rule whose literal starts in a fresh range of the piece, in the order of places; `text`
    /// is the bytes of its range.
    pub fn explain(&self, piece: &Piece, text: &[u8], scratch: &mut Scratch) -> Vec<Approach> {
        let trace = self.trace(piece, text, None, scratch);
        let is_fresh = |hit: &&Traced| piece.fresh.iter().any(|fresh| fresh.contains(&hit.at));
        let mut lines = Lines::new(text, piece.start);
        let mut position = |at: usize| {
            let offset = piece.offset + at as u64 * piece.encoding.width();
            lines.position(at, offset)
        };
        let hits = trace.hits.iter().filter(is_fresh);
        let approaches = hits.map(|hit| {
            let anchor = self.waiting.anchor(hit.anchor);
            let (position, step) = match hit.led_to {
                LedTo::Match(number) => {
                    let found = trace.matches[number as usize].clone();
                    (found.position, Step::Matched(found))
                }
                _ => {
                    let hit = anchor.hit(hit.at);
                    let (at, step) = self.stopped(anchor.rule, text, hit, scratch);
                    (position(at), step)
                }
            };
            Approach {
                rule: anchor.rule,
                literal: self.literal(anchor.rule, &text[hit.at..]).to_vec(),
                position,
                step,
            }
        });
        approaches.collect()
    }

    /// Asks a rule again that found nothing; where in the text it came to that.
    fn stopped(&self, rule: usize, text: &[u8], hit: Hit, scratch: &mut Scratch) -> (usize, Step) {
        match self.confirm(rule, text, hit, scratch) {
            Answer::Refusal(refused) => {
                let secret = Secret::new(&text[refused.span.clone()]);
                let why = refused.why;
                (refused.span.start, Step::Refused { secret, why })
            }
            Answer::Nothing | Answer::Match(_) => {
                let (before, length) = (hit.before, hit.length);
                (hit.at, Step::Pattern { before, length })
            }
        }
    }

    /// The longest of the rule's literals that the text begins with.
    fn literal(&self, rule: usize, text: &[u8]) -> &[u8] {
        let anchors = self.rules.windows()[rule].iter();
        let literals = anchors.flat_map(|window| window.anchors.iter().map(|a| &*a.literal));
        let stands = |literal: &&[u8]| {
            let there = text.get(..literal.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(literal))
        };
        literals
            .filter(stands)
            .max_by_key(|literal| literal.len())
            .unwrap_or_default()
    }
}

/// The matches of one blob, each once and in the order of their places, and what becomes of them.
pub fn fates(mut matches: Vec<Match>, rules: &[Rule]) -> Vec<(Match, Fate)> {
    matches.sort_by_key(|found| (found.span.start, found.span.end, found.rule));
    matches.dedup_by(|b, a| a.rule == b.rule && a.span == b.span);
    let winners = resolve(matches.clone(), rules);
    let fates: Vec<Fate> = matches
        .iter()
        .map(|found| fate(found, &matches, &winners, rules))
        .collect();
    matches.into_iter().zip(fates).collect()
}

fn fate(found: &Match, all: &[Match], winners: &[Match], rules: &[Rule]) -> Fate {
    let rule = &rules[found.rule];
    let id = |winner: &Match| rules[winner.rule].id.clone();
    let same = |winner: &&Match| winner.rule == found.rule && winner.span == found.span;
    if winners.iter().any(|winner| same(&winner)) {
        return Fate::Found;
    }
    let claims = |winner: &&Match| {
        let mut parts = winner.judged.parts.iter();
        parts.any(|part| part.name == rule.id && part.value == found.judged.secret)
    };
    if let Some(winner) = winners.iter().find(claims) {
        return Fate::Claimed(id(winner));
    }
    if let Some(lacking) = companion::lacking(found, all, rules) {
        return Fate::Lacks(lacking.to_owned());
    }
    let covers = |winner: &&Match| overlap(&winner.span, &found.span);
    match winners.iter().find(covers) {
        Some(winner) if !rule.helper => Fate::Lost(id(winner)),
        _ => Fate::Alone,
    }
}

fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

//! What each rule costs. The search of a text tells where literals stand; each rule is then asked
//! about all of its places once more, on the clock, so that time is taken per rule and text and not
//! per call, which would mostly measure the clock.

use super::confirm::{Answer, Hit};
use super::{Detector, Scratch};
use crate::model::Piece;
use std::time::{Duration, Instant};

/// What one rule cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Places of its literals.
    pub hits: u64,
    /// How many of them its pattern matched.
    pub matched: u64,
    /// How many were a match in the end.
    pub confirmed: u64,
    /// Time to find that out.
    pub time: Duration,
}

/// What all rules cost, by number.
#[derive(Debug, Default)]
pub struct Costs {
    /// Each rule's own; as long as the rules.
    pub rules: Vec<Cost>,
    /// Time of whole searches, rules included.
    pub search: Duration,
    /// Bytes that were searched.
    pub bytes: u64,
}

impl Detector {
    /// Searches a piece, `text` being the bytes of its range, and adds what that costs.
    pub fn cost(&self, piece: &Piece, text: &[u8], scratch: &mut Scratch, costs: &mut Costs) {
        costs.rules.resize(self.rules().len(), Cost::default());
        let begun = Instant::now();
        let trace = self.trace(piece, text, None, scratch);
        costs.search += begun.elapsed();
        costs.bytes += text.len() as u64;
        let mut hits: Vec<(usize, Hit)> = trace
            .hits
            .iter()
            .map(|hit| {
                let anchor = self.waiting.anchor(hit.anchor);
                (anchor.rule, anchor.hit(hit.at))
            })
            .collect();
        hits.sort_by_key(|(rule, hit)| (*rule, hit.at));
        for of_rule in hits.chunk_by(|one, next| one.0 == next.0) {
            let cost = &mut costs.rules[of_rule[0].0];
            self.cost_of(of_rule, text, scratch, cost);
        }
    }

    /// Asks one rule about all of its places.
    fn cost_of(&self, hits: &[(usize, Hit)], text: &[u8], scratch: &mut Scratch, cost: &mut Cost) {
        let begun = Instant::now();
        for (rule, hit) in hits {
            match self.confirm(*rule, text, *hit, scratch) {
                Answer::Nothing => {}
                Answer::Refusal(_) => cost.matched += 1,
                Answer::Match(_) => {
                    cost.matched += 1;
                    cost.confirmed += 1;
                }
            }
        }
        cost.time += begun.elapsed();
        cost.hits += hits.len() as u64;
    }
}

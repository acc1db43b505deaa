//! Which four bytes of a literal to look for: those that are rarest in ordinary text, because each
//! time they stand there costs a look. `training/quads.py` counts how common they are.

use super::quads::{Candidate, Known};
use super::sieve::{QUAD, STRIDE, folded};
use crate::ruleset::common::COMMON;

/// Bytes from the rarest to the most common, all others being rarer still: decides between what is too
/// rare to be counted.
const BYTES: &[u8] = b"zqjxkvbywgpfmuc4dhl53s2n1o0ria-./=t\"_e: ";

/// How much more often, in a million places, the first three bytes of a literal have to stand than the
/// last three, or the first are taken: many literals have those in common, as `$1$` with any digit
/// behind it, and then fill no more of the tables than one.
const SHARED: u32 = 20;

/// Chooses four bytes of each literal.
pub(super) struct Choice {
    /// The common four bytes as numbers, and how often they stand; sorted.
    quads: Vec<(u32, u32)>,
    /// Without the last of them; sorted.
    triples: Vec<(u32, u32)>,
}

/// How common something is: how often it stands in a million places, and what its bytes make likely.
type Commonness = (u32, usize);

impl Default for Choice {
    fn default() -> Self {
        let quads: Vec<_> = COMMON
            .iter()
            .map(|(quad, often)| (folded(quad), u32::from(*often)))
            .collect();
        let mut triples: Vec<_> = quads
            .iter()
            .map(|&(quad, often)| (quad & Known::BeforeAny.mask(), often))
            .collect();
        triples.sort_unstable();
        Self { quads, triples }
    }
}

impl Choice {
    /// The rarest way to know this literal by four bytes that begin at an even offset if `first` is 0,
    /// or at an odd one if it is 1. `None` if it is too short.
    ///
    /// Of a literal of four bytes, three with any byte beside them have to do for an odd offset.
    pub(super) fn rarest(&self, number: usize, literal: &[u8], first: usize) -> Option<Candidate> {
        let offsets = (first..literal.len().saturating_sub(QUAD - 1)).step_by(STRIDE);
        let rarest = offsets.min_by_key(|&at| self.commonness(&literal[at..at + QUAD]));
        if rarest.is_some() || literal.len() < QUAD {
            return rarest.map(|at| Candidate::at(number, literal, at));
        }
        let (before, behind) = (&literal[..QUAD - 1], &literal[1..]);
        Some(
            match self.followed(behind) + SHARED < self.preceded(before) {
                true => Candidate::before_any(number, literal),
                false => Candidate::behind_any(number, literal),
            },
        )
    }

    fn commonness(&self, quad: &[u8]) -> Commonness {
        let number = folded(quad);
        (often(&self.quads, number..=number), likely(quad))
    }

    /// How often three bytes stand, with any byte before them.
    fn preceded(&self, triple: &[u8]) -> u32 {
        let last = folded(&[0, triple[0], triple[1], triple[2]]) & Known::BehindAny.mask();
        often(&self.quads, last..=last | !Known::BehindAny.mask())
    }

    /// How often they stand, with any byte behind them.
    fn followed(&self, triple: &[u8]) -> u32 {
        let first = folded(&[triple[0], triple[1], triple[2], 0]) & Known::BeforeAny.mask();
        often(&self.triples, first..=first)
    }
}

/// How often any of these numbers stands.
fn often(counted: &[(u32, u32)], wanted: std::ops::RangeInclusive<u32>) -> u32 {
    let begin = counted.partition_point(|(number, _)| number < wanted.start());
    let found = counted[begin..].iter();
    let found = found.take_while(|(number, _)| number <= wanted.end());
    found.map(|(_, often)| often).sum()
}

/// The sum of the bytes' ranks.
fn likely(bytes: &[u8]) -> usize {
    let rank = |byte: &u8| {
        let folded = byte.to_ascii_lowercase();
        BYTES.iter().position(|&common| common == folded)
    };
    bytes.iter().map(|byte| rank(byte).unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarer_bytes_are_chosen() {
        let choice = Choice::default();
        let quad = |literal: &[u8], first| choice.rarest(0, literal, first).unwrap().quad;
        assert_eq!(quad(b"type = ftp", 0), folded(b" ftp"));
        assert_eq!(quad(b"mem0", 0), folded(b"mem0"));
        let before_any = folded(b"em0\0") & Known::BeforeAny.mask();
        assert_eq!(quad(b"mem0", 1), before_any, "` mem` is in every text");
        assert!(choice.rarest(0, b"://", 0).is_none());
    }
}

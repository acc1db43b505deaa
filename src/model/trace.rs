//! What the search of a text leaves behind for texts that are made from it. A git pack stores most
//! objects as a delta: ranges copied from another object, and new bytes between them. With the trace
//! of the one, of the other only the new bytes and their surroundings need a search.
//!
//! The trace of a text depends on its bytes alone: one that was worked out from another's trace is
//! the one that a search of the whole text would have left, so chains of any length stay exact.

use super::Match;
use std::ops::Range;

/// Where the literals of the rules stand in a text, and what came of each.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Length of the text in bytes. What lies beyond it in a text that others are made from was
    /// never searched, and counts as new: so all of it, when a search failed and left this 0.
    pub length: usize,
    /// The literals, in the order of their places; one for each rule that waits for it.
    pub hits: Vec<Traced>,
    /// What is encoded in the text, in the order of the places.
    pub views: Vec<Viewed>,
    /// The matches that literals led to, in their order, and behind them those in views.
    pub matches: Vec<Match>,
}

/// Something encoded in a text, that was made readable and searched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewed {
    /// Offset of its first byte.
    pub at: usize,
    /// Bytes from its start on that had a say in what it holds.
    pub seen: usize,
    /// The numbers of its matches in [`Trace::matches`].
    pub matches: Range<usize>,
}

/// One literal in a text, on behalf of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// Offset of its first byte.
    pub at: usize,
    /// Number of the literal and its rule, which the detector alone understands.
    pub anchor: u32,
    /// What the rule made of it.
    pub led_to: LedTo,
}

/// What came of a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedTo {
    /// The rule's pattern does not match around it.
    Nothing,
    /// The pattern matches, and what stands around the match spoke against it.
    Refusal,
    /// The match of this number in [`Trace::matches`].
    Match(u32),
}

/// How a text is made from another.
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// What the search of the other text left behind.
    pub base: &'a Trace,
    /// Which bytes come from there, in the order of [`Copied::to`]; the rest is new.
    pub copies: &'a [Copied],
}

impl Derived<'_> {
    /// The parts of a text of `length` bytes in which everything lies that takes up to `reach` bytes, at
    /// least one, and is not as a whole a copy of what was searched. They overlap.
    pub fn seams(&self, length: usize, reach: usize) -> impl Iterator<Item = Range<usize>> {
        let searched = self.base.length;
        let known = self.copies.iter().filter_map(move |copy| {
            let sound = copy.length.min(searched.saturating_sub(copy.from));
            // Where something may start that ends within the copy.
            (sound >= reach).then(|| copy.to..copy.to + sound + 1 - reach)
        });
        let ends = known.chain(std::iter::once(length..length));
        ends.scan(0, move |done, known| {
            let starts = *done..known.start;
            *done = known.end.max(*done);
            Some(starts)
        })
        .filter(|starts| !starts.is_empty())
        .map(move |starts| starts.start..(starts.end + reach - 1).min(length))
    }
}

/// Bytes that stand in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Offset in the text they are copied from.
    pub from: usize,
    /// Offset in the text they are copied to.
    pub to: usize,
    /// How many they are, at least one.
    pub length: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever takes `reach` bytes lies within a seam, or is a copy of what was searched.
        #[test]
        fn what_is_no_copy_lies_within_a_seam(
            runs in prop::collection::vec((0..4_usize, 1..9_usize, any::<bool>()), 0..8),
            searched in 0..60_usize,
            reach in 1..5_usize,
        ) {
            let (mut copies, mut length) = (Vec::new(), 0);
            for (gap, run, is_near) in runs {
                length += gap;
                let from = if is_near { length } else { length * 7 % 50 };
                copies.push(Copied { from, to: length, length: run });
                length += run;
            }
            let base = Trace { length: searched, ..Trace::default() };
            let derived = Derived { base: &base, copies: &copies };
            let seams: Vec<Range<usize>> = derived.seams(length, reach).collect();
            for at in 0..(length + 1).saturating_sub(reach) {
                let is_within = seams.iter().any(|seam| seam.start <= at && at + reach <= seam.end);
                let is_copy = copies.iter().any(|copy| {
                    let end = copy.length.min(searched.saturating_sub(copy.from));
                    copy.to <= at && at + reach <= copy.to + end
                });
                prop_assert!(is_within || is_copy, "{at} of {length}: {seams:?}");
            }
            let bytes: usize = seams.iter().map(Range::len).sum();
            prop_assert!(copies.is_empty() || searched < 60 || bytes <= length + copies.len() * 2 * reach);
        }
    }
}

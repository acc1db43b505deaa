//! The unbroken runs of bytes that a text has in common with the one it is made from. What was found
//! out about a place holds in the new text if all that was looked at lies in one run.
//!
//! A text's edge is something that patterns and gates can see, so it counts as part of a run only
//! if the run is at that edge of both texts.

use super::waiting::Reach;
use crate::model::Derived;
use std::ops::Range;

/// A run of bytes that stand in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Offset in the text they are copied from.
    pub(super) from: usize,
    /// Offset in the text they are copied to.
    pub(super) to: usize,
    length: usize,
    /// Whether both texts begin here.
    begins: bool,
    /// Whether both texts end here.
    ends: bool,
}

impl Run {
    /// The runs of a text of `length` bytes, in order. Copies that follow each other in both texts
    /// are one run; a copy of what the other search did not see, or that is out of order, is none.
    pub(super) fn all(derived: Derived<'_>, length: usize) -> impl Iterator<Item = Self> {
        let searched = derived.base.length;
        let mut copies = derived.copies.iter().peekable();
        let mut done = 0;
        std::iter::from_fn(move || {
            let sound = |from: usize, to: usize, most: usize| {
                let fits =
                    |at: usize, end: usize| end.checked_sub(at).is_some_and(|room| most <= room);
                fits(from, searched) && fits(to, length)
            };
            let first =
                copies.find(|copy| copy.to >= done && sound(copy.from, copy.to, copy.length))?;
            let mut long = first.length;
            while let Some(next) = copies.next_if(|next| {
                next.from == first.from + long
                    && next.to == first.to + long
                    && sound(next.from, next.to, next.length)
            }) {
                long += next.length;
            }
            done = first.to + long;
            Some(Self {
                from: first.from,
                to: first.to,
                length: long,
                begins: first.from == 0 && first.to == 0,
                ends: first.from + long == searched && done == length,
            })
        })
    }

    /// Where in the new text a literal of at most `longest` bytes can start and lie wholly in the
    /// run.
    pub(super) fn starts(&self, longest: usize) -> Range<usize> {
        let beyond = if self.ends {
            0
        } else {
            longest.saturating_sub(1)
        };
        self.to..self.to + self.length.saturating_sub(beyond)
    }

    /// Whether all that can be seen from a place of the new text lies in the run.
    pub(super) fn holds(&self, at: usize, reach: Reach) -> bool {
        (self.begins || at >= self.to + reach.back)
            && (self.ends || at + reach.ahead <= self.to + self.length)
    }

    /// The places of the new text from which all that can be seen lies in the run.
    pub(super) fn held(&self, reach: Reach) -> Range<usize> {
        let start = self.to + if self.begins { 0 } else { reach.back };
        let beyond = if self.ends { 0 } else { reach.ahead };
        start..start.max((self.to + self.length + 1).saturating_sub(beyond.max(1)))
    }

    /// The place in the new text of a byte of the other.
    pub(super) fn moved(&self, at: usize) -> usize {
        at - self.from + self.to
    }
}

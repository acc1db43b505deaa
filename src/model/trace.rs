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

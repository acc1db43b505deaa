//! What the search of a text leaves behind for texts that are made from it. A git pack stores most
//! objects as a delta: ranges copied from another object, and new bytes between them. With the trace
//! of the one, of the other only the new bytes and their surroundings need a search.

use super::Match;

/// Where the literals of the rules stand in a text, and what came of each.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The literals, in the order of their places.
    pub hits: Vec<Traced>,
    /// The matches that some of them led to.
    pub matches: Vec<Match>,
}

/// One literal in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traced {
    /// Offset of its first byte.
    pub at: usize,
    /// Number of the literal, which the detector alone understands.
    pub literal: u32,
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

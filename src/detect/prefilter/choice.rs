//! Which four bytes of a literal to look for: those that are rarest in ordinary text, because each
//! time they stand there costs a look. How common the single bytes are tells most of it, but words
//! that every source file is full of are made of no more common letters than others.

use super::sieve::{QUAD, STRIDE};
use std::collections::HashSet;

/// Bytes from the rarest to the most common in source code and prose; all others are rarer.
const COMMON: &[u8] = b"zqjxkvbywgpfmuc4dhl53s2n1o0ria-./=t\"_e: ";
/// Words, and beginnings of names, that stand in source code and prose again and again.
const WORDS: &[&[u8]] = &[
    b"access",
    b"account",
    b"address",
    b"application",
    b"authorization",
    b"build",
    b"cached",
    b"client",
    b"command",
    b"crates",
    b"create",
    b"database",
    b"default",
    b"document",
    b"driver",
    b"encrypt",
    b"global",
    b"header",
    b"host",
    b"https://",
    b"identified",
    b"info",
    b"language",
    b"license",
    b"name",
    b"options",
    b"pass ",
    b"pass=",
    b"private",
    b"project",
    b"proxy",
    b"request",
    b"require",
    b"resource",
    b"server",
    b"server ",
    b"service",
    b"session",
    b"shell",
    b"source ",
    b"storage",
    b"sync",
    b"system",
    b"table",
    b"token",
    b"user",
    b"value",
    b"windows_",
    b"work",
];

/// Chooses four bytes of each literal.
pub(super) struct Choice {
    avoided: HashSet<&'static [u8]>,
}

impl Default for Choice {
    fn default() -> Self {
        let avoided = WORDS.iter().flat_map(|word| word.windows(QUAD));
        Self {
            avoided: avoided.collect(),
        }
    }
}

impl Choice {
    /// Offset of the four bytes that are rarest in text among those that begin at `first`, `first + 2`
    /// and so on, or `None` if none do.
    pub(super) fn rarest(&self, literal: &[u8], first: usize) -> Option<usize> {
        let quads = literal.windows(QUAD).enumerate().skip(first);
        let (offset, _) = quads.step_by(STRIDE).min_by_key(|(_, quad)| {
            let common: usize = quad.iter().map(|&byte| commonness(byte)).sum();
            (self.avoided.contains(quad), common)
        })?;
        Some(offset)
    }
}

/// How common a byte is: its rank, roughly.
fn commonness(byte: u8) -> usize {
    let rank = COMMON
        .iter()
        .position(|&common| common == byte.to_ascii_lowercase());
    rank.unwrap_or(0)
}

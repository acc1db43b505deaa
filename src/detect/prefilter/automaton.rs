//! The plain engine: `aho-corasick` over all literals, one step per byte whatever the text holds.
//! It is what every faster engine is measured by and held equal to.

use super::Prefilter;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind};
use std::ops::Range;

/// The automaton of all literals, one step per byte.
pub struct Automaton {
    automaton: AhoCorasick,
    longest: usize,
}

/// Number of literals up to which the fast and large form of the automaton is worth its start-up.
const DENSE: usize = 4_000;

impl Automaton {
    /// Builds the automaton.
    ///
    /// # Errors
    /// When the literals are too many for the automaton's state numbers (2^31).
    pub fn new(literals: &[&[u8]]) -> Result<Self, aho_corasick::BuildError> {
        let kind = if literals.len() <= DENSE {
            AhoCorasickKind::DFA
        } else {
            AhoCorasickKind::ContiguousNFA
        };
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(literals)?;
        let longest = literals
            .iter()
            .map(|literal| literal.len())
            .max()
            .unwrap_or(0);
        Ok(Self { automaton, longest })
    }
}

impl Prefilter for Automaton {
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize)) {
        let end = text.len().min(starts.end + self.longest.saturating_sub(1));
        let input = Input::new(text)
            .range(starts.start..end)
            .anchored(Anchored::No);
        for found in self.automaton.find_overlapping_iter(input) {
            if found.start() < starts.end {
                hit(found.pattern().as_usize(), found.start());
            }
        }
    }
}

//! One pass over the text for the literals of all rules at once. This is where most of a scan's
//! time goes, so the engine stands behind a small trait: `aho-corasick` is the plain one, and the
//! oracle that any faster one is held against.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind};
use std::ops::Range;

/// Finds literals without regard to ASCII case.
pub trait Prefilter: Send + Sync {
    /// Calls `hit(literal, start)` for every occurrence, overlapping ones too, that *starts* in
    /// `starts`; it may end after it. Literals are numbered as they were given.
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize));
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(literals: &[&[u8]], text: &[u8], starts: Range<usize>) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        Automaton::new(literals)
            .unwrap()
            .find(text, starts, &mut |l, at| hits.push((at, l)));
        hits.sort_unstable();
        hits
    }

    #[test]
    fn overlapping_literals_and_any_case_are_found() {
        assert_eq!(
            found(&[b"token", b"ken="], b"a ToKeN=", 0..8),
            [(2, 0), (4, 1)]
        );
    }

    proptest! {
        /// However the starts are divided, the hits are those of a naive search.
        #[test]
        fn any_division_finds_what_a_naive_search_finds(
            text in proptest::collection::vec(proptest::sample::select(b"abAB".to_vec()), 0..60),
            at in 0_usize..60,
        ) {
            let literals: [&[u8]; 3] = [b"ab", b"bab", b"aabb"];
            let mut naive = Vec::new();
            for start in 0..text.len() {
                for (number, literal) in literals.iter().enumerate() {
                    let end = start + literal.len();
                    if text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(literal)) {
                        naive.push((start, number));
                    }
                }
            }
            let at = at.min(text.len());
            let mut divided = found(&literals, &text, 0..at);
            divided.extend(found(&literals, &text, at..text.len()));
            prop_assert_eq!(divided, naive);
        }
    }
}

//! Rules that wait for no literal, because their pattern has none: those of other scanners. Where a
//! literal's place would be, they have every place at which their pattern can begin, so that all the
//! rest goes on as for any rule.
//!
//! Whether a pattern can begin at a place depends on the bytes from there to the end of its window
//! and on nothing else: assertions are left to the confirmation. So any cutting of a text gives the
//! same places.

use super::DetectError;
use super::windowed::loosened;
use crate::ruleset::rewrite::without_assertions;
use crate::ruleset::{RuleSet, anchors};
use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Anchored, Input};
use std::ops::Range;

/// The patterns of all such rules.
pub(super) struct Everywhere(Vec<Pattern>);

struct Pattern {
    /// In place of a literal's number.
    number: usize,
    regex: Regex,
    /// Longest match, in bytes.
    length: usize,
}

impl Everywhere {
    /// Compiles the patterns without a literal; the first is numbered `first`, the others follow in
    /// the order of the rules.
    pub(super) fn new(rules: &RuleSet, first: usize) -> Result<Self, DetectError> {
        let all = rules.rules().iter().zip(rules.windows());
        let wanted = all.filter_map(|(rule, window)| {
            let window = window.as_ref().filter(|window| window.anchors.is_empty())?;
            Some((rule, rule.regex.as_deref()?, window.length))
        });
        let compiled = wanted
            .zip(first..)
            .map(|((rule, pattern, length), number)| {
                let regex = compiled(pattern).map_err(|problem| DetectError {
                    location: rule.location.clone(),
                    id: rule.id.clone(),
                    problem,
                })?;
                Ok(Pattern {
                    number,
                    regex,
                    length,
                })
            });
        compiled.collect::<Result<_, _>>().map(Self)
    }

    /// Calls `hit(number, start)` for every place in `starts` where a pattern can begin.
    pub(super) fn find(
        &self,
        text: &[u8],
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        for pattern in &self.0 {
            pattern.find(text, starts, &mut |at| hit(pattern.number, at));
        }
    }
}

impl Pattern {
    /// Most text holds no match at all, which one search tells. Where one ends, the places from which
    /// it may have begun are tried one by one, because another may begin before it and end later.
    fn find(&self, text: &[u8], starts: &Range<usize>, hit: &mut dyn FnMut(usize)) {
        let last = text.len().min(starts.end.saturating_add(self.length));
        let mut at = starts.start;
        while at < starts.end {
            let input = Input::new(text).span(at..last).earliest(true);
            let Some(first) = self.regex.search_half(&input) else {
                return;
            };
            let end = first.offset();
            let nearest = at.max(end.saturating_sub(self.length));
            for start in nearest..end.min(starts.end) {
                if self.begins(text, start) {
                    hit(start);
                }
            }
            at = end.max(at + 1);
        }
    }

    fn begins(&self, text: &[u8], at: usize) -> bool {
        let end = text.len().min(at + self.length);
        let input = Input::new(text).span(at..end).anchored(Anchored::Yes);
        self.regex.search_half(&input.earliest(true)).is_some()
    }
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    let hir = anchors::parse(pattern).map_err(|error| error.to_string())?;
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(None)
        .which_captures(WhichCaptures::Implicit);
    let regex = Regex::builder()
        .configure(config)
        .build_from_hir(&loosened(&without_assertions(&hir)));
    regex.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(pattern: &str) -> Pattern {
        Pattern {
            number: 0,
            regex: compiled(pattern).unwrap(),
            length: anchors::everywhere(pattern).unwrap().length,
        }
    }

    fn found(pattern: &Pattern, text: &[u8], starts: Range<usize>) -> Vec<usize> {
        let mut places = Vec::new();
        pattern.find(text, &starts, &mut |at| places.push(at));
        places
    }

    #[test]
    fn an_early_start_is_found_though_another_ends_first() {
        assert_eq!(found(&pattern("abcdef|cd"), b"abcdef", 0..6), [0, 2]);
    }

    #[test]
    fn assertions_are_left_to_whoever_confirms() {
        assert_eq!(found(&pattern(r"\bab\b"), b"xabx ab", 0..7), [1, 5]);
    }

    proptest! {
        /// However the starts are divided, the places are those at which the pattern matches.
        #[test]
        fn any_division_finds_every_place(
            text in proptest::collection::vec(proptest::sample::select(b"abc-".to_vec()), 0..60),
            cut in 0_usize..60,
            chosen in proptest::sample::select(vec!["[ab]{3,5}", "a{2}|b-c?-?a", "a[a-c]{0,600}-"]),
        ) {
            let pattern = pattern(chosen);
            let cut = cut.min(text.len());
            let mut places = found(&pattern, &text, 0..cut);
            places.extend(found(&pattern, &text, cut..text.len()));
            let naive: Vec<usize> = (0..text.len()).filter(|&at| pattern.begins(&text, at)).collect();
            prop_assert_eq!(places, naive);
        }
    }
}

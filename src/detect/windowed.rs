//! A rule's regex, compiled for the one way it is ever run: inside a window around a literal.
//!
//! The upper bound of a long repetition, `[0-9A-Za-z+/]{60,5000}`, tells how large the window is.
//! Inside the window it has nothing left to do, but would make an automaton of thousands of states,
//! whose caches overflow on a file full of almost-keys: ten thousand times slower than a search for
//! the literals. So it is dropped, and the window ends the repetition. The lower bound stays.

use super::confirm::Hit;
use crate::ruleset::anchors::{self, AnchorError, Window};
use crate::ruleset::rewrite::with_repetitions;
use regex_automata::meta::{BuildError, Cache, Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::captures::{Captures, GroupInfo};
use regex_automata::{Anchored, Input, Span};
use regex_syntax::hir::{Hir, Repetition};

/// From this upper bound on, a repetition of one character is left to the window.
const LONG: u32 = 512;
/// Bytes that a search walks over in the time that an attempt at one place takes.
const ATTEMPT: usize = 32;

/// A pattern that cannot be run.
#[derive(Debug, thiserror::Error)]
pub(super) enum PatternError {
    /// It does not parse.
    #[error(transparent)]
    Syntax(#[from] AnchorError),
    /// It does not compile.
    #[error(transparent)]
    Build(#[from] Box<BuildError>),
}

/// A pattern, ready to be run in windows that are no longer than its longest match.
pub(super) struct Windowed {
    regex: Regex,
    /// What must match at the literal, where more can stand before it.
    tail: Option<Regex>,
}

/// What one thread needs to run one pattern.
pub(super) struct Scratch {
    cache: Cache,
    tail: Option<Cache>,
    captures: Captures,
}

impl Windowed {
    /// Compiles a pattern. Of its `window` only the literals count; a pattern that is tried on whole
    /// texts has none.
    pub(super) fn new(pattern: &str, window: Option<&Window>) -> Result<Self, PatternError> {
        let hir = anchors::parse(pattern)?;
        let tail = window.and_then(|window| anchors::tail(&hir, window));
        Ok(Self {
            tail: tail
                .map(|tail| build(tail, WhichCaptures::Implicit))
                .transpose()?,
            regex: build(hir, WhichCaptures::All)?,
        })
    }

    /// The names and numbers of its groups.
    pub(super) fn groups(&self) -> &GroupInfo {
        self.regex.group_info()
    }

    /// What a thread needs to run it.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            cache: self.regex.create_cache(),
            tail: self.tail.as_ref().map(Regex::create_cache),
            captures: self.regex.create_captures(),
        }
    }

    /// The match, if any, that covers the literal's first byte.
    pub(super) fn find<'s>(
        &self,
        text: &[u8],
        hit: Hit,
        scratch: &'s mut Scratch,
    ) -> Option<&'s Captures> {
        let found = self.may_match(text, hit, scratch) && self.captures(text, hit, scratch);
        found.then_some(&scratch.captures)
    }

    /// Whether the pattern can go on from the literal, and begin before it. Most literals are words
    /// that stand alone, and are told from the others by the next few bytes; and where those agree, a
    /// match that has the literal in its place can end with them, so the rest of the window cannot
    /// make up for what is missing in front.
    fn may_match(&self, text: &[u8], hit: Hit, scratch: &mut Scratch) -> bool {
        let (Some(tail), Some(cache)) = (&self.tail, &mut scratch.tail) else {
            return true;
        };
        let end = text.len().min(hit.at + hit.length);
        let input = Input::new(text)
            .span(hit.at..end)
            .anchored(Anchored::Yes)
            .earliest(true);
        let Some(shortest) = tail.search_half_with(cache, &input) else {
            return false;
        };
        let start = hit.at.saturating_sub(hit.before);
        let input = Input::new(text)
            .span(start..shortest.offset())
            .earliest(true);
        self.regex
            .search_half_with(&mut scratch.cache, &input)
            .is_some()
    }

    /// Runs the regex in the hit's window; the match, if any, covers the literal's first byte.
    ///
    /// If the places where it can begin are few, they are tried one by one: most fail at once, while
    /// a search for the first of them would go on behind the literal, to the end of the window.
    fn captures(&self, text: &[u8], hit: Hit, scratch: &mut Scratch) -> bool {
        let end = text.len().min(hit.at + hit.length);
        let mut start = hit.at.saturating_sub(hit.before);
        let anchored = if hit.before * ATTEMPT <= hit.length {
            Anchored::Yes
        } else {
            Anchored::No
        };
        while start <= hit.at {
            let input = Input::new(text)
                .span(Span { start, end })
                .anchored(anchored);
            self.regex
                .search_captures_with(&mut scratch.cache, &input, &mut scratch.captures);
            match scratch.captures.get_match() {
                Some(found) if found.start() <= hit.at && found.end() > hit.at => return true,
                Some(found) if found.start() <= hit.at => start = found.start() + 1,
                None if anchored == Anchored::Yes => start += 1,
                _ => return false,
            }
        }
        false
    }
}

fn build(hir: Hir, captures: WhichCaptures) -> Result<Regex, PatternError> {
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(None)
        .which_captures(captures);
    let regex = Regex::builder()
        .configure(config)
        .build_from_hir(&loosened(&hir));
    Ok(regex.map_err(Box::new)?)
}

/// The expression without the upper bounds of its long repetitions of one character.
pub(super) fn loosened(hir: &Hir) -> Hir {
    with_repetitions(hir, &|repetition| {
        let long = repetition.max.is_some_and(|max| max >= LONG);
        let one_character = repetition.sub.properties().maximum_len() == Some(1);
        Repetition {
            max: repetition.max.filter(|_| !(long && one_character)),
            ..repetition
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_repetitions_of_one_character_lose_their_upper_bound() {
        let parsed = |pattern| anchors::parse(pattern).unwrap();
        assert_eq!(
            loosened(&parsed("(?P<a>ab[0-9]{60,5000}-)?")),
            parsed("(?P<a>ab[0-9]{60,}-)?")
        );
        for kept in ["ab[0-9]{2,40}", "(?:ab|[0-9]cd){2,400}"] {
            assert_eq!(loosened(&parsed(kept)), parsed(kept));
        }
    }

    fn compiled(pattern: &str) -> Regex {
        Windowed::new(pattern, None).unwrap().regex
    }

    #[test]
    fn a_window_ends_what_nothing_else_does() {
        let regex = compiled("key=([0-9]{1,600})");
        let text = "key=".to_owned() + &"1".repeat(900);
        let input = regex_automata::Input::new(&text).span(0..604);
        assert_eq!(regex.find(input).map(|found| found.end()), Some(604));
    }

    #[test]
    fn a_long_repetition_costs_no_memory() {
        let regex = compiled("-BEGIN[0-9A-Za-z+/\\s]{60,20000}-END");
        assert!(regex.memory_usage() < 1 << 20, "{}", regex.memory_usage());
    }
}

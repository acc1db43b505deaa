//! Compiles a rule's regex for the one way it is ever run: inside a window.
//!
//! The upper bound of a long repetition, `[0-9A-Za-z+/]{60,5000}`, tells how large the window is.
//! Inside the window it has nothing left to do, but would make an automaton of thousands of states,
//! whose caches overflow on a file full of almost-keys: ten thousand times slower than a search for
//! the literals. So it is dropped, and the window ends the repetition. The lower bound stays.

use crate::ruleset::anchors::{self, AnchorError};
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

/// From this upper bound on, a repetition of one character is left to the window.
const LONG: u32 = 512;

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

/// Compiles a pattern to be searched for in windows that are no longer than its longest match.
pub(super) fn compile(pattern: &str) -> Result<Regex, PatternError> {
    build(anchors::parse(pattern)?, WhichCaptures::All)
}

/// Compiles a part of a pattern that is only asked whether it matches. Its own bounds are the one
/// group that a search needs even so.
pub(super) fn compile_part(part: Hir) -> Result<Regex, PatternError> {
    build(part, WhichCaptures::Implicit)
}

fn build(hir: Hir, captures: WhichCaptures) -> Result<Regex, PatternError> {
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(None)
        .which_captures(captures);
    let regex = Regex::builder()
        .configure(config)
        .build_from_hir(&loosened(hir));
    Ok(regex.map_err(Box::new)?)
}

/// The expression without the upper bounds of its long repetitions of one character.
fn loosened(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Capture(capture) => Hir::capture(Capture {
            sub: Box::new(loosened(*capture.sub)),
            ..capture
        }),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(loosened).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(loosened).collect()),
        HirKind::Repetition(repetition) => {
            let long = repetition.max.is_some_and(|max| max >= LONG);
            let one_character = repetition.sub.properties().maximum_len() == Some(1);
            Hir::repetition(Repetition {
                max: repetition.max.filter(|_| !(long && one_character)),
                sub: Box::new(loosened(*repetition.sub)),
                ..repetition
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_repetitions_of_one_character_lose_their_upper_bound() {
        let parsed = |pattern| anchors::parse(pattern).unwrap();
        assert_eq!(
            loosened(parsed("(?P<a>ab[0-9]{60,5000}-)?")),
            parsed("(?P<a>ab[0-9]{60,}-)?")
        );
        for kept in ["ab[0-9]{2,40}", "(?:ab|[0-9]cd){2,400}"] {
            assert_eq!(loosened(parsed(kept)), parsed(kept));
        }
    }

    #[test]
    fn a_window_ends_what_nothing_else_does() {
        let regex = compile("key=([0-9]{1,600})").unwrap();
        let text = "key=".to_owned() + &"1".repeat(900);
        let input = regex_automata::Input::new(&text).span(0..604);
        assert_eq!(regex.find(input).map(|found| found.end()), Some(604));
    }

    #[test]
    fn a_long_repetition_costs_no_memory() {
        let regex = compile("-BEGIN[0-9A-Za-z+/\\s]{60,20000}-END").unwrap();
        assert!(regex.memory_usage() < 1 << 20, "{}", regex.memory_usage());
    }
}

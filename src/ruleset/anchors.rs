//! What a regex promises about its matches, worked out from its syntax tree: literals of which one
//! must appear (*anchors*), how far into the match each can stand, and how long a match can get.
//!
//! Searching is driven by these: one pass over the text finds the literals of all rules, and a
//! rule's regex only ever runs in the window around a hit. So a rule without an anchor cannot be
//! searched for, and one without a bound on its length has no window; both are refused.
//!
//! Literals are compared without ASCII case; the regex decides about case.

mod spelled;
#[cfg(test)]
mod tests;

use super::common;
use regex_syntax::hir::{Hir, HirKind, Repetition};
use spelled::{class_bytes, exact, product};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Longest window of a rule, in bytes: room for the largest private keys in use.
pub const MAX_WINDOW: usize = 24 * 1024;
/// Shortest literal that is worth searching for, in bytes; shorter ones are everywhere.
pub const MIN_LITERAL: usize = 4;
/// The exception to [`MIN_LITERAL`]: rare enough in text, and URLs begin nowhere else.
const SHORT_LITERALS: [&[u8]; 1] = [b"://"];
/// Longest literal; more would not make the search more selective.
const MAX_LITERAL: usize = 24;
/// Most alternative literals of one regex.
const MAX_ALTERNATIVES: usize = 512;
/// Most alternatives that a literal is made longer by, once it is long enough to be searched for.
const ENOUGH: usize = 16;
/// Largest class that a literal which is long enough still goes on to: white space. A word that
/// must end there is far rarer than one that may go on.
const MAX_NEXT: usize = 6;
/// Largest class that a literal is extended over to reach [`MIN_LITERAL`]; base64 has 38 after
/// folding.
const MAX_CLASS: usize = 48;

/// A literal that a match must contain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    /// In ASCII lower case.
    pub literal: Vec<u8>,
    /// Most bytes of a match that can stand before it.
    pub before: usize,
}

/// The window that a regex needs around each of its anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Of these, every match contains at least one; none for a pattern that is tried everywhere.
    pub anchors: Vec<Anchor>,
    /// Longest match, in bytes.
    pub length: usize,
    /// Number of capture groups.
    pub groups: usize,
}

/// Why a regex cannot be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// The pattern is not a regex.
    #[error("the regex does not parse: {0}")]
    Syntax(String),
    /// No literal is in every match.
    #[error(
        "the regex has no anchor: every alternative must contain a fixed text of at least \
         {MIN_LITERAL} characters at a bounded distance from its start"
    )]
    NoLiteral,
    /// A match can be nothing at all.
    #[error("the regex matches the empty text, so it would match everywhere")]
    Empty,
    /// A match can be arbitrarily long.
    #[error(
        "the regex has no bounded window: replace `*`, `+` and `{{n,}}` by `{{m,n}}`; \
         a match may span at most {MAX_WINDOW} bytes"
    )]
    Unbounded,
}

/// Derives the window of a pattern; Unicode is off, matching is on bytes.
///
/// # Errors
/// When the pattern does not parse, has no anchor, or has no bounded length.
pub fn derive(pattern: &str) -> Result<Window, AnchorError> {
    let hir = parse(pattern)?;
    let bare = bare(&hir)?;
    let usable = |found: &BTreeSet<Anchor>| found.iter().all(|a| selective(&a.literal));
    let plain = anchors(&hir, Reach::Plain).filter(usable);
    let extended = || anchors(&hir, Reach::Extended).filter(usable);
    let worth = |found: &BTreeSet<Anchor>| (is_near(found), is_cheap(found));
    let anchors = match plain {
        Some(plain) if !is_cheap(&plain) => {
            let better = extended().filter(|extended| worth(extended) > worth(&plain));
            Some(better.unwrap_or(plain))
        }
        Some(plain) => Some(plain),
        None => extended(),
    };
    let anchors = anchors.ok_or(AnchorError::NoLiteral)?;
    Ok(Window {
        anchors: anchors.into_iter().collect(),
        ..bare
    })
}

/// The window of a pattern that is tried at every place of a text: it has no anchors.
///
/// # Errors
/// When the pattern does not parse, has no bounded length, or matches the empty text.
pub fn everywhere(pattern: &str) -> Result<Window, AnchorError> {
    let hir = parse(pattern)?;
    match hir.properties().minimum_len() {
        Some(1..) => bare(&hir),
        _ => Err(AnchorError::Empty),
    }
}

/// A window that no anchor leads to.
fn bare(hir: &Hir) -> Result<Window, AnchorError> {
    let length = hir.properties().maximum_len();
    let length = length.filter(|&length| length <= MAX_WINDOW);
    Ok(Window {
        anchors: Vec::new(),
        length: length.ok_or(AnchorError::Unbounded)?,
        groups: hir.properties().explicit_captures_len(),
    })
}

/// What must match where an anchor of the window stands, if anything may stand before it and all of
/// them begin the same part of the expression. It fails sooner than a search for where the match
/// begins.
///
/// No part but the first ones can begin as far in as the anchors do, because a part that holds an
/// anchor further in ends behind it.
pub fn tail(hir: &Hir, window: &Window) -> Option<Hir> {
    let before = window.anchors.first()?.before;
    if before == 0 || window.anchors.iter().any(|anchor| anchor.before != before) {
        return None;
    }
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let mut here = 0;
    for (index, part) in parts.iter().enumerate() {
        if here == before {
            let rest = parts[index..].iter().map(|&part| part.clone());
            return Some(Hir::concat(rest.collect()));
        }
        here += part.properties().maximum_len()?;
    }
    None
}

/// Parses a pattern the way the detector compiles it.
///
/// # Errors
/// [`AnchorError::Syntax`] with the parser's message on one line.
pub fn parse(pattern: &str) -> Result<Hir, AnchorError> {
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern);
    parsed.map_err(|error| {
        let message = match &error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => "unknown syntax".to_owned(),
        };
        AnchorError::Syntax(message)
    })
}

/// Whether no anchor stands far into a match.
fn is_near(anchors: &BTreeSet<Anchor>) -> bool {
    anchors.iter().all(|anchor| anchor.before <= FAR)
}

fn selective(literal: &[u8]) -> bool {
    literal.len() >= MIN_LITERAL || SHORT_LITERALS.contains(&literal)
}

/// Bytes in front of an anchor beyond which an extended one at the start is better: searching
/// backwards from every hit costs more than hits that fail at once.
const FAR: usize = 400;

/// How often the literals of an expression may stand in a million places, all together. Each time the
/// rule is asked; so rarer ones are better, even where more of a match can stand before them.
const OFTEN: u32 = 100;

/// Whether a text seldom leads to these anchors, and not far into a match.
fn is_cheap(anchors: &BTreeSet<Anchor>) -> bool {
    let often = anchors.iter().map(|anchor| common::often(&anchor.literal));
    often.sum::<u32>() <= OFTEN && is_near(anchors)
}

/// Whether literals that are too short may be extended over the classes beside them. That makes
/// many of one, so it is the second try.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Plain,
    Extended,
}

/// The best anchors of an expression, if it has any.
fn anchors(hir: &Hir, reach: Reach) -> Option<BTreeSet<Anchor>> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let mut before = Some(0);
    let mut best: Option<BTreeSet<Anchor>> = None;
    for (index, part) in parts.iter().enumerate() {
        let here = before?;
        // Nothing further in can beat a usable literal at the start.
        if here > 0
            && best
                .as_ref()
                .is_some_and(|best| matches!(rank(best), (true, true, true, ..)))
        {
            break;
        }
        for found in [run_at(&parts[index..], reach), inside(part, reach)]
            .into_iter()
            .flatten()
        {
            let found = shifted(found, here);
            if best.as_ref().is_none_or(|best| rank(&found) > rank(best)) {
                best = Some(found);
            }
        }
        before = part.properties().maximum_len().map(|length| here + length);
        if before.is_none() {
            break;
        }
    }
    best
}

/// Writes out concatenations and groups as one list of parts.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(capture) => flatten(&capture.sub, parts),
        _ => parts.push(hir),
    }
}

/// How good a set of anchors is: long enough first, then cheap, then at the start of the match, because
/// an anchored regex fails after a few bytes, then longer, then fewer.
fn rank(anchors: &BTreeSet<Anchor>) -> (bool, bool, bool, usize, Reverse<usize>) {
    let shortest = anchors
        .iter()
        .map(|anchor| anchor.literal.len())
        .min()
        .unwrap_or(0);
    let at_start = anchors.iter().all(|anchor| anchor.before == 0);
    let usable = anchors.iter().all(|anchor| selective(&anchor.literal));
    let cheap = usable && is_cheap(anchors);
    (usable, cheap, at_start, shortest, Reverse(anchors.len()))
}

fn shifted(anchors: BTreeSet<Anchor>, by: usize) -> BTreeSet<Anchor> {
    anchors
        .into_iter()
        .map(|a| Anchor {
            before: a.before + by,
            ..a
        })
        .collect()
}

/// The anchors that begin where these parts begin: as many exact parts as there are, joined. A
/// prefix that is too short by itself (`hf_`) is extended over the class behind it.
fn run_at(parts: &[&Hir], reach: Reach) -> Option<BTreeSet<Anchor>> {
    let mut literals = vec![Vec::new()];
    for part in parts {
        let short = literals
            .iter()
            .any(|literal: &Vec<u8>| literal.len() < MIN_LITERAL);
        let (next, complete) = match exact(part) {
            Some(texts) => (texts, true),
            None if short && reach == Reach::Extended => {
                (first_bytes(part)?, matches!(part.kind(), HirKind::Class(_)))
            }
            None if short => break,
            None => match first_bytes(part) {
                Some(next) if next.len() <= MAX_NEXT => (next, false),
                _ => break,
            },
        };
        let most = if short {
            MAX_ALTERNATIVES
        } else {
            literals.len().max(ENOUGH)
        };
        if literals.len() * next.len() > most {
            break;
        }
        literals = product(&literals, &next);
        if !complete || literals.iter().all(|literal| literal.len() >= MAX_LITERAL) {
            break;
        }
    }
    literals
        .iter_mut()
        .for_each(|literal| literal.truncate(MAX_LITERAL));
    let found: BTreeSet<_> = literals
        .into_iter()
        .map(|literal| Anchor { literal, before: 0 })
        .collect();
    found
        .iter()
        .all(|anchor| !anchor.literal.is_empty())
        .then_some(found)
}

/// The bytes that a part which is not exact can begin with, each as a text, if it cannot be empty.
fn first_bytes(part: &Hir) -> Option<Vec<Vec<u8>>> {
    match part.kind() {
        HirKind::Class(class) => class_bytes(class, MAX_CLASS),
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => first_bytes(sub),
        HirKind::Capture(capture) => first_bytes(&capture.sub),
        HirKind::Concat(parts) => first_bytes_of_any(parts),
        HirKind::Literal(literal) => Some(vec![vec![literal.0.first()?.to_ascii_lowercase()]]),
        HirKind::Alternation(branches) => {
            let mut all = BTreeSet::new();
            for branch in branches {
                all.extend(first_bytes(branch)?);
            }
            Some(all.into_iter().collect())
        }
        _ => None,
    }
}

/// The same of several parts, of which the first ones may be nothing.
fn first_bytes_of_any(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut all = BTreeSet::new();
    for part in parts {
        match part.kind() {
            HirKind::Repetition(Repetition { min: 0, sub, .. }) => all.extend(first_bytes(sub)?),
            _ => {
                all.extend(first_bytes(part)?);
                return Some(all.into_iter().collect());
            }
        }
    }
    None
}

/// The anchors inside one part that is not exact as a whole.
fn inside(part: &Hir, reach: Reach) -> Option<BTreeSet<Anchor>> {
    match part.kind() {
        HirKind::Alternation(branches) => {
            let mut all = BTreeSet::new();
            for branch in branches {
                all.extend(anchors(branch, reach)?);
            }
            (all.len() <= MAX_ALTERNATIVES).then_some(all)
        }
        HirKind::Repetition(Repetition { min: 1.., sub, .. }) => anchors(sub, reach),
        _ => None,
    }
}

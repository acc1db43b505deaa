//! Turns text into matches: one pass for the literals of all rules, the rule's regex in the window
//! around each literal, gates that judge the value, and offline proofs. [`resolve`] then makes one
//! finding of what overlaps or belongs together.
//!
//! What a piece yields depends only on its fresh bytes and the [`Detector::context`] around them,
//! so a blob cut in any way yields the same matches.

mod allow;
mod companion;
mod confirm;
mod entropy;
pub mod examples;
pub mod gates;
mod lines;
mod paths;
mod pattern;
pub mod prefilter;
mod remarks;
mod resolve;
pub mod validate;
mod windowed;

pub use resolve::resolve;

use crate::model::{Allowlist, Derived, Judged, Match, Piece, Place, Rule, Secret, Trace};
use crate::ruleset::RuleSet;
use confirm::{Confirm, Confirmed, Hit};
use lines::Lines;
use paths::Paths;
use prefilter::{Prefilter, Quads};
use std::sync::{Arc, OnceLock};

/// Bytes to each side of a match that gates may look at.
const NEIGHBOURHOOD: usize = 512;

/// A rule that cannot be run.
#[derive(Debug, thiserror::Error)]
#[error("{location}: rule `{id}`: {problem}")]
pub struct DetectError {
    /// File and line of the rule.
    pub location: String,
    /// The rule.
    pub id: String,
    /// What is wrong.
    pub problem: String,
}

/// All rules, ready to search text; shared by all threads.
pub struct Detector {
    rules: RuleSet,
    prefilter: Box<dyn Prefilter>,
    /// For each literal of the prefilter, the rules that wait for it.
    uses: Vec<Vec<Use>>,
    compiled: Vec<OnceLock<Result<Confirm, DetectError>>>,
    paths: Vec<OnceLock<Paths>>,
    path_rules: Vec<usize>,
    before: usize,
    after: usize,
    now: i64,
}

/// A rule that waits for a literal.
#[derive(Clone, Copy)]
struct Use {
    rule: usize,
    before: usize,
    length: usize,
}

/// What one thread needs to search; make one for each thread and keep it.
#[derive(Default)]
pub struct Scratch {
    rules: Vec<Option<confirm::Scratch>>,
}

impl Detector {
    /// Prepares a set of rules; `now` is what expiry is measured against, in seconds since the
    /// Unix epoch. Regexes are compiled when they are first needed.
    ///
    /// # Errors
    /// When a rule names a gate or a validator that does not exist.
    pub fn new(rules: RuleSet, now: i64) -> Result<Self, DetectError> {
        rules.rules().iter().try_for_each(names_exist)?;
        let (literals, uses) = literals(&rules);
        let borrowed: Vec<&[u8]> = literals.iter().map(Vec::as_slice).collect();
        let windows = || rules.windows().iter().flatten();
        let before = windows()
            .flat_map(|w| &w.anchors)
            .map(|anchor| anchor.before)
            .max();
        let after = windows().map(|window| window.length).max();
        Ok(Self {
            prefilter: Box::new(Quads::new(&borrowed)),
            uses,
            compiled: rules.rules().iter().map(|_| OnceLock::new()).collect(),
            paths: rules.rules().iter().map(|_| OnceLock::new()).collect(),
            path_rules: (0..rules.rules().len())
                .filter(|&n| rules.windows()[n].is_none())
                .collect(),
            before: before.unwrap_or(0) + NEIGHBOURHOOD,
            after: after.unwrap_or(0) + NEIGHBOURHOOD,
            rules,
            now,
        })
    }

    /// The rules in use.
    pub fn rules(&self) -> &[Rule] {
        self.rules.rules()
    }

    /// How much text a fresh byte needs before and behind it, in bytes, to be judged in full.
    pub fn context(&self) -> (usize, usize) {
        (self.before, self.after)
    }

    /// Whether a rule has a say at this path: its `path` pattern and its allowlists' `paths`, which
    /// are judged for each place because one blob can stand at many.
    pub fn applies_at(&self, rule: usize, path: &[u8]) -> bool {
        self.paths[rule]
            .get_or_init(|| Paths::new(&self.rules.rules()[rule]))
            .apply(path)
    }

    /// The allowlist of a configuration, if any, that allows a match at this place. The match stays,
    /// as a suppressed one.
    pub fn allowlist(&self, found: &Match, place: &Place) -> Option<&Allowlist> {
        self.paths[found.rule]
            .get_or_init(|| Paths::new(&self.rules.rules()[found.rule]))
            .allowlist(found, place)
    }

    /// Compiles every regex now, which otherwise happens when its literal first appears.
    ///
    /// # Errors
    /// The first rule that does not compile.
    pub fn compile_all(&self) -> Result<(), &DetectError> {
        (0..self.compiled.len()).try_for_each(|rule| self.compiled(rule).as_ref().map(drop))
    }

    /// Searches one piece; `text` is the bytes of its range. Matches whose literal starts in a
    /// fresh range are appended to `out`, in no particular order.
    pub fn search(&self, piece: &Piece, text: &[u8], scratch: &mut Scratch, out: &mut Vec<Match>) {
        scratch.rules.resize_with(self.compiled.len(), || None);
        let mut lines = Lines::new(text, piece.start);
        for fresh in &piece.fresh {
            self.prefilter
                .find(text, fresh.clone(), &mut |literal, at| {
                    for waiting in &self.uses[literal] {
                        let hit = Hit {
                            at,
                            before: waiting.before,
                            length: waiting.length,
                        };
                        if let Some(found) = self.confirm(waiting.rule, text, hit, scratch) {
                            out.push(matched(waiting.rule, found, piece, &mut lines));
                        }
                    }
                });
        }
        if piece.origin.is_name() {
            self.search_path(piece, text, scratch, out);
        }
    }

    /// Searches a text and keeps what texts derived from it need. Without a `derived` all of the
    /// piece is searched.
    pub fn trace(
        &self,
        piece: &Piece,
        text: &[u8],
        derived: Option<Derived<'_>>,
        scratch: &mut Scratch,
    ) -> Trace {
        let _ = derived;
        let mut trace = Trace::default();
        self.search(piece, text, scratch, &mut trace.matches);
        trace
    }

    /// Rules without a pattern of their own are about the path: here the whole text is the path.
    fn search_path(&self, piece: &Piece, path: &[u8], scratch: &mut Scratch, out: &mut Vec<Match>) {
        let whole = Hit {
            at: 0,
            before: 0,
            length: path.len(),
        };
        for &rule in &self.path_rules {
            if let Some(found) = self.confirm(rule, path, whole, scratch) {
                out.push(matched(
                    rule,
                    found,
                    piece,
                    &mut Lines::new(path, piece.start),
                ));
            }
        }
    }

    fn confirm(
        &self,
        rule: usize,
        text: &[u8],
        hit: Hit,
        scratch: &mut Scratch,
    ) -> Option<Confirmed> {
        let confirm = self.compiled(rule).as_ref().ok()?;
        let scratch = scratch.rules[rule].get_or_insert_with(|| confirm.scratch());
        confirm.confirm(text, hit, self.now, scratch)
    }

    fn compiled(&self, rule: usize) -> &Result<Confirm, DetectError> {
        self.compiled[rule].get_or_init(|| {
            let rule = &self.rules.rules()[rule];
            match (&rule.regex, &rule.path) {
                (Some(pattern), _) => Confirm::new(rule, pattern),
                (None, path) => Confirm::new(
                    rule,
                    &format!("(?s)^.*(?:{}).*$", path.as_deref().unwrap_or_default()),
                ),
            }
        })
    }
}

/// Numbers the distinct literals of all rules and lists who waits for each.
fn literals(rules: &RuleSet) -> (Vec<Vec<u8>>, Vec<Vec<Use>>) {
    let mut numbers = std::collections::HashMap::new();
    let (mut literals, mut uses) = (Vec::new(), Vec::<Vec<Use>>::new());
    for (rule, window) in rules.windows().iter().enumerate() {
        for (anchor, length) in window
            .iter()
            .flat_map(|w| w.anchors.iter().map(|a| (a, w.length)))
        {
            let number = *numbers.entry(&anchor.literal).or_insert_with(|| {
                literals.push(anchor.literal.clone());
                uses.push(Vec::new());
                literals.len() - 1
            });
            uses[number].push(Use {
                rule,
                before: anchor.before,
                length,
            });
        }
    }
    (literals, uses)
}

fn names_exist(rule: &Rule) -> Result<(), DetectError> {
    let unknown = |what: &str, name: &str, known: Vec<&str>| DetectError {
        location: rule.location.clone(),
        id: rule.id.clone(),
        problem: format!(
            "there is no {what} `{name}`; the known ones are {}",
            known.join(", ")
        ),
    };
    if let Some(name) = rule
        .gate
        .as_deref()
        .filter(|name| gates::gate(name).is_none())
    {
        return Err(unknown(
            "gate",
            name,
            gates::GATES.iter().map(|gate| gate.0).collect(),
        ));
    }
    let known = || {
        validate::VALIDATORS
            .iter()
            .map(|validator| validator.0)
            .collect()
    };
    match rule
        .validator
        .as_deref()
        .filter(|name| validate::validator(name).is_none())
    {
        Some(name) => Err(unknown("validator", name, known())),
        None => Ok(()),
    }
}

fn matched(rule: usize, found: Confirmed, piece: &Piece, lines: &mut Lines<'_>) -> Match {
    let width = piece.encoding.width();
    let in_blob = |at: usize| piece.offset + at as u64 * width;
    let span = in_blob(found.span.start)..in_blob(found.span.end);
    let judged = Judged {
        secret: Secret::new(lines.text(found.span.clone())),
        normalised: found.normalised,
        confidence: found.confidence,
        reasons: found.reasons,
        parts: found.parts,
        remarks: found.remarks,
        allowed: found.allowed,
    };
    Match {
        rule,
        position: lines.position(found.span.start, span.start),
        span,
        carried: false,
        judged: Arc::new(judged),
        aliases: Vec::new(),
    }
}

#[cfg(test)]
mod tests;

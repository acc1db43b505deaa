//! Turns text into matches: one pass for the literals of all rules, the rule's regex in the window
//! around each literal, gates that judge the value, and offline proofs. [`resolve`] then makes one
//! finding of what overlaps or belongs together.
//!
//! What a piece yields depends only on its fresh bytes and the [`Detector::context`] around them,
//! so a blob cut in any way yields the same matches.

mod allow;
mod companion;
mod confirm;
pub mod cost;
mod decode;
mod entropy;
mod everywhere;
pub mod examples;
pub mod explain;
pub mod gates;
mod lines;
mod paths;
mod pattern;
mod percent;
pub mod prefilter;
mod published;
mod remarks;
mod resolve;
mod run;
mod search;
mod siblings;
pub mod validate;
mod vectors;
mod views;
mod waiting;
mod windowed;

pub use resolve::resolve;

use crate::model::{Allowlist, Derived, Match, Piece, Place, Rule, Trace};
use crate::ruleset::RuleSet;
use confirm::{Answer, Confirm, Hit};
use everywhere::Everywhere;
use paths::Paths;
use prefilter::{Prefilter, Quads};
use search::Search;
use std::sync::OnceLock;
use waiting::Waiting;

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
    /// The rules that no literal leads to.
    everywhere: Everywhere,
    /// The rules that wait for the prefilter's literals, and those that do without.
    waiting: Waiting,
    compiled: Vec<OnceLock<Result<Confirm, DetectError>>>,
    paths: Vec<OnceLock<Paths>>,
    path_rules: Vec<usize>,
    now: i64,
}

/// What one thread needs to search; make one for each thread and keep it.
#[derive(Default)]
pub struct Scratch {
    rules: Vec<Option<windowed::Scratch>>,
}

impl Scratch {
    /// Makes room for what each rule of a detector needs.
    fn prepare(&mut self, detector: &Detector) {
        self.rules.resize_with(detector.compiled.len(), || None);
    }
}

impl Detector {
    /// Prepares a set of rules; `now` is what expiry is measured against, in seconds since the
    /// Unix epoch. Regexes are compiled when they are first needed.
    ///
    /// # Errors
    /// When a rule names a gate or a validator that does not exist, or one that is tried everywhere
    /// does not compile.
    pub fn new(rules: RuleSet, now: i64) -> Result<Self, DetectError> {
        rules.rules().iter().try_for_each(names_exist)?;
        let (waiting, literals) = Waiting::new(&rules);
        Ok(Self {
            prefilter: Box::new(Quads::new(&literals)),
            everywhere: Everywhere::new(&rules, literals.len())?,
            waiting,
            compiled: rules.rules().iter().map(|_| OnceLock::new()).collect(),
            paths: rules.rules().iter().map(|_| OnceLock::new()).collect(),
            path_rules: (0..rules.rules().len())
                .filter(|&n| rules.windows()[n].is_none())
                .collect(),
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
        let furthest = self.waiting.furthest();
        let encoded = views::FURTHEST;
        (
            furthest.back.max(encoded.back),
            furthest.ahead.max(encoded.ahead),
        )
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
        (0..self.compiled.len()).try_for_each(|rule| self.compile(rule))
    }

    /// Compiles the regex of one rule now.
    ///
    /// # Errors
    /// When it does not compile: it is larger than any that the program runs.
    pub fn compile(&self, rule: usize) -> Result<(), &DetectError> {
        self.compiled(rule).as_ref().map(drop)
    }

    /// Searches one piece; `text` is the bytes of its range. Matches whose literal starts in a
    /// fresh range are appended to `out`, in no particular order.
    pub fn search(&self, piece: &Piece, text: &[u8], scratch: &mut Scratch, out: &mut Vec<Match>) {
        let mut search = Search::new(self, piece, text, scratch);
        for fresh in &piece.fresh {
            search.fresh(fresh.clone());
            search.views(fresh.clone());
        }
        if piece.origin.is_name() {
            search.path();
        }
        out.append(&mut search.finish().matches);
    }

    /// Searches a whole text as it is stored, and keeps what texts derived from it need. Of one that
    /// is `derived` itself only what the new bytes can be seen from is searched; the outcome is that
    /// of a search of all of it.
    pub fn trace(
        &self,
        piece: &Piece,
        text: &[u8],
        derived: Option<Derived<'_>>,
        scratch: &mut Scratch,
    ) -> Trace {
        let mut search = Search::new(self, piece, text, scratch);
        match derived {
            Some(derived) => {
                search.derived(derived);
                search.derived_views(derived);
            }
            None => {
                search.fresh(0..text.len());
                search.views(0..text.len());
            }
        }
        search.finish()
    }

    fn confirm(&self, rule: usize, text: &[u8], hit: Hit, scratch: &mut Scratch) -> Answer {
        let Ok(confirm) = self.compiled(rule) else {
            return Answer::Nothing;
        };
        let scratch = scratch.rules[rule].get_or_insert_with(|| confirm.scratch());
        confirm.confirm(text, hit, self.now, scratch)
    }

    fn compiled(&self, rule: usize) -> &Result<Confirm, DetectError> {
        self.compiled[rule].get_or_init(|| {
            let window = self.rules.windows()[rule].as_ref();
            let rule = &self.rules.rules()[rule];
            match (&rule.regex, &rule.path) {
                (Some(pattern), _) => Confirm::new(rule, pattern, window),
                (None, path) => {
                    let path = path.as_deref().unwrap_or_default();
                    Confirm::new(rule, &format!("(?s)^.*(?:{path}).*$"), None)
                }
            }
        })
    }
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

#[cfg(test)]
mod tests;

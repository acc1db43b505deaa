//! Judges whether a matched value is a secret at all: context, randomness, placeholders.

mod assignment;
mod evidence;
pub(crate) mod host;
mod key;
mod neighbours;
mod phrase;
pub(crate) mod placeholder;
pub(crate) mod randomness;
mod site;
mod stock;
mod testing;
mod value;
mod words;

pub use evidence::{Evidence, Feature};
pub(super) use neighbours::next_assignment;

use crate::model::Confidence;
use key::Key;
pub(super) use key::PASSWORDS;
use std::ops::Range;

/// What a gate looks at.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The text around the match, at least 256 bytes to each side where the blob has them.
    pub text: &'a [u8],
    /// The rule's whole match in [`Self::text`].
    pub matched: Range<usize>,
    /// The secret in [`Self::text`].
    pub secret: Range<usize>,
}

impl<'a> Candidate<'a> {
    /// The secret's bytes.
    pub(super) fn value(&self) -> &'a [u8] {
        &self.text[self.secret.clone()]
    }
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// No secret: a reference, a type name, prose. Leaves no finding.
    Drop,
    /// Nothing speaks against it: a candidate of the rule's own confidence.
    Pass,
    /// An example, for this reason. It stays low whatever is proven of it, because examples are made
    /// as well as anything.
    Example(String),
    /// A candidate of this confidence, for this reason.
    Keep(Confidence, String),
}

impl Judgement {
    /// What comes of it where the rule's own confidence is `own`, and why; `None` if nothing does.
    pub fn settle(self, own: Confidence) -> Option<(Confidence, Option<String>)> {
        match self {
            Self::Drop => None,
            Self::Pass => Some((own, None)),
            Self::Example(why) => Some((Confidence::Low, Some(why))),
            Self::Keep(confidence, why) => Some((confidence, Some(why))),
        }
    }
}

/// A judge of candidates; the confidence is the rule's own.
pub type Gate = fn(&Candidate<'_>, Confidence) -> Judgement;

/// Every gate by the name that rules use.
pub const GATES: &[(&str, Gate)] = &[
    ("assignment", assignment::judge),
    ("command-line", value::command_line),
    ("password", value::password),
    ("random", value::random),
    ("self-made", value::self_made),
];

/// The judge of a rule that names none.
pub const DEFAULT: Gate = value::token;

/// The gate of that name.
pub fn gate(name: &str) -> Option<Gate> {
    GATES
        .iter()
        .find(|entry| entry.0 == name)
        .map(|entry| entry.1)
}

/// The name that a candidate's value is assigned to.
pub(super) fn assigned_name<'a>(candidate: &Candidate<'a>) -> &'a [u8] {
    Key::of(candidate).name
}

/// What the `assignment` gate weighs of a candidate; `None` where structure alone decides.
pub fn evidence(candidate: &Candidate<'_>) -> Option<Evidence> {
    assignment::evidence(candidate)
}

//! Runs a rule's own examples through the whole detector: what must be found and what must not.
//! The tests do this for every rule of the program, `residue rules check` for those of a user.

use super::{Detector, Scratch, resolve};
use crate::model::{DocumentId, Origin, Piece, Rule};
use crate::ruleset::template::{self, TemplateError};

/// An example that does not do what it says.
#[derive(Debug, thiserror::Error)]
#[error("{location}: rule `{id}`: {problem}: `{template}`")]
pub struct ExampleError {
    /// File and line of the rule.
    pub location: String,
    /// The rule.
    pub id: String,
    /// What is wrong.
    pub problem: Problem,
    /// The template as written.
    pub template: String,
    /// What it expands to; empty if it cannot be expanded.
    pub text: Vec<u8>,
}

/// What is wrong with an example.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The template cannot be expanded.
    #[error("the example is no template ({0})")]
    Template(#[from] TemplateError),
    /// It must be found and is not.
    #[error("nothing is found in the example")]
    Missed,
    /// It must not be found and is.
    #[error("the rule must not match this, and does")]
    Matched,
}

/// Checks all examples of one rule of the detector's set.
pub fn check(detector: &Detector, rule: &Rule) -> Vec<ExampleError> {
    let hits = rule.hits.iter().map(|template| (template, true));
    let examples = hits.chain(rule.misses.iter().map(|template| (template, false)));
    let problems = examples.enumerate().filter_map(|(index, (template, hit))| {
        let seed = template::seed(&rule.id, index);
        let expanded = template::expand(template, seed);
        let text = expanded.as_deref().unwrap_or_default().to_vec();
        let problem = check_one(detector, rule, expanded, hit).err()?;
        let (location, id) = (rule.location.clone(), rule.id.clone());
        Some(ExampleError {
            location,
            id,
            problem,
            template: template.clone(),
            text,
        })
    });
    problems.collect()
}

fn check_one(
    detector: &Detector,
    rule: &Rule,
    expanded: Result<Vec<u8>, TemplateError>,
    hit: bool,
) -> Result<(), Problem> {
    match (matches(detector, rule, &expanded?), hit) {
        (false, true) => Err(Problem::Missed),
        (true, false) => Err(Problem::Matched),
        _ => Ok(()),
    }
}

/// Whether the rule has a say in the text: as the winner of a place, as its alias, as a companion,
/// or, for a helper, by matching at all.
fn matches(detector: &Detector, rule: &Rule, text: &[u8]) -> bool {
    let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
    let mut found = Vec::new();
    detector.search(&piece, text, &mut Scratch::default(), &mut found);
    let is_it = |number: usize| detector.rules()[number].id == rule.id;
    if rule.helper {
        return found.iter().any(|found| is_it(found.rule));
    }
    resolve(found, detector.rules()).iter().any(|found| {
        is_it(found.rule)
            || found.aliases.contains(&rule.id)
            || found.judged.parts.iter().any(|part| part.name == rule.id)
    })
}

//! Runs a rule's own examples through the whole detector: what must be found and what must not.
//! The tests do this for every rule of the program, `residue rules check` for those of a user.

use super::{Detector, Scratch, resolve};
use crate::model::{DocumentId, Origin, Piece, Rule};
use crate::ruleset::template::{self, TemplateError};

/// An example that does not do what it says.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// The template cannot be expanded.
    #[error("{location}: rule `{id}`: example `{template}`: {cause}")]
    Template {
        /// File and line of the rule.
        location: String,
        /// The rule.
        id: String,
        /// The template as written.
        template: String,
        /// What is wrong with it.
        cause: TemplateError,
    },
    /// Nothing was found in an example that must hit.
    #[error("{location}: rule `{id}`: nothing is found in the example `{template}`")]
    Missed {
        /// File and line of the rule.
        location: String,
        /// The rule.
        id: String,
        /// The template as written.
        template: String,
    },
    /// The rule matched an example that must miss.
    #[error("{location}: rule `{id}`: it must not match `{template}`, and does")]
    Matched {
        /// File and line of the rule.
        location: String,
        /// The rule.
        id: String,
        /// The template as written.
        template: String,
    },
}

/// Checks all examples of one rule of the detector's set.
pub fn check(detector: &Detector, rule: &Rule) -> Vec<ExampleError> {
    let hits = rule.hits.iter().map(|template| (template, true));
    let examples = hits.chain(rule.misses.iter().map(|template| (template, false)));
    examples
        .filter_map(|(template, hit)| check_one(detector, rule, template, hit).err())
        .collect()
}

fn check_one(
    detector: &Detector,
    rule: &Rule,
    template: &str,
    hit: bool,
) -> Result<(), ExampleError> {
    let (location, id) = (rule.location.clone(), rule.id.clone());
    let written = template.to_owned();
    let text = match template::expand(template, seed(rule, template)) {
        Ok(text) => text,
        Err(cause) => {
            return Err(ExampleError::Template {
                location,
                id,
                template: written,
                cause,
            });
        }
    };
    match (matches(detector, rule, &text), hit) {
        (false, true) => Err(ExampleError::Missed {
            location,
            id,
            template: written,
        }),
        (true, false) => Err(ExampleError::Matched {
            location,
            id,
            template: written,
        }),
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
            || found.parts.iter().any(|part| part.name == rule.id)
    })
}

/// The same rule and template always expand to the same text.
fn seed(rule: &Rule, template: &str) -> u64 {
    let both = [rule.id.as_bytes(), template.as_bytes()].concat();
    u64::from(crc32fast::hash(&both))
}

//! The rule linter: what a rule must have beside a pattern that works. It is an error for our own
//! rules and for a user's; that the examples really hit and miss is checked by `detect::examples`.

use super::RuleError;
use crate::model::{Confidence, Rule};

/// Least number of examples of each kind.
const EXAMPLES: usize = 2;

/// Everything that is wrong with the rules, in their order; empty when nothing is.
pub fn lint(rules: &[Rule]) -> Vec<RuleError> {
    let problems = rules.iter().flat_map(|rule| {
        problems(rule, rules)
            .into_iter()
            .map(|problem| super::refused(rule, problem))
    });
    problems.collect()
}

fn problems(rule: &Rule, all: &[Rule]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut complain = |wrong: bool, problem: &str| {
        if wrong {
            problems.push(problem.to_owned());
        }
    };
    let kebab = rule
        .id
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    complain(
        !kebab || rule.id.is_empty(),
        "write the id in lower case with hyphens: `provider-kind`",
    );
    complain(
        rule.title == rule.id,
        "add a `title` that says what it finds",
    );
    complain(
        rule.hits.len() < EXAMPLES,
        "add at least two `hits`: templates that must be found",
    );
    complain(
        rule.misses.len() < EXAMPLES,
        "add at least two `misses`: near misses that must not be found",
    );
    complain(
        rule.rotate.is_empty(),
        "say in `rotate` how a leaked one is revoked and replaced",
    );
    complain(
        rule.confidence == Confidence::Confirmed,
        "`confidence` is what the shape alone earns; `confirmed` takes a `validator`",
    );
    for required in &rule.required {
        let known = all.iter().any(|other| other.id == required.id);
        complain(!known, "`required` names a rule that does not exist");
        complain(required.id == rule.id, "`required` names the rule itself");
    }
    problems
}

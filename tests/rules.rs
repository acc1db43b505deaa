//! Every rule of the program holds to the linter, and every example does what it says.

use residue::detect::{Detector, examples};
use residue::ruleset::{RuleSet, check};

#[test]
fn rules_pass_the_linter() {
    let rules = RuleSet::builtin().expect("the rules load");
    let problems: Vec<String> = check::lint(rules.rules())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_example_hits_or_misses_as_it_says() {
    let rules = RuleSet::builtin().expect("the rules load");
    let detector = Detector::new(rules, 0).expect("gates and validators exist");
    detector.compile_all().expect("every regex compiles");
    let problems: Vec<String> = detector
        .rules()
        .iter()
        .flat_map(|rule| examples::check(&detector, rule))
        .map(|problem| problem.to_string())
        .collect();
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems.join("\n")
    );
}

//! Every rule of the program holds to the linter, and every example does what it says.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

use residue::detect::{Detector, Scratch, examples};
use residue::model::{DocumentId, Origin, Piece};
use residue::ruleset::{self, RuleSet, check};

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

/// Rules in the gitleaks schema, as its users have them.
const FOREIGN: &str = r#"
title = "our rules"
minVersion = "8.20.0"

[extend]
useDefault = true

[[rules]]
id = "acme-token"
description = "Acme token"
regex = '''acme_([0-9a-f]{12})'''
secretGroup = 1
entropy = 1.5
keywords = ["acme"]

[rules.allowlist]
stopwords = ["deadbeef"]

[[allowlists]]
targetRules = ["acme-token"]
regexTarget = "line"
regexes = ['''not a token''']
"#;

fn found(rules: &str, text: &str) -> Result<Vec<Vec<u8>>, String> {
    let file = tempfile::Builder::new()
        .suffix(".toml")
        .tempfile()
        .expect("a file");
    std::fs::write(file.path(), rules).expect("it can be written");
    let rules = ruleset::read(file.path()).map_err(|error| error.to_string())?;
    let rules = RuleSet::new(rules).map_err(|error| error.to_string())?;
    let detector = Detector::new(rules, 0).map_err(|error| error.to_string())?;
    let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
    let mut found = Vec::new();
    detector.search(&piece, text.as_bytes(), &mut Scratch::default(), &mut found);
    Ok(found
        .iter()
        .map(|found| found.judged.secret.expose().to_vec())
        .collect())
}

#[test]
fn the_schema_of_gitleaks_is_understood() {
    let text =
        "acme_0123456789ab\nacme_deadbeef4567\nacme_ba9876543210 is not a token\nacme_000000000000";
    assert_eq!(found(FOREIGN, text), Ok(vec![b"0123456789ab".to_vec()]));
}

#[test]
fn allowlists_that_would_allow_too_much_are_refused() {
    let allow = |list: &str| {
        let error = found(&format!("{FOREIGN}\n[[allowlists]]\n{list}"), "").expect_err(list);
        assert!(error.contains(".toml"), "{error}");
        error
    };
    assert!(allow("description = 'x'").contains("without a criterion"));
    assert!(allow("condition = 'AND'\npaths = ['a']\nregexes = ['b']").contains("split it"));
    assert!(allow("targetRules = ['other']\npaths = ['a']").contains("`other`"));
    assert!(allow("regexes = ['(']").contains("does not parse"));
    assert!(allow("surprise = 1").contains("surprise"));
}

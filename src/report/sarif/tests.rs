//! Holds the output to the official schema and to GitHub's limits.

use super::{RESULTS, RUNS, shares};
use crate::model::{Outcome, Policy};
use crate::report::{View, sample};
use serde_json::{Value, json};

fn parsed(view: &View) -> Value {
    serde_json::from_str(&sample::rendered("sarif", view)).unwrap()
}

fn many(targets: usize) -> View {
    let mut outcome: Outcome = sample::outcome();
    outcome.targets = (0..targets)
        .map(|number| crate::model::Target {
            name: format!("oci:image-{number:02}"),
            images: Vec::new(),
            via: None,
            base: None,
            is_former: false,
        })
        .collect();
    let findings = &mut outcome.findings;
    findings.retain(|finding| finding.occurrences.len() > 10);
    for finding in findings {
        let places = (0..targets).flat_map(|number| {
            finding.occurrences.iter().cloned().map(move |mut place| {
                place.place.target = format!("oci:image-{number:02}").into();
                place
            })
        });
        finding.occurrences = places.collect();
    }
    View::new(&outcome, &Policy::default(), false)
}

#[test]
fn a_report_with_everything() {
    insta::with_settings!({filters => vec![(env!("CARGO_PKG_VERSION"), "[version]")]}, {
        insta::assert_snapshot!(sample::rendered("sarif", &sample::view()));
    });
}

#[test]
fn every_log_keeps_to_the_official_schema() {
    // The published pattern of languages has a stray bracket and is no regular expression.
    let schema = include_str!("../../../testdata/sarif-schema-2.1.0.json").replace("2}]?$", "2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let plain = View::new(&sample::outcome(), &Policy::default(), true);
    for view in [
        sample::view(),
        sample::clean_view(),
        sample::hostile_view(),
        plain,
        many(3),
    ] {
        let log = parsed(&view);
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(errors, [""; 0]);
    }
    let mut broken = parsed(&sample::view());
    broken["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] =
        json!("a b\\c");
    assert!(!validator.is_valid(&broken), "formats are checked");
}

#[test]
fn every_result_has_what_code_scanning_asks_for() {
    for run in parsed(&sample::view())["runs"].as_array().unwrap() {
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for result in run["results"].as_array().unwrap() {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            let score: f64 = rule["properties"]["security-severity"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!((0.1..=10.0).contains(&score));
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], region["endLine"]);
            assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64());
            let hash = result["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap();
            assert!(
                hash.split_once(':')
                    .is_some_and(|(_, number)| number.parse::<u32>().is_ok())
            );
        }
    }
}

#[test]
fn fingerprints_tell_all_results_of_a_run_apart() {
    for run in parsed(&many(2))["runs"].as_array().unwrap() {
        let mut hashes: Vec<&str> = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                result["partialFingerprints"]["primaryLocationLineHash"]
                    .as_str()
                    .unwrap()
            })
            .collect();
        let all = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!((all, hashes.len()), (14, 14));
    }
}

#[test]
fn moving_a_line_keeps_the_fingerprint() {
    let mut moved = sample::outcome();
    moved.findings[0].occurrences[0].position.line += 7;
    let moved = View::new(&moved, &Policy::default(), false);
    let hashes = |view: &View| {
        let log = parsed(view);
        let results = log["runs"][0]["results"].as_array().cloned().unwrap();
        results
            .iter()
            .map(|result| result["partialFingerprints"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(hashes(&moved), hashes(&sample::view()));
}

#[test]
fn gaps_are_told_as_notifications() {
    let log = parsed(&sample::view());
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], json!(false));
    let notifications = &invocation["toolExecutionNotifications"];
    assert_eq!(notifications[0]["level"], json!("error"));
    assert_eq!(notifications[0]["descriptor"]["id"], json!("truncated"));
    assert_eq!(notifications[1]["level"], json!("note"));
    let clean = parsed(&sample::clean_view());
    assert_eq!(
        clean["runs"][0]["invocations"][0]["executionSuccessful"],
        json!(true)
    );
    assert_eq!(
        clean["runs"].as_array().unwrap().len(),
        3,
        "a clean target closes its alerts"
    );
}

#[test]
fn a_run_that_is_full_continues_in_another_one() {
    let view = many(2);
    let (shares, left_out) = shares(&view, 10);
    let sizes: Vec<usize> = shares.iter().map(|share| share.hits.len()).collect();
    assert_eq!((sizes, left_out), (vec![10, 10, 4, 4], 0));
}

#[test]
fn what_no_run_has_room_for_is_counted() {
    let view = many(15);
    let (all, left_out) = shares(&view, 10);
    assert_eq!((all.len(), left_out), (RUNS, 10 * 4));
}

#[test]
fn targets_beyond_the_last_run_share_it() {
    let view = many(25);
    let (shares, left_out) = shares(&view, RESULTS);
    assert_eq!((shares.len(), left_out), (RUNS, 0));
    assert_eq!(shares[RUNS - 1].target, "other targets");
    assert_eq!(shares[RUNS - 1].hits.len(), 6 * 14);
}

//! The format of baselines, and how they follow reports.

use super::*;
use crate::model::Identity;

const KEY: &str = "46474cdb";

fn id(name: &str) -> Fingerprint {
    Identity::default().fingerprint(name.as_bytes())
}

/// A baseline of these secrets.
fn of(names: &[&str]) -> Baseline {
    let mut baseline = Baseline::new("b", KEY);
    for name in names {
        baseline.add(id(name), "jwt");
    }
    baseline
}

fn report(known: &[&str], allowed: &[&str]) -> Report {
    Report {
        name: "r".to_owned(),
        key_id: KEY.to_owned(),
        complete: true,
        known: known
            .iter()
            .map(|name| (id(name), "jwt".to_owned()))
            .collect(),
        allowed: allowed.iter().map(|name| id(name)).collect(),
    }
}

#[test]
fn the_text_is_sorted_and_reads_back() {
    let baseline = of(&["a", "b", "c"]);
    let text = baseline.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines.is_sorted(), "the header sorts first, too: {text}");
    assert_eq!(Baseline::parse("b", &text).unwrap(), baseline);
    assert_eq!(of(&["c", "b", "a"]).to_string(), text);
}

#[test]
fn what_a_merge_by_union_leaves_is_a_baseline() {
    let (ours, theirs) = (of(&["a", "b"]).to_string(), of(&["b", "c"]).to_string());
    let merged = Baseline::parse("b", &format!("{ours}{theirs}\r\n")).unwrap();
    assert_eq!(merged, of(&["a", "b", "c"]));
    let foreign = Baseline::new("b", "00000000").to_string();
    let error = Baseline::parse("b", &(ours + &foreign)).unwrap_err();
    assert!(
        error.to_string().starts_with("b:4: a second key"),
        "{error}"
    );
}

#[test]
fn what_is_no_baseline_is_refused() {
    let header = format!("{HEADER}{KEY}\n");
    let table = [
        (String::new(), "is no baseline"),
        ("{}".to_owned(), "is no baseline"),
        (
            format!("{header}abc jwt"),
            "b:2: a fingerprint is 32 hex digits",
        ),
        (format!("{header}{}", id("a")), "b:2: an entry is"),
        (format!("{header}{} ", id("a")), "b:2: an entry is"),
        (format!("{header}{} jwt aws", id("a")), "b:2: an entry is"),
        (format!("{header}# mine"), "b:2: "),
    ];
    for (text, problem) in table {
        let error = Baseline::parse("b", &text).unwrap_err().to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn ids_of_different_keys_are_never_compared() {
    let mut baseline = of(&["a"]);
    assert!(baseline.check_key(KEY).is_ok());
    let other = Report {
        key_id: "00000000".to_owned(),
        ..report(&["b"], &[])
    };
    assert!(update(&mut baseline, &other).is_err());
    assert!(prune(&mut baseline, &other).is_err());
    assert_eq!(baseline, of(&["a"]));
}

#[test]
fn a_baseline_follows_reports() {
    assert_eq!(
        create(&report(&["a"], &["b"])).to_string(),
        of(&["a"]).to_string()
    );
    let mut baseline = of(&["a", "b"]);
    assert_eq!(
        update(&mut baseline, &report(&["b", "c"], &["d"])).unwrap(),
        1
    );
    assert_eq!(baseline, of(&["a", "b", "c"]));
    assert_eq!(prune(&mut baseline, &report(&["c"], &["a"])).unwrap(), 1);
    assert_eq!(baseline, of(&["a", "c"]), "what is allowed is still there");
}

#[test]
fn what_a_report_did_not_see_is_not_dropped() {
    let mut baseline = of(&["a"]);
    let partial = Report {
        complete: false,
        ..report(&[], &[])
    };
    let error = prune(&mut baseline, &partial).unwrap_err();
    assert!(error.to_string().contains("r is incomplete"), "{error}");
    assert_eq!(baseline, of(&["a"]));
}

//! What counts, what does not, and what is told about it.

use super::ignore::{Entry, Scope};
use super::*;
use crate::model::{
    Confidence, Coverage, Finding, Identity, Kind, Occurrence, Place, Position, Remark, Secret,
    Severity, Spelling, SuppressionKind, Until, Where,
};

/// The start of 2026, in seconds since the Unix epoch.
const NOW: i64 = 1_767_225_600;

fn place(path: &str, remarks: Vec<Remark>) -> Occurrence {
    let place = Place::new("t".into(), Where::File, path.as_bytes().into());
    let position = Position {
        offset: 0,
        line: 7,
        column: 1,
    };
    Occurrence {
        remarks,
        ..Occurrence::new(place, position)
    }
}

fn finding(occurrences: Vec<Occurrence>) -> Finding {
    Finding {
        fingerprint: Identity::default().fingerprint(b"x"),
        rule: "jwt".to_owned(),
        title: String::new(),
        severity: Severity::High,
        confidence: Confidence::High,
        is_example: false,
        reasons: Vec::new(),
        aliases: Vec::new(),
        secret: Secret::new(b"x"),
        written: Vec::new(),
        parts: Vec::new(),
        key_pair: None,
        remediation: String::new(),
        reference: None,
        occurrences,
        change: None,
        known: false,
    }
}

fn remark(rules: &[&str], until: Until) -> Remark {
    Remark {
        spelling: Spelling::Residue,
        rules: rules.iter().map(|&id| id.to_owned()).collect(),
        reason: "why".to_owned(),
        until,
    }
}

fn ignores(lines: &[&str]) -> Vec<Ignores> {
    let entries = lines.iter().zip(1..).map(|(text, line)| Entry {
        line,
        ..text.parse().unwrap()
    });
    let kind = SuppressionKind::Ignore;
    vec![Ignores::new(kind, "f", entries.collect(), Scope::Everywhere).unwrap()]
}

fn suppressor() -> Suppressor {
    Suppressor {
        inline: true,
        whole: true,
        now: NOW,
        ..Suppressor::default()
    }
}

/// The source of each place's suppression, and what was told.
fn judged(suppressor: &Suppressor, mut finding: Finding) -> (Vec<String>, Vec<(Kind, String)>) {
    let coverage = Coverage::default();
    suppressor.judge(std::slice::from_mut(&mut finding), &coverage);
    let source = |place: &Occurrence| {
        let suppression = place.suppression.as_ref();
        suppression.map_or_else(String::new, |found| found.source.clone())
    };
    let told = coverage.shortfalls().into_iter();
    (
        finding.occurrences.iter().map(source).collect(),
        told.map(|(told, _)| (told.kind, told.place)).collect(),
    )
}

#[test]
fn a_remark_counts_for_its_rules_until_its_day() {
    let day = |text: &str| Until::Day(text.parse().unwrap());
    let expired = (Kind::ExpiredSuppression, "t: a:7".to_owned());
    let table = [
        (remark(&[], Until::Ever), true, vec![]),
        (remark(&["aws", "jwt"], Until::Ever), true, vec![]),
        (remark(&["aws"], Until::Ever), false, vec![]),
        (remark(&["aws"], day("2020-01-01")), false, vec![]),
        (remark(&[], day("2026-01-01")), true, vec![]),
        (remark(&[], day("2025-12-31")), false, vec![expired.clone()]),
        (remark(&[], Until::Unclear), false, vec![expired]),
    ];
    for (remark, counts, told) in table {
        let row = format!("{remark:?}");
        let expected = if counts { "residue:allow" } else { "" };
        let judgement = judged(&suppressor(), finding(vec![place("a", vec![remark])]));
        assert_eq!(judgement, (vec![expected.to_owned()], told), "{row}");
    }
}

#[test]
fn a_remark_counts_only_in_text_that_may_speak_for_itself() {
    let remarked = || place("a", vec![remark(&[], Until::Ever)]);
    let foreign = Suppressor {
        inline: false,
        ..suppressor()
    };
    assert_eq!(judged(&foreign, finding(vec![remarked()])).0, [""]);
    let mut name = remarked();
    name.place.kind = Where::Metadata;
    assert_eq!(judged(&suppressor(), finding(vec![name])).0, [""]);
}

#[test]
fn entries_are_told_when_they_are_over_or_of_no_use() {
    let lines = [
        "rule:jwt path:a",
        "rule:jwt path:a until=2025-12-31",
        "rule:aws",
        "path:b until=2027-01-01 # why",
    ];
    let suppressor = Suppressor {
        ignores: ignores(&lines),
        ..suppressor()
    };
    let places = ["a", "b", "c"].map(|path| place(path, Vec::new()));
    let (sources, told) = judged(&suppressor, finding(places.to_vec()));
    assert_eq!(sources, ["f:1", "f:4", ""]);
    let expected = [
        (Kind::ExpiredSuppression, "f:2".to_owned()),
        (Kind::UnusedSuppression, "f:3".to_owned()),
    ];
    assert_eq!(told, expected);
    let partial = Suppressor {
        whole: false,
        ..suppressor
    };
    let (_, told) = judged(&partial, finding(places.to_vec()));
    assert_eq!(told, expected[..1], "who sees a part cannot know");
}

#[test]
fn a_finding_is_suppressed_when_all_its_places_are() {
    let suppressor = Suppressor {
        ignores: ignores(&["path:a"]),
        ..suppressor()
    };
    let coverage = Coverage::default();
    let both = finding(vec![place("a", Vec::new()), place("b", Vec::new())]);
    let one = finding(vec![place("a", Vec::new())]);
    let mut findings = [both, one, finding(Vec::new())];
    suppressor.judge(&mut findings, &coverage);
    assert_eq!(
        findings.map(|finding| finding.is_suppressed()),
        [false, true, false]
    );
}

#[test]
fn a_baseline_suppresses_or_only_knows() {
    let mut baseline = Baseline::new("b", "00000000");
    baseline.add(Identity::default().fingerprint(b"x"), "another-rule");
    baseline.add(Identity::default().fingerprint(b"gone"), "jwt");
    let mut suppressor = Suppressor {
        baseline: Some(baseline),
        ..suppressor()
    };
    let found = || finding(vec![place("a", Vec::new())]);
    let (sources, told) = judged(&suppressor, found());
    assert_eq!(sources, ["b"]);
    assert_eq!(told, [(Kind::UnusedSuppression, "b".to_owned())]);
    suppressor.new_only = true;
    let mut known = [found()];
    suppressor.judge(&mut known, &Coverage::default());
    assert!(known[0].known && !known[0].is_suppressed());
}

//! Generated histories, and an oracle that knows git only by its commands: it looks into every file of
//! every commit for every secret. What the scan says of who brought a secret, who took it away and
//! what is new in a range has to agree with that, wherever the objects are kept.
//!
//! `RESIDUE_TEST_HISTORIES` asks for more histories than the few of an ordinary run, or, as in `16..17`,
//! for those of some seeds.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a history that cannot be made is a failed test"
)]

#[path = "../kit/mod.rs"]
mod kit;

mod generate;
mod oracle;

use generate::{Dice, History};
use kit::cli::repo;
use kit::report::Place;
use kit::{Repo, Report};
use oracle::{Oracle, Scope};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Histories of an ordinary run.
const FEW: u64 = 12;
/// Scopes that are tried in each of them.
const SCOPES: usize = 8;

fn seeds() -> std::ops::Range<u64> {
    let asked = std::env::var("RESIDUE_TEST_HISTORIES").unwrap_or_else(|_| FEW.to_string());
    let (from, to) = asked.split_once("..").unwrap_or(("0", &asked));
    let number = |text: &str| text.parse().expect("a number of histories");
    number(from)..number(to)
}

fn scan(git: &Repo, flags: &[&str]) -> Report {
    let flags = flags.iter().copied();
    let run = repo([git.text()].into_iter().chain(flags)).run();
    assert!(matches!(run.code, 0 | 1), "{}{}", run.stderr, run.text());
    let report = run.report();
    report.expect_gaps(&[]);
    report
}

/// What a report says of a secret, by path.
fn places<'r>(report: &'r Report, token: &str) -> BTreeMap<&'r str, Place<'r>> {
    let findings = report.findings();
    let finding = findings.iter().find(|finding| finding.plain() == token);
    let places = finding.map_or_else(Vec::new, kit::Finding::in_history);
    places.iter().map(|place| (place.path(), *place)).collect()
}

fn id(value: &Value) -> Option<&str> {
    value.get("id").map(|id| id.as_str().unwrap())
}

#[test]
fn every_secret_is_told_with_the_commits_that_brought_and_removed_it() {
    for seed in seeds() {
        let history = History::generate(seed);
        let git = history.write();
        let oracle = Oracle::of(&git);
        attribution(&git, &history, &oracle, &format!("history {seed}, loose"));
        git.git(&[
            "repack",
            "-q",
            "-a",
            "-d",
            "-f",
            "-k",
            "--depth=50",
            "--window=50",
        ]);
        attribution(&git, &history, &oracle, &format!("history {seed}, packed"));
        git.git(&["commit-graph", "write", "--reachable"]);
        attribution(
            &git,
            &history,
            &oracle,
            &format!("history {seed}, with a graph"),
        );
    }
}

fn attribution(git: &Repo, history: &History, oracle: &Oracle, context: &str) {
    let report = scan(git, &[]);
    for token in &history.tokens {
        let found = places(&report, token);
        let paths: BTreeSet<&str> = found.keys().copied().collect();
        assert_eq!(paths, oracle.paths(token), "{context}: paths of {token}");
        for (path, place) in found {
            let context = format!("{context}: {token} at {path}: {:#}", place.0);
            oracle.judge(token, path, &place.0["git"], &Scope::everything(), &context);
            told_references(oracle, place, &context);
        }
    }
    let whole = scan(git, &["--whole-objects"]);
    assert_eq!(report.0, whole.0, "{context}: whole objects");
    let bare = scan(git, &["--no-attribution"]);
    for token in &history.tokens {
        let blobs: BTreeSet<&str> = places(&bare, token).into_keys().collect();
        assert_eq!(blobs, oracle.blobs(token), "{context}: blobs with {token}");
    }
}

fn told_references(oracle: &Oracle, place: Place<'_>, context: &str) {
    let told: Vec<&str> = place
        .git("refs")
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r.as_str().unwrap())
        .collect();
    let expected = oracle.references(id(place.git("introduced")).expect(context));
    let more = expected.len().saturating_sub(told.len());
    assert!(
        expected.starts_with(&told) && told.len() == expected.len().min(10),
        "{context}: {expected:?}"
    );
    assert_eq!(place.git("more_refs"), more, "{context}");
}

#[test]
fn a_scope_tells_what_is_new_in_it_and_nothing_else() {
    for seed in seeds() {
        let history = History::generate(seed);
        let git = history.write();
        let oracle = Oracle::of(&git);
        let mut dice = Dice::new(seed);
        for _ in 0..SCOPES {
            let scope = oracle.scope(&git, &mut dice);
            let context = format!("history {seed} {:?}", scope.flags);
            if scope.commits.is_empty() {
                continue;
            }
            let flags: Vec<&str> = scope.flags.iter().map(String::as_str).collect();
            let report = scan(&git, &flags);
            for token in &history.tokens {
                let found = places(&report, token);
                let paths: BTreeSet<&str> = found.keys().copied().collect();
                assert_eq!(paths, oracle.new_paths(token, &scope), "{context}: {token}");
                for (path, place) in found {
                    let context = format!("{context}: {token} at {path}: {:#}", place.0);
                    oracle.judge(token, path, &place.0["git"], &scope, &context);
                }
            }
        }
    }
}

#[test]
fn what_is_staged_is_told_if_head_does_not_have_it() {
    for seed in seeds() {
        let history = History::generate(seed);
        let git = history.write();
        let oracle = Oracle::of(&git);
        let mut dice = Dice::new(seed);
        for _ in 0..SCOPES {
            let [index, head] = oracle.pair(&mut dice);
            git.git(&["update-ref", "--no-deref", "HEAD", head]);
            git.git(&["read-tree", index]);
            let report = scan(&git, &["--staged"]);
            for token in &history.tokens {
                let found = places(&report, token);
                let paths: BTreeSet<&str> = found.keys().copied().collect();
                let new = oracle.staged_paths(token, index, head);
                assert_eq!(paths, new, "history {seed}, {index} on {head}: {token}");
            }
        }
    }
}

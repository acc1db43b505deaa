//! What `residue explain` and `residue rules test|bench` tell: every step that can decide has a test
//! in which it does.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::Secrets;
use kit::cli::{put, residue, text};
use tempfile::TempDir;

/// Rules of which each is stopped by another step.
const RULES: &str = r#"
[[rules]]
id = "acme-plain"
regex = 'acme_(?P<secret>[a-z]{8})\b'
[[rules]]
id = "acme-random"
regex = 'acmerandom_(?P<secret>[a-z]{8})\b'
entropy = 2.5
[[rules]]
id = "acme-worded"
regex = 'acmeword_(?P<secret>[a-z]{8})\b'
keywords = ["submarine"]
[[rules]]
id = "acme-allowed"
regex = 'acmefree_(?P<secret>[a-z]{8})\b'
allowlists = [{ stopwords = ["sample"] }]
[[rules]]
id = "acme-id"
regex = 'acmeid_(?P<secret>[a-z]{8})\b'
helper = true
[[rules]]
id = "acme-paired"
regex = 'acmepair_(?P<secret>[a-z]{8})\b'
required = [{ id = "acme-id", within_lines = 2 }]
[[rules]]
id = "acme-narrow"
regex = 'acme_(?P<secret>q[a-z]{7})\b'
specificity = 110
[[rules]]
id = "acme-elsewhere"
regex = 'acmepath_(?P<secret>[a-z]{8})\b'
path = '\.never$'
"#;

fn folder(content: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "rules.toml", RULES);
    put(&folder, "app.env", content);
    folder
}

/// What is told of `app.env`, or of a line of it.
fn explained(folder: &TempDir, target: &str, more: &[&str]) -> String {
    let fixed = ["explain", target, "--rules", "rules.toml"];
    let args = fixed.into_iter().chain(more.iter().copied());
    residue(args)
        .within_dir(folder.path())
        .run()
        .expect(0)
        .text()
}

#[track_caller]
fn told(content: &str, rule: &str, words: &str) {
    let folder = folder(content);
    let text = explained(&folder, "app.env", &["--rule", rule]);
    let of_rule = text.lines().filter(|line| line.contains(rule));
    assert!(of_rule.clone().any(|line| line.contains(words)), "{text}");
}

#[test]
fn each_step_that_stops_a_rule_is_named_with_its_numbers() {
    told("acme_abcdefgh", "acme-plain", "found");
    told(
        "acme_abc",
        "acme-plain",
        "the pattern does not match (0 bytes before it, 13 in all)",
    );
    told(
        "acmerandom_aaaaaaab",
        "acme-random",
        "more than 2.5 bits of entropy, these are 0.54",
    );
    told(
        "acmeword_abcdefgh",
        "acme-worded",
        "none of the rule's keywords stands near: submarine",
    );
    told(
        "acmefree_thesample acmefree_asamplex",
        "acme-allowed",
        "allowlist lets it pass",
    );
    told(
        "acmepair_abcdefgh",
        "acme-paired",
        "needs acme-id near, which is missing",
    );
    told("acmeid_abcdefgh", "acme-id", "counts only beside others");
    told(
        "acmeid_abcdefgh acmepair_abcdefgh",
        "acme-id",
        "part of acme-paired",
    );
    told("acme_qbcdefgh", "acme-plain", "lost to acme-narrow");
    told(
        "acmepath_abcdefgh",
        "acme-elsewhere",
        "`path` does not count here",
    );
    told(
        "password = ${PASS}",
        "generic-secret-bare",
        "the gate `assignment`",
    );
    told(
        "acme_abcdefgh # gitleaks:allow",
        "acme-plain",
        "a comment beside it",
    );
}

#[test]
fn a_failed_proof_and_a_hidden_finding_are_told() {
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4).get(..36).unwrap());
    told(
        &token,
        "github-pat",
        "medium confidence from high, its checksum is wrong",
    );
    told(
        "password = \"hunter2\"",
        "generic-secret-quoted",
        "hidden below --min-confidence medium",
    );
}

#[test]
fn one_line_is_told_by_itself_and_place_by_place() {
    let folder = folder("acme_abcdefgh\nacme_x acme_y\nacme_bcdefghi\n");
    let text = explained(&folder, "app.env:2", &["--rule", "acme-plain"]);
    let places: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split("  ").next())
        .collect();
    assert_eq!(places, ["app.env:2:1", "app.env:2:8"], "{text}");
    let whole = explained(&folder, "app.env", &["--rule", "acme-plain"]);
    assert_eq!(whole.matches("found").count(), 2, "{whole}");
    assert_eq!(whole.matches("at 2 places").count(), 1, "{whole}");
}

#[test]
fn companions_of_other_lines_count_for_a_line() {
    let folder = folder("acmeid_abcdefgh\nacmepair_abcdefgh\n");
    let text = explained(&folder, "app.env:2", &[]);
    assert!(
        text.contains("found") && !text.contains("app.env:1"),
        "{text}"
    );
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let token = Secrets::new("explain").github();
    let folder = folder(&token);
    assert!(!explained(&folder, "app.env", &[]).contains(&token));
    assert!(explained(&folder, "app.env", &["--show-secrets"]).contains(&token));
    let piped = residue(["explain"])
        .stdin(token.as_str())
        .run()
        .expect(0)
        .text();
    assert!(
        piped.contains("stdin:1:1") && !piped.contains(&token),
        "{piped}"
    );
}

#[test]
fn an_allowlist_of_the_configuration_is_named() {
    let folder = folder("acme_abcdefgh");
    let list = "[[allowlists]]\nregexes = ['abcdefgh']\n";
    put(&folder, ".residue.toml", list);
    let text = explained(&folder, "app.env", &["--rule", "acme-plain"]);
    assert!(
        text.contains("suppressed by the allowlist in") && text.contains(".residue.toml:1"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_explained_is_refused() {
    for args in [["explain", "/nonexistent"], ["explain", "/"]] {
        residue(args).run().expect(2);
    }
    let run = residue(["explain", "--rule", "nonesuch"])
        .stdin("")
        .run()
        .expect(2);
    assert!(run.stderr.contains("no rule `nonesuch`"), "{}", run.stderr);
    let nothing = residue(["explain"])
        .stdin("plain prose")
        .run()
        .expect(0)
        .text();
    assert!(nothing.contains("no rule came near"), "{nothing}");
}

#[test]
fn examples_that_fail_are_told_with_the_step_that_decided() {
    let folder = folder("");
    let rule = |hit: &str| {
        format!(
            "[[rules]]\nid = 'acme'\nregex = 'acme_[0-9]{{8}}\\b'\nrotate = 'x'\n\
             hits = ['{hit}', 'acme_{{digits:8}}']\nmisses = ['acme_', 'acme']\n"
        )
    };
    put(&folder, "good.toml", rule("x acme_{digits:8}"));
    put(&folder, "bad.toml", rule("acme_{digits:9}"));
    let run = |file: &str, code| {
        let run = residue(["rules", "test", file])
            .within_dir(folder.path())
            .run();
        run.expect(code).text()
    };
    assert!(run("good.toml", 0).contains("ok    acme: 2 hits, 2 misses"));
    let bad = run("bad.toml", 1);
    for words in [
        "FAIL  acme: 1 of 2 hits",
        "bad.toml:1",
        "the pattern does not match",
        "failed: 1",
    ] {
        assert!(bad.contains(words), "{words}: {bad}");
    }
}

#[test]
fn a_rule_of_the_program_is_tested_as_the_file_has_it() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/zuplo.toml");
    let told = residue(["rules", "test", file]).run().expect(0).text();
    assert!(told.contains("rules tested: 1, failed: 0"), "{told}");
}

#[test]
fn the_bench_counts_what_each_rule_was_asked() {
    let folder = folder("acme_abcdefgh acme_x\nacme_qbcdefgh acmerandom_aaaaaaab\n");
    let env = folder.path().join("app.env");
    let args = ["rules", "bench", text(&env), "--rules", "rules.toml"];
    let told = residue(args)
        .within_dir(folder.path())
        .run()
        .expect(0)
        .text();
    let numbers = |rule: &str| -> Vec<String> {
        let line = told.lines().find(|line| line.starts_with(rule));
        let words = line
            .unwrap_or_else(|| panic!("{rule}: {told}"))
            .split_whitespace();
        words.skip(1).take(3).map(str::to_owned).collect()
    };
    assert_eq!(numbers("acme-plain"), ["3", "2", "2"], "{told}");
    assert_eq!(numbers("acme-narrow")[1..], ["1", "1"], "{told}");
    assert_eq!(numbers("acme-random"), ["1", "1", "0"], "{told}");
    assert!(
        told.contains("100.0 %") && told.contains(" bytes in "),
        "{told}"
    );
}

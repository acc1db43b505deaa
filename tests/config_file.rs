//! Configuration files: which count, what outweighs what, and what a scanned tree may not say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{Residue, dir, put, residue, stdin, text};
use kit::{Report, Run, Secrets};
use std::path::Path;
use tempfile::TempDir;

/// A tree of a repository with a token of our own making and a GitHub token.
struct Tree {
    dir: TempDir,
    own: String,
    github: String,
}

/// A rule for the tree's own token.
const RULE: &str =
    "[[rules]]\nid = 'acme-token'\nregex = '\\bacme_[0-9a-f]{20}\\b'\nconfidence = 'high'\n";

impl Tree {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        let own = format!("acme_{}", secrets.text(b"0123456789abcdef", 20));
        let github = secrets.github();
        let dir = tempfile::tempdir().unwrap();
        put(&dir, ".git/HEAD", "ref: refs/heads/main\n");
        put(&dir, "src/own.txt", format!("deployed with {own}\n"));
        put(&dir, "src/github.txt", format!("token = {github}\n"));
        Self { dir, own, github }
    }

    fn with(self, path: &str, config: &str) -> Self {
        put(&self.dir, path, config);
        self
    }

    fn path(&self, path: &str) -> String {
        text(&self.dir.path().join(path)).to_owned()
    }

    /// A scan of everything but the configuration itself.
    fn scan<'a>(&self, flags: impl IntoIterator<Item = &'a str>) -> Run {
        self.residue(flags).run()
    }

    fn residue<'a>(&self, flags: impl IntoIterator<Item = &'a str>) -> Residue {
        alone(dir(flags).arg(&self.path("src")), self.dir.path())
    }
}

/// A run without the configuration of whoever runs the tests.
fn alone(residue: Residue, home: &Path) -> Residue {
    let home = text(home);
    residue.env("HOME", home).env("XDG_CONFIG_HOME", home)
}

fn found(report: &Report, tree: &Tree) -> (bool, bool) {
    (report.has(&tree.own), report.has(&tree.github))
}

/// What the report suppressed, as (kind, source).
fn suppressed(report: &Report) -> Vec<(String, String)> {
    let list = report.0["suppressed"]["list"].as_array().unwrap();
    let reasons = list
        .iter()
        .flat_map(|finding| finding["suppressed"].as_array().unwrap());
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    reasons
        .map(|reason| (word(&reason["kind"]), word(&reason["source"])))
        .collect()
}

#[test]
fn a_tree_adds_rules_from_the_root_of_its_repository() {
    let tree = Tree::new("adds").with(".residue.toml", RULE);
    let report = tree.scan([]).expect(1).report();
    assert_eq!(found(&report, &tree), (true, true));
    let report = tree.scan(["--no-repo-config"]).expect(1).report();
    assert_eq!(found(&report, &tree), (false, true));
}

#[test]
fn the_nearest_file_counts() {
    let tree = Tree::new("nearest")
        .with(".residue.toml", RULE)
        .with("src/.residue.toml", "");
    let report = tree.scan([]).expect(1).report();
    assert_eq!(found(&report, &tree), (false, true));
}

#[test]
fn a_tree_cannot_take_away_and_is_told_so() {
    let cases = [
        "[extend]\nuse-default = false\n",
        "[extend]\ndisabled-rules = ['github-pat']\n",
        "[extend]\nenabled-rules = ['jwt']\n",
        "[overrides.github-pat]\nenabled = false\n",
        "[overrides.github-pat]\nseverity = 'low'\n",
        "[overrides.github-pat]\nconfidence = 'low'\n",
        "[[rules]]\nid = 'github-pat'\nregex = 'never_[a-z]{30}'\n",
        "[scan]\nexclude = ['*']\n",
        "[scan]\nrespect-gitignore = true\n",
        "[scan]\ntimeout = '1s'\n",
        "[gate]\nfail-on = 'never'\n",
        "[gate]\nmin-confidence = 'confirmed'\n",
        "[gate]\nallow-gap = ['corrupt']\n",
    ];
    for case in cases {
        let tree = Tree::new("takes").with(".residue.toml", case);
        let report = tree.scan(["--fail-on", "high"]).expect(1).report();
        let finding = report.finding(&tree.github);
        assert_eq!(finding.rule(), "github-pat", "{case}");
        assert_eq!(report.notes(), ["untrusted-config"], "{case}");
    }
}

#[test]
fn the_same_file_given_by_the_user_counts() {
    let config = format!("{RULE}[extend]\nuse-default = false\n[gate]\nfail-on = 'critical'\n");
    let tree = Tree::new("given").with(".residue.toml", &config);
    let file = tree.path(".residue.toml");
    for run in [
        tree.scan(["--config", &file]),
        tree.residue([]).env("RESIDUE_CONFIG", &file).run(),
    ] {
        let report = run.expect(0).report();
        assert_eq!(found(&report, &tree), (true, false));
    }
    let flag = tree.scan(["--config", &file, "--fail-on", "high"]);
    flag.expect(1);
    let variable = tree.residue(["--config", &file]);
    variable.env("RESIDUE_FAIL_ON", "high").run().expect(1);
}

#[test]
fn the_users_own_file_lies_beneath_the_trees() {
    let tree = Tree::new("user").with("residue/config.toml", "[gate]\nfail-on = 'never'\n");
    tree.scan([]).expect(0);
    let tree = tree.with(".residue.toml", "[gate]\nfail-on = 'high'\n");
    tree.scan([]).expect(1);
    let input = format!("token = {}\n", tree.github);
    let home = tree.dir.path();
    let run = alone(residue(["stdin", "--format", "json"]), home).stdin(input);
    run.run().expect(0);
}

#[test]
fn what_a_configuration_allows_is_counted() {
    let tree = Tree::new("allows");
    let word = tree.github[8..20].to_owned();
    let lists = [
        format!("description = 'ours'\nstopwords = ['{word}']\n"),
        format!("regexes = ['{word}']\nregexTarget = 'line'\n"),
        "paths = ['github[.]txt$']\n".to_owned(),
        format!("condition = 'AND'\npaths = ['[.]txt$']\nstopwords = ['{word}']\n"),
        format!("targetRules = ['github-pat']\nstopwords = ['{word}']\n"),
    ];
    let source = (String::from("allowlist"), String::from(".residue.toml:1"));
    for list in lists {
        let tree = Tree::new("allows").with(".residue.toml", &format!("[[allowlists]]\n{list}"));
        let report = tree.scan([]).expect(0).report();
        assert!(!report.has(&tree.github), "{list}");
        assert_eq!(suppressed(&report), std::slice::from_ref(&source), "{list}");
    }
    let list =
        format!("[[allowlists]]\ncondition = 'AND'\npaths = ['[.]md$']\nstopwords = ['{word}']\n");
    let tree = Tree::new("allows").with(".residue.toml", &list);
    tree.scan([]).expect(1).report().finding(&tree.github);
}

#[test]
fn a_rule_of_the_program_takes_allowlists_from_the_tree() {
    let list = "[[rules]]\nid = 'github-pat'\n[[rules.allowlists]]\npaths = ['github']\n";
    let tree = Tree::new("merged").with(".residue.toml", list);
    let report = tree.scan([]).expect(0).report();
    assert_eq!(suppressed(&report).len(), 1);
    assert!(report.notes().is_empty());
}

#[test]
fn ignores_are_measured_from_the_files_folder() {
    for (path, file, code) in [
        ("src/github.txt", ".residue.toml", 0),
        ("github.txt", "src/.residue.toml", 0),
        ("/github.txt", ".residue.toml", 1),
    ] {
        let ignores = format!("ignores = ['path:{path} # a test key']\n");
        let tree = Tree::new("ignores").with(file, &ignores);
        tree.scan([]).expect(code);
    }
}

#[test]
fn what_is_extended_stays_in_the_tree() {
    let tree = Tree::new("extend")
        .with("ci/rules.toml", RULE)
        .with(".residue.toml", "[extend]\npath = 'ci/rules.toml'\n");
    let report = tree.scan([]).expect(1).report();
    assert_eq!(found(&report, &tree), (true, true));
    for path in ["../../etc/passwd", "/etc/passwd", "ci/../../x.toml"] {
        let extend = format!("[extend]\npath = '{path}'\n");
        let tree = Tree::new("extend").with(".residue.toml", &extend);
        let run = tree.scan([]).expect(2);
        assert!(run.stderr.contains(".residue.toml:2"), "{}", run.stderr);
    }
    let outside = tempfile::tempdir().unwrap();
    put(&outside, "rules.toml", RULE);
    let target = outside.path().join("rules.toml");
    std::os::unix::fs::symlink(target, tree.dir.path().join("link.toml")).unwrap();
    let tree = tree.with(".residue.toml", "[extend]\npath = 'link.toml'\n");
    assert!(tree.scan([]).expect(2).stderr.contains("leads out"));
}

#[test]
fn files_that_extend_each_other_in_a_circle_end() {
    let tree = Tree::new("circle").with(".residue.toml", "[extend]\npath = '.residue.toml'\n");
    assert!(tree.scan([]).expect(2).stderr.contains("extended"));
}

#[test]
fn what_is_wrong_is_told_at_once_with_file_and_line() {
    let wrong = "[gate]\nfailon = 'high'\n[scan]\ntimeout = 'soon'\n[overrides.github-pad]\n\
                 enabled = false\n[[rules]]\nid = 'x'\nregex = 'a{2}'\nkeyword = ['x']\n";
    let tree = Tree::new("wrong").with("bad.toml", wrong);
    let file = tree.path("bad.toml");
    let run = alone(residue(["config", "check", &file]), tree.dir.path());
    let run = run.run().expect(2);
    for told in [
        "bad.toml:2: the key `failon` is unknown; `fail-on` is the nearest",
        "bad.toml:4: it is written as 30s",
        "bad.toml:5: there is no rule `github-pad`; `github-pat` is the nearest",
        "bad.toml:7: rule `x`: the regex has no anchor",
        "bad.toml:10: the key `keyword` is unknown; `keywords` is the nearest",
    ] {
        assert!(run.stderr.contains(told), "{told}\n{}", run.stderr);
    }
}

#[test]
fn files_that_cannot_be_used_are_refused() {
    let cases = [
        ("not toml", "x ="),
        ("no rule", "[extend]\nuse-default = false\n"),
        ("empty allowlist", "[[allowlists]]\ndescription = 'all'\n"),
        ("bad pattern", "[[allowlists]]\npaths = ['(']\n"),
        ("bad glob", "ignores = ['path:[']\n"),
        ("bad entry", "ignores = ['everything']\n"),
        ("wrong type", "[scan]\nthreads = 'many'\n"),
        ("too many", "[scan]\nthreads = 100000\n"),
        (
            "missing companion",
            "[[rules]]\nid='a'\nregex='acme_x'\n[[rules.required]]\nid='b'\n",
        ),
    ];
    for (name, config) in cases {
        let tree = Tree::new("refused").with("bad.toml", config);
        let file = tree.path("bad.toml");
        let run = tree.scan(["--config", &file]).expect(2);
        assert!(run.stderr.contains("bad.toml"), "{name}: {}", run.stderr);
    }
    let tree = Tree::new("refused");
    tree.scan(["--config", "/none/such.toml"]).expect(2);
}

const GITLEAKS: &str = r#"
title = "Acme rules"
minVersion = "8.25.0"

[[Rules]]
ID = "acme-token"
description = "Acme deploy token"
regex = '''(?i)\bacme_([0-9a-f]+)\b'''
secretGroup = 1
keywords = ["acme_"]

[[Rules]]
ID = "acme-id"
regex = '''\b[0-9]{3}-[0-9]{4}-[0-9]{5}\b'''
keywords = ["acme"]

[[Rules.AllowLists]]
regexTarget = "line"
regexes = ['''{{ .Values.id }}''']

[allowlist]
paths = ['''(^|/)vendor/''']
stopwords = ["abcabcabc"]
"#;

#[test]
fn a_gitleaks_file_works_as_it_is_when_it_is_given() {
    let tree = Tree::new("gitleaks").with(".gitleaks.toml", GITLEAKS);
    put(&tree.dir, "src/id.txt", "acme id: 123-4567-89012\n");
    let file = tree.path(".gitleaks.toml");
    let flags = ["--config", &file, "--min-confidence", "low"];
    let run = tree.scan(flags).expect(1);
    let report = run.report();
    assert!(report.has(&tree.own["acme_".len()..]) && report.has("123-4567-89012"));
    assert!(!report.has(&tree.github), "only its own rules run");
    assert!(run.stderr.contains("behind its"), "{}", run.stderr);
}

#[test]
fn a_rule_about_paths_says_which_file_it_is() {
    let rule = "[[rules]]\nid = 'key-store'\npath = '[.]p12$'\n";
    let tree = Tree::new("paths").with(".residue.toml", rule);
    put(&tree.dir, "src/web.p12", "");
    let report = tree.scan([]).expect(1).report();
    let finding = report.findings().into_iter();
    let finding = { finding }.find(|finding| finding.rule() == "key-store");
    assert_eq!(finding.unwrap().places()[0].path(), "web.p12");
}

#[test]
fn a_foreign_pattern_without_fixed_text_is_tried_everywhere() {
    let rule = "[[rules]]\nid = 'acme-serial'\nregex = '\\b[0-9]{3}-([0-9a-f]{4})-[0-9]{2,9}\\b'\n";
    let tree = Tree::new("everywhere").with(".gitleaks.toml", rule);
    put(
        &tree.dir,
        "src/id.txt",
        "a 12-9a4c-77 b 907-3e8d-41567 c 907-41567\n",
    );
    let run = tree.scan([]).expect(1);
    assert!(run.stderr.contains("at every place"), "{}", run.stderr);
    let report = run.report();
    assert!(report.has("3e8d") && !report.has("9a4c"));
    // Our own files are held to more.
    let tree = Tree::new("own").with(".residue.toml", rule);
    assert!(tree.scan([]).expect(2).stderr.contains("has no anchor"));
}

#[test]
fn a_gitleaks_file_of_the_tree_only_adds() {
    let tree = Tree::new("gitleaks").with(".gitleaks.toml", GITLEAKS);
    let report = tree.scan([]).expect(1).report();
    assert!(report.has(&tree.own["acme_".len()..]) && report.has(&tree.github));
    let tree = tree.with(".residue.toml", "");
    let report = tree.scan([]).expect(1).report();
    assert_eq!(found(&report, &tree), (false, true), "ours comes first");
}

#[test]
fn only_an_allowlist_is_no_gitleaks_configuration_by_itself() {
    let list = "[allowlist]\npaths = ['vendor/']\n";
    let tree = Tree::new("blind").with(".gitleaks.toml", list);
    let file = tree.path(".gitleaks.toml");
    let run = tree.scan(["--config", &file]).expect(2);
    assert!(run.stderr.contains("no rule"), "{}", run.stderr);
    tree.scan([]).expect(1);
}

#[test]
fn what_counts_is_shown_with_where_it_comes_from() {
    let config = format!("{RULE}[gate]\nstrict = true\nfail-on = 'high'\n");
    let tree = Tree::new("show").with(".residue.toml", &config);
    let shown = |flags: &[&str]| {
        let words = ["config", "show"].into_iter().chain(flags.iter().copied());
        let run = alone(residue(words).arg(&tree.path("src")), tree.dir.path());
        run.env("RESIDUE_THREADS", "3").run().expect(0).text()
    };
    let line = |key: &str, text: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.unwrap()
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let human = shown(&[]);
    assert_eq!(
        line("gate.strict", &human)[1..],
        ["true", ".residue.toml:6"]
    );
    assert_eq!(line("gate.fail-on", &human)[1..], ["low", "default"]);
    assert_eq!(line("scan.threads", &human)[1..], ["3", "environment"]);
    assert!(line("refused", &human).contains(&".residue.toml:7".to_owned()));
    let json: serde_json::Value = serde_json::from_str(&shown(&["-f", "json"])).unwrap();
    let values = json["values"].as_array().unwrap();
    let strict = values
        .iter()
        .find(|value| value["key"] == "gate.strict")
        .unwrap();
    assert_eq!(
        (&strict["value"], &strict["from"]),
        (&"true".into(), &".residue.toml:6".into())
    );
}

#[test]
fn nothing_from_elsewhere_brings_a_configuration_along() {
    let tree = Tree::new("stdin").with("src/.residue.toml", RULE);
    let own = format!("deployed with {}\n", tree.own);
    let residue = residue(["stdin", "--format", "json", "--show-secrets"]).stdin(own.clone());
    let run = alone(residue, tree.dir.path()).within_dir(&tree.dir.path().join("src"));
    assert!(!run.run().expect(0).report().has(&tree.own));
    let file = tree.path("src/.residue.toml");
    assert!(
        stdin(["--config", &file], own)
            .expect(1)
            .report()
            .has(&tree.own)
    );
}

#[test]
fn policy_comes_from_a_revision_if_one_is_named() {
    let tree = Tree::new("policy").with(".residueignore", "path:none\n");
    let git = |words: &[&str]| {
        let mut git = std::process::Command::new("git");
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        git.current_dir(tree.dir.path()).args(identity).args(words);
        assert!(git.output().unwrap().status.success(), "{words:?}");
    };
    std::fs::remove_dir_all(tree.dir.path().join(".git")).unwrap();
    git(&["init", "-q"]);
    put(&tree.dir, ".residue.toml", RULE);
    git(&["add", ".residue.toml", ".residueignore"]);
    git(&["commit", "-qm", "policy"]);
    put(
        &tree.dir,
        ".residue.toml",
        "[[allowlists]]\npaths = ['.']\n",
    );
    put(&tree.dir, ".residueignore", "path:src\n");
    tree.scan([]).expect(0);
    let report = tree.scan(["--policy-from", "HEAD"]).expect(1).report();
    assert_eq!(found(&report, &tree), (true, true));
    let run = tree.scan(["--policy-from", "no-such-branch"]).expect(2);
    assert!(run.stderr.contains("no-such-branch"), "{}", run.stderr);
}

#[test]
fn the_page_lists_every_key_and_no_other() {
    let page = include_str!("../docs/config.md");
    let keys = page
        .split("## Keys")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = keys.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut listed: Vec<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let mut known = residue::config::all_keys();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}

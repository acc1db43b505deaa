//! Files of other scanners become ours, and what cannot be carried over is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod kit;

use kit::cli::{dir, put, residue, text};
use kit::{Run, Secrets};
use std::path::Path;
use tempfile::TempDir;

/// Imports a file that is called like this.
fn import(folder: &TempDir, name: &str, content: &str, flags: &[&str]) -> Run {
    put(folder, name, content);
    let words = ["import", name].into_iter().chain(flags.iter().copied());
    residue(words).within_dir(folder.path()).run()
}

/// A folder with a file that holds this secret.
fn holding(secret: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(
        &folder,
        "src/app.txt",
        format!("# settings\ntoken = {secret}\n"),
    );
    folder
}

/// The exit code of a scan of the file with the secret.
fn scan(folder: &TempDir, flags: &[&str]) -> i32 {
    let run = dir(flags.iter().copied().chain(["src"])).within_dir(folder.path());
    let home = text(folder.path()).to_owned();
    run.env("HOME", &home)
        .env("XDG_CONFIG_HOME", &home)
        .run()
        .code
}

/// A report of ours that shows the secret, made in the folder.
fn report(folder: &TempDir) {
    let run = dir(["src"]).within_dir(folder.path()).run();
    let text = String::from_utf8(run.stdout).unwrap();
    put(
        folder,
        "found.json",
        text.replace("\"app.txt\"", "\"src/app.txt\""),
    );
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_gitleaks_configuration_becomes_ours() {
    let own = format!(
        "acme_{}",
        Secrets::new("import").text(b"0123456789abcdef", 20)
    );
    let folder = holding(&own);
    let config = "[extend]\nuseDefault = true\ndisabledRules = ['jwt', 'no-such-rule']\n\
                  [[rules]]\nid = 'acme-token'\nregex = '''\\bacme_[0-9a-f]+\\b'''\nsecretGroup = 0\n\
                  filter = 'entropy(secret) > 3'\n\
                  [[rules]]\nid = 'hash'\nregex = '''[0-9a-f]{40}'''\n\
                  [allowlist]\npaths = ['''vendor/''']\n";
    let run = import(&folder, ".gitleaks.toml", config, &[]).expect(0);
    for told in [
        "`rules.filter`",
        "no-such-rule",
        "rule `hash` is left out",
        "stop after",
    ] {
        assert!(run.stderr.contains(told), "{told}\n{}", run.stderr);
    }
    std::fs::remove_file(folder.path().join(".gitleaks.toml")).unwrap();
    let check = residue(["config", "check", ".residue.toml"]).within_dir(folder.path());
    check.run().expect(0);
    assert_eq!(scan(&folder, &["--config", ".residue.toml"]), 1);
    assert_eq!(scan(&folder, &["--no-repo-config"]), 0);
}

#[test]
fn a_plain_secret_of_a_report_becomes_a_baseline() {
    let token = Secrets::new("baseline").github();
    let folder = holding(&token);
    let finding = |secret: &str| {
        format!(
            "{{\"RuleID\":\"github-pat\",\"Secret\":\"{secret}\",\"File\":\"src/app.txt\",\
             \"StartLine\":2,\"Match\":\"x\"}}"
        )
    };
    let json = format!("[{},{}]", finding(&token), finding("REDACTED"));
    let run = import(&folder, "gitleaks.json", &json, &[]).expect(0);
    assert!(run.stderr.contains("src/app.txt:2"), "{}", run.stderr);
    let baseline = read(&folder, "residue.baseline");
    assert!(
        !baseline.contains(&token) && baseline.contains("github-pat"),
        "{baseline}"
    );
    assert_eq!(scan(&folder, &[]), 1);
    assert_eq!(scan(&folder, &["--baseline", "residue.baseline"]), 0);
}

#[test]
fn places_become_fingerprints_with_a_report() {
    let token = Secrets::new("places").github();
    let entry = "src/app.txt:github-pat:2\n# a comment\n";
    let commit = format!("{}:src/gone.txt:acme-rule:7\n", "0123456789".repeat(4));
    let folder = holding(&token);
    let content = format!("{entry}{commit}");
    let run = import(&folder, ".gitleaksignore", &content, &[]).expect(0);
    assert_eq!(
        run.stderr.matches("which is weak").count(),
        2,
        "{}",
        run.stderr
    );
    let ignores = read(&folder, ".residueignore");
    assert!(
        ignores.contains("rule:github-pat path:/src/app.txt"),
        "{ignores}"
    );
    assert!(
        ignores.contains("rule:acme-rule path:/src/gone.txt"),
        "{ignores}"
    );
    let folder = holding(&token);
    report(&folder);
    let run = import(
        &folder,
        ".gitleaksignore",
        entry,
        &["--report", "found.json"],
    )
    .expect(0);
    assert!(!run.stderr.contains("weak"), "{}", run.stderr);
    assert_eq!(scan(&folder, &["--ignore-file", ".residueignore"]), 0);
}

#[test]
fn a_hash_of_detect_secrets_needs_a_report() {
    let token = Secrets::new("hashes").github();
    let folder = holding(&token);
    report(&folder);
    let found: serde_json::Value = serde_json::from_str(&read(&folder, "found.json")).unwrap();
    assert_eq!(found["findings"][0]["secret"]["plain"], token.as_str());
    let hash = gix::hash::hasher(gix::hash::Kind::Sha1);
    let hash = {
        let mut hash = hash;
        hash.update(token.as_bytes());
        hash.try_finalize().unwrap()
    };
    let secret = |verdict: &str| {
        format!("{{\"type\":\"GitHub Token\",\"hashed_secret\":\"{hash}\"{verdict}}}")
    };
    let file = |verdict: &str| {
        format!(
            "{{\"version\":\"1.5.0\",\"plugins_used\":[],\"filters_used\":[{{\"path\":\
             \"detect_secrets.filters.regex.should_exclude_file\",\"pattern\":[\"vendor/\",\"(?=x)\"]}}],\
             \"results\":{{\"src/app.txt\":[{}]}}}}",
            secret(verdict)
        )
    };
    let run = import(&folder, ".secrets.baseline", &file(""), &["-o", "-"]).expect(0);
    assert!(run.stderr.contains("--report"), "{}", run.stderr);
    assert!(run.text().contains("vendor/") && !run.text().contains("residue baseline"));
    let real = file(",\"is_secret\":true");
    let flags = ["--report", "found.json", "-o", "-"];
    let run = import(&folder, ".secrets.baseline", &real, &flags).expect(0);
    assert!(run.stderr.contains("real secret"), "{}", run.stderr);
    import(&folder, ".secrets.baseline", &file(""), &flags[..2]).expect(0);
    assert_eq!(scan(&folder, &["--baseline", "residue.baseline"]), 0);
}

#[test]
fn what_ggshield_ignores_is_ignored() {
    let token = Secrets::new("ggshield").github();
    let folder = holding(&token);
    let hash = "ab".repeat(32);
    let yaml = format!(
        "version: 2\nverbose: true\nsecret:\n  ignored_paths:\n    - '**/tests/'\n  \
         ignored-matches:\n    - name: sandbox\n      match: {token}\n    - name: hashed\n      \
         match: {hash}\n  ignored_detectors:\n    - Generic Password\n"
    );
    let run = import(&folder, ".gitguardian.yaml", &yaml, &[]).expect(0);
    for told in ["`verbose`", "`hashed`", "Generic Password"] {
        assert!(run.stderr.contains(told), "{told}\n{}", run.stderr);
    }
    let ignores = read(&folder, ".residueignore");
    assert!(
        ignores.contains("path:**/tests/") && !ignores.contains(&token),
        "{ignores}"
    );
    assert_eq!(scan(&folder, &["--ignore-file", ".residueignore"]), 0);
}

#[test]
fn what_ripsecrets_ignores_is_ignored() {
    let token = Secrets::new("ripsecrets").github();
    let folder = holding(&token);
    let list = format!("docs/*.md\n!docs/a.md\n\n[secrets]\n# the sandbox\n{token}\n");
    let run = import(&folder, ".secretsignore", &list, &[]).expect(0);
    assert!(run.stderr.contains("line 2"), "{}", run.stderr);
    let ignores = read(&folder, ".residueignore");
    assert!(
        ignores.contains("path:docs/*.md") && !ignores.contains(&token),
        "{ignores}"
    );
    assert_eq!(scan(&folder, &["--ignore-file", ".residueignore"]), 0);
}

#[test]
fn what_is_not_understood_is_refused_and_not_quoted() {
    let secret = Secrets::new("quoted").password();
    let cases = [
        ("notes.txt", format!("my password is {secret}\n")),
        ("empty", String::new()),
        (
            "a.json",
            format!("[{{\"RuleID\": \"x\", \"Secret\": \"{secret}\""),
        ),
        (
            "b.json",
            format!("{{\"plugins_used\": \"{secret}\", \"results\": \"{secret}\"}}"),
        ),
        (
            ".gitguardian.yaml",
            format!("secret:\n  ignored_paths: {{{secret}\n"),
        ),
    ];
    for (name, content) in cases {
        let folder = tempfile::tempdir().unwrap();
        let run = import(&folder, name, &content, &[]).expect(2);
        assert!(!run.stderr.contains(&secret), "{name}: {}", run.stderr);
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
    }
    let folder = tempfile::tempdir().unwrap();
    let flags = ["--report", "notes.txt"];
    put(&folder, "notes.txt", "{}");
    import(&folder, ".gitleaksignore", "a:b:1\n", &flags).expect(2);
    residue(["import", "/none/such"]).run().expect(2);
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, ".residueignore", "path:mine\n");
    let run = import(&folder, ".gitleaksignore", "a:b:1\n", &[]).expect(2);
    assert!(run.stderr.contains("is there already"), "{}", run.stderr);
    assert_eq!(read(&folder, ".residueignore"), "path:mine\n");
    let out = import(&folder, ".gitleaksignore", "a:b:1\n", &["--output", "-"]).expect(0);
    assert!(out.text().contains("rule:b path:/a"));
    assert!(Path::new(folder.path()).join(".gitleaksignore").exists());
}

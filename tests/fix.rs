//! `residue fix --dry-run`: patches that apply, and what they leave behind.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{put, residue, text};
use kit::{Run, Secrets};
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The patch for a file of a folder, from within it.
fn fix(root: &TempDir, flags: &[&str], file: &str) -> Run {
    let fixed = ["fix", "--dry-run"].into_iter();
    let args = fixed.chain(flags.iter().copied()).chain([file]);
    residue(args).within_dir(root.path()).run()
}

/// Applies a patch with a program that reads it from standard input; there must be one.
#[track_caller]
fn apply(root: &Path, program: &[&str], patch: &[u8]) {
    let mut command = Command::new(program[0]);
    command
        .args(&program[1..])
        .current_dir(root)
        .stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), patch).unwrap();
    assert!(
        child.wait().unwrap().success(),
        "{}",
        String::from_utf8_lossy(patch)
    );
}

fn dockerfile(secrets: &[String]) -> String {
    let [token, password, inline] = secrets else {
        panic!("three secrets")
    };
    format!(
        "# the shop\nFROM debian:13 AS base\nARG GITHUB_TOKEN={token}\n\
         RUN git clone https://x:$GITHUB_TOKEN@github.com/acme/shop\n\n\
         FROM base\nENV LANG=C \\\n    DB_PASSWORD={password}\n\
         RUN curl -H \"Authorization: Bearer {inline}\" https://example.com\nCMD [\"shop\"]\n"
    )
}

fn compose(secrets: &[String]) -> String {
    let [token, password, other] = secrets else {
        panic!("three secrets")
    };
    format!(
        "services:\n  shop:   # ours\n    build:\n      context: .\n      args:\n        GITHUB_TOKEN: {token}\n\
         \x20   environment:\n      - LANG=C\n      - DB_PASSWORD={password}\n\
         \x20 db:\n    image: postgres\n    environment:\n      POSTGRES_PASSWORD: '{password}'\n      STRIPE_KEY: {other}\n"
    )
}

fn three(seed: &str) -> Vec<String> {
    let mut secrets = Secrets::new(seed);
    vec![secrets.github(), secrets.password(), secrets.slack()]
}

#[test]
fn a_patch_applies_and_leaves_no_secret() {
    for (seed, spell) in [
        ("dockerfile", dockerfile as fn(&[String]) -> String),
        ("compose", compose),
    ] {
        let secrets = three(seed);
        let root = tempfile::tempdir().unwrap();
        for program in [&["git", "apply"][..], &["patch", "-p1", "--silent"]] {
            put(&root, "deploy/recipe.txt", spell(&secrets));
            let run = fix(&root, &["--show-secrets"], "deploy/recipe.txt").expect(0);
            apply(root.path(), program, &run.stdout);
            let new = std::fs::read_to_string(root.path().join("deploy/recipe.txt")).unwrap();
            for secret in &secrets {
                assert!(!new.contains(secret), "{new}");
            }
            let again = fix(&root, &["--show-secrets"], "./deploy/recipe.txt").expect(0);
            assert_eq!(again.text(), "", "{new}");
        }
    }
}

#[test]
fn a_dockerfile_takes_its_secrets_from_mounts() {
    let secrets = three("mounts");
    let root = tempfile::tempdir().unwrap();
    put(&root, "Dockerfile", dockerfile(&secrets));
    let run = fix(&root, &["--show-secrets"], "Dockerfile").expect(0);
    apply(root.path(), &["git", "apply"], &run.stdout);
    let new = std::fs::read_to_string(root.path().join("Dockerfile")).unwrap();
    for line in [
        "RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN git clone https://x:$GITHUB_TOKEN@",
        "\nENV LANG=C\n",
        "# DB_PASSWORD is a secret",
        "Authorization: Bearer ${",
    ] {
        assert!(new.contains(line), "{line} in\n{new}");
    }
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let secrets = three("masked");
    let root = tempfile::tempdir().unwrap();
    put(&root, "Dockerfile", dockerfile(&secrets));
    let run = fix(&root, &[], "Dockerfile").expect(0);
    for secret in &secrets {
        assert!(
            !run.text().contains(secret) && !run.stderr.contains(secret),
            "{run:?}"
        );
    }
    assert!(run.text().contains("-ARG GITHUB_TOKEN=ghp_*"), "{run:?}");
    assert!(run.stderr.contains("--show-secrets"), "{run:?}");
}

#[test]
fn what_is_left_is_said_and_fails() {
    let token = Secrets::new("left").github();
    let root = tempfile::tempdir().unwrap();
    put(
        &root,
        "compose.yaml",
        format!("services:\n  a:\n    image: b\n    command: run --token {token}\n"),
    );
    let run = fix(&root, &[], "compose.yaml").expect(1);
    assert_eq!(run.text(), "");
    assert!(run.stderr.contains("compose.yaml:4: "), "{run:?}");
}

#[test]
fn what_a_comment_allows_stays() {
    let token = Secrets::new("allowed").github();
    let root = tempfile::tempdir().unwrap();
    let text = format!("FROM a\nRUN login {token} # residue:allow\n");
    put(&root, "Dockerfile", &text);
    let kept = fix(&root, &[], "Dockerfile").expect(0).text();
    let heeded = fix(&root, &["--no-inline"], "Dockerfile").expect(0).text();
    assert!(
        kept.is_empty() && heeded.contains("-RUN login "),
        "{kept}{heeded}"
    );
}

#[test]
fn nothing_else_is_fixed_and_nothing_written() {
    let token = Secrets::new("refused").github();
    let root = tempfile::tempdir().unwrap();
    put(&root, "notes.txt", format!("FROM the start: {token}\n"));
    put(
        &root,
        "secret.yaml",
        format!("apiVersion: v1\nkind: Secret\nstringData:\n  a: {token}\n"),
    );
    for file in ["notes.txt", "secret.yaml", "none"] {
        let run = fix(&root, &[], file);
        assert!(run.code == 2 && run.stderr.contains(file), "{run:?}");
        assert!(!run.stderr.contains(&token), "{run:?}");
    }
    let file = root.path().join("notes.txt");
    let run = residue(["fix", text(&file)]).run();
    assert!(run.code == 2 && run.stderr.contains("--dry-run"), "{run:?}");
}

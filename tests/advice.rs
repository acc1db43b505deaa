//! What the report says to do about a secret in a recipe.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{dir, put, residue, text};
use kit::git::Repo;
use kit::{Report, Secrets};
use serde_json::Value;

/// The advice for a secret.
fn advice(report: &Report, secret: &str) -> Vec<String> {
    let advice = report.finding(secret).0["advice"].as_array().cloned();
    let advice = advice.unwrap_or_default();
    let text = |text: &Value| text.as_str().unwrap().to_owned();
    advice.iter().map(text).collect()
}

#[test]
fn the_advice_is_that_of_the_place() {
    let mut secrets = Secrets::new("places");
    let root = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (before, after, words) in [
        ("FROM a\nENV TOKEN=", "\n", "TOKEN out of ENV"),
        ("FROM a\nARG TOKEN=", "\n", "id=token,env=TOKEN"),
        (
            "FROM a\nRUN curl -u me:",
            " https://example.com\n",
            "out of the instruction",
        ),
        (
            "services:\n  web:\n    image: a\n    environment:\n      - TOKEN=",
            "\n",
            "TOKEN_FILE: /run/secrets/token",
        ),
        (
            "services:\n  web:\n    build:\n      args:\n        TOKEN: ",
            "\n",
            "`build.secrets`",
        ),
        (
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - env:\n    - name: TOKEN\n      value: ",
            "\n",
            "secretKeyRef: {name: NAME, key: TOKEN}",
        ),
        (
            "apiVersion: v1\nkind: Secret\nstringData:\n  TOKEN: ",
            "\n",
            "encoded and not encrypted",
        ),
        (
            "[Service]\nEnvironment=TOKEN=",
            "\n",
            "LoadCredentialEncrypted=token",
        ),
        (
            "on: push\njobs:\n  a:\n    runs-on: b\n    env:\n      TOKEN: ",
            "\n",
            "${{ secrets.TOKEN }}",
        ),
        (
            "variables:\n  TOKEN: ",
            "\na:\n  script: make\n",
            "glab variable set TOKEN",
        ),
    ] {
        let token = secrets.github();
        let name = format!("{}.txt", expected.len());
        put(&root, &name, format!("{before}{token}{after}"));
        expected.push((token, words));
    }
    let plain = secrets.github();
    put(&root, "Dockerfile", format!("the token is {plain}\n"));
    let report = dir([text(root.path())]).run().expect(1).report();
    for (token, words) in &expected {
        let advice = advice(&report, token);
        assert!(
            advice.len() == 1 && advice[0].contains(words),
            "{words}: {advice:?}"
        );
    }
    assert_eq!(advice(&report, &plain), Vec::<String>::new());

    let human = residue(["dir", text(root.path())]).run().expect(1).text();
    assert!(
        human.contains("  then      Take TOKEN out of ENV."),
        "{human}"
    );
}

#[test]
fn a_history_tells_the_same() {
    let token = Secrets::new("history").github();
    let git = Repo::new();
    git.commit_file(
        "compose",
        format!("services:\n  a:\n    image: b\n    environment:\n      TOKEN: {token}\n"),
    );
    git.commit_removal("compose");
    let report = git.found(&[]);
    let advice = advice(&report, &token);
    assert!(advice[0].contains("TOKEN_FILE"), "{advice:?}");
}

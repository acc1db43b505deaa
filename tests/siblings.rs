//! One secret, one finding: what is assigned beside it under the same name becomes a part of it.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::Secrets;
use kit::cli::{dir, put, residue, text};
use kit::report::Finding;

/// The parts of a finding, by name.
fn parts(finding: &Finding<'_>) -> Vec<(String, String)> {
    let parts = finding.0["parts"].as_array().cloned().unwrap_or_default();
    let word = |part: &serde_json::Value, key: &str| part[key].as_str().unwrap_or("?").to_owned();
    parts
        .iter()
        .map(|part| (word(part, "name"), word(part, "plain")))
        .collect()
}

/// The parts of the only finding in a file.
#[track_caller]
fn parts_in(content: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "settings", content);
    let report = dir([text(folder.path())]).run().expect(1).report();
    let findings = report.findings();
    assert_eq!(findings.len(), 1, "{:#}", report.0);
    parts(&findings[0])
}

fn told(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_client_and_its_secret_are_one_finding() {
    let mut secrets = Secrets::new("client");
    let (id, secret) = (secrets.text(b"abcdef0123456789", 24), secrets.password());
    for content in [
        format!("OAUTH_CLIENT_ID={id}\nOAUTH_CLIENT_SECRET={secret}\n"),
        format!("oauth:\n  clientSecret: \"{secret}\"\n  clientId: \"{id}\"\n"),
        format!("{{\"client_id\": \"{id}\", \"client_secret\": \"{secret}\"}}\n"),
    ] {
        assert_eq!(parts_in(&content), [told("id", &id)], "{content}");
    }
    let apart = format!("CLIENT_ID={id}\n\nOTHER_CLIENT_SECRET={secret}\n");
    assert_eq!(parts_in(&apart), []);
}

#[test]
fn a_login_is_one_finding() {
    let password = Secrets::new("login").password();
    let content = format!("DB_HOST=db.acme.dev\nDB_USER=shopkeeper\nDB_PASSWORD={password}\n");
    let expected = [told("host", "db.acme.dev"), told("username", "shopkeeper")];
    assert_eq!(parts_in(&content), expected);
}

#[test]
fn a_user_s_name_stays_readable_in_paths() {
    let password = Secrets::new("paths").password();
    let folder = tempfile::tempdir().unwrap();
    let content = format!("DB_USER=shopkeeper\nDB_PASSWORD={password}\n");
    put(&folder, "shopkeeper/.env", content);
    let run = residue(["dir", text(folder.path())]).run().expect(1);
    assert!(run.text().contains("shopkeeper/.env"), "{}", run.text());
    assert!(!run.text().contains(&password));
}

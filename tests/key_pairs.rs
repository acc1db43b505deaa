//! What a private key opens: certificates and public keys of the same scan that are of its pair.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kit::certificate::{Certificate, ssh_line};
use kit::cli::{dir, layout_of, put, residue, scan, text};
use kit::{Image, Layer, Repo, Run, Secrets};
use serde_json::Value;
use tempfile::TempDir;

const CERTIFICATE: Certificate<'_> = Certificate {
    subject: "app.acme.dev",
    issuer: "Acme Root",
    names: &["app.acme.dev", "www.acme.dev"],
    end: "270101000000Z",
};

/// The beginning of 2026.
const NOW: &str = "1767225600";

fn folder(key: &str, public: &[u8; 32]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "app.key", key);
    put(&folder, "tls/app.crt", CERTIFICATE.pem(public));
    put(
        &folder,
        "home/authorized_keys",
        ssh_line(public, "deploy@build"),
    );
    put(&folder, "other.crt", CERTIFICATE.pem(&[9; 32]));
    folder
}

/// The public half of the only finding.
fn key_pair(run: Run) -> Value {
    let report = run.expect(1).report();
    let findings = report.0["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings[0]["key_pair"].clone()
}

#[test]
fn a_key_is_joined_with_what_holds_its_public_half() {
    let (key, public) = Secrets::new("pair").key_pair();
    let folder = folder(&key, &public);
    let pair = key_pair(
        dir([text(folder.path())])
            .env("SOURCE_DATE_EPOCH", NOW)
            .run(),
    );
    assert!(
        pair["ssh"].as_str().unwrap().starts_with("SHA256:"),
        "{pair:#}"
    );
    let held = pair["held"].as_array().unwrap();
    assert_eq!(held.len(), 2, "{pair:#}");
    assert_eq!(held[0]["path"], "home/authorized_keys");
    assert_eq!(held[0]["comment"], "deploy@build");
    let certificate = &held[1];
    assert_eq!(certificate["path"], "tls/app.crt");
    assert_eq!(certificate["subject"], "CN=app.acme.dev");
    assert_eq!(certificate["issuer"], "CN=Acme Root");
    assert_eq!(certificate["names"][1], "www.acme.dev");
    assert_eq!(certificate["expires"], "2027-01-01");
    assert_eq!(certificate["expired"], false);
    assert_eq!(certificate["self_signed"], false);
}

#[test]
fn an_expired_and_a_self_signed_certificate_are_said_to_be_so() {
    let (key, public) = Secrets::new("expired").key_pair();
    let folder = tempfile::tempdir().unwrap();
    let certificate = Certificate {
        issuer: CERTIFICATE.subject,
        end: "250101000000Z",
        ..CERTIFICATE
    };
    put(
        &folder,
        "both.pem",
        format!("{key}{}", certificate.pem(&public)),
    );
    let run = residue(["dir", text(folder.path())])
        .env("SOURCE_DATE_EPOCH", NOW)
        .run();
    let told = run.expect(1).text();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("both.pem: certificate of CN=app.acme.dev"),
        "{told}"
    );
    assert!(
        told.contains("self-signed, expired on 2025-01-01"),
        "{told}"
    );
}

#[test]
fn certificates_and_public_keys_alone_are_no_findings() {
    let public = Secrets::new("alone").key_pair().1;
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "a.crt", CERTIFICATE.pem(&public));
    put(&folder, "id.pub", ssh_line(&public, "a@b"));
    let report = dir([text(folder.path()), "--min-confidence", "low"])
        .run()
        .expect(0)
        .report();
    assert!(report.findings().is_empty());
}

#[test]
fn a_key_in_der_is_the_same_secret() {
    let key = Secrets::new("der").key_pair().0;
    let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "app.pem", &key);
    put(
        &folder,
        "app.bin",
        [&[0; 9], &*STANDARD.decode(body).unwrap(), &[0; 9]].concat(),
    );
    let report = dir([text(folder.path())]).run().expect(1).report();
    let findings = report.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].paths(), ["app.bin", "app.pem"]);
}

#[test]
fn keys_that_stand_in_a_row_are_all_found() {
    let mut secrets = Secrets::new("row");
    let mut row = Vec::new();
    for _ in 0..3 {
        let key = secrets.key_pair().0;
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        row.extend(STANDARD.decode(body).unwrap());
    }
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "keys.bin", row);
    let report = dir([text(folder.path())]).run().expect(1).report();
    assert_eq!(report.findings().len(), 3);
}

#[test]
fn escaped_and_layered_ones_are_joined_too() {
    let (key, public) = Secrets::new("layers").key_pair();
    let escaped = CERTIFICATE.pem(&public).replace('\n', "\\n");
    let json = format!("{{\"crt\": \"{escaped}\"}}");
    let image = Image::new()
        .layer("COPY key /", &Layer::new().file("app.key", key.as_str()))
        .layer("COPY crt /", &Layer::new().file("app.json", json));
    let pair = key_pair(scan(&layout_of(&image)));
    assert_eq!(pair["held"][0]["path"], "app.json", "{pair:#}");
}

#[test]
fn a_certificate_in_the_history_is_told_by_its_path() {
    let (key, public) = Secrets::new("history").key_pair();
    let repo = Repo::new();
    repo.commit_file("tls/app.crt", CERTIFICATE.pem(&public));
    repo.commit_file("app.key", &key);
    repo.commit_removal("app.key");
    let pair = key_pair(kit::cli::repo([repo.text()]).run());
    assert_eq!(pair["held"][0]["path"], "tls/app.crt", "{pair:#}");
}

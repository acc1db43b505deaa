//! What opens nothing is told by what it is and by what stands around it: published secrets, the code of
//! tests, certificates for nobody, what has expired. It is hidden by default, and always counted.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit::Secrets;
use kit::certificate::{Certificate, ssh_line};
use kit::cli::{dir, put, text};
use tempfile::TempDir;

/// The beginning of 2026.
const NOW: &str = "1767225600";

const CERTIFICATE: Certificate<'_> = Certificate {
    subject: "app.acme.dev",
    issuer: "Acme Root",
    names: &["app.acme.dev"],
    end: "270101000000Z",
};

/// The confidence of the only finding in a folder, and its reasons.
fn judged(folder: &TempDir) -> (String, String) {
    let run = dir([text(folder.path()), "--min-confidence", "low"])
        .env("SOURCE_DATE_EPOCH", NOW)
        .run();
    let report = run.expect(1).report();
    let findings = report.0["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let confidence = findings[0]["confidence"].as_str().unwrap();
    (confidence.to_owned(), findings[0]["reasons"].to_string())
}

fn judged_file(content: impl AsRef<[u8]>) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "file", content);
    judged(&folder)
}

/// A folder with a key, its certificate, and what else is given.
fn judged_pair(certificate: &Certificate<'_>, comment: Option<&str>) -> (String, String) {
    let (key, public) = Secrets::new("examples").key_pair();
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "app.key", key);
    put(&folder, "app.crt", certificate.pem(&public));
    if let Some(comment) = comment {
        put(&folder, "id.pub", ssh_line(&public, comment));
    }
    judged(&folder)
}

#[test]
fn a_key_in_the_code_of_a_test_is_an_example() {
    let key = Secrets::new("code").key_pair().0;
    let test = format!("KEY = \"\"\"{key}\"\"\"\n\ndef test_parse():\n    assert parse(KEY)\n");
    let (confidence, reasons) = judged_file(test);
    assert_eq!(confidence, "low");
    assert!(reasons.contains("the code of a test"), "{reasons}");
    let program =
        format!("KEY = \"\"\"{key}\"\"\"\n\ndef sign(text):\n    return use(KEY, text)\n");
    assert_eq!(judged_file(program).0, "confirmed");
}

#[test]
fn a_key_whose_certificate_names_nobody_is_an_example() {
    for name in ["localhost", "db.example.com", "Test CA 1"] {
        let certificate = Certificate {
            names: &[name],
            ..CERTIFICATE
        };
        let (confidence, reasons) = judged_pair(&certificate, None);
        assert_eq!(confidence, "low", "{name}");
        assert!(reasons.contains("names nobody"), "{reasons}");
    }
    assert_eq!(judged_pair(&CERTIFICATE, None).0, "confirmed");
}

#[test]
fn one_holder_that_names_somebody_is_enough() {
    let nobody = Certificate {
        names: &["localhost"],
        ..CERTIFICATE
    };
    assert_eq!(judged_pair(&nobody, Some("user@example.com")).0, "low");
    assert_eq!(judged_pair(&nobody, Some("deploy@build")).0, "confirmed");
}

#[test]
fn a_certificate_that_nobody_trusts_lowers_a_key_by_one_step() {
    let own = Certificate {
        issuer: CERTIFICATE.subject,
        ..CERTIFICATE
    };
    let (confidence, reasons) = judged_pair(&own, None);
    assert_eq!(confidence, "high");
    assert!(reasons.contains("signed with itself"), "{reasons}");
    let old = Certificate {
        end: "250101000000Z",
        ..CERTIFICATE
    };
    let (confidence, reasons) = judged_pair(&old, None);
    assert_eq!(confidence, "high");
    assert!(reasons.contains("expired"), "{reasons}");
}

#[test]
fn what_standards_spell_out_is_known_by_its_fingerprint() {
    // RFC 7617, section 2.
    let header = |credentials: &str| format!("Authorization: Basic {credentials}\n");
    let (confidence, reasons) = judged_file(header("QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    assert_eq!(confidence, "low");
    assert!(reasons.contains("the examples of RFCs"), "{reasons}");
    assert_eq!(judged_file(header("YWRhOmh5YWNpbnRoLTc3")).0, "confirmed");
}

#[test]
fn an_expired_token_opens_nothing_any_more() {
    let token = |claims: &str| {
        let parts = [
            r#"{"alg":"HS256"}"#.as_bytes(),
            claims.as_bytes(),
            &[0x5a; 32],
        ];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    };
    let judge = |claims: &str| judged_file(format!("{}\n", token(claims))).0;
    assert_eq!(
        judge(r#"{"iss":"https://id.acme.dev","exp":1700000000}"#),
        "low"
    );
    assert_eq!(
        judge(r#"{"iss":"https://id.example.com","exp":1900000000}"#),
        "low"
    );
    assert_eq!(
        judge(r#"{"iss":"https://id.acme.dev","exp":1900000000}"#),
        "confirmed"
    );
}

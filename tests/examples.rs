//! What opens nothing is told by what it is and by what stands around it: published secrets, the code of
//! tests, certificates for nobody, what has expired. It is hidden by default, and always counted.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kit::Secrets;
use kit::certificate::{Certificate, ssh_line};
use kit::cli::{dir, layout_of, put, scan_with, text};
use kit::packages::MANAGERS;
use kit::{Image, Layer};
use tempfile::TempDir;

/// The beginning of 2026.
const NOW: &str = "1767225600";

const CERTIFICATE: Certificate<'_> = Certificate {
    subject: "app.acme.dev",
    issuer: "Acme Root",
    names: &["app.acme.dev"],
    end: "270101000000Z",
};

/// The confidence of the only finding in a folder, and its reasons. Only what is low is an example.
fn judged(folder: &TempDir) -> (String, String) {
    let run = dir([text(folder.path()), "--min-confidence", "low"])
        .env("SOURCE_DATE_EPOCH", NOW)
        .run();
    let report = run.expect(1).report();
    let findings = report.0["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let confidence = findings[0]["confidence"].as_str().unwrap();
    let reasons = findings[0]["reasons"].to_string();
    let is_told = reasons.contains("it is an example");
    assert_eq!(findings[0]["example"], is_told, "{reasons}");
    (confidence.to_owned(), reasons)
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

/// A key with its certificate, and the key of the authority that is said to have issued it.
fn with_authority(certificate: &Certificate<'_>) -> TempDir {
    let mut secrets = Secrets::new("authority");
    let ((key, public), (authority, root)) = (secrets.key_pair(), secrets.key_pair());
    let folder = tempfile::tempdir().unwrap();
    put(&folder, "app.key", key);
    put(&folder, "app.crt", certificate.pem(&public));
    put(&folder, "ca.key", authority);
    let own = Certificate {
        subject: certificate.issuer,
        issuer: certificate.issuer,
        names: &[],
        end: "350101000000Z",
    };
    put(&folder, "ca.crt", own.pem(&root));
    folder
}

#[test]
fn an_authority_whose_key_stands_beside_lowers_a_key_by_one_step() {
    let folder = with_authority(&CERTIFICATE);
    let report = dir([text(folder.path())])
        .env("SOURCE_DATE_EPOCH", NOW)
        .run();
    let report = report.expect(1).report();
    let findings = report.findings();
    assert_eq!(findings.len(), 2, "a whole authority is no example");
    for finding in findings {
        assert_eq!(finding.confidence(), "high", "{:#}", finding.0);
    }
}

#[test]
fn what_has_been_over_for_years_and_names_nobody_is_low() {
    let old = Certificate {
        subject: "O=Widgits",
        issuer: "O=Widgits",
        names: &[],
        end: "180101000000Z",
    };
    let (confidence, reasons) = judged_pair(&old, None);
    assert_eq!(confidence, "low");
    for why in [
        "more than five years ago",
        "names a host or anybody",
        "signed with itself",
    ] {
        assert!(reasons.contains(why), "{reasons}");
    }
    assert_eq!(
        judged_pair(&old, Some("deploy@build")).0,
        "medium",
        "SSH does not ask certificates"
    );
    let own = Certificate {
        subject: "vpn.acme.dev",
        issuer: "vpn.acme.dev",
        names: &["vpn.acme.dev"],
        end: "250101000000Z",
    };
    assert_eq!(
        judged_pair(&own, None).0,
        "medium",
        "last year's key may be this year's"
    );
}

#[test]
fn a_package_and_a_certificate_together_make_a_key_low() {
    let (key, public) = Secrets::new("shipped").key_pair();
    let (_, install) = MANAGERS[0];
    let confidence = |issuer: &str| {
        let certificate = Certificate {
            issuer,
            ..CERTIFICATE
        };
        let layer = Layer::new().file("srv/app.crt", certificate.pem(&public));
        let image = Image::new()
            .layer("RUN install", &install(&key).layer())
            .layer("COPY app.crt /srv", &layer);
        let run = scan_with(&layout_of(&image), ["--min-confidence", "low"]);
        let report = run.expect(1).report();
        report.finding(key.trim()).confidence().to_owned()
    };
    assert_eq!(confidence(CERTIFICATE.issuer), "high");
    assert_eq!(confidence(CERTIFICATE.subject), "low");
}

#[test]
fn a_session_that_shows_both_halves_is_a_manual() {
    let (key, public) = Secrets::new("session").key_pair();
    let key = key.trim().replace('\n', "\\n");
    let spki = [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(),
        &public,
    ]
    .concat();
    let label = "PUBLIC KEY";
    let half = format!(
        "-----BEGIN {label}-----\\n{}\\n-----END {label}-----",
        STANDARD.encode(spki)
    );
    let both = |prompt: &str| format!("{prompt}private = \"{key}\"\n{prompt}public = \"{half}\"\n");
    let (confidence, reasons) = judged_file(both(">>> "));
    assert_eq!(confidence, "low");
    assert!(reasons.contains("session of an interpreter"), "{reasons}");
    assert_eq!(judged_file(both("")).0, "confirmed");
    assert_eq!(
        judged_file(format!(">>> private = \"{key}\"\n")).0,
        "confirmed"
    );
}

#[test]
fn the_outcomes_of_tests_are_no_passwords() {
    let password = Secrets::new("outcomes").password();
    let summary = format!("Running /src/a.exp ...\nPASS: a-b-{password}\nXFAIL: c-d\n");
    assert_eq!(judged_file(summary).0, "low");
    let login = format!("USER: ada\nPASS: a-b-{password}\n");
    assert_ne!(judged_file(login).0, "low");
}

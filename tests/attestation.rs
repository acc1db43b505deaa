//! Build attestations repeat what the build was told, secrets included.

mod kit;

use kit::attestation::{provenance_v1, provenance_v02, statement};
use kit::cli::scan;
use kit::{Image, Index, Layer, Report, Secrets};
use serde_json::{Value, json};

/// Scans a clean image that carries the statements.
fn report(statements: &[Value]) -> Report {
    let image = Image::new().layer("COPY . /", &Layer::new().file("app", "clean"));
    let index = Index::new().image(&image).attested(&image, statements);
    let report = scan(&index.layout()).expect(1).report();
    report.expect_gaps(&[]);
    report
}

#[test]
fn build_arguments_and_the_dockerfile_are_found_in_provenance() {
    type Provenance = fn((&str, &str), &str) -> Value;
    for provenance in [provenance_v02 as Provenance, provenance_v1] {
        let mut secrets = Secrets::new("provenance");
        let (argument, token) = (secrets.password(), secrets.github());
        let dockerfile = format!("FROM scratch\nRUN git clone https://{token}@github.com/acme/x\n");
        let report = report(&[provenance(("DB_PASSWORD", &argument), &dockerfile)]);
        report.finding(&argument).in_the("attestation");
        let place = report.finding(&token).in_the("attestation");
        assert_eq!(place.0["line"], 2, "the line of the Dockerfile");
    }
}

#[test]
fn other_statements_are_searched_as_they_are() {
    let token = Secrets::new("sbom").github();
    let sbom = statement(
        "https://spdx.dev/Document",
        json!({"packages": [{"downloadLocation": format!("https://x:{token}@github.com/acme/y")}]}),
    );
    report(&[sbom]).finding(&token).in_the("attestation");
}

#[test]
fn an_attestation_is_no_image_and_no_platform() {
    let token = Secrets::new("no image").github();
    let statements = [statement(
        "https://example.org/note",
        json!({"token": token}),
    )];
    let report = report(&statements);
    assert_eq!(report.counted("images"), 1);
    assert_eq!(report.counted("layers"), 1);
    assert_eq!(report.notes(), Vec::<&str>::new());
}

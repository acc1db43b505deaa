//! The machine formats tell the same story; reports of real scans keep to their schemas.

mod kit;

use kit::cli::{layout_of, oci, residue, text, written};
use kit::{Entry, Image, Layer, Secrets};
use serde_json::Value;
use tempfile::TempDir;

/// An image with a finding at most kinds of places, an odd name, and a gap.
fn scene() -> TempDir {
    let mut secrets = Secrets::new("formats");
    let odd = Entry::file(b"a b/caf\xE9\n?#%.txt".to_vec(), secrets.github());
    let layer = Layer::new()
        .entry(odd)
        .file("id_ed25519", secrets.private_key())
        .file(&format!("names/{}", secrets.npm()), "");
    let image = Image::new()
        .runtime("Env", vec![format!("DB_PASSWORD={}", secrets.password())])
        .layer("COPY . /", &layer)
        .layer("RUN rm id_ed25519", &Layer::new().whiteout("id_ed25519"))
        .bytes("RUN true", "no archive")
        .annotation("org.acme.token", &secrets.slack());
    written(&layout_of(&image))
}

/// The report of a scene in one format, by way of `--report`.
fn report(dir: &TempDir, format: &str) -> String {
    let file = dir.path().join("report");
    let flag = format!("{format}={}", text(&file));
    residue(["image", "--report", &flag, &oci(dir)])
        .run()
        .expect(1);
    std::fs::read_to_string(file).unwrap_or_default()
}

#[test]
fn a_report_is_the_same_on_standard_output_and_in_a_file() {
    let dir = scene();
    for format in ["human", "json", "jsonl", "sarif"] {
        let run = residue(["image", "--format", format, &oci(&dir)])
            .run()
            .expect(1);
        assert_eq!(run.text(), report(&dir, format), "{format}");
    }
}

#[test]
fn lines_hold_what_the_document_holds() {
    let dir = scene();
    let document: Value = serde_json::from_str(&report(&dir, "json")).unwrap();
    let lines = report(&dir, "jsonl");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (summary, findings) = lines.split_last().unwrap();
    assert_eq!(summary["type"], "summary");
    assert_eq!(summary["coverage"], document["coverage"]);
    let ids = |list: &[Value]| -> Vec<Value> {
        list.iter()
            .map(|finding| finding["fingerprint"].clone())
            .collect()
    };
    assert_eq!(ids(findings), ids(document["findings"].as_array().unwrap()));
    assert!(findings.len() >= 5, "{}", findings.len());
}

#[test]
fn sarif_keeps_to_the_official_schema_and_names_every_finding() {
    let dir = scene();
    let sarif: Value = serde_json::from_str(&report(&dir, "sarif")).unwrap();
    // The published pattern of languages has a stray bracket and is no regular expression.
    let schema = include_str!("../testdata/sarif-schema-2.1.0.json").replace("2}]?$", "2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&sarif)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);

    let json: Value = serde_json::from_str(&report(&dir, "json")).unwrap();
    for finding in json["findings"].as_array().unwrap() {
        let id = finding["fingerprint"].as_str().unwrap();
        assert!(sarif.to_string().contains(id), "{id} is missing");
    }
}

//! The exit code is the contract with a pipeline: 0 clean, 1 found, 2 refused, 3 not all was read.

mod kit;

use kit::cli::{image, layout_of, oci, scan_with, text, written};
use kit::{Bundle, Codec, Image, Layer, Secrets, docker};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A rule for each severity and each confidence, so that no provider's rule has to stand still.
struct Ruled {
    dir: TempDir,
}

impl Ruled {
    fn new() -> Self {
        let mut rules = String::new();
        for severity in ["low", "medium", "high", "critical"] {
            for confidence in ["low", "medium", "high"] {
                let shape = format!("acme_{severity}_{confidence}_");
                rules.push_str(&format!(
                    r#"
[[rules]]
id = "acme-{severity}-{confidence}"
title = "Acme key, {severity}, {confidence}"
regex = '''{shape}[a-z0-9]{{20}}'''
severity = "{severity}"
confidence = "{confidence}"
rotate = "Make a new one."
hits = ["{shape}{{lower:20}}", "k={shape}{{lower:20}}"]
misses = ["{shape}", "{shape}short"]
"#
                ));
            }
        }
        let dir = written(&Bundle::default().put("acme.toml", rules));
        Self { dir }
    }

    /// The exit code for an image that leaks a key of that severity and confidence.
    fn code(&self, severity: &str, confidence: &str, flags: &[&str]) -> i32 {
        let body = Secrets::new("acme").text(b"abcdefghjkmnpqrstuvwxyz23456789", 20);
        let key = format!("acme_{severity}_{confidence}_{body}");
        let rules = self.dir.path().join("acme.toml");
        let flags = ["--rules", text(&rules)]
            .into_iter()
            .chain(flags.iter().copied());
        let run = scan_with(&leaking(&key), flags);
        run.report();
        run.code
    }
}

fn leaking(text: &str) -> Bundle {
    layout_of(&Image::new().layer("COPY . /", &Layer::new().file("key", text)))
}

/// The last layer is cut, so that the scan has a gap.
fn cut(text: &str) -> Bundle {
    let lower = Layer::new().file("key", text);
    let mut packed = Codec::Gzip.pack(
        &Layer::new()
            .file("noise", Secrets::new("noise").bytes(9000))
            .tar(),
    );
    packed.truncate(2000);
    layout_of(
        &Image::new()
            .layer("COPY . /", &lower)
            .bytes("RUN make", packed),
    )
}

fn token() -> String {
    Secrets::new("gate").github()
}

#[test]
fn fail_on_is_the_least_severity_that_fails() {
    let ruled = Ruled::new();
    let severities = ["low", "medium", "high", "critical"];
    for (rank, severity) in severities.into_iter().enumerate() {
        assert_eq!(
            ruled.code(severity, "medium", &[]),
            1,
            "{severity} by default"
        );
        assert_eq!(ruled.code(severity, "medium", &["--fail-on", "never"]), 0);
        for (least, fail_on) in severities.into_iter().enumerate() {
            let code = ruled.code(severity, "medium", &["--fail-on", fail_on]);
            assert_eq!(code, i32::from(rank >= least), "{severity} on {fail_on}");
        }
    }
}

#[test]
fn min_confidence_decides_which_findings_count() {
    let ruled = Ruled::new();
    assert_eq!(ruled.code("critical", "low", &[]), 0);
    assert_eq!(ruled.code("critical", "medium", &[]), 1);
    let confidences = ["low", "medium", "high"];
    for (rank, confidence) in confidences.into_iter().enumerate() {
        for (least, shown) in confidences.into_iter().chain(["confirmed"]).enumerate() {
            let code = ruled.code("high", confidence, &["--min-confidence", shown]);
            assert_eq!(code, i32::from(rank >= least), "{confidence} at {shown}");
        }
    }
}

#[test]
fn what_is_hidden_for_lack_of_confidence_is_counted() {
    let layout = leaking(&token());
    let run = scan_with(&layout, ["--min-confidence", "confirmed"]).expect(1);
    assert_eq!(run.report().0["hidden"]["findings"], 0);
    let spoilt = {
        let mut token = token();
        let last = token.pop().unwrap();
        token.push(if last == '0' { '1' } else { '0' });
        token
    };
    let run = scan_with(&leaking(&spoilt), ["--min-confidence", "confirmed"]).expect(0);
    assert_eq!(run.report().0["hidden"]["findings"], 1);
}

#[test]
fn the_code_of_a_finding_can_be_chosen() {
    let layout = leaking(&token());
    scan_with(&layout, ["--exit-code", "42"]).expect(42);
    scan_with(&layout, ["--exit-zero"]).expect(0);
    scan_with(&leaking("clean"), ["--exit-code", "42"]).expect(0);
}

#[test]
fn a_gap_is_red_unless_it_is_allowed() {
    let clean = cut("clean");
    scan_with(&clean, []).expect(3);
    scan_with(&clean, ["--fail-on", "never"]).expect(3);
    scan_with(&clean, ["--exit-zero"]).expect(3);
    scan_with(&clean, ["--exit-code", "42"]).expect(3);
    scan_with(&clean, ["--allow-gap", "missing"]).expect(3);
    let run = scan_with(&clean, ["--allow-gap", "truncated"]).expect(0);
    let report = run.report();
    report.expect_gaps(&[]);
    assert_eq!(report.0["coverage"]["accepted"][0]["kind"], "truncated");

    let leaky = cut(&token());
    scan_with(&leaky, []).expect(1);
    scan_with(&leaky, ["--allow-gap", "truncated"]).expect(1);
    scan_with(&leaky, ["--exit-zero"]).expect(3);
}

#[test]
fn strict_turns_a_note_into_a_gap_that_can_be_allowed() {
    let mut image = Image::new().bytes("COPY . /", Secrets::new("encrypted").bytes(4096));
    image.layers[0].blob.media_type = format!("{}+encrypted", Codec::Gzip.media_type());
    let layout = layout_of(&image);
    scan_with(&layout, []).expect(0);
    scan_with(&layout, ["--strict"])
        .expect(3)
        .report()
        .expect_gaps(&["encrypted"]);
    scan_with(&layout, ["--strict", "--allow-gap", "encrypted"]).expect(0);
}

#[test]
fn wrong_usage_is_refused_before_any_work() {
    let dir = written(&leaking(&token()));
    let target = oci(&dir);
    for flags in [
        &["--fail-on", "sometimes"][..],
        &["--min-confidence", "very"],
        &["--allow-gap", "chasm"],
        &["--exit-code", "1000"],
        &["--format", "yaml"],
        &["--platform", ""],
        &["--timeout", "soon"],
        &["--rules", "no-such-file.toml"],
        &["--no-such-flag"],
    ] {
        let run = image(flags.iter().copied()).arg(&target).run().expect(2);
        assert!(run.stdout.is_empty(), "{flags:?}: {}", run.text());
        assert!(!run.stderr.is_empty(), "{flags:?}");
    }
    image([]).run().expect(2);
}

#[test]
fn a_scan_that_runs_out_of_time_reports_what_it_has() {
    let token = token();
    let lower = Layer::new().file("key", token.as_str());
    let upper = Layer::new().file("noise", Secrets::new("noise").bytes(1 << 20));
    let image = Image::new()
        .layer("COPY key /", &lower)
        .layer("COPY noise /", &upper);
    let mut half = docker::legacy(&[("shop:1", &image)]).tar();
    half.truncate(half.len() / 2);
    let begin = Instant::now();
    let flags = ["--timeout", "1s", "-"];
    let run = kit::cli::image(flags).start(half).end();
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "it waited for its input"
    );
    let report = run.expect(1).report();
    assert!(
        report.gaps().contains(&"timeout"),
        "{:#}",
        report.0["coverage"]
    );
    assert!(report.has(&token));
}

#[test]
fn several_targets_have_one_verdict() {
    let (clean, leaky) = (written(&leaking("clean")), written(&leaking(&token())));
    let (clean, leaky) = (oci(&clean), oci(&leaky));
    let missing = format!("{clean}:missing");
    let all = [clean.as_str(), leaky.as_str(), &missing];
    let report = image(all).run().expect(1).report();
    report.expect_gaps(&["target"]);
    assert_eq!(report.0["targets"].as_array().unwrap().len(), 3);
    image([clean.as_str()]).run().expect(0);
    image([clean.as_str(), &missing]).run().expect(3);
    image([clean.as_str(), "./missing.tar"]).run().expect(2);
}

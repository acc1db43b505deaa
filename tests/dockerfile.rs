//! What an image owes to which line of its Dockerfile.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::attestation::provenance_v1;
use kit::cli::{image, layout_of, oci, put, residue, text, written};
use kit::{Image, Index, Layer, Secrets};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The secrets of an image, the Dockerfile that it was built by, and the image.
struct Build {
    token: String,
    password: String,
    argument: String,
    dockerfile: String,
    image: Image,
}

fn build(seed: &str) -> Build {
    let mut secrets = Secrets::new(seed);
    let (token, password, argument) = (secrets.github(), secrets.password(), secrets.stripe());
    let dockerfile = format!(
        "FROM scratch\n\
         ARG STRIPE_KEY\n\
         ENV LANG=C \\\n    DB_PASSWORD={password}\n\
         COPY conf/ /app/\n\
         RUN --mount=type=cache,target=/c \\\n    make\n"
    );
    let image = Image::new()
        .runtime("Env", json!(["LANG=C", format!("DB_PASSWORD={password}")]))
        .instruction("ARG STRIPE_KEY")
        .instruction(&format!("ENV LANG=C DB_PASSWORD={password}"))
        .layer(
            "COPY conf/ /app/ # buildkit",
            &Layer::new().file("app/token", &*token),
        )
        .layer(
            &format!("RUN |1 STRIPE_KEY={argument} /bin/sh -c make # buildkit"),
            &Layer::new().file("app/bin", "clean"),
        );
    Build {
        token,
        password,
        argument,
        dockerfile,
        image,
    }
}

/// The line of a Dockerfile at the first place of this kind.
fn line(report: &kit::Report, secret: &str, kind: &str) -> Value {
    report.finding(secret).in_the(kind).0["dockerfile"].clone()
}

fn dockerfile(content: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    // The name tells nothing.
    put(&dir, "foo.txt", content);
    dir
}

#[test]
fn every_secret_is_told_by_the_line_that_put_it_there() {
    let build = build("lines");
    let dir = dockerfile(&build.dockerfile);
    let file = dir.path().join("foo.txt");
    let layout = written(&layout_of(&build.image));
    let flags = ["--dockerfile", text(&file)];
    let report = image(flags).arg(&oci(&layout)).run().expect(1).report();
    let at = |line: u64| json!({"file": text(&file), "line": line});
    assert_eq!(line(&report, &build.token, "file"), at(5));
    assert_eq!(line(&report, &build.password, "config"), at(4));
    assert_eq!(line(&report, &build.password, "history"), at(3));
    assert_eq!(line(&report, &build.argument, "history"), at(2));
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), Vec::<&str>::new());

    let run = |format| {
        let run = residue(["image", "--format", format]).arg(&oci(&layout));
        run.arg("--dockerfile").arg(text(&file)).run().expect(1)
    };
    let human = String::from_utf8(run("human").stdout).unwrap();
    assert!(
        human.contains(&format!("put there by {}:5", text(&file))),
        "{human}"
    );
    let sarif: Value = serde_json::from_slice(&run("sarif").stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let lines = results.iter().map(|result| {
        let related = &result["relatedLocations"][0]["physicalLocation"];
        let uri = related["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.starts_with("file:///") && uri.ends_with("/foo.txt"),
            "{uri}"
        );
        related["region"]["startLine"].as_u64().unwrap()
    });
    let mut lines: Vec<u64> = lines.collect();
    lines.sort_unstable();
    lines.dedup();
    assert_eq!(lines, [2, 3, 4, 5]);
}

#[test]
fn a_provenance_tells_the_same_without_a_flag() {
    let build = build("provenance lines");
    let provenance = provenance_v1(("OTHER", "none"), &build.dockerfile);
    let index = Index::new().image(&build.image);
    let layout = written(&index.attested(&build.image, &[provenance]).layout());
    let report = image([&*oci(&layout)]).run().expect(1).report();
    let at = |line: u64| json!({"file": "Dockerfile", "line": line});
    assert_eq!(line(&report, &build.token, "file"), at(5));
    assert_eq!(line(&report, &build.password, "config"), at(4));
}

#[test]
fn a_dockerfile_of_another_image_tells_nothing_and_is_noted() {
    let build = build("another");
    let dir = dockerfile("FROM scratch\nRUN one\nRUN two\nCOPY a b\nENV A=b\n");
    let layout = written(&layout_of(&build.image));
    let flags = ["--dockerfile", text(&dir.path().join("foo.txt"))].map(str::to_owned);
    let flags = flags.iter().map(String::as_str);
    let report = image(flags).arg(&oci(&layout)).run().expect(1).report();
    assert_eq!(line(&report, &build.token, "file"), Value::Null);
    assert_eq!(report.notes(), ["unused-dockerfile"]);
    report.expect_gaps(&[]);
}

#[test]
fn what_is_no_dockerfile_is_refused() {
    let token = Secrets::new("refused").github();
    let dir = dockerfile(&format!("FROM here on nothing works: {token}\n"));
    let file = dir.path().join("foo.txt");
    let layout = written(&layout_of(&Image::new()));
    for file in [text(&file), "/nonexistent/Dockerfile"] {
        let run = image(["--dockerfile", file]).arg(&oci(&layout)).run();
        assert_eq!(run.code, 2, "{run:?}");
        assert!(
            !run.stderr.contains(&token) && run.stderr.contains(file),
            "{run:?}"
        );
    }
}

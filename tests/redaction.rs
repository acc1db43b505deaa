//! A report about leaks must not be the next leak, and what was scanned must not steer a terminal.

mod kit;

use kit::cli::{layout_of, oci, residue, text, written};
use kit::{Entry, Image, Index, Layer, Run, Secrets, docker};
use std::os::unix::fs::PermissionsExt as _;

const FORMATS: [&str; 4] = ["human", "json", "jsonl", "sarif"];

/// Secrets at every kind of place, some repeated where a report quotes its input.
fn leaky() -> (Vec<String>, Image) {
    let mut secrets = Secrets::new("redaction");
    let (token, name, link) = (secrets.github(), secrets.npm(), secrets.stripe());
    let (password, argument, slack) = (secrets.password(), secrets.password(), secrets.slack());
    let (key_id, key) = secrets.aws();
    let (jwt, pem) = (secrets.jwt(), secrets.private_key());
    let layer = Layer::new()
        .file(
            "token",
            format!("token={token}\nslack={slack}\nkey: {jwt}\n"),
        )
        .file(
            "credentials",
            format!("[default]\naws_access_key_id={key_id}\naws_secret_access_key={key}\n"),
        )
        .file(&format!("names/{name}"), token.as_str())
        .symlink("link", &format!("/x/{link}"))
        .file("id_ed25519", pem.as_str());
    let image = Image::new()
        .runtime(
            "Env",
            vec![format!(
                "DATABASE_URL=postgres://app:{password}@db.internal/x"
            )],
        )
        .layer(
            &format!("RUN curl -H 'Authorization: token {token}' https://x"),
            &layer,
        )
        .instruction(&format!(
            "|1 API_PASSWORD={argument} /bin/sh -c make {token}"
        ));
    let body = pem
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    (
        vec![token, name, link, password, argument, slack, key, jwt, body],
        image,
    )
}

#[track_caller]
fn expect_no_secret(secrets: &[String], text: &str) {
    for secret in secrets {
        assert!(
            !text.contains(secret.as_str()),
            "{secret} is told in {text}"
        );
    }
}

fn run(flags: &[&str], image: &Image) -> Run {
    let dir = written(&layout_of(image));
    let fixed = ["image", "--no-color"]
        .into_iter()
        .chain(flags.iter().copied());
    residue(fixed).arg(&oci(&dir)).run().expect(1)
}

#[test]
fn no_format_and_no_message_tells_a_secret() {
    let (secrets, image) = leaky();
    for format in FORMATS {
        let run = run(&["--format", format], &image);
        expect_no_secret(&secrets, &run.text());
        expect_no_secret(&secrets, &run.stderr);
        assert!(
            run.text().contains("ghp_***"),
            "{format} shows no mask: {}",
            run.text()
        );
    }
}

#[test]
fn show_secrets_tells_them_in_every_format_that_has_a_place_for_them() {
    let (secrets, image) = leaky();
    for format in FORMATS {
        let run = run(&["--format", format, "--show-secrets"], &image);
        assert!(run.text().contains(&secrets[0]), "{format}");
    }
}

#[test]
fn a_report_file_is_for_its_owner_alone_and_redacted_like_the_rest() {
    let (secrets, image) = leaky();
    let dir = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let file = dir.path().join(format);
        let report = format!("{format}={}", text(&file));
        run(&["--report", &report], &image);
        expect_no_secret(&secrets, &std::fs::read_to_string(&file).unwrap());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{format}");
    }
    let output = dir.path().join("output");
    let run = run(&["--format", "sarif", "--output", text(&output)], &image);
    assert!(run.stdout.is_empty(), "{}", run.text());
    assert_eq!(
        std::fs::metadata(&output).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn an_existing_report_file_is_closed_to_others_too() {
    let (_, image) = leaky();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("report.json");
    std::fs::write(&file, "old".repeat(100_000)).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    run(&["--report", &format!("json={}", text(&file))], &image);
    kit::Report::parse(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn errors_do_not_quote_the_document_that_they_are_about() {
    let (secrets, image) = leaky();
    let token = &secrets[0];
    let layout = layout_of(&image);
    let broken = format!("{{\"manifests\": [{token}]}}");
    let archive = docker::legacy(&[("shop:1", &image)]);
    let dir = written(&layout.put("index.json", broken));
    for format in FORMATS {
        let run = residue(["image", "--format", format, &oci(&dir)]).run();
        expect_no_secret(&secrets, &run.text());
        expect_no_secret(&secrets, &run.stderr);
        let broken = archive.clone().put("manifest.json", format!("[\"{token}"));
        let run = residue(["image", "--format", format, "-"])
            .stdin(broken.tar())
            .run();
        expect_no_secret(&secrets, &run.text());
        expect_no_secret(&secrets, &run.stderr);
    }
}

#[test]
fn nothing_scanned_reaches_a_terminal_as_a_command() {
    let token = Secrets::new("terminal").github();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{9b}31m\u{202e}";
    let layer = Layer::new().entry(Entry::file(format!("dir/{evil}/file"), token.as_str()));
    let image = Image::new()
        .layer(&format!("RUN {evil}"), &layer)
        .annotation(evil, &token)
        .set("architecture", evil);
    let index = Index::new().tagged(&format!("tag{evil}"), &image);
    let dir = written(&index.layout());
    for format in FORMATS {
        let run = residue(["image", "--no-color", "--format", format, &oci(&dir)])
            .run()
            .expect(1);
        for stream in [run.text(), run.stderr.clone()] {
            let command = stream
                .chars()
                .find(|sign| (sign.is_control() && *sign != '\n') || *sign == '\u{202e}');
            assert_eq!(command, None, "{format}: {stream:?}");
        }
    }
}

//! Secrets between bytes that are no text: strings of programs, pages of databases, memory that was written
//! to a file, pictures, documents, keys of their own format, and the corners of a layer that are no files.
//!
//! Each carrier is built here around fresh secrets, byte for byte as its format has it, so that what glues to
//! a token there, a length, a tag, the end of the field before, glues to it here.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and one that is left out says so"
)]

#[path = "../kit/mod.rs"]
mod kit;

mod documents;
mod pictures;
mod programs;
mod storage;
mod stores;
mod wide;

use kit::cli::{dir, put, scan_layer, text};
use kit::{Codec, Entry, Layer, Report, Secrets};
use std::process::Command;

/// Something that holds a text: its name, how it is made, and the member that the text is in, if the carrier
/// is opened.
type Carrier = (&'static str, fn(&str) -> Vec<u8>, Option<&'static str>);

/// Bytes that are no text, the same ones each time.
fn noise(seed: &str, length: usize) -> Vec<u8> {
    let bytes = Secrets::new(seed).bytes(length);
    bytes.into_iter().map(|byte| byte | 0x80).collect()
}

/// What is found in a file of this content.
fn report_on(content: &[u8]) -> Report {
    let root = tempfile::tempdir().unwrap();
    put(&root, "file", content);
    dir(["--no-repo-config", text(root.path())]).run().report()
}

/// Scans a folder with one file for each carrier and kind of token, and says what is not where it belongs.
fn problems(carriers: &[Carrier]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for (name, make, member) in carriers {
        let mut secrets = Secrets::new(name);
        // Most tokens begin so that nothing in front of them matters; those of Stripe must begin a word.
        for (kind, token) in [("github", secrets.github()), ("stripe", secrets.stripe())] {
            let path = format!("{name}.{kind}");
            put(&root, &path, make(&token));
            expected.push((path, token, *member));
        }
    }
    let run = dir(["--no-repo-config", text(root.path())]).run();
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    let report = run.report();
    report.expect_gaps(&[]);
    let is_there = |(path, token, member): &(String, String, Option<&str>)| {
        let findings = report.findings();
        let mut found = findings.iter().filter(|finding| finding.plain() == token);
        found.any(|finding| {
            finding.places().iter().any(|place| {
                let way = place.0["member"].as_str();
                place.path() == path
                    && way.is_some() == member.is_some()
                    && member.is_none_or(|member| way.unwrap_or_default().starts_with(member))
            })
        })
    };
    let missed = expected.iter().filter(|case| !is_there(case));
    missed.map(|(path, ..)| path.clone()).collect()
}

#[track_caller]
fn expect_all(carriers: &[Carrier]) {
    let problems = problems(carriers);
    assert!(problems.is_empty(), "not found: {}", problems.join(", "));
}

#[test]
fn strings_of_programs_are_found() {
    expect_all(programs::CARRIERS);
}

#[test]
fn strings_in_data_and_memory_are_found() {
    expect_all(storage::CARRIERS);
}

#[test]
fn texts_of_pictures_are_found() {
    expect_all(pictures::CARRIERS);
}

#[test]
fn texts_of_documents_are_found() {
    expect_all(documents::CARRIERS);
}

#[test]
fn text_in_any_width_is_found() {
    expect_all(wide::CARRIERS);
}

/// A program as a compiler makes it.
#[test]
fn the_strings_of_a_compiled_program_are_found() {
    let token = Secrets::new("compiled").github();
    let root = tempfile::tempdir().unwrap();
    let source = format!(
        "#include <wchar.h>\nconst char *key(void) {{ return \"{token}\"; }}\n\
         const wchar_t *wide(void) {{ return L\"{}\"; }}\nint main(void) {{ return 0; }}\n",
        Secrets::new("compiled, wide").github()
    );
    put(&root, "main.c", source);
    let compiled = Command::new("cc")
        .args(["-O2", "-o", "program", "main.c"])
        .current_dir(root.path())
        .status();
    if !compiled.is_ok_and(|status| status.success()) {
        assert!(
            std::env::var_os("RESIDUE_REQUIRE_SERVICES").is_none(),
            "no compiler"
        );
        eprintln!("left out: there is no C compiler");
        return;
    }
    std::fs::remove_file(root.path().join("main.c")).unwrap();
    let report = dir(["--no-repo-config", text(root.path())])
        .run()
        .expect(1)
        .report();
    assert_eq!(report.finding(&token).paths(), ["program"]);
    let wide = Secrets::new("compiled, wide").github();
    assert_eq!(report.finding(&wide).paths(), ["program"]);
}

/// What is wide text is told at its own offset, in units of its own width.
#[test]
fn wide_text_is_told_where_it_stands() {
    let token = Secrets::new("place").github();
    let content = [
        noise("before", 1001),
        wide::utf16_le(&token),
        noise("after", 50),
    ]
    .concat();
    let report = report_on(&content);
    assert_eq!(report.finding(&token).places()[0].position(), (1, 1002));
}

/// A stream of a document is a member named by where it begins, and lines are counted in it.
#[test]
fn a_stream_is_told_with_its_offset_and_line() {
    let token = Secrets::new("stream").github();
    let pdf = documents::flate(&format!("first line\nkey {token}\n"));
    let start = pdf
        .windows(7)
        .position(|bytes| bytes == b"stream\n")
        .unwrap()
        + 7;
    let report = report_on(&pdf);
    let place = report.finding(&token).places()[0];
    assert_eq!(place.0["member"], format!("stream at byte {start}"));
    assert_eq!(place.position(), (2, 5));
}

/// What only looks like a stream is searched as it stands, and what follows a broken one too.
#[test]
fn what_is_no_stream_is_searched_as_it_stands() {
    let mut secrets = Secrets::new("no stream");
    let (inside, behind) = (secrets.github(), secrets.github());
    let content = format!("%PDF-1.7\nstream\nx\u{1} {inside} \nendstream\n{behind}\n");
    let report = report_on(content.as_bytes());
    assert!(report.has(&inside) && report.has(&behind), "{:#}", report.0);
    let mut broken = documents::flate(&"a long text that is cut ".repeat(40));
    broken.truncate(broken.len() - 40);
    let rest = format!(
        "\nendstream\nendobj\n{}{behind}\n",
        "% nothing\n".repeat(40)
    );
    let report = report_on(&[broken, rest.into_bytes()].concat());
    assert!(report.has(&behind), "{:#}", report.0);
    assert_eq!(report.notes(), ["raw-only"]);
}

#[test]
fn an_encrypted_document_is_told() {
    let pdf = b"%PDF-1.7\ntrailer\n<< /Size 9 /Encrypt 8 0 R >>\n".to_vec();
    let padded = [pdf, noise("encrypted", 3000)].concat();
    assert_eq!(report_on(&padded).notes(), ["encrypted"]);
}

/// The corners of a tar that are no content of files.
#[test]
fn corners_of_a_layer_are_searched() {
    let mut secrets = Secrets::new("corners");
    let mut token = || secrets.github();
    let (name, link, xattr, comment) = (token(), token(), token(), token());
    let (owner, group, after, hidden) = (token(), token(), token(), token());
    let (hive, program_data) = (token(), token());
    let tar = Layer::new()
        .file(&format!("tmp/{name}"), "x")
        .symlink("current", &format!("https://x:{link}@git.acme.dev"))
        .entry(Entry::file("a", "x").xattr("user.token", xattr.as_str()))
        .entry(Entry::file("b", "x").pax("comment", comment.as_str()))
        .entry(Entry::file("c", "x").pax("uname", owner.as_str()))
        .entry(Entry::file("d", "x").pax("gname", group.as_str()))
        .entry(Entry::file(".wh.gone", hidden.as_str()))
        .file(
            "Hives/Software_Base",
            [b"regf".to_vec(), noise("hive", 4092), wide::utf16_le(&hive)].concat(),
        )
        .file(
            "Files/ProgramData/app/.env",
            format!("KEY={program_data}\n"),
        )
        .tar();
    let tar = [tar, format!("\n{after}\n").into_bytes()].concat();
    let report = scan_layer(Codec::Gzip.pack(&tar)).report();
    let expected = [
        ("name", &name, "metadata"),
        ("link", &link, "metadata"),
        ("xattr", &xattr, "metadata"),
        ("comment", &comment, "metadata"),
        ("owner", &owner, "metadata"),
        ("group", &group, "metadata"),
        ("after the end", &after, "file"),
        ("whiteout", &hidden, "file"),
        ("hive", &hive, "file"),
        ("Windows file", &program_data, "file"),
    ];
    for (what, token, kind) in expected {
        let findings = report.findings();
        let found = findings
            .iter()
            .find(|finding| finding.plain() == token.as_str());
        let found = found.unwrap_or_else(|| panic!("{what} is not found"));
        assert_eq!(found.places()[0].kind(), kind, "{what}");
    }
}

//! Directories and files: everything in them is searched, once, and nothing is left out in silence.

mod kit;

use kit::cli::{dir, image, layout_of, oci, put, residue, text, written};
use kit::{Image, Layer, Report, Run, Secrets};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

/// Scans within a directory, where targets are relative.
fn scan(root: &TempDir, args: &[&str]) -> Run {
    dir(args.iter().copied()).within_dir(root.path()).run()
}

/// The paths at which a secret stands, when everything was read.
#[track_caller]
fn paths(report: &Report, secret: &str) -> Vec<String> {
    report.expect_gaps(&[]);
    let finding = report.finding(secret);
    finding.paths().into_iter().map(str::to_owned).collect()
}

#[test]
fn hidden_and_ignored_files_are_read() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("hidden"));
    put(&root, ".gitignore", "ignored\n*.log\n");
    for path in [".env", ".git/config", "a/.b/c", "ignored/x", "x.log"] {
        put(&root, path, format!("key: {token}\n"));
    }
    let report = scan(&root, &["."]).expect(1).report();
    let all = [".env", ".git/config", "a/.b/c", "ignored/x", "x.log"];
    assert_eq!(paths(&report, &token), all);
    assert_eq!(report.counted("files"), 6);
    assert_eq!(report.notes(), [""; 0]);
    assert_eq!(report.finding(&token).in_file(".env").position(), (1, 6));

    let report = scan(&root, &[".", "--respect-gitignore"])
        .expect(1)
        .report();
    assert_eq!(paths(&report, &token), all[..3]);
    assert_eq!(report.notes(), ["excluded"]);
}

#[test]
fn what_is_excluded_is_left_out_and_counted() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("excluded"));
    for path in [
        "a.log",
        "b/c.log",
        "b/c.txt",
        "node_modules/x/y",
        "web/dist/z",
    ] {
        put(&root, path, &token);
    }
    let excluded = |globs: &[&str]| {
        let mut args = vec!["."];
        args.extend(globs.iter().flat_map(|glob| ["--exclude", glob]));
        scan(&root, &args).expect(1).report()
    };
    let report = excluded(&["*.log", "node_modules", "/dist", "web/*/z"]);
    assert_eq!(paths(&report, &token), ["b/c.txt"]);
    let notes = report.0["coverage"]["notes"].as_array().unwrap();
    let told = notes.iter().map(|note| note["detail"].as_str().unwrap());
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "left out 2 files and directories",
            "left out 1 file or directory",
            "left out 1 file or directory",
        ]
    );
    let strict = scan(&root, &[".", "--exclude", "*", "--strict"]).expect(3);
    strict.report().expect_gaps(&["excluded"]);
    let wrong = scan(&root, &[".", "--exclude", "a["]).expect(2);
    assert!(wrong.stderr.contains("a["), "{}", wrong.stderr);
}

#[test]
fn links_are_not_followed_but_read_as_text() {
    let mut secrets = Secrets::new("links");
    let (inside, outside, target) = (secrets.github(), secrets.github(), secrets.github());
    let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    put(&root, "a/b/file", &inside);
    put(&elsewhere, "file", &outside);
    symlink("../..", root.path().join("a/b/loop")).unwrap();
    symlink(elsewhere.path(), root.path().join("away")).unwrap();
    symlink(format!("/nowhere/{target}"), root.path().join("dangling")).unwrap();
    let report = scan(&root, &["."]).expect(1).report();
    assert_eq!(paths(&report, &inside), ["a/b/file"]);
    assert_eq!(
        report.finding(&target).in_file("dangling").kind(),
        "metadata"
    );
    assert!(!report.has(&outside));

    // A link that was named is meant.
    let report = scan(&root, &["away"]).expect(1).report();
    assert_eq!(paths(&report, &outside), ["file"]);
    symlink("a/b/file", root.path().join("link")).unwrap();
    let report = scan(&root, &["link"]).expect(1).report();
    assert_eq!(paths(&report, &inside), ["link"]);
}

#[test]
fn what_is_no_regular_file_is_left_alone() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("special"));
    put(&root, "file", &token);
    let fifo = root.path().join("fifo");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
    let report = scan(&root, &["."]).expect(1).report();
    assert_eq!(paths(&report, &token), ["file"]);
    assert_eq!(report.notes(), [""; 0]);

    let report = scan(&root, &["fifo", "/dev/zero"]).expect(0).report();
    assert_eq!(report.notes(), ["special-file"]);
    assert_eq!(report.counted("files"), 0);
}

#[test]
fn a_file_is_read_once_whatever_names_it_has() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("once"));
    put(&root, "a/one", &token);
    fs::create_dir(root.path().join("b")).unwrap();
    fs::hard_link(root.path().join("a/one"), root.path().join("b/two")).unwrap();
    let report = scan(&root, &["."]).expect(1).report();
    assert_eq!(paths(&report, &token), ["a/one", "b/two"]);
    assert_eq!(report.counted("files"), 1);

    let report = scan(&root, &[".", "a", "./a/../a", "a/one", "b"])
        .expect(1)
        .report();
    let finding = report.finding(&token);
    let targets = finding.places();
    let targets = targets
        .iter()
        .map(|place| place.0["target"].as_str().unwrap());
    assert_eq!(targets.collect::<Vec<_>>(), ["a/one", "b"]);
    assert_eq!(report.counted("files"), 1);
}

#[test]
fn files_of_similar_names_are_all_told() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("similar"));
    let all = ["notes", "notes copy", "notes copy.txt"];
    for path in all {
        put(&root, path, &token);
    }
    let report = scan(&root, &["."]).expect(1).report();
    assert_eq!(paths(&report, &token), all);
}

#[test]
fn a_file_can_be_a_target() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("file"));
    put(&root, "conf/app.env", &token);
    let report = scan(&root, &["conf/app.env"]).expect(1).report();
    assert_eq!(paths(&report, &token), ["app.env"]);
    assert_eq!(
        report.finding(&token).places()[0].0["target"],
        "conf/app.env"
    );
}

#[test]
fn wrong_usage_is_refused_before_work() {
    let root = tempfile::tempdir().unwrap();
    put(&root, "there", token("usage"));
    for args in [
        &["there", "gone"][..],
        &["-"],
        &[],
        &["there", "-0"],
        &["--files-from", "gone"],
    ] {
        let run = scan(&root, args).expect(2);
        assert!(run.stdout.is_empty(), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("unreadable"));
    put(&root, "file", &token);
    // A regular file whose first page nobody may read, whoever asks.
    let report = scan(&root, &["/proc/self/mem", "."]).expect(1).report();
    report.expect_gaps(&["unreadable"]);
    assert!(report.has(&token));
    let gap = &report.0["coverage"]["gaps"][0];
    assert_eq!(gap["place"], "/proc/self/mem");
}

#[test]
fn names_of_any_bytes_are_read_and_searched() {
    let mut secrets = Secrets::new("names");
    let (content, name) = (secrets.github(), secrets.github());
    let root = tempfile::tempdir().unwrap();
    let odd = OsStr::from_bytes(b"caf\xe9 \x1b[2J");
    fs::write(root.path().join(odd), &content).unwrap();
    put(&root, &format!("tokens/{name}.txt"), "nothing");
    let report = scan(&root, &["."]).expect(1).report();
    assert_eq!(paths(&report, &content), [r"caf\xe9 \x1b[2J"]);
    let place = report.finding(&name).places()[0];
    assert_eq!(place.kind(), "metadata");
}

#[test]
fn a_list_names_the_files_of_one_target() {
    let mut secrets = Secrets::new("lists");
    let (one, two, unlisted) = (secrets.github(), secrets.github(), secrets.github());
    let root = tempfile::tempdir().unwrap();
    put(&root, "a/one", &one);
    put(&root, "a/t\nwo", &two);
    put(&root, "a/unlisted", &unlisted);
    symlink("unlisted", root.path().join("a/link")).unwrap();
    put(&root, "lines", "a/one\r\n./a/one\n\na/link\n");
    let report = scan(&root, &["--files-from", "lines"]).expect(1).report();
    assert_eq!(paths(&report, &one), ["a/one"]);
    assert!(
        !report.has(&unlisted),
        "a listed link is no more than its text"
    );
    assert_eq!(report.0["targets"].as_array().unwrap().len(), 1);

    let run = dir(["--files-from", "-", "-0", "--exclude", "one"])
        .within_dir(root.path())
        .stdin(b"a/one\0a/t\nwo\0a/gone\0".to_vec());
    let report = run.run().expect(1).report();
    report.expect_gaps(&["missing"]);
    assert!(report.has(&two) && !report.has(&one));
    assert_eq!(report.notes(), ["excluded"]);
}

#[test]
fn every_encoding_and_line_end_has_its_position() {
    let mut secrets = Secrets::new("encodings");
    let (crlf, wide, binary) = (secrets.github(), secrets.github(), secrets.github());
    let root = tempfile::tempdir().unwrap();
    put(&root, "crlf", format!("a\r\nkey={crlf}\r\n"));
    let units = format!("\u{feff}a\r\nkey={wide}\r\n");
    let units: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(&root, "wide", units);
    put(
        &root,
        "binary",
        [b"\x7fELF\0\xff\n\0", binary.as_bytes(), b"\0"].concat(),
    );
    let report = scan(&root, &["."]).expect(1).report();
    report.expect_gaps(&[]);
    let at = |secret: &str, path: &str| report.finding(secret).in_file(path).position();
    assert_eq!(at(&crlf, "crlf"), (2, 5));
    assert_eq!(at(&wide, "wide"), (2, 5));
    assert_eq!(at(&binary, "binary"), (2, 2));
}

#[test]
fn ten_thousand_files_give_the_same_report_on_any_number_of_threads() {
    let mut secrets = Secrets::new("many");
    let root = tempfile::tempdir().unwrap();
    let mut hidden = Vec::new();
    for number in 0..10_000 {
        let path = format!("d{:02}/f{number}", number % 97);
        if number % 1000 == 17 {
            hidden.push(secrets.github());
            put(&root, &path, hidden.last().unwrap());
        } else {
            put(&root, &path, format!("file {number}\n"));
        }
    }
    let one = scan(&root, &[".", "--threads", "1"]).expect(1);
    let report = one.report();
    report.expect_gaps(&[]);
    assert_eq!(report.counted("files"), 10_000);
    assert!(hidden.iter().all(|secret| report.has(secret)));
    assert_eq!(
        scan(&root, &[".", "--threads", "7"]).expect(1).text(),
        one.text()
    );
}

#[test]
fn a_large_file_is_searched_to_its_end_in_little_memory() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("large"));
    let mut file = File::create(root.path().join("large")).unwrap();
    file.seek(SeekFrom::Start(600 << 20)).unwrap();
    file.write_all(format!("\n{token}\n").as_bytes()).unwrap();
    drop(file);
    let args = ["large", "--threads", "2", "--max-memory", "64MiB"];
    let run = dir(args).within(400).within_dir(root.path()).run();
    let report = run.expect(1).report();
    assert_eq!(paths(&report, &token), ["large"]);
    assert_eq!(report.finding(&token).in_file("large").position(), (2, 1));
}

#[test]
fn a_secret_is_one_finding_wherever_it_stands() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("same"));
    put(&root, "x", &token);
    let layout = layout_of(&Image::new().layer("COPY . /", &Layer::new().file("y", &*token)));
    let layout = written(&layout);
    let target = oci(&layout);
    let on_disk = scan(&root, &["."]).expect(1).report();
    let in_image = image([target.as_str()]).run().expect(1).report();
    let id = |report: &Report| report.finding(&token).0["fingerprint"].clone();
    assert_eq!(id(&on_disk), id(&in_image));
}

#[test]
fn reports_speak_of_files_and_not_of_images() {
    let (root, token) = (tempfile::tempdir().unwrap(), token("reports"));
    put(&root, "src/a b/.env", format!("\n  {token}\n"));
    let report = |format: &str, target: &str| {
        let run = residue(["dir", "--format", format, target]).within_dir(root.path());
        run.run().expect(1).text()
    };
    let human = report("human", "src");
    assert!(human.contains("file  a b/.env:2:3"), "{human}");
    for word in ["layer", "image", &token] {
        assert!(!human.contains(word), "{word}: {human}");
    }
    let absolute = root.path().canonicalize().unwrap().join("src");
    for target in ["src", "./src/", "src/a b/.env", text(&absolute)] {
        let sarif: Value = serde_json::from_str(&report("sarif", target)).unwrap();
        let result = &sarif["runs"][0]["results"][0];
        let location = &result["locations"][0];
        let physical = &location["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "src/a%20b/.env");
        assert_eq!(physical["region"]["startLine"], 2);
        assert_eq!(physical["region"]["startColumn"], 3);
        assert_eq!(location.get("logicalLocations"), None);
        let properties = result["properties"].as_object().unwrap();
        assert!(properties.keys().all(|name| !name.contains("ayer")));
    }
    let outside = residue(["dir", "--format", "sarif", text(&absolute)]);
    let outside = outside.within_dir(Path::new("/")).run().expect(1).text();
    assert!(outside.contains("/src/a%20b/.env\""), "{outside}");
}

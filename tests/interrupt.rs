//! Scans that come to a bad end: interrupted, killed, out of room. What was found is told, what is
//! told of it is true, and no half of a report is left behind.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, repo, residue, text};
use kit::{Image, Layer, Report, Running, Secrets, docker};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The report that a run of these tests writes.
struct Folder(TempDir);

impl Folder {
    /// With an older report in it.
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.report(), "what was here").unwrap();
        folder
    }

    fn report(&self) -> PathBuf {
        self.0.path().join("report.json")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }
}

/// More than a pipe holds, so that whoever has taken it is reading; it begins with a token.
fn long_input(token: &str) -> String {
    format!("{token}\n{}", "nothing to see here\n".repeat(100_000))
}

/// A scan in the middle of its input that is to write its report to this file.
fn scanning(report: &Path, token: &str, flags: &[&str]) -> Running {
    let fixed = ["stdin", "--format", "json", "--show-secrets", "--output"];
    let scan = residue(fixed).arg(text(report));
    let scan = flags.iter().fold(scan, |scan, flag| scan.arg(flag));
    scan.start(long_input(token)).fed()
}

/// The report says so, and where it was cut.
#[track_caller]
fn is_interrupted(report: &Report) {
    let told = report.gaps().contains(&"interrupted");
    assert!(told && !report.complete(), "{:#}", report.0["coverage"]);
}

#[test]
fn an_interrupted_scan_tells_what_it_has_and_how_it_ended() {
    let token = Secrets::new("interrupted").github();
    let lenient = ["--exit-zero", "--allow-gap", "timeout"];
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for flags in [&[][..], &lenient] {
            let folder = Folder::new();
            let run = scanning(&folder.report(), &token, flags)
                .signal(signal)
                .end();
            run.expect(code);
            let report = Report::parse(&fs::read(folder.report()).unwrap()).unwrap();
            is_interrupted(&report);
            assert!(report.has(&token));
            let mode = fs::metadata(folder.report()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            assert_eq!(folder.names(), ["report.json"]);
        }
    }
}

#[test]
fn an_interrupted_image_keeps_the_findings_of_the_layers_before() {
    let token = Secrets::new("interrupted image").github();
    let image_of = Image::new()
        .layer("COPY key /", &Layer::new().file("key", token.as_str()))
        .layer(
            "COPY noise /",
            &Layer::new().file("noise", Secrets::new("noise").bytes(4 << 20)),
        );
    let mut archive = docker::legacy(&[("shop:1", &image_of)]).tar();
    archive.truncate(archive.len() - (1 << 20));
    let run = image(["-"]).start(archive).fed().signal(Signal::INT).end();
    let report = run.expect(130).report();
    is_interrupted(&report);
    assert!(report.has(&token));
}

#[test]
fn a_killed_scan_leaves_what_was_there() {
    let folder = Folder::new();
    let token = Secrets::new("killed").github();
    let run = scanning(&folder.report(), &token, &[])
        .signal(Signal::KILL)
        .end();
    run.expect(-1);
    assert_eq!(
        fs::read_to_string(folder.report()).unwrap(),
        "what was here"
    );
    assert_eq!(folder.names(), ["report.json"]);
}

#[test]
fn the_second_signal_ends_a_scan_that_cannot_end_by_itself() {
    let folder = Folder::new();
    let mut secrets = Secrets::new("stuck");
    let many: String = (0..300).map(|_| secrets.github() + "\n").collect();
    let to_file = format!("json={}", text(&folder.report()));
    // Nobody reads standard output, which is too much for a pipe.
    let is_written = |_: &Running| fs::read(folder.report()).unwrap().starts_with(b"{");
    let run = residue(["stdin", "--format", "json", "--report", &to_file])
        .start(long_input(&many))
        .fed()
        .signal(Signal::INT)
        .once(is_written)
        .signal(Signal::INT)
        .end_unread();
    run.expect(-1);
    let report = Report::parse(&fs::read(folder.report()).unwrap()).unwrap();
    is_interrupted(&report);
    assert_eq!(folder.names(), ["report.json"]);
}

#[test]
fn a_reader_that_has_seen_enough_changes_no_exit_code() {
    let token = Secrets::new("closed pipe").github();
    for (input, code) in [(token.as_str(), 1), ("nothing", 0)] {
        let run = residue(["stdin", "--format", "json", "--timeout", "1s"])
            .arg("--allow-gap")
            .arg("timeout")
            .start(input)
            .deafened()
            .end();
        assert!(!run.stderr.contains("error"), "{}", run.stderr);
        run.expect(code);
    }
}

#[test]
fn a_full_disk_is_told_and_costs_only_the_report_that_does_not_fit() {
    let folder = Folder::new();
    let token = Secrets::new("full").github();
    let run = residue(["stdin", "--report", "json=/dev/full", "--output"])
        .arg(text(&folder.report()))
        .stdin(token.as_str())
        .run()
        .expect(2);
    assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
    let other = fs::read_to_string(folder.report()).unwrap();
    assert!(other.contains("GitHub") && !other.contains(&token));
    let run = residue(["stdin", "--output", "/dev/full"])
        .stdin(token)
        .run();
    run.expect(2);
}

#[test]
fn a_report_for_which_there_is_no_room_leaves_nothing_behind() {
    let folder = Folder::new();
    let mut secrets = Secrets::new("no room");
    let many: String = (0..300).map(|_| secrets.github() + "\n").collect();
    let input = folder.0.path().join("input");
    fs::write(&input, many).unwrap();
    // A file system of two pages, seen by these processes alone.
    let script = "mount -t tmpfs -o size=8k,nr_inodes=8 tmpfs \"$1\" || exit 99
        cd \"$1\" && echo old > report.json
        \"$2\" stdin --format json --output report.json; code=$?
        ls -A; cat report.json; exit $code";
    let output = Command::new("unshare")
        .args(["--mount", "--map-root-user", "sh", "-c", script, "sh"])
        .args([text(folder.0.path()), env!("CARGO_BIN_EXE_residue")])
        .stdin(fs::File::open(&input).unwrap())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() != Some(2) && !told.contains("report.json") {
        return kit::engine::skip(&format!("no file system may be mounted here: {told}"));
    }
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert_eq!(output.stdout, b"report.json\nold\n", "{told}");
    assert!(
        told.contains("cannot write the report report.json"),
        "{told}"
    );
}

#[test]
fn an_interrupted_clone_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (programs, clones) = (folder.path().join("bin"), folder.path().join("tmp"));
    fs::create_dir_all(&programs).unwrap();
    fs::create_dir_all(&clones).unwrap();
    let git = programs.join("git");
    fs::write(&git, "#!/bin/sh\nexec sleep 60\n").unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", text(&programs), std::env::var("PATH").unwrap());
    let is_cloning = |_: &Running| fs::read_dir(&clones).unwrap().count() == 1;
    let run = repo(["https://git.invalid/app"])
        .env("PATH", &path)
        .env("TMPDIR", text(&clones))
        .start("")
        .once(is_cloning)
        .signal(Signal::TERM)
        .end();
    let run = run.expect(143);
    assert!(run.stderr.contains("still cloning"), "{}", run.stderr);
    assert_eq!(fs::read_dir(&clones).unwrap().count(), 0);
}

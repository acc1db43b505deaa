//! Names and values that are commands to a terminal, a pipeline or a reader of the report: no format
//! and no message hands them on.

use crate::kit::cli::{put, residue, text};
use crate::kit::{Entry, Image, Index, Layer, Repo, Secrets};
use crate::token;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const FORMATS: [&str; 4] = ["human", "json", "jsonl", "sarif"];

/// What terminals obey, what turns text around, and what the runners of GitHub and GitLab obey at the
/// beginning of a line.
const EVIL: &str =
    "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{9b}31m\u{202e}\n::error::owned\n##[error]owned\u{7f}";

/// Insists that nothing of it comes out as it is.
#[track_caller]
fn is_harmless(stream: &str) {
    let is_command = |sign: char| (sign.is_control() && sign != '\n') || sign == '\u{202e}';
    assert_eq!(
        stream.chars().find(|&sign| is_command(sign)),
        None,
        "{stream:?}"
    );
    let begins = |line: &str| line.starts_with("::") || line.starts_with("##[");
    assert!(!stream.lines().any(begins), "{stream:?}");
}

#[track_caller]
fn is_harmless_in_every_format(args: &[&str], dir: &Path) {
    for format in FORMATS {
        for verbosity in ["--verbose", "--quiet"] {
            let args = args
                .iter()
                .copied()
                .chain(["--no-color", "--format", format, verbosity]);
            let run = residue(args).within_dir(dir).run();
            assert!([1, 3].contains(&run.code), "{}: {}", run.code, run.stderr);
            is_harmless(&run.text());
            is_harmless(&run.stderr);
        }
    }
}

#[test]
fn files_on_disk_may_be_called_anything() {
    let root = tempfile::tempdir().unwrap();
    let key = token("files");
    let odd = root.path().join(EVIL.replace('/', "_"));
    std::fs::create_dir(&odd).unwrap();
    std::fs::write(odd.join(EVIL), &key).unwrap();
    let bytes = std::ffi::OsStr::from_bytes(b"caf\xE9\x1b[31m");
    std::fs::write(root.path().join(bytes), &key).unwrap();
    std::os::unix::fs::symlink(EVIL, root.path().join("link")).unwrap();
    is_harmless_in_every_format(&["dir", "."], root.path());
    // What was named on the command line comes back too.
    is_harmless_in_every_format(&["dir", text(&odd)], Path::new("/"));
}

#[test]
fn what_is_no_file_is_refused_without_an_echo() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &["dir", EVIL][..],
        &["image", EVIL],
        &["image", "oci:/nowhere", "--platform", EVIL],
        &["repo", EVIL],
        &["dir", ".", "--config", EVIL],
        &["dir", ".", "--baseline", EVIL],
        &["dir", ".", "--rules", EVIL],
        &["dir", ".", "--output", &format!("{EVIL}/x")],
    ] {
        let run = residue(args.iter().copied()).within_dir(dir.path()).run();
        let run = run.expect(2);
        let is_command = |sign: char| sign.is_control() && sign != '\n';
        assert_eq!(
            run.stderr.chars().find(|&sign| is_command(sign)),
            None,
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_history_may_say_anything() {
    let repo = Repo::new();
    let key = token("history");
    repo.put(
        format!("dir/{}", EVIL.replace('/', "_")),
        format!("key: {key}\n"),
    );
    repo.git(&["add", "."]);
    let author = EVIL.replace('\n', " ").replace(['\r', '<', '>'], "");
    repo.git(&["-c", &format!("user.name={author}"), "commit", "-m", EVIL]);
    is_harmless_in_every_format(&["repo", repo.text()], Path::new("/"));
}

#[test]
fn records_may_come_from_anywhere() {
    let dir = tempfile::tempdir().unwrap();
    let record =
        serde_json::json!({"origin": EVIL, "content": format!("{EVIL} {}", token("records"))});
    for format in FORMATS {
        let args = [
            "stdin",
            "--jsonl",
            "--name",
            EVIL,
            "--format",
            format,
            "--verbose",
        ];
        let input = format!("{record}\n{EVIL}\n");
        let run = residue(args)
            .within_dir(dir.path())
            .stdin(input)
            .run()
            .expect(1);
        is_harmless(&run.text());
        is_harmless(&run.stderr);
    }
}

/// A layout in which everything that can have a name has an evil one.
fn layout() -> TempDir {
    let key = token("image");
    let layer = Layer::new()
        .entry(Entry::file(EVIL, key.as_str()))
        .entry(Entry::symlink("link", EVIL))
        .entry(Entry::file("x", "").xattr(EVIL, format!("{EVIL}{key}")))
        .entry(Entry::file(EVIL, key.as_str()).broken());
    let image = Image::new()
        .layer(&format!("RUN {EVIL} {key}"), &layer)
        .annotation(EVIL, &key)
        .runtime("Env", vec![format!("{EVIL}={key}")])
        .set("os", EVIL)
        .set("author", EVIL);
    crate::written(&Index::new().tagged(EVIL, &image).layout())
}

#[test]
fn images_may_be_called_anything() {
    let dir = layout();
    is_harmless_in_every_format(&["image", &crate::oci(&dir)], Path::new("/"));
    let named = format!("{}:{EVIL}", crate::oci(&dir));
    is_harmless_in_every_format(&["image", &named], Path::new("/"));
}

/// On a terminal residue moves the cursor itself; it names no window and rings no bell.
#[test]
fn progress_on_a_terminal_hands_on_nothing() {
    if !crate::kit::engine::available(&["script"]) {
        return;
    }
    let dir = layout();
    let home = tempfile::tempdir().unwrap();
    let noise = Layer::new().file("noise", Secrets::new("noise").bytes(4 << 20));
    let slow = crate::written(
        &Index::new()
            .tagged(EVIL, &Image::new().layer(EVIL, &noise))
            .layout(),
    );
    let program = env!("CARGO_BIN_EXE_residue");
    let line = format!("{program} image {} {}", crate::oci(&dir), crate::oci(&slow));
    put(&home, "typescript", "");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env_remove("CI")
        .env("TERM", "xterm")
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(seen.contains("total") || seen.contains("layer"), "{seen:?}");
    for evil in [
        "\u{1b}]",
        "\u{7}",
        "\u{9b}",
        "\u{202e}",
        "\u{1b}[2J",
        "\n::error",
    ] {
        assert!(!seen.contains(evil), "{evil:?} in {seen:?}");
    }
}

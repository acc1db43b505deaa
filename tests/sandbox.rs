//! What a scan may still do while it reads. That nothing is written, connected or started is tried
//! out beside `cli/sandbox/linux.rs`; here it is seen that real scans are confined before they read.
#![cfg(target_os = "linux")]

mod kit;

use kit::cli::{residue, text};
use kit::{Image, Layer, Repo, Running, Secrets};
use std::fs;

/// More than a pipe holds, so that whoever has taken it is reading.
fn reading(flags: &[&str]) -> Running {
    let args = ["stdin", "--timeout", "2s"].iter().chain(flags).copied();
    residue(args)
        .start("nothing to see here\n".repeat(100_000))
        .fed()
}

/// The line of `--verbose`.
fn state(stderr: &str) -> String {
    let mut lines = stderr.lines();
    let line = lines.find_map(|line| line.strip_prefix("sandbox: "));
    line.unwrap_or_else(|| panic!("{stderr}")).to_owned()
}

#[test]
fn every_thread_is_confined_before_it_reads() {
    let running = reading(&["--verbose"]);
    let privileges = running.of_threads("NoNewPrivs");
    let limits = running.proc("limits");
    let state = state(&running.end().expect(3).stderr);
    if !state.starts_with("on") {
        return kit::engine::skip(&format!("the kernel confines nobody: {state}"));
    }
    assert!(privileges.len() > 1, "workers are there: {privileges:?}");
    assert!(
        privileges.iter().all(|value| value == "1"),
        "{privileges:?}"
    );
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let sizes: Vec<_> = core.unwrap().split_whitespace().skip(4).take(2).collect();
    assert_eq!(sizes, ["0", "0"]);
    assert!(state.ends_with("leaves no core dump"), "{state}");
}

#[test]
fn whoever_wants_can_do_without() {
    let running = reading(&["--verbose", "--no-sandbox"]);
    let privileges = running.of_threads("NoNewPrivs");
    let own = fs::read_to_string("/proc/self/status").unwrap();
    let stderr = running.end().expect(3).stderr;
    assert_eq!(state(&stderr), "off, because --no-sandbox was given");
    if own.contains("NoNewPrivs:\t0") {
        assert!(
            privileges.iter().all(|value| value == "0"),
            "{privileges:?}"
        );
    }
}

#[test]
fn scans_that_need_others_say_that_they_run_without() {
    let repo = Repo::new();
    let url = format!("file://{}", repo.text());
    let own = std::process::id().to_string();
    for (args, why) in [
        (["image", "docker://127.0.0.1:1/app"], "registries"),
        (["repo", &url], "git fetches"),
        (["process", &own], "other processes"),
    ] {
        let state = state(&residue(args).arg("--verbose").run().stderr);
        let is_told = state.starts_with("off, because") && state.contains(why);
        assert!(is_told, "{args:?}: {state}");
    }
}

#[test]
fn reports_arrive_wherever_they_are_wanted() {
    let token = Secrets::new("confined").github();
    let folder = tempfile::tempdir().unwrap();
    let (there, elsewhere) = (folder.path().join("there"), folder.path().join("elsewhere"));
    for folder in [&there, &elsewhere] {
        fs::create_dir(folder).unwrap();
    }
    fs::write(elsewhere.join("real"), "what was here").unwrap();
    std::os::unix::fs::symlink(elsewhere.join("real"), there.join("link")).unwrap();
    let image = Image::new().layer("COPY . /", &Layer::new().file("key", token.as_str()));
    let archive = kit::docker::legacy(&[("shop:1", &image)]).tar();
    let link = format!("json={}", text(&there.join("link")));
    let run = residue([
        "image",
        "-",
        "--report",
        "sarif=new.sarif",
        "--report",
        &link,
    ])
    .arg("--report")
    .arg("jsonl=/dev/stderr")
    .arg("--output")
    .arg("/dev/stdout")
    .arg("--verbose")
    .within_dir(&there)
    .stdin(archive)
    .run()
    .expect(1);
    assert!(!state(&run.stderr).contains("refuses"), "{}", run.stderr);
    assert!(run.text().contains("GitHub") && run.stderr.contains("github-pat"));
    for file in [there.join("new.sarif"), elsewhere.join("real")] {
        let report = fs::read_to_string(&file).unwrap();
        assert!(report.contains("github-pat"), "{}", file.display());
    }
    assert!(there.join("link").is_symlink());
}

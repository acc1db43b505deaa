//! Runs the built program as a user would and keeps what came out.

use super::{Bundle, Image, Index, Report, Running};
use assert_cmd::Command;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use tempfile::TempDir;

/// Longest time that any run may take, so that a hang is a failure and not a stuck build.
const PATIENCE: Duration = Duration::from_secs(120);

/// A run to be started.
pub struct Residue {
    command: Command,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Run {
    /// Exit code; -1 for a signal.
    pub code: i32,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

/// `residue` with arguments, in an environment without settings of its own.
pub fn residue<'a>(args: impl IntoIterator<Item = &'a str>) -> Residue {
    let mut command = Command::new(env!("CARGO_BIN_EXE_residue"));
    command.args(args);
    Residue::over(command)
}

/// `residue image --format json --show-secrets`, the form whose report can be asked for plain
/// secrets.
pub fn image<'a>(args: impl IntoIterator<Item = &'a str>) -> Residue {
    let fixed = ["image", "--format", "json", "--show-secrets"];
    residue(fixed.into_iter().chain(args))
}

/// `residue dir` in the same form.
pub fn dir<'a>(args: impl IntoIterator<Item = &'a str>) -> Residue {
    let fixed = ["dir", "--format", "json", "--show-secrets"];
    residue(fixed.into_iter().chain(args))
}

/// `residue repo` in the same form.
pub fn repo<'a>(args: impl IntoIterator<Item = &'a str>) -> Residue {
    let fixed = ["repo", "--format", "json", "--show-secrets"];
    residue(fixed.into_iter().chain(args))
}

/// `residue stdin` in the same form, on this input.
pub fn stdin<'a>(args: impl IntoIterator<Item = &'a str>, input: impl Into<Vec<u8>>) -> Run {
    let fixed = ["stdin", "--format", "json", "--show-secrets"];
    residue(fixed.into_iter().chain(args)).stdin(input).run()
}

/// Scans an OCI layout that is written for this run alone.
pub fn scan(layout: &Bundle) -> Run {
    scan_with(layout, [])
}

/// The same with more flags.
pub fn scan_with<'a>(layout: &Bundle, flags: impl IntoIterator<Item = &'a str>) -> Run {
    let dir = written(layout);
    image(flags).arg(&oci(&dir)).run()
}

/// Scans an image whose one layer is stored as these bytes.
pub fn scan_layer(bytes: impl Into<Vec<u8>>) -> Run {
    scan(&layout_of(&Image::new().bytes("COPY . /", bytes)))
}

/// A layout that holds one image.
pub fn layout_of(image: &Image) -> Bundle {
    Index::new().tagged("1", image).layout()
}

/// Scans an archive that arrives on standard input.
pub fn scan_stream(archive: Vec<u8>) -> Run {
    image(["-"]).stdin(archive).run()
}

/// A layout on disk, gone when dropped.
pub fn written(bundle: &Bundle) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    bundle.write(dir.path());
    dir
}

/// Writes a file with the directories above it.
pub fn put(root: &TempDir, path: &str, content: impl AsRef<[u8]>) {
    let path = root.path().join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// A layout on disk as a target.
pub fn oci(dir: &TempDir) -> String {
    format!("oci:{}", text(dir.path()))
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

impl Residue {
    fn over(mut command: Command) -> Self {
        command.timeout(PATIENCE);
        let own = std::env::vars_os().map(|variable| variable.0);
        for name in own.filter(|name| name.as_encoded_bytes().starts_with(b"RESIDUE_")) {
            command.env_remove(name);
        }
        // The configuration of whoever runs the tests has no say in them, nor what other runs have kept.
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        command.env("RESIDUE_NO_CACHE", "1");
        Self { command }
    }

    /// The same run with at most so many MiB of address space, which also bounds its memory.
    pub fn within(self, mebibytes: u64) -> Self {
        self.limited(&format!("ulimit -v {}", mebibytes * 1024))
    }

    /// The same, which ends also after so many seconds of processor time: however busy the machine
    /// is, these are its own. On the clock it may take ten times as long.
    pub fn bounded(self, mebibytes: u64, seconds: u64) -> Self {
        let limits = format!("ulimit -v {}; ulimit -t {seconds}", mebibytes * 1024);
        let mut bounded = self.limited(&limits);
        bounded.command.timeout(Duration::from_secs(10 * seconds));
        bounded
    }

    fn limited(self, limits: &str) -> Self {
        let mut command = Command::new("sh");
        let script = format!("{limits}; exec \"$@\"");
        command
            .args(["-c", &script, "sh"])
            .arg(self.command.get_program());
        command.args(self.command.get_args());
        Self::over(command)
    }

    /// Keeps results in a folder.
    pub fn keeping(mut self, folder: &Path) -> Self {
        self.command.env_remove("RESIDUE_NO_CACHE");
        self.command.env("RESIDUE_CACHE_DIR", folder);
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: &str) -> Self {
        self.command.arg(arg);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in a directory.
    pub fn within_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Gives it standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.command.write_stdin(bytes.into());
        self
    }

    /// Runs it to its end.
    pub fn run(mut self) -> Run {
        Run::of(self.command.output().expect("the program ends in time"))
    }

    /// Starts it on a standard input that stands still after these bytes.
    pub fn start(self, input: impl Into<Vec<u8>>) -> Running {
        let mut command = std::process::Command::new(self.command.get_program());
        command.args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(dir) = self.command.get_current_dir() {
            command.current_dir(dir);
        }
        Running::start(command, input.into())
    }
}

impl Run {
    pub(super) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Insists on an exit code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert!(
            self.code == code,
            "exit code {} where {code} was expected\n{}\n{}",
            self.code,
            self.stderr,
            self.text(),
        );
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Insists that something was not read, and that the exit code says so: 3, or 1 if something
    /// was found all the same.
    #[track_caller]
    pub fn incomplete(&self) -> Report {
        let report = self.report();
        let code = if report.findings().is_empty() { 3 } else { 1 };
        assert_eq!(self.code, code, "{}", self.stderr);
        assert!(!report.complete(), "{:#}", report.0["coverage"]);
        report
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard output as a JSON report.
    #[track_caller]
    pub fn report(&self) -> Report {
        Report::parse(&self.stdout).unwrap_or_else(|error| {
            panic!(
                "no JSON report ({error}), exit code {}\n{}",
                self.code, self.stderr
            )
        })
    }
}

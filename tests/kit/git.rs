//! Repositories made with the `git` program, the same on every run: nobody's configuration, a clock
//! that goes on by a minute with each command, one author.

use super::cli::repo;
use super::{Layer, Report, Run, Secrets};
use std::cell::Cell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// When the first command is run, in seconds since the Unix epoch.
const BEGIN: u64 = 1_700_000_000;

/// A repository in a temporary folder, gone when dropped.
pub struct Repo {
    folder: TempDir,
    clock: Cell<u64>,
}

/// A secret of the kind that these tests hide.
pub fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

/// A line with a secret in it.
pub fn line(token: &str) -> String {
    format!("key: {token}\n")
}

/// A layer with a repository and its files at `app`.
pub fn layer_of(git: &Repo) -> Layer {
    Layer::new().folder("app", git.path())
}

/// A repository that held a secret in a file of this path once, all in one pack.
pub fn once_held(path: &str, token: &str) -> Repo {
    let git = once_held_loose(path, token);
    git.pack();
    git
}

/// The same with loose objects.
pub fn once_held_loose(path: &str, token: &str) -> Repo {
    let git = Repo::new();
    git.commit_file(path, line(token));
    git.commit_removal(path);
    git
}

impl Default for Repo {
    fn default() -> Self {
        Self::new()
    }
}

impl Repo {
    /// Scans it with these flags.
    pub fn scan(&self, flags: &[&str]) -> Run {
        let flags = flags.iter().copied();
        repo([self.text()].into_iter().chain(flags)).run()
    }

    /// The same where something is to be found, and everything to be read.
    #[track_caller]
    pub fn found(&self, flags: &[&str]) -> Report {
        let report = self.scan(flags).expect(1).report();
        report.expect_gaps(&[]);
        report
    }

    /// An empty repository with the branch `main`.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same, with more options for `git init`.
    pub fn with(options: &[&str]) -> Self {
        let repo = Self::anything();
        let init = ["init", "--quiet", "--initial-branch=main"];
        repo.git(&[&init, options].concat());
        repo
    }

    /// An empty folder, to be cloned into.
    pub fn anything() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Cell::new(BEGIN),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where it is, as an argument.
    pub fn text(&self) -> &str {
        self.path().to_str().unwrap()
    }

    /// Something in it.
    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    /// Runs git here and returns what it says, without the line end.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The same for what may fail.
    pub fn try_git(&self, args: &[&str]) -> Output {
        self.command("git").args(args).output().expect("git runs")
    }

    /// Runs git here with this on standard input and returns what it says, without the line end.
    #[track_caller]
    pub fn feed(&self, args: &[&str], input: &[u8]) -> String {
        let mut command = self.command("git");
        let pipes = command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = pipes.spawn().expect("git runs");
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A program that runs here as git does.
    pub fn command(&self, program: &str) -> Command {
        let now = self.clock.get();
        self.clock.set(now + 60);
        let mut command = Command::new(program);
        let own = std::env::vars_os().map(|variable| variable.0);
        for name in own.filter(|name| name.as_encoded_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_COUNT", "2")
            .env("GIT_CONFIG_KEY_0", "protocol.file.allow")
            .env("GIT_CONFIG_VALUE_0", "always")
            .env("GIT_CONFIG_KEY_1", "safe.directory")
            .env("GIT_CONFIG_VALUE_1", "*")
            .env("GIT_AUTHOR_NAME", "Ada Example")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", format!("{now} +0000"))
            .env("GIT_COMMITTER_NAME", "Ada Example")
            .env("GIT_COMMITTER_EMAIL", "ada@example.com")
            .env("GIT_COMMITTER_DATE", format!("{now} +0000"));
        command
    }

    /// Writes a file.
    pub fn put(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Commits everything as it is on disk and returns the commit's name.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.head()
    }

    /// Writes a file and commits it.
    pub fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.put(path, content).commit(&format!("write {path}"))
    }

    /// Removes a file and commits that.
    pub fn commit_removal(&self, path: &str) -> String {
        std::fs::remove_file(self.join(path)).unwrap();
        self.commit(&format!("remove {path}"))
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Packs everything, deltas included, and leaves no loose object behind.
    pub fn pack(&self) -> &Self {
        self.git(&["repack", "-a", "-d", "-q", "--depth=50", "--window=50"]);
        self
    }
}

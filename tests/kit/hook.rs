//! Runs git, and the program beside it, as a person with hooks does.

use super::Repo;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What somebody saw.
#[derive(Debug)]
pub struct Seen {
    /// Exit code; -1 for a signal.
    pub code: i32,
    /// Standard output and standard error, one after the other.
    pub text: String,
}

impl Seen {
    /// Insists on success.
    #[track_caller]
    pub fn passed(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.text);
        self
    }

    /// Insists on a failure that tells all of these.
    #[track_caller]
    pub fn stopped(self, told: &[&str]) -> Self {
        assert_ne!(self.code, 0, "{}", self.text);
        self.tells(told)
    }

    /// Insists that all of these are told.
    #[track_caller]
    pub fn tells(self, told: &[&str]) -> Self {
        for word in told {
            assert!(
                self.text.contains(word),
                "`{word}` is not told:\n{}",
                self.text
            );
        }
        self
    }
}

/// `git` in a repository.
pub fn git(repo: &Repo, args: &[&str]) -> Seen {
    git_with(repo, args, &[])
}

/// `git` in a repository, with variables.
pub fn git_with(repo: &Repo, args: &[&str], variables: &[(&str, &str)]) -> Seen {
    let mut command = repo.command("git");
    command.args(args).envs(variables.iter().copied());
    run(command, b"")
}

/// `residue hook` in a repository.
pub fn hook(repo: &Repo, args: &[&str]) -> Seen {
    hook_with(repo, args, &[], b"")
}

/// `residue hook` in a repository, with variables and standard input.
pub fn hook_with(repo: &Repo, args: &[&str], variables: &[(&str, &str)], input: &[u8]) -> Seen {
    let mut command = repo.command(env!("CARGO_BIN_EXE_residue"));
    command
        .arg("hook")
        .args(args)
        .envs(variables.iter().copied());
    run(command, input)
}

/// A user with a configuration that may be written.
pub struct User {
    home: TempDir,
}

impl Default for User {
    fn default() -> Self {
        Self::new()
    }
}

impl User {
    /// Somebody who has configured nothing.
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home }
    }

    /// A path below the home directory.
    pub fn path(&self, below: &str) -> String {
        self.home.path().join(below).to_str().unwrap().to_owned()
    }

    /// `residue hook` in a repository.
    pub fn hook(&self, repo: &Repo, args: &[&str]) -> Seen {
        self.with(|variables| hook_with(repo, args, variables, b""))
    }

    /// `git` in a repository.
    pub fn git(&self, repo: &Repo, args: &[&str]) -> Seen {
        self.with(|variables| git_with(repo, args, variables))
    }

    fn with(&self, run: impl Fn(&[(&str, &str)]) -> Seen) -> Seen {
        run(&[
            ("GIT_CONFIG_GLOBAL", &self.path("gitconfig")),
            ("XDG_CONFIG_HOME", &self.path("config")),
        ])
    }
}

/// Runs a command to its end, without the settings of whoever runs the tests.
pub fn run(mut command: Command, input: &[u8]) -> Seen {
    let set: Vec<_> = command
        .get_envs()
        .map(|(name, _)| name.to_owned())
        .collect();
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().into_owned();
        let is_ours = text.starts_with("RESIDUE_") || text.starts_with("PRE_COMMIT");
        if is_ours && !set.contains(&name) {
            command.env_remove(name);
        }
    }
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    // It may end without having read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    Seen {
        code: output.status.code().unwrap_or(-1),
        text: String::from_utf8_lossy(&text).into_owned(),
    }
}

/// Writes a shell script that can be run.
pub fn script(path: &Path, body: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

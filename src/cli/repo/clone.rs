//! Fetching a repository by the `git` program, which knows the user's credentials, proxies and ssh.

use anyhow::{Context as _, bail};
use residue::scan::Stop;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

/// How often to ask whether git is done.
const PATIENCE: Duration = Duration::from_millis(10);

/// A bare clone in a temporary folder, removed when it is dropped.
pub(super) struct Clone {
    folder: tempfile::TempDir,
}

/// Whether a target is the address of a repository, and no path: `https://host/app`, or
/// `git@host:app` as ssh has it.
pub(super) fn is_url(target: &str) -> bool {
    if Path::new(target).exists() {
        return false;
    }
    let is_ssh = target
        .split_once(':')
        .is_some_and(|(host, _)| host.contains('@') && !host.contains(['/', '\\']));
    target.contains("://") || is_ssh
}

impl Clone {
    /// Clones everything that the other side offers, every reference included, unless it is told to
    /// stop.
    pub(super) fn of(url: &str, stop: &Stop) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the clone")?;
        let mut git = Command::new("git")
            .args(["clone", "--mirror", "--quiet", "--no-hardlinks", "--"])
            .arg(url)
            .arg(folder.path())
            .spawn()
            .context("cannot run `git`, which does the cloning; is it installed?")?;
        let Some(status) = wait(&mut git, stop)? else {
            bail!("stopped while git was still cloning; nothing was scanned");
        };
        if !status.success() {
            bail!("git could not clone the repository, see above; nothing was scanned");
        }
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Waits for the program; `None` if the scan is to stop before, and the program is ended.
fn wait(program: &mut Child, stop: &Stop) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = program.try_wait()? {
            return Ok(Some(status));
        }
        if stop.is_set() {
            program.kill()?;
            program.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_paths() {
        for url in [
            "https://host/app",
            "ssh://host/app",
            "file:///srv/app",
            "git@host:app.git",
        ] {
            assert!(is_url(url), "{url}");
        }
        for path in [".", "../app", "C:\\app", "dir/a@b:c", "app:main"] {
            assert!(!is_url(path), "{path}");
        }
    }
}

//! Fetching a repository by the `git` program, which knows the user's credentials, proxies and ssh.

use anyhow::{Context as _, bail};
use std::path::Path;
use std::process::Command;

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
    /// Clones everything that the other side offers, every reference included.
    pub(super) fn of(url: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the clone")?;
        let git = Command::new("git")
            .args(["clone", "--mirror", "--quiet", "--no-hardlinks", "--"])
            .arg(url)
            .arg(folder.path())
            .status()
            .context("cannot run `git`, which does the cloning; is it installed?")?;
        if !git.success() {
            bail!("git could not clone the repository, see above; nothing was scanned");
        }
        Ok(Self { folder })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
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

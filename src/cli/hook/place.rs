//! Where the hooks of the repository here belong: the folder that `core.hooksPath` names, else that of
//! the common directory, which all linked worktrees share.

use super::git;
use anyhow::{Context as _, bail};
use std::env;
use std::path::{Path, PathBuf};

/// A folder of hooks.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    /// Whether `core.hooksPath` names it: then it may serve other repositories too.
    pub(super) is_configured: bool,
}

impl Place {
    /// That of the repository here.
    pub(super) fn here() -> anyhow::Result<Self> {
        let here = Path::new(".");
        // A relative core.hooksPath begins where git runs hooks: at the top of the work tree, or in the
        // git directory if there is none.
        let top = git::ask(here, &["rev-parse", "--show-toplevel"]);
        let top = match top {
            Ok(top) if !top.is_empty() => top,
            _ => git::ask(here, &["rev-parse", "--absolute-git-dir"])?,
        };
        let top = PathBuf::from(top);
        let folder = top.join(git::ask(&top, &["rev-parse", "--git-path", "hooks"])?);
        let common = top.join(git::ask(&top, &["rev-parse", "--git-common-dir"])?);
        if is_of_husky(&folder) {
            bail!(
                "husky writes {} anew and calls hooks by their names, so nothing can be put in \
                 between; add the line `residue hook run NAME` to the hooks in {} instead, for \
                 pre-push with \"$@\" at its end",
                folder.display(),
                folder.parent().unwrap_or(&folder).display()
            );
        }
        Ok(Self {
            is_configured: plain(&folder) != plain(&common).join("hooks"),
            folder,
        })
    }
}

/// Our own folder of hooks for all repositories, beside the rest of the user's configuration.
pub(super) fn for_all() -> anyhow::Result<PathBuf> {
    let set = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let home = || set("HOME").or_else(|| set("USERPROFILE"));
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(home()?.join(".config")));
    let config =
        config.context("neither XDG_CONFIG_HOME nor HOME says where configuration goes")?;
    Ok(config.join("residue").join("hooks"))
}

/// Husky's hooks look for their other half by the name that they were called by.
fn is_of_husky(folder: &Path) -> bool {
    folder.ends_with(".husky/_") || folder.join("husky.sh").exists()
}

/// A path by which two can be compared.
fn plain(path: &Path) -> PathBuf {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(path), ..) => path,
        // A folder that is still to be made.
        (Err(_), Some(parent), Some(name)) => parent
            .canonicalize()
            .map_or_else(|_| path.to_owned(), |parent| parent.join(name)),
        _ => path.to_owned(),
    }
}

//! Hooks for all repositories of a user: a folder of our own, which `core.hooksPath` in the user's git
//! configuration names.
//!
//! That setting hides the hooks of every repository. So the folder has a script for each of git's hooks,
//! and it calls the repository's own.

use super::git;
use super::install::{Standing, program, standing, write};
use super::place;
use super::script::{self, First};
use crate::cli::args::Hook;
use anyhow::{Context as _, bail};
use clap::ValueEnum as _;
use std::fs;
use std::path::Path;

/// Git's name for the folder.
const HOOKS_PATH: &str = "core.hooksPath";
/// Where we note the value that was there before.
const BEFORE: &str = "residue.hooksPathBefore";
/// Git's hooks, ours aside (githooks(5)). Left out are those that change what git does by being there,
/// and those that are called so often that an extra shell would be felt: `push-to-checkout`,
/// `proc-receive`, `reference-transaction`, `post-index-change`, `fsmonitor-watchman`.
const OTHERS: [&str; 17] = [
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-merge-commit",
    "pre-rebase",
    "prepare-commit-msg",
    "sendemail-validate",
    "update",
    "p4-pre-submit",
];

/// Installs a hook for all repositories and says what was done.
pub(super) fn install(hook: Hook, force: bool) -> anyhow::Result<String> {
    let folder = place::for_all()?;
    let named = git::user_value(HOOKS_PATH, "path")?.filter(|named| Path::new(named) != folder);
    if let Some(named) = named.as_ref().filter(|_| !force) {
        bail!(
            "{HOOKS_PATH} is {named} already; `residue hook install {}` in a repository installs \
             there, or --force replaces the setting",
            hook.name()
        );
    }
    for name in names().filter(|name| *name != hook.name()) {
        if matches!(standing(&folder.join(name))?, Standing::Nothing) {
            write(&folder.join(name), &script::passing(name))?;
        }
    }
    let path = folder.join(hook.name());
    let text = script::running(hook, &program()?, First::OfRepository);
    match standing(&path)? {
        Standing::Ours(old) if old == text.as_bytes() => {}
        Standing::Nothing | Standing::Ours(_) => write(&path, &text)?,
        Standing::Other => bail!("{} is no hook of residue; remove it first", path.display()),
    }
    if let Some(named) = &named {
        git::set_user_value(BEFORE, named.as_ref())?;
    }
    git::set_user_value(HOOKS_PATH, folder.as_os_str())?;
    Ok(format!(
        "{} is installed for all your repositories: {HOOKS_PATH} is now {}\n\
         Hooks that a repository has itself are called first",
        hook.name(),
        folder.display()
    ))
}

/// Takes a hook away; with the last one the setting and the folder go too.
pub(super) fn uninstall(hook: Hook) -> anyhow::Result<String> {
    let folder = place::for_all()?;
    let path = folder.join(hook.name());
    if !runs(&path)? {
        return Ok(format!(
            "{} is not installed for all repositories, nothing to do",
            hook.name()
        ));
    }
    write(&path, &script::passing(hook.name()))?;
    for other in Hook::value_variants() {
        if runs(&folder.join(other.name()))? {
            return Ok(format!("{} is uninstalled; other hooks stay", hook.name()));
        }
    }
    let named = git::user_value(HOOKS_PATH, "path")?;
    if named.is_some_and(|named| Path::new(&named) == folder) {
        match git::user_value(BEFORE, "path")? {
            Some(before) => git::set_user_value(HOOKS_PATH, before.as_ref())?,
            None => git::unset_user_value(HOOKS_PATH)?,
        }
    }
    git::unset_user_value(BEFORE)?;
    for name in names() {
        let path = folder.join(name);
        if matches!(standing(&path)?, Standing::Ours(_)) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    // Whoever put something of their own there keeps it.
    let _ = fs::remove_dir(&folder);
    Ok(format!(
        "{} is uninstalled; {HOOKS_PATH} is as it was before",
        hook.name()
    ))
}

fn names() -> impl Iterator<Item = &'static str> {
    let ours = Hook::value_variants().iter().map(|hook| hook.name());
    OTHERS.into_iter().chain(ours)
}

/// Whether a hook runs the program, and does not only pass on.
fn runs(path: &Path) -> anyhow::Result<bool> {
    let standing = standing(path)?;
    Ok(matches!(standing, Standing::Ours(text) if script::is_ours(&text)))
}

//! Asking the `git` program. Where hooks belong is the user's configuration, which scans otherwise
//! leave alone.

use anyhow::{Context as _, bail};
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// What git says, without the line end; refused if it fails.
pub(super) fn ask(folder: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = call(folder, args)?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        bail!("`git {}` failed: {}", args.join(" "), why.trim());
    }
    text(output)
}

/// A value of the user's own configuration.
pub(super) fn user_value(key: &str, form: &str) -> anyhow::Result<Option<String>> {
    let form = format!("--type={form}");
    let output = call(Path::new("."), &["config", "--global", &form, "--get", key])?;
    match output.status.success() {
        true => text(output).map(Some),
        // A key that is not there and a file that is not there both say nothing.
        false if output.stderr.is_empty() => Ok(None),
        false => {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("cannot read your git configuration: {}", why.trim())
        }
    }
}

/// Sets a value of the user's own configuration.
pub(super) fn set_user_value(key: &str, value: &OsStr) -> anyhow::Result<()> {
    let value = value.to_str().with_context(|| {
        format!(
            "{} is not UTF-8, so git's configuration cannot name it",
            value.to_string_lossy()
        )
    })?;
    ask(Path::new("."), &["config", "--global", key, value]).map(drop)
}

/// Removes a value of the user's own configuration, if it is there.
pub(super) fn unset_user_value(key: &str) -> anyhow::Result<()> {
    match user_value(key, "path")? {
        Some(_) => ask(Path::new("."), &["config", "--global", "--unset-all", key]).map(drop),
        None => Ok(()),
    }
}

fn call(folder: &Path, args: &[&str]) -> anyhow::Result<Output> {
    let output = Command::new("git").current_dir(folder).args(args).output();
    output
        .context("cannot run `git`, whose configuration says where hooks belong; is it installed?")
}

fn text(output: Output) -> anyhow::Result<String> {
    let mut text =
        String::from_utf8(output.stdout).context("git names a path that is not UTF-8")?;
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    Ok(text)
}

//! Putting the script where git looks for it, and taking it away again. A hook of somebody else is
//! never lost: it is renamed, called first, and gets its name back in the end.

use super::place::{self, Place};
use super::script::{self, BEFORE, First};
use crate::cli::args::Hook;
use anyhow::{Context as _, bail};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What stands where a hook belongs.
pub(super) enum Standing {
    Nothing,
    /// A script of ours, with its text.
    Ours(Vec<u8>),
    /// Something else.
    Other,
}

/// Installs a hook in the repository here and says what was done.
pub(super) fn install(hook: Hook) -> anyhow::Result<String> {
    let place = own_place(hook, "install")?;
    let path = place.folder.join(hook.name());
    let text = script::running(hook, &program()?, First::Beside);
    let kept = match standing(&path)? {
        Standing::Ours(old) if old == text.as_bytes() => {
            return Ok(format!("{} is installed already", path.display()));
        }
        Standing::Nothing | Standing::Ours(_) => None,
        Standing::Other => Some(keep(&path)?),
    };
    if let Err(error) = write(&path, &text) {
        if let Some(kept) = &kept {
            // The error that is told is the first one.
            let _ = fs::rename(kept, &path);
        }
        return Err(error);
    }
    let mut told = format!("{} is installed: {}", hook.name(), path.display());
    if let Some(kept) = kept {
        told += &format!(
            "\nThe hook that was there is called first: {}",
            kept.display()
        );
    }
    if place.is_configured {
        told +=
            "\ncore.hooksPath names that folder, so it serves every repository with that setting";
    }
    Ok(told)
}

/// Takes a hook away and says what was done.
pub(super) fn uninstall(hook: Hook) -> anyhow::Result<String> {
    let path = own_place(hook, "uninstall")?.folder.join(hook.name());
    let shown = path.display();
    match standing(&path)? {
        Standing::Nothing => return Ok(format!("{shown} is not there, nothing to do")),
        Standing::Other => bail!("{shown} is no hook of residue, so it stays"),
        Standing::Ours(_) => {}
    }
    let kept = before(&path);
    match is_there(&kept) {
        true => {
            let result = fs::rename(&kept, &path);
            result.with_context(|| format!("cannot rename {} to {shown}", kept.display()))?;
            Ok(format!(
                "{} is uninstalled; what was there before is back: {shown}",
                hook.name()
            ))
        }
        false => {
            fs::remove_file(&path).with_context(|| format!("cannot remove {shown}"))?;
            Ok(format!("{} is uninstalled: {shown} is gone", hook.name()))
        }
    }
}

/// The hooks of the repository here, unless they are the ones that we have for all repositories.
fn own_place(hook: Hook, verb: &str) -> anyhow::Result<Place> {
    let place = Place::here()?;
    if place::for_all().is_ok_and(|ours| ours == place.folder) {
        let name = hook.name();
        bail!(
            "core.hooksPath is the folder of `--global`; use `residue hook {verb} --global {name}`"
        );
    }
    Ok(place)
}

/// Looks at what stands where a hook belongs.
pub(super) fn standing(path: &Path) -> anyhow::Result<Standing> {
    match fs::read(path) {
        Ok(text) if script::is_ours(&text) || script::is_passing(&text) => Ok(Standing::Ours(text)),
        Ok(_) => Ok(Standing::Other),
        // A link that leads nowhere is somebody's all the same.
        Err(error) if error.kind() == io::ErrorKind::NotFound => match is_there(path) {
            true => Ok(Standing::Other),
            false => Ok(Standing::Nothing),
        },
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes a script that can be run, all of it or nothing.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let all_may_run = fs::Permissions::from_mode(0o755);
            file.as_file().set_permissions(all_may_run)?;
        }
        file.persist(path)?;
        Ok(())
    };
    written().with_context(|| format!("cannot write the hook {}", path.display()))
}

/// The program that is running, which hooks are to call; just its name, if a script cannot spell its
/// path.
pub(super) fn program() -> anyhow::Result<String> {
    let path = std::env::current_exe().context("cannot find out where this program is")?;
    Ok(path.to_str().unwrap_or("residue").to_owned())
}

fn keep(path: &Path) -> anyhow::Result<PathBuf> {
    let kept = before(path);
    let (from, to) = (path.display(), kept.display());
    if is_there(&kept) {
        bail!("{from} would be kept as {to}, but that is there already; remove one of the two");
    }
    fs::rename(path, &kept).with_context(|| format!("cannot rename {from} to {to}"))?;
    Ok(kept)
}

fn before(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(BEFORE);
    name.into()
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

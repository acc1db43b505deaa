//! Where ignore files lie: at the root of what is scanned, or above it up to the root of its
//! repository. The closest one counts.

use super::{Ignores, Scope};
use crate::suppress::{SuppressError, file};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of an ignore file.
pub const FILE: &str = ".residueignore";

/// A local target whose ignore file is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The target, as reports call it.
    pub target: String,
    /// The folder that the paths of its places begin at.
    pub folder: PathBuf,
}

impl Root {
    /// A file or folder that was named by itself.
    pub fn of(path: &Path) -> Self {
        let parent = path.parent().filter(|_| !path.is_dir());
        let folder = parent.unwrap_or(path);
        Self {
            target: path.to_string_lossy().into_owned(),
            folder: or_here(folder).to_owned(),
        }
    }

    /// The repository that a path lies in, whose places' paths begin at its root.
    pub fn of_repository(target: &str, path: &Path) -> Self {
        let real = path.canonicalize();
        let real = real.unwrap_or_else(|_| path.to_owned());
        let root = folders(&real).last().unwrap_or(&real);
        Self {
            target: target.to_owned(),
            folder: root.to_owned(),
        }
    }
}

/// The ignore files of these targets, each once. A target without one adds nothing.
///
/// # Errors
/// When a file is there and cannot be read, or a line in it makes no sense.
pub fn of_tree(roots: &[Root]) -> Result<Vec<Ignores>, SuppressError> {
    let mut files: BTreeMap<PathBuf, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for root in roots {
        if let Some((file, prefix)) = nearest(&root.folder) {
            let targets = files.entry(file).or_default();
            targets.insert(root.target.clone(), prefix);
        }
    }
    let loaded = files
        .into_iter()
        .map(|(file, targets)| load(&file, Scope::Below(targets)));
    loaded.collect()
}

/// The closest ignore file for a folder, and what leads from the file's folder to this one: empty, or
/// with a slash at its end. A path that leads to no file of a tree, such as a pipe, is none.
pub fn nearest(folder: &Path) -> Option<(PathBuf, Vec<u8>)> {
    let real = folder.canonicalize().ok()?;
    let (above, file) = folders(&real)
        .map(|above| (above, above.join(FILE)))
        .find(|(_, file)| file.is_file())?;
    let rest = real.strip_prefix(above).ok()?;
    let prefix: Vec<u8> = rest
        .iter()
        .flat_map(|part| [part.as_encoded_bytes(), b"/"].concat())
        .collect();
    let shown = match prefix.is_empty() {
        true => plain(folder).join(FILE),
        false => file,
    };
    Some((shown, prefix))
}

/// The folder itself and, within a repository, those above it up to the repository's root.
pub(super) fn folders(real: &Path) -> impl Iterator<Item = &Path> {
    let depth = real
        .ancestors()
        .position(|above| above.join(".git").exists())
        .unwrap_or(0);
    real.ancestors().take(depth + 1)
}

/// Reads a file of entries.
pub(super) fn load(path: &Path, scope: Scope) -> Result<Ignores, SuppressError> {
    let name = path.display().to_string();
    Ignores::parse(&name, &file::read(path)?, scope)
}

/// A path without `.` in front.
fn plain(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// The current folder for a path that is empty.
fn or_here(path: &Path) -> &Path {
    match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    }
}

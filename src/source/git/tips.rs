//! What a history begins at: every reference, the HEAD of every worktree, the `*_HEAD` files that
//! commands leave behind, and everything that a reflog remembers. A rebased or reset branch is still
//! in its reflog, and so is a dropped stash.

use super::repository::Repository;
use gix::ObjectId;
use std::fs;
use std::path::{Path, PathBuf};

/// A name and an object that it stands for, or stood for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tip {
    /// The reference's full name; `reflog of ` and the name if only the reflog has it.
    pub(super) name: String,
    /// The object, which may be a tag, a tree or a blob.
    pub(super) id: ObjectId,
}

impl Tip {
    /// Whether git keeps the object for the tip's sake. What a reflog or a file such as ORIG_HEAD
    /// remembers may be gone.
    pub(super) fn is_held(&self) -> bool {
        self.name.starts_with("refs/") || self.name == "HEAD"
    }
}

/// All tips, sorted, each once; and what could not be read of them.
pub(super) fn all(repository: &Repository) -> (Vec<Tip>, Vec<String>) {
    let mut tips = Vec::new();
    let mut problems = Vec::new();
    references(&repository.local(), &mut tips, &mut problems);
    for folder in git_dirs(repository) {
        heads(&folder, &mut tips, &mut problems);
        reflogs(&folder.join("logs"), &mut tips, &mut problems);
    }
    tips.retain(|tip| !tip.id.is_null());
    tips.sort();
    tips.dedup();
    (tips, problems)
}

/// The common directory and those of all linked worktrees.
fn git_dirs(repository: &Repository) -> Vec<PathBuf> {
    let common = repository.common_dir();
    let linked = fs::read_dir(common.join("worktrees"));
    let linked = linked.into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = linked.map(|entry| entry.path()).collect();
    folders.push(common);
    folders.push(repository.git_dir());
    folders.sort();
    folders.dedup();
    folders
}

fn references(repo: &gix::Repository, tips: &mut Vec<Tip>, problems: &mut Vec<String>) {
    let platform = match repo.references() {
        Ok(platform) => platform,
        Err(error) => return problems.push(error.to_string()),
    };
    let all = match platform.all() {
        Ok(all) => all,
        Err(error) => return problems.push(error.to_string()),
    };
    for reference in all {
        match reference {
            Ok(reference) => {
                // A symbolic reference adds nothing to what it points at.
                if let Some(id) = reference.target().try_id() {
                    let name = reference.name().as_bstr().to_string();
                    tips.push(Tip {
                        name,
                        id: id.to_owned(),
                    });
                }
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
}

/// HEAD, if it is detached, and files such as ORIG_HEAD and FETCH_HEAD, which hold an object's name
/// at the beginning of each line.
fn heads(folder: &Path, tips: &mut Vec<Tip>, problems: &mut Vec<String>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_head(&name) || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        match fs::read(entry.path()) {
            Ok(text) => tips.extend(names(&text, 1).map(|id| Tip {
                name: name.clone(),
                id,
            })),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
}

/// Whether a file beside HEAD holds names of objects.
pub(super) fn is_head(name: &str) -> bool {
    name == "HEAD" || name.ends_with("_HEAD") || name == "AUTO_MERGE"
}

/// Both ends of every step that a reflog remembers.
fn reflogs(folder: &Path, tips: &mut Vec<Tip>, problems: &mut Vec<String>) {
    if !folder.is_dir() {
        return;
    }
    for entry in walkdir::WalkDir::new(folder) {
        let entry = match entry {
            Ok(entry) if entry.file_type().is_file() => entry,
            Ok(_) => continue,
            Err(error) => {
                problems.push(error.to_string());
                continue;
            }
        };
        let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = format!("reflog of {}", path.display());
        match fs::read(entry.path()) {
            Ok(text) => tips.extend(names(&text, 2).map(|id| Tip {
                name: name.clone(),
                id,
            })),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
}

/// The objects named by the first `most` words of each line.
pub(super) fn names(text: &[u8], most: usize) -> impl Iterator<Item = ObjectId> {
    text.split(|&byte| byte == b'\n').flat_map(move |line| {
        let words = line.split(|byte| byte.is_ascii_whitespace());
        words
            .take(most)
            .filter_map(|word| ObjectId::from_hex(word).ok())
    })
}

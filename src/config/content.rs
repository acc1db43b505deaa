//! The files that a scanned tree brings along, from the disk or from a revision of its repository.
//!
//! A tree is not trusted: nothing outside it is read, whether `..` or a symbolic link leads there,
//! and a file of absurd size or kind is refused and never read.

use super::ConfigError;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Largest file that is read, in bytes.
const LARGEST: u64 = 4 << 20;

/// The tree that a target belongs to: its repository, or the target itself if it is in none.
#[derive(Debug)]
pub struct Content {
    top: PathBuf,
    /// The target, seen from the top.
    start: PathBuf,
    revision: Option<Revision>,
}

#[derive(Debug)]
struct Revision {
    name: String,
    repository: gix::Repository,
    tree: gix::ObjectId,
}

impl Content {
    /// The tree around a target as it lies on disk. `root` is a directory, or a file that is scanned
    /// alone.
    ///
    /// # Errors
    /// When there is no such directory or file.
    pub fn on_disk(root: &Path) -> Result<Self, ConfigError> {
        let unreadable = |cause: io::Error| ConfigError::Unreadable {
            file: root.display().to_string(),
            cause: cause.to_string(),
        };
        let mut folder = root.canonicalize().map_err(unreadable)?;
        if !folder.is_dir() {
            folder.pop();
        }
        let is_repository = |folder: &&Path| folder.join(".git").exists();
        let top = folder.ancestors().find(is_repository).unwrap_or(&folder);
        Ok(Self {
            start: folder.strip_prefix(top).unwrap_or(Path::new("")).to_owned(),
            top: top.to_owned(),
            revision: None,
        })
    }

    /// The tree around a target as a revision of its repository has it.
    ///
    /// # Errors
    /// When the target is in no repository, or the repository has no such revision.
    pub fn at_revision(root: &Path, name: &str) -> Result<Self, ConfigError> {
        let mut content = Self::on_disk(root)?;
        content.revision = Some(Revision::open(&content.top, name)?);
        Ok(content)
    }

    /// The directories in which the target's configuration may lie, from the target to the top.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.start.ancestors()
    }

    /// The directory at the top.
    pub(super) fn top(&self) -> &Path {
        &self.top
    }

    /// How people know a file of the tree; `path` is seen from the top.
    pub fn shown(&self, path: &Path) -> String {
        match &self.revision {
            None => path.display().to_string(),
            Some(revision) => format!("{}:{}", revision.name, path.display()),
        }
    }

    /// The text of a file, whose path is seen from the top; `None` if it is not there.
    ///
    /// # Errors
    /// When it cannot be read, is no regular file, is larger than 4 MiB, is not UTF-8, or lies outside
    /// the tree.
    pub fn text(&self, path: &Path) -> Result<Option<String>, ConfigError> {
        let unreadable = |cause: String| ConfigError::Unreadable {
            file: self.shown(path),
            cause,
        };
        let bytes = match &self.revision {
            None => self.disk(path).map_err(|cause| cause.to_string()),
            Some(revision) => revision.read(path),
        };
        let Some(bytes) = bytes.map_err(unreadable)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| unreadable("it is not UTF-8".to_owned()))
    }

    /// The text of a file that the user named by its path on disk, as this tree has it, with what
    /// people call it; `None` if the path leads elsewhere or the tree does not have it.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn text_of(&self, path: &Path) -> Result<Option<(String, String)>, ConfigError> {
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).canonicalize();
        let real = folder.ok().zip(path.file_name());
        let real = real.map(|(folder, name)| folder.join(name));
        let inside = real
            .as_deref()
            .and_then(|real| real.strip_prefix(&self.top).ok());
        let Some(inside) = inside else {
            return Ok(None);
        };
        let text = self.text(inside)?;
        Ok(text.map(|text| (self.shown(inside), text)))
    }

    fn disk(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let real = match self.top.join(path).canonicalize() {
            Ok(real) => real,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause),
        };
        if !real.starts_with(&self.top) {
            return Err(io::Error::other("it leads out of the scanned tree"));
        }
        regular(&real).map(Some)
    }
}

impl Revision {
    fn open(top: &Path, name: &str) -> Result<Self, ConfigError> {
        let wrong = |cause: String| ConfigError::Revision {
            revision: name.to_owned(),
            cause,
        };
        let options = gix::open::Options::isolated().config_overrides([
            "gitoxide.objects.allocLimit=64m",
            "gitoxide.objects.noReplace=true",
        ]);
        let repository = options
            .open(top)
            .map_err(|cause| wrong(cause.to_string()))?
            .to_thread_local();
        let found = repository.rev_parse_single(name);
        let object = found.map_err(|cause| wrong(cause.to_string()))?.object();
        let tree = object
            .map_err(|cause| wrong(cause.to_string()))?
            .peel_to_tree()
            .map_err(|cause| wrong(cause.to_string()))?
            .id;
        Ok(Self {
            name: name.to_owned(),
            repository,
            tree,
        })
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, String> {
        let tree = self.repository.find_tree(self.tree);
        let entry = tree
            .map_err(|cause| cause.to_string())?
            .lookup_entry_by_path(path)
            .map_err(|cause| cause.to_string())?;
        let Some(entry) = entry else {
            return Ok(None);
        };
        if !entry.mode().is_blob() {
            return Err("it is no regular file in that revision".to_owned());
        }
        let mut object = entry.object().map_err(|cause| cause.to_string())?;
        Ok(Some(std::mem::take(&mut object.data)))
    }
}

/// The content of a regular file of bearable size.
///
/// # Errors
/// When it is neither, or cannot be read.
pub(super) fn regular(path: &Path) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if about.len() > LARGEST {
        let message = format!("it is larger than {} MiB", LARGEST >> 20);
        return Err(io::Error::other(message));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(LARGEST)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path as seen from the top, from the folder that it is written in; `None` if it leads out.
pub(super) fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut inside = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir if inside.pop() => {}
            _ => return None,
        }
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_tree_reaches_up_to_its_repository_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "repo/.git/HEAD", "");
        put(folder.path(), "repo/a/b/file", "");
        put(folder.path(), "alone/file", "");
        let folders = |path: &str| -> Vec<String> {
            let content = Content::on_disk(&folder.path().join(path)).unwrap();
            let folders = content.folders();
            folders.map(|folder| folder.display().to_string()).collect()
        };
        assert_eq!(folders("repo/a/b"), ["a/b", "a", ""]);
        assert_eq!(folders("repo/a/b/file"), ["a/b", "a", ""]);
        assert_eq!(folders("alone"), [""]);
        assert!(Content::on_disk(&folder.path().join("none")).is_err());
    }

    #[test]
    fn nothing_outside_the_tree_is_read() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "outside", "x = 1");
        put(folder.path(), "tree/inside", "y = 1");
        std::os::unix::fs::symlink("../outside", folder.path().join("tree/link")).unwrap();
        std::os::unix::fs::symlink("inside", folder.path().join("tree/near")).unwrap();
        let content = Content::on_disk(&folder.path().join("tree")).unwrap();
        let text = |path: &str| content.text(Path::new(path));
        assert_eq!(text("inside").unwrap().as_deref(), Some("y = 1"));
        assert_eq!(text("near").unwrap().as_deref(), Some("y = 1"));
        assert_eq!(text("none").unwrap(), None);
        assert!(text("link").unwrap_err().to_string().contains("leads out"));
        assert!(
            text("")
                .unwrap_err()
                .to_string()
                .contains("no regular file")
        );
    }

    #[test]
    fn a_path_cannot_climb_out() {
        let table = [
            ("a", "b.toml", Some("a/b.toml")),
            ("a", "../b.toml", Some("b.toml")),
            ("a", "./c/../b.toml", Some("a/b.toml")),
            ("a", "../../b.toml", None),
            ("", "../etc", None),
            ("", "/etc/passwd", None),
        ];
        for (folder, path, expected) in table {
            let found = inside(Path::new(folder), path);
            assert_eq!(found.as_deref(), expected.map(Path::new), "{folder} {path}");
        }
    }
}

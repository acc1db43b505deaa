//! One repository: opened without believing anybody's configuration, and what it is made of.
//!
//! Only the repository's own files decide what is read. The user's and the machine's configuration,
//! the environment and who owns the files change nothing: a scan in a container, of a repository
//! that belongs to somebody else, must not see less than its owner would. Nothing configured is ever
//! run.

use super::GitError;
use super::objects::Objects;
use gix::open::Options;
use gix::sec::Trust;
use gix::{ObjectId, ThreadSafeRepository};
use std::path::{Path, PathBuf};

/// What the object reader may allocate for one object, in git's notation; it is there to stop a
/// hostile size and not a large file.
const LARGEST_OBJECT: &str = "gitoxide.objects.allocLimit=16g";
/// Memory for objects that others are stored as changes of; each thread has its own.
const BASES: &str = "core.deltaBaseCacheLimit=32m";
/// Replacements and grafts show another history than the one that is stored.
const AS_STORED: &str = "gitoxide.objects.noReplace=true";

/// A repository that is open.
pub(super) struct Repository {
    shared: ThreadSafeRepository,
    /// Where a server keeps what is being pushed until its hooks have agreed.
    quarantine: Option<PathBuf>,
    /// What stands in front of its paths in reports: empty, or where in the
    /// other repository's files it lies, and a slash.
    pub(super) prefix: Vec<u8>,
}

impl Repository {
    /// Opens the repository that `path` is, or that it lies in.
    pub(super) fn containing(path: &Path) -> Result<Self, GitError> {
        let start = path
            .canonicalize()
            .map_err(|error| GitError::opening(path, error))?;
        let is_repository = |path: &Path| gix::discover::is_git(path).is_ok();
        let found = start.ancestors().find_map(|folder| {
            [folder.join(".git"), folder.to_owned()]
                .into_iter()
                .find(|place| is_repository(place))
        });
        match found {
            Some(place) => Self::open(&place, Vec::new()),
            None => Err(GitError::None(path.to_owned())),
        }
    }

    /// Opens a repository by its git directory, or by the file that stands for one in a worktree.
    pub(super) fn open(place: &Path, prefix: Vec<u8>) -> Result<Self, GitError> {
        let options = Options::isolated()
            .with(Trust::Full)
            .bail_if_untrusted(false)
            .open_path_as_is(true)
            .config_overrides([LARGEST_OBJECT, AS_STORED, BASES]);
        let shared = ThreadSafeRepository::open_opts(place, options)
            .map_err(|error| GitError::opening(place, error))?;
        Ok(Self {
            shared,
            quarantine: None,
            prefix,
        })
    }

    /// Reads also the objects of this directory.
    pub(super) fn with_quarantine(mut self, objects: Option<PathBuf>) -> Self {
        self.quarantine = objects;
        self
    }

    /// Everything but objects, for this thread.
    pub(super) fn local(&self) -> gix::Repository {
        self.shared.to_thread_local()
    }

    /// The objects, for this thread.
    pub(super) fn objects(&self) -> Objects {
        Objects::new(self.local(), self.quarantine.as_deref())
    }

    /// The directories that hold objects: its own, that of a push under way, and those it borrows
    /// from.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        let own = self.store();
        let here = std::env::current_dir().unwrap_or_default();
        let borrowed = gix::odb::alternate::resolve(own.clone(), &here);
        let mut all: Vec<PathBuf> = self.quarantine.iter().cloned().collect();
        all.push(own);
        all.extend(borrowed.unwrap_or_default());
        all
    }

    /// How it keeps its references, if that is not as files.
    pub(super) fn foreign_references(&self) -> Option<String> {
        let format = self
            .local()
            .config_snapshot()
            .string("extensions.refStorage")?;
        (*format != b"files"[..]).then(|| format.to_string())
    }

    /// Whether it was cloned without some of its objects.
    pub(super) fn is_partial(&self) -> bool {
        let repo = self.local();
        let config = repo.config_snapshot();
        let is_promised = |remote: &gix::bstr::BStr| {
            let key = format!("remote.{remote}.promisor");
            config.boolean(key.as_str()).unwrap_or(false)
        };
        let remotes = repo.remote_names();
        config.string("extensions.partialClone").is_some()
            || remotes.iter().any(|name| is_promised(name.as_ref()))
    }

    /// Where objects, references and configuration are, also those of a linked worktree.
    pub(super) fn common_dir(&self) -> PathBuf {
        plain(self.local().common_dir())
    }

    /// Where its own objects are.
    pub(super) fn store(&self) -> PathBuf {
        plain(&self.common_dir().join("objects"))
    }

    /// Where HEAD and the index are: the same, but in a linked worktree.
    pub(super) fn git_dir(&self) -> PathBuf {
        plain(self.local().git_dir())
    }

    /// The trees that the next commit builds on: that of HEAD, unless there is none yet, and while a
    /// merge is under way those of what is merged.
    pub(super) fn heads(&self, objects: &Objects) -> Vec<ObjectId> {
        let merged = std::fs::read(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        let merged = merged.split(|&byte| byte == b'\n');
        let merged = merged.filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok());
        let merged = merged.filter_map(|commit| objects.tree_of(commit));
        objects.head().into_iter().chain(merged).collect()
    }

    /// Where the files are checked out, if they are.
    pub(super) fn work_dir(&self) -> Option<PathBuf> {
        self.local().workdir().map(plain)
    }

    /// The hash that names objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.local().object_hash()
    }

    /// The commits whose parents were never fetched.
    pub(super) fn boundary(&self) -> Vec<ObjectId> {
        let commits = self.local().shallow_commits().ok().flatten();
        commits.map_or_else(Vec::new, |commits| commits.iter().copied().collect())
    }

    /// The repositories of submodules that are kept inside this one, at any depth.
    pub(super) fn submodules(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let modules = self.common_dir().join("modules");
        let mut found = Vec::new();
        let mut walk = walkdir::WalkDir::new(&modules)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = walk.next() {
            let Ok(entry) = entry else { continue };
            if !entry.file_type().is_dir() || gix::discover::is_git(entry.path()).is_err() {
                continue;
            }
            // Its own submodules are found when it is opened.
            walk.skip_current_dir();
            let name = entry.path().strip_prefix(&modules).unwrap_or(entry.path());
            let mut prefix = self.prefix.clone();
            prefix.extend_from_slice(name.as_os_str().as_encoded_bytes());
            prefix.push(b'/');
            found.push((entry.into_path(), prefix));
        }
        found
    }
}

/// A path without the `.` and `..` that links between repositories are made of.
fn plain(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

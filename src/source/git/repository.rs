//! One repository: opened without believing anybody's configuration, and what it is made of.
//!
//! Only the repository's own files decide what is read. The user's and the machine's configuration,
//! the environment and who owns the files change nothing: a scan in a container, of a repository
//! that belongs to somebody else, must not see less than its owner would. Nothing configured is ever
//! run.

use super::GitError;
use super::objects::Objects;
use super::odb::Odb;
use super::outline::Outline;
use super::staged::Index;
use super::tips;
use crate::model::Kind;
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
    /// Where everything has to be that is read for its sake; anywhere, if it was named itself.
    bounds: Option<PathBuf>,
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
            bounds: None,
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
        Objects::of(Odb::new(self.local(), self.quarantine.as_deref()))
    }

    /// Reads nothing outside of this directory.
    pub(super) fn within(mut self, bounds: &Path) -> Self {
        self.bounds = Some(plain(bounds));
        self
    }

    /// The directories that hold objects: its own, that of a push under way, and those it borrows
    /// from.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        let own = self.quarantine.iter().cloned().chain([self.store()]);
        own.chain(self.borrowed(true)).collect()
    }

    /// The directories that it borrows objects from and that are out of bounds.
    pub(super) fn out_of_bounds(&self) -> Vec<PathBuf> {
        self.borrowed(false)
    }

    fn borrowed(&self, is_inside: bool) -> Vec<PathBuf> {
        let here = std::env::current_dir().unwrap_or_default();
        let mut all = gix::odb::alternate::resolve(self.store(), &here).unwrap_or_default();
        let lies_inside = |store: &PathBuf| {
            let bounds = self.bounds.as_ref();
            bounds.is_none_or(|bounds| plain(store).starts_with(bounds))
        };
        all.retain(|store| lies_inside(store) == is_inside);
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

    /// The commit that is checked out.
    pub(super) fn head(&self) -> Option<ObjectId> {
        self.local().head_id().ok().map(gix::Id::detach)
    }

    /// The commits that are merged into it just now.
    pub(super) fn merged(&self) -> Vec<ObjectId> {
        let merged = std::fs::read(self.git_dir().join("MERGE_HEAD")).unwrap_or_default();
        tips::names(&merged, 1).collect()
    }

    /// What its small files say.
    pub(super) fn outline(&self) -> Outline {
        let (tips, problems) = tips::all(self);
        Outline {
            tips,
            boundary: self.boundary(),
            head: self.head(),
            merged: self.merged(),
            indexes: vec![Index::At(self.git_dir().join("index"))],
            is_partial: self.is_partial(),
            foreign_references: self.foreign_references(),
            problems: problems
                .into_iter()
                .map(|why| (Kind::Corrupt, why))
                .collect(),
        }
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

//! One repository: opened without believing anybody's configuration, and what it is made of.
//!
//! Only the repository's own files decide what is read. The user's and the machine's configuration,
//! the environment and who owns the files change nothing: a scan in a container, of a repository
//! that belongs to somebody else, must not see less than its owner would. Nothing configured is ever
//! run.

use super::GitError;
use super::commit::Raw;
use super::memory::{Memory, Recall};
use gix::objs::Find as _;
use gix::objs::{CommitRef, Kind};
use gix::open::Options;
use gix::prelude::Header as _;
use gix::sec::Trust;
use gix::{ObjectId, ThreadSafeRepository};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

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
        let hash = self.hash();
        // Nothing is added to it while the hook runs, and most objects are not in it.
        let open = |path: &PathBuf| {
            let mut store = gix::odb::at(path, hash).ok()?;
            store.refresh_never();
            Some(store)
        };
        Objects {
            repo: self.local(),
            quarantine: self.quarantine.as_ref().and_then(open),
            recall: None,
        }
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

/// Looks up objects by name, on one thread.
pub(super) struct Objects {
    repo: gix::Repository,
    quarantine: Option<gix::odb::Handle>,
    /// What is known from reading all of them.
    recall: Option<Recall>,
}

/// An object in memory.
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) data: Vec<u8>,
}

impl Objects {
    /// The object of that name, or `None` if it is not here.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence.
    pub(super) fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
        let mut data = Vec::new();
        if let Some(store) = &self.quarantine
            && let Ok(Some(found)) = store.try_find(&id, &mut data)
        {
            let kind = found.kind;
            return Ok(Some(Object { kind, data }));
        }
        let found = self.repo.try_find_object(id);
        let found = found.map_err(|error| error.to_string())?;
        Ok(found.map(|object| {
            let object = object.detach();
            Object {
                kind: object.kind,
                data: object.data,
            }
        }))
    }

    /// The object of that name, if it is here and of that kind.
    pub(super) fn get(&self, id: ObjectId, kind: Kind) -> Option<Vec<u8>> {
        let object = self.find(id).ok().flatten()?;
        (object.kind == kind).then_some(object.data)
    }

    /// Takes what it can from memory.
    pub(super) fn recalling(mut self, memory: &Arc<Memory>) -> Self {
        self.recall = Some(Recall::new(Arc::clone(memory)));
        self
    }

    /// The tree of that name, if it is here.
    pub(super) fn tree(&self, id: ObjectId) -> Option<Rc<[u8]>> {
        let kept = self.recall.as_ref().and_then(|recall| recall.tree(&id));
        kept.or_else(|| self.get(id, Kind::Tree).map(Rc::from))
    }

    /// What the commit of that name says, if it is here.
    pub(super) fn commit(&self, id: ObjectId) -> Option<Raw> {
        let recall = self.recall.as_ref();
        let known = recall.and_then(|recall| recall.memory.commit(&id)).cloned();
        known.or_else(|| Raw::parse(&self.get(id, Kind::Commit)?, self.hash()))
    }

    /// What an object is in which something was found; `None` if it is not here.
    pub(super) fn kind_of_hit(&self, id: ObjectId) -> Option<Kind> {
        match &self.recall {
            Some(recall) => recall.memory.kind(&id),
            None => self.kind(id),
        }
    }

    /// What an object is; `None` if it is not here.
    pub(super) fn kind(&self, id: ObjectId) -> Option<Kind> {
        if let Some(store) = &self.quarantine
            && let Ok(Some(header)) = store.try_header(&id)
        {
            return Some(header.kind());
        }
        let header = self.repo.try_find_header(id).ok().flatten();
        let known = header.map(|header| header.kind());
        known.or_else(|| self.find(id).ok().flatten().map(|object| object.kind))
    }

    /// The hash that names objects.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.repo.object_hash()
    }

    /// The tree of the commit that is checked out.
    pub(super) fn head(&self) -> Option<ObjectId> {
        self.repo.head_tree_id().ok().map(gix::Id::detach)
    }

    /// The tree of a commit.
    fn tree_of(&self, commit: ObjectId) -> Option<ObjectId> {
        let data = self.get(commit, Kind::Commit)?;
        let commit = CommitRef::from_bytes(&data, self.hash()).ok()?;
        Some(commit.tree())
    }

    /// The commit-graph file, if there is one.
    pub(super) fn graph(&self) -> Option<gix::commitgraph::Graph> {
        self.repo.commit_graph().ok()
    }
}

/// A path without the `.` and `..` that links between repositories are made of.
fn plain(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

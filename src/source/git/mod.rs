//! Git repositories: every object that a repository holds, searched once, and what its history tells
//! about the hits.
//!
//! Objects are read and not patches, so merges, renames and rewritten branches need no special case:
//! a text that was ever committed is an object. Which commits brought and removed a secret, at which
//! paths, and whether it is still there, is worked out after detection and for hits alone. A narrower
//! scope, such as what a push would publish, reads only what its commits change.

mod answers;
mod attribution;
mod bytes;
mod changes;
mod commit;
mod error;
mod files;
mod history;
mod lfs;
mod loose;
mod memory;
mod named;
mod nested;
mod objects;
pub mod pack;
mod part;
mod places;
mod plan;
mod range;
mod reader;
mod repository;
mod scope;
mod staged;
mod stores;
mod survey;
mod tips;
mod trees;
mod versions;

pub use bytes::Bytes;
pub use error::GitError;
pub use files::Files;
pub use scope::{Hidden, Range, Scope};

use self::answers::Held;
use self::nested::Nested;
use self::part::Part;
use self::repository::Repository;
use self::scope::Found;
use super::files::FileSource;
use super::{Hit, Seen, Source};
use crate::model::{self, Coverage, Occurrence, Options, Origin, Place, Progress, Target};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A repository to scan.
pub struct GitSource<'a> {
    /// The repository that was named, and those of its submodules.
    parts: Vec<Part>,
    files: Option<FileSource<'a>>,
    /// Those that lie among the files, found while these are read.
    nested: Option<Arc<Nested>>,
    inner: OnceLock<Vec<Part>>,
    job: Job<'a>,
}

/// What is to be done with every repository.
struct Job<'a> {
    asked: Asked,
    found: Found,
    target: Target,
    label: Arc<str>,
    options: &'a Options,
    context: Context,
    progress: &'a dyn Progress,
}

/// What to scan.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The repository, or a path in it.
    pub path: PathBuf,
    /// What reports call it.
    pub name: String,
    /// Which of its objects.
    pub scope: Scope,
    /// Which of its files.
    pub files: Files,
    /// Whether to find out who brought and removed the secrets.
    pub attribution: bool,
    /// Whether to search every object in full, also where a delta tells what is new in it. This is the
    /// slow way to the same result.
    pub whole_objects: bool,
    /// What git tells a hook.
    pub environment: Environment,
}

/// Where git says that things are while it runs a hook.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `GIT_INDEX_FILE`: the index of the commit that is being made.
    pub index: Option<PathBuf>,
    /// `GIT_QUARANTINE_PATH`: objects of a push that is not accepted yet.
    pub quarantine: Option<PathBuf>,
}

impl Environment {
    /// Where the index is. Git names it from the top of the work tree, where it runs its hooks.
    fn index_of(&self, repository: &Repository) -> PathBuf {
        match &self.index {
            Some(index) => repository.work_dir().unwrap_or_default().join(index),
            None => repository.git_dir().join("index"),
        }
    }
}

impl<'a> GitSource<'a> {
    /// The repository that was asked for; `context` is what the detector needs around a match.
    ///
    /// # Errors
    /// When there is no repository, or something that was asked for makes no sense in it.
    pub fn new(
        asked: Asked,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Result<Self, GitError> {
        let repository = Repository::containing(&asked.path)?
            .with_quarantine(asked.environment.quarantine.clone());
        if let (Scope::Commits(_) | Scope::Staged, Some(format)) =
            (&asked.scope, repository.foreign_references())
        {
            let path = repository.git_dir();
            return Err(GitError::References { path, format });
        }
        let found = match &asked.scope {
            Scope::Commits(range) => range.find(&repository)?,
            _ => Found::default(),
        };
        let mut parts = Vec::new();
        let mut waiting = vec![repository];
        while let Some(repository) = waiting.pop() {
            if matches!(asked.scope, Scope::Everything { .. }) {
                // One that cannot be opened is met again among the files, and told there.
                let submodules = repository.submodules().into_iter();
                let open = |(place, prefix): (PathBuf, _)| Repository::open(&place, prefix).ok();
                waiting.extend(submodules.filter_map(open));
            }
            parts.push(Part::new(repository));
        }
        let target = asked.files.target(&asked, &parts[0].repository);
        let files = asked
            .files
            .source(&asked, &parts, &target, options, context, progress)?;
        let nested = asked.nested(&parts).map(Arc::new);
        let files = match nested.clone() {
            Some(nested) => files
                .map(|files| files.without(Arc::new(move |folder: &Path| nested.is_store(folder)))),
            None => files,
        };
        Ok(Self {
            job: Job {
                label: target.name.as_str().into(),
                asked,
                found,
                target,
                options,
                context,
                progress,
            },
            parts,
            files,
            nested,
            inner: OnceLock::new(),
        })
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        let inner = self.inner.get().into_iter().flatten();
        self.parts.iter().chain(inner)
    }

    /// Reads the repositories that were come across among the files.
    fn read_nested(&self, nested: &Nested, sink: &dyn Sink) {
        let (found, problems) = nested.finish();
        problems
            .into_iter()
            .for_each(|problem| sink.shortfall(problem));
        let inner = self
            .inner
            .get_or_init(|| found.into_iter().map(Part::new).collect());
        inner.iter().for_each(|part| part.read(&self.job, sink));
    }
}

impl Asked {
    /// Where to look for repositories inside this one: among all of its files, if those and all of
    /// its objects are asked for.
    fn nested(&self, parts: &[Part]) -> Option<Nested> {
        let is_all = matches!(self.scope, Scope::Everything { .. }) && self.files == Files::All;
        let main = &parts[0].repository;
        let base = main.work_dir().unwrap_or_else(|| main.git_dir());
        let known = parts.iter().map(|part| &part.repository);
        is_all.then(|| Nested::below(base, known))
    }
}

impl Source for GitSource<'_> {
    fn read(&self, sink: &dyn Sink) {
        for part in &self.parts {
            part.read(&self.job, sink);
        }
        if let Some(files) = &self.files {
            files.read(sink);
        }
        if let Some(nested) = &self.nested {
            self.read_nested(nested, sink);
        }
    }

    fn settle(&self, hits: &[&Origin], coverage: &Coverage) {
        if self.job.asked.attribution {
            for part in self.parts() {
                part.settle(&self.job, hits, coverage);
            }
        }
    }

    fn recognise(&self, hits: &[Hit<'_>], is_stopped: &dyn Fn() -> bool, coverage: &Coverage) {
        if let Some(files) = &self.files {
            files.recognise(hits, is_stopped, coverage);
        }
    }

    fn places(&self, origin: &Origin) -> Vec<Place> {
        match (&self.files, origin) {
            (Some(files), _) => files.places(origin),
            (None, Origin::File { path, part, .. }) => vec![Place::new(
                Arc::clone(&self.job.label),
                part.place(),
                Arc::clone(path),
            )],
            (None, _) => Vec::new(),
        }
    }

    fn occurrences(&self, seen: &[Seen<'_>]) -> Vec<(usize, Occurrence)> {
        let mut objects = Held::new();
        let mut found = Vec::new();
        for (index, seen) in seen.iter().enumerate() {
            if let Origin::Object(name) = seen.origin {
                let id = gix::ObjectId::try_from(name.as_bytes());
                objects
                    .entry(id.unwrap_or_else(|_| unreachable!("it came from git")))
                    .or_default()
                    .push(index);
            } else {
                let places = self.places(seen.origin).into_iter();
                let position = seen.position;
                found.extend(places.map(|place| (index, Occurrence::new(place, position))));
            }
        }
        for part in self.parts().filter(|_| !objects.is_empty()) {
            found.extend(part.occurrences(&self.job, seen, &objects));
        }
        // What was read and cannot be looked up any more, as with a damaged index, still counts.
        objects.retain(|&id, _| !self.parts().any(|part| part.knows(id)));
        found.extend(self.parts[0].unknown(&self.job, seen, &objects));
        found
    }

    fn targets(&self) -> Vec<Target> {
        vec![self.job.target.clone()]
    }
}

/// An object's name in the words of the model.
fn name(id: &gix::oid) -> model::ObjectId {
    model::ObjectId::new(id.as_bytes()).unwrap_or_else(|| unreachable!("git knows two hashes"))
}

//! Git repositories: every object that a repository holds, searched once, and what its history tells
//! about the hits.
//!
//! Objects are read and not patches, so merges, renames and rewritten branches need no special case:
//! a text that was ever committed is an object. Which commits brought and removed a secret, at which
//! paths, and whether it is still there, is worked out after detection and for hits alone. A narrower
//! scope, such as what a push would publish, reads only what its commits change.
//!
//! Repositories that lie among files are read along with them (`nested`); those in the layers of images
//! are put together in memory (`layers`) and go the same way from there.

mod additions;
mod answers;
mod asked;
mod attribution;
mod bytes;
mod changes;
mod commit;
mod error;
mod files;
mod history;
mod hit;
pub(super) mod layers;
mod leads;
mod lfs;
mod loose;
mod masked;
mod memory;
mod named;
mod nested;
mod objects;
mod odb;
mod outline;
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
mod visitor;

pub use asked::{Asked, Environment};
pub use bytes::Bytes;
pub use error::GitError;
pub use files::Files;
pub use scope::{Hidden, Range, Scope};

use self::answers::Held;
use self::nested::{Base, Nested};
use self::part::Part;
use self::repository::Repository;
use self::scope::Found;
use super::files::FileSource;
use super::{Hit, Seen, Source};
use crate::model::{self, Coverage, Occurrence, Options, Origin, Place, Progress, Target};
use crate::unpack::Sink;
use crate::unpack::batch::Context;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A repository to scan, or files with whatever repositories lie among them.
pub struct GitSource<'a> {
    /// The repository that was named, and those of its submodules.
    parts: Vec<Part>,
    files: Option<FileSource<'a>>,
    /// Those that lie among the files, found while these are read.
    nested: Option<Arc<Nested>>,
    inner: OnceLock<Vec<Part>>,
    targets: Vec<Target>,
    job: Job<'a>,
}

/// What is to be done with every repository.
struct Job<'a> {
    scope: Scope,
    attribution: bool,
    whole_objects: bool,
    environment: Environment,
    found: Found,
    options: &'a Options,
    context: Context,
    progress: &'a dyn Progress,
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
            parts.push(Part::new(repository, asked.name.as_str().into()));
        }
        let target = asked.files.target(&asked, &parts[0].repository);
        let files = asked
            .files
            .source(&asked, &parts, &target, options, context, progress)?;
        let nested = asked.nested(&parts).map(Arc::new);
        let files = files.map(|files| match &nested {
            Some(nested) => without(files, nested),
            None => files,
        });
        Ok(Self {
            job: Job {
                scope: asked.scope,
                attribution: asked.attribution,
                whole_objects: asked.whole_objects,
                environment: asked.environment,
                found,
                options,
                context,
                progress,
            },
            targets: vec![target],
            parts,
            files,
            nested,
            inner: OnceLock::new(),
        })
    }

    /// Files, and all objects of the repositories that lie among them.
    pub fn among(
        files: FileSource<'a>,
        options: &'a Options,
        context: Context,
        progress: &'a dyn Progress,
    ) -> Self {
        let bases = files.folders().map(|(path, name)| Base {
            path: path.to_owned(),
            label: name.into(),
        });
        let nested = Arc::new(Nested::below(bases.collect(), iter::empty()));
        Self {
            job: Job {
                scope: Scope::Everything { unreachable: false },
                attribution: true,
                whole_objects: false,
                environment: Environment::default(),
                found: Found::default(),
                options,
                context,
                progress,
            },
            targets: files.targets(),
            parts: Vec::new(),
            files: Some(without(files, &nested)),
            nested: Some(nested),
            inner: OnceLock::new(),
        }
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
        let inner = self.inner.get_or_init(|| found);
        inner.iter().for_each(|part| part.read(&self.job, sink));
    }
}

/// Files without the objects of the repositories among them.
fn without<'a>(files: FileSource<'a>, nested: &Arc<Nested>) -> FileSource<'a> {
    let nested = Arc::clone(nested);
    files.without(Arc::new(move |path: &Path| nested.takes(path)))
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

    fn settle(&self, hits: &[(&Origin, u64)], coverage: &Coverage) {
        if self.job.attribution {
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
                self.targets[0].name.as_str().into(),
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
        if let Some(part) = self.parts().next() {
            found.extend(part.unknown(&self.job, seen, &objects));
        }
        found
    }

    fn targets(&self) -> Vec<Target> {
        self.targets.clone()
    }
}

/// An object's name in the words of the model.
fn name(id: &gix::oid) -> model::ObjectId {
    model::ObjectId::new(id.as_bytes()).unwrap_or_else(|| unreachable!("git knows two hashes"))
}

//! Objects of a repository on disk, as git looks them up.

use super::objects::{Lookup, Object};
use gix::ObjectId;
use gix::objs::Find as _;
use gix::objs::Kind;
use gix::prelude::Header as _;
use std::path::Path;

/// The object database of a repository, for one thread.
pub(super) struct Odb {
    repo: gix::Repository,
    quarantine: Option<gix::odb::Handle>,
}

impl Odb {
    /// The objects of a repository, and those of the directory where a push is kept.
    pub(super) fn new(repo: gix::Repository, quarantine: Option<&Path>) -> Self {
        let hash = repo.object_hash();
        // Nothing is added to it while the hook runs, and most objects are not in it.
        let open = |path: &Path| {
            let mut store = gix::odb::at(path, hash).ok()?;
            store.refresh_never();
            Some(store)
        };
        Self {
            quarantine: quarantine.and_then(open),
            repo,
        }
    }
}

impl Lookup for Odb {
    fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
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

    fn kind(&self, id: ObjectId) -> Option<Kind> {
        if let Some(store) = &self.quarantine
            && let Ok(Some(header)) = store.try_header(&id)
        {
            return Some(header.kind());
        }
        let header = self.repo.try_find_header(id).ok().flatten();
        let known = header.map(|header| header.kind());
        known.or_else(|| self.find(id).ok().flatten().map(|object| object.kind))
    }

    fn hash(&self) -> gix::hash::Kind {
        self.repo.object_hash()
    }

    fn graph(&self) -> Option<gix::commitgraph::Graph> {
        self.repo.commit_graph().ok()
    }
}

//! What of a repository is asked for.

use super::nested::{Base, Nested};
use super::part::Part;
use super::repository::Repository;
use super::{Files, Scope};
use std::path::PathBuf;

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
    pub(super) fn index_of(&self, repository: &Repository) -> PathBuf {
        match &self.index {
            Some(index) => repository.work_dir().unwrap_or_default().join(index),
            None => repository.git_dir().join("index"),
        }
    }
}

impl Asked {
    /// Where to look for repositories inside this one: among all of its files, if those and all of
    /// its objects are asked for.
    pub(super) fn nested(&self, parts: &[Part]) -> Option<Nested> {
        let is_all = matches!(self.scope, Scope::Everything { .. }) && self.files == Files::All;
        let main = &parts[0].repository;
        let base = main.work_dir().unwrap_or_else(|| main.git_dir());
        let base = Base {
            path: base,
            label: self.name.as_str().into(),
        };
        let known = parts.iter().map(|part| &part.repository);
        is_all.then(|| Nested::below(vec![base], known))
    }
}

//! Which part of a repository is asked for.

use super::GitError;
use super::objects::Objects;
use super::repository::Repository;
use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::revision::plumbing::Spec;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Which part of a repository to scan.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Every object, and the files of the repository itself.
    Everything {
        /// Tell also of what no reference and no reflog reaches.
        unreachable: bool,
    },
    /// What some commits bring that was not there before.
    Commits(Range),
    /// What the next commit would bring.
    Staged,
    /// No object at all.
    Nothing,
}

/// Some commits, as people name them.
#[derive(Debug, Clone, Default)]
pub struct Range {
    /// Revisions to begin at, or `A..B`; without any all references, or HEAD if [`Self::most`] is set.
    pub tips: Vec<String>,
    /// More to begin at, as git tells a hook: what to call it, and the object's full name in hex. It may
    /// be a tag, and may lie in a quarantine.
    pub objects: Vec<(String, String)>,
    /// What is known, with all that it reaches.
    pub hidden: Vec<Hidden>,
    /// The newest commits, at most this many.
    pub most: Option<usize>,
    /// Globs of paths; without any every path.
    pub paths: Vec<String>,
    /// Whether it may be that there is no commit, as in a push that deletes a branch.
    pub may_be_empty: bool,
}

/// Commits that are not asked for.
#[derive(Debug, Clone)]
pub enum Hidden {
    /// A revision, which has to be there.
    Revision(String),
    /// An object's name, if it is here: the other side of a push may have what we lack.
    IfPresent(String),
    /// All references whose names begin like this: `refs/remotes/origin/`, `refs/`.
    References(String),
}

/// A range, looked up.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What to begin at, by name.
    pub(super) tips: Vec<(String, ObjectId)>,
    pub(super) hidden: Vec<ObjectId>,
    pub(super) most: Option<usize>,
    pub(super) paths: Option<GlobSet>,
}

impl Range {
    /// Looks up every revision.
    pub(super) fn find(&self, repository: &Repository) -> Result<Found, GitError> {
        let repo = repository.local();
        let mut found = Found {
            most: self.most,
            paths: globs(&self.paths)?,
            ..Found::default()
        };
        let objects = repository.objects();
        for spec in &self.tips {
            match full(spec, &objects) {
                Some(id) => found.tips.push((spec.clone(), id)),
                None => found.add(&repo, spec)?,
            }
        }
        for (name, hex) in &self.objects {
            let id = full(hex, &objects).ok_or_else(|| unknown(hex, "there is no such object"))?;
            found.tips.push((name.clone(), id));
        }
        for hidden in &self.hidden {
            found.hide(&repo, hidden)?;
        }
        if found.tips.is_empty() {
            match self.most.is_some() || !self.hidden.is_empty() {
                true => found.tips.push(("HEAD".to_owned(), one(&repo, "HEAD")?)),
                false => {
                    let (tips, _) = super::tips::all(repository);
                    found.tips = tips.into_iter().map(|tip| (tip.name, tip.id)).collect();
                }
            }
        }
        Ok(found)
    }
}

impl Found {
    fn hide(&mut self, repo: &gix::Repository, hidden: &Hidden) -> Result<(), GitError> {
        match hidden {
            Hidden::Revision(spec) => self.hidden.push(one(repo, spec)?),
            Hidden::IfPresent(name) => {
                let id = ObjectId::from_hex(name.as_bytes()).ok();
                self.hidden.extend(id.filter(|id| repo.has_object(id)));
            }
            Hidden::References(prefix) => {
                let unreadable = |error: &dyn std::fmt::Display| unknown(prefix, error);
                let platform = repo.references().map_err(|error| unreadable(&error))?;
                let named = platform.prefixed(prefix.as_str());
                for reference in named.map_err(|error| unreadable(&error))?.flatten() {
                    self.hidden
                        .extend(reference.target().try_id().map(ToOwned::to_owned));
                }
            }
        }
        Ok(())
    }

    /// Adds a revision or a range of revisions.
    fn add(&mut self, repo: &gix::Repository, spec: &str) -> Result<(), GitError> {
        let parsed = repo.rev_parse(spec.as_bytes().as_bstr());
        match parsed.map_err(|error| unknown(spec, error))?.detach() {
            Spec::Range { from, to } => {
                self.hidden.push(from);
                self.tips.push((spec.to_owned(), to));
            }
            Spec::Merge { theirs, ours } => {
                let bases = repo.merge_bases_many(theirs, &[ours]);
                let bases = bases.map_err(|error| unknown(spec, error))?;
                self.hidden.extend(bases.into_iter().map(gix::Id::detach));
                let both = [theirs, ours].map(|id| (spec.to_owned(), id));
                self.tips.extend(both);
            }
            Spec::Include(id) => self.tips.push((spec.to_owned(), id)),
            _ => {
                let cause = "only a revision, `A..B` and `A...B` say where to begin";
                return Err(unknown(spec, cause));
            }
        }
        Ok(())
    }
}

/// The object of that full name, wherever it lies; a shorter name is a revision like any other.
fn full(hex: &str, objects: &Objects) -> Option<ObjectId> {
    let id = ObjectId::from_hex(hex.as_bytes()).ok()?;
    objects.kind(id).map(|_| id)
}

fn one(repo: &gix::Repository, spec: &str) -> Result<ObjectId, GitError> {
    let found = repo.rev_parse_single(spec.as_bytes().as_bstr());
    Ok(found.map_err(|error| unknown(spec, error))?.detach())
}

fn unknown(spec: &str, cause: impl ToString) -> GitError {
    GitError::Revision {
        spec: spec.to_owned(),
        cause: cause.to_string(),
    }
}

/// Paths as git's own pathspecs mean them: a folder stands for all that is in it.
fn globs(patterns: &[String]) -> Result<Option<GlobSet>, GitError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let wrong = |error: globset::Error| GitError::Path(error.to_string());
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let plain = pattern.trim_start_matches("./").trim_end_matches('/');
        for form in [plain.to_owned(), format!("{plain}/**")] {
            let glob = GlobBuilder::new(&form).literal_separator(true).build();
            set.add(glob.map_err(wrong)?);
        }
    }
    set.build().map(Some).map_err(wrong)
}

//! What a repository says of itself beside its objects: where its history begins and ends, what is
//! checked out and what is staged. It is told by the small files around the objects, and the same for a
//! repository on disk and one that is put together from the layers of an image.

use super::staged::Index;
use super::tips::Tip;
use crate::model::Kind;
use gix::ObjectId;

/// The outline of a repository.
#[derive(Default)]
pub(super) struct Outline {
    /// What the history begins at.
    pub(super) tips: Vec<Tip>,
    /// The commits whose parents were never fetched.
    pub(super) boundary: Vec<ObjectId>,
    /// The commit that is checked out.
    pub(super) head: Option<ObjectId>,
    /// What is merged into it just now.
    pub(super) merged: Vec<ObjectId>,
    /// What is staged.
    pub(super) indexes: Vec<Index>,
    /// Whether it was cloned without some of its objects.
    pub(super) is_partial: bool,
    /// How it keeps its references, if that is not as files.
    pub(super) foreign_references: Option<String>,
    /// What references could not be read, and why.
    pub(super) problems: Vec<(Kind, String)>,
}

impl Outline {
    /// Whether all references could be read.
    pub(super) const fn is_readable(&self) -> bool {
        self.problems.is_empty() && self.foreign_references.is_none()
    }

    /// The commits that the next one builds on.
    pub(super) fn heads(&self) -> impl Iterator<Item = ObjectId> {
        self.head.into_iter().chain(self.merged.iter().copied())
    }
}

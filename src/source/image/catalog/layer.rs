//! One distinct layer: what tells it from others, where it can be read, and what reading it has shown.

use super::super::claim::{Claim, Expected, Sums};
use super::super::digest::Digest;
use super::super::overlay::Index;
use super::super::store::Store;
use crate::source::git::layers::{Remains, Signs};
use crate::source::packages::Table;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What makes two layers the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) enum LayerKey {
    /// The digest of the blob.
    Blob(Digest),
    /// For archives that know no blob digests: the digest of the uncompressed layer, and the entry.
    Unpacked(Digest, String),
    /// Without any digest: the entry of one target.
    Entry(usize, String),
}

/// One place that a layer can be read from.
#[derive(Clone)]
pub(in super::super) struct Copy {
    /// The store it lies in.
    pub(in super::super) store: Arc<dyn Store>,
    /// Its name there.
    pub(in super::super) name: String,
    /// What is claimed of it.
    pub(in super::super) claim: Claim,
    /// How people know it: target, position, digest.
    pub(in super::super) label: String,
    /// What it should be.
    pub(in super::super) expected: Expected,
}

impl Copy {
    /// Whether both are one blob of one store.
    pub(in super::super) fn is_same_place(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.name == other.name
    }
}

/// What a blob turned out to be, unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in super::super) enum Shape {
    /// Nothing that could be told: it is empty, or damaged from the start.
    #[default]
    Unknown,
    /// An archive.
    Tar,
    /// Anything else, searched as one file.
    File,
}

/// What is known of a layer once it has been read.
#[derive(Default, Serialize, Deserialize)]
pub(in super::super) struct Facts {
    /// Its paths.
    pub(in super::super) index: Index,
    /// What it proved to be; `None` if it could not be read to the end.
    pub(in super::super) sums: Option<Sums>,
    /// What it turned out to be.
    pub(in super::super) shape: Shape,
    /// What its records of packages say.
    pub(in super::super) packages: Table,
    /// Where parts of git repositories lie in it.
    pub(in super::super) signs: Signs,
    /// These parts, until all layers have been read; `None` if the layer was left unread.
    #[serde(skip)]
    pub(in super::super) git: Option<Remains>,
    /// Under which name it can be kept; `None` if it was not read in full, or nobody can say what it is
    /// before it is read.
    #[serde(skip)]
    pub(in super::super) name: Option<String>,
    /// Where it can be read once more; `None` of what can be read only once.
    #[serde(skip)]
    pub(in super::super) again: Option<Copy>,
}

/// A blob that no image refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Loose {
    /// The target it lies in.
    pub(in super::super) target: usize,
    /// Its name there; empty for the archive itself.
    pub(in super::super) name: Arc<str>,
}

/// One distinct layer.
#[derive(Default)]
pub(in super::super) struct Layer {
    /// The places that it can be read from.
    pub(super) copies: Vec<Copy>,
    /// What reading it has shown.
    pub(in super::super) facts: Facts,
    /// Where it is a blob of its own.
    pub(in super::super) loose: Vec<Loose>,
}

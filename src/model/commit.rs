//! What a git history says about a secret: names of objects, and the commits that brought it and took it
//! away.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The name of a git object: the SHA-1 or SHA-256 of its kind, size and content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// The name with these bytes: 20 of SHA-1, 32 of SHA-256. `None` of any other length.
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        if !matches!(name.len(), 20 | 32) {
            return None;
        }
        bytes[..name.len()].copy_from_slice(name);
        Some(Self {
            bytes,
            length: name.len() as u8,
        })
    }

    /// The bytes of the hash.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl TryFrom<Vec<u8>> for ObjectId {
    type Error = &'static str;

    fn try_from(name: Vec<u8>) -> Result<Self, Self::Error> {
        Self::new(&name).ok_or("these bytes are no hash of git")
    }
}

impl From<ObjectId> for Vec<u8> {
    fn from(name: ObjectId) -> Self {
        name.as_bytes().to_vec()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

/// What a git history tells about a secret at one path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commits {
    /// The object that holds it: the version that is checked out, or else the first one; or the commit
    /// or tag itself.
    pub object: ObjectId,
    /// The commit that brought it; `None` when no commit was looked for, or none reaches it.
    pub introduced: Option<Commit>,
    /// The last commit that took it away; `None` if none did, or the commit that is checked out shows
    /// it again.
    pub removed: Option<Commit>,
    /// Whether the commit that is checked out shows it.
    pub at_head: bool,
    /// Full names of the references whose history holds it, sorted; the first few.
    pub refs: Vec<String>,
    /// How many more references hold it.
    pub more_refs: usize,
}

/// A commit, as people know it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub id: ObjectId,
    /// Name of the author; any bytes.
    #[serde(with = "super::shared")]
    pub author: Arc<[u8]>,
    /// Mail address of the author; any bytes.
    #[serde(with = "super::shared")]
    pub email: Arc<[u8]>,
    /// When it was written, in seconds since the Unix epoch.
    pub time: i64,
    /// The first line of its message; any bytes.
    #[serde(with = "super::shared")]
    pub summary: Arc<[u8]>,
}

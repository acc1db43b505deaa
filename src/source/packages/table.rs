//! What the records of one layer say, small enough to be kept until the last layer has been read.

use super::draft::NO_ROOM;
use crate::model::{Ecosystem, Kind, Package, Shortfall};
use crate::source::paths::{Key, components};
use crate::unpack::sums::FileSums;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The folders that a merged `/usr` has taken in: the records of many packages still name the old ones.
const MERGED: [&[u8]; 6] = [b"bin", b"sbin", b"lib", b"lib32", b"lib64", b"libx32"];

/// The record that a statement stands in: one of the files of its path in the layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::source) struct Stated {
    /// Its path.
    #[serde(with = "crate::model::shared")]
    pub(in crate::source) path: Arc<[u8]>,
    /// How many files of that path stand before it in the layer.
    pub(in crate::source) copy: u32,
}

/// A file with its hash: keyed hashes of both, 24 bytes with the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) path: u64,
    pub(super) digest: u64,
    /// Number of the package in [`Table::packages`].
    pub(super) package: u32,
}

/// A package whose files are listed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) stated: Stated,
    pub(super) subject: u64,
    #[serde(with = "crate::model::shared")]
    pub(super) name: Arc<str>,
    #[serde(with = "crate::model::shared::optional")]
    pub(super) version: Option<Arc<str>>,
    pub(super) ecosystem: Ecosystem,
    pub(super) origin: Origin,
}

/// Where a package comes from. Of several statements the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Origin {
    /// Nothing is known of it.
    Unknown,
    /// From where everybody can get it.
    Public,
    /// From a place of its own, whatever else is said of it.
    Private,
}

/// What another record tells about a package.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) subject: u64,
    pub(super) stated: Stated,
    #[serde(with = "crate::model::shared::optional")]
    pub(super) name: Option<Arc<str>>,
    #[serde(with = "crate::model::shared::optional")]
    pub(super) version: Option<Arc<str>>,
    pub(super) origin: Origin,
}

/// A record that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::source) struct Unread {
    #[serde(with = "crate::model::shared")]
    pub(super) path: Arc<[u8]>,
    /// Why, in a sentence without the path.
    pub(super) why: Cow<'static, str>,
}

/// The records of one layer, or of what one thread has read.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::source) struct Table {
    /// What the hashes in it are keyed with, those of subjects excepted.
    pub(super) key: Key,
    /// Sorted by path.
    pub(super) lines: Vec<Line>,
    pub(super) packages: Vec<Listed>,
    /// Sorted by subject.
    pub(super) abouts: Vec<About>,
    /// The first few.
    pub(super) unread: Vec<Unread>,
}

impl Unread {
    /// The note about it.
    pub(in crate::source) fn shortfall(&self) -> Shortfall {
        let place = String::from_utf8_lossy(&self.path);
        Shortfall::new(Kind::RawOnly, place, &*self.why)
    }
}

impl Table {
    /// Whether it says nothing at all.
    pub(in crate::source) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.abouts.is_empty() && self.unread.is_empty()
    }

    /// Whether every line is one of a package, and all is in the order in which it is looked up: what is read
    /// from elsewhere need not be.
    pub(in crate::source) fn is_sound(&self) -> bool {
        let packages = self.packages.len();
        let mut lines = self.lines.iter();
        lines.all(|line| (line.package as usize) < packages)
            && self.lines.is_sorted_by_key(|line| line.path)
            && self.abouts.is_sorted_by_key(|about| about.subject)
    }

    /// Whether something is left out of it for want of room, so that it says less than the layer does.
    pub(in crate::source) fn is_cut(&self) -> bool {
        self.unread.iter().any(|unread| unread.why == NO_ROOM)
    }

    /// Records that were not read; the first few.
    pub(in crate::source) fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Takes in what another table of this process says.
    pub(in crate::source) fn merge(&mut self, other: Self) {
        let shift = self.packages.len() as u32;
        let lines = other.lines.into_iter().map(|line| Line {
            package: line.package + shift,
            ..line
        });
        self.lines.extend(lines);
        self.packages.extend(other.packages);
        self.abouts.extend(other.abouts);
        self.unread.extend(other.unread);
        self.sort();
    }

    /// Puts everything into the order in which it is looked up.
    pub(super) fn sort(&mut self) {
        self.lines.sort_unstable_by_key(|line| line.path);
        self.lines.shrink_to_fit();
        self.abouts.sort_by_key(|about| about.subject);
    }

    /// The lines about a file.
    pub(super) fn lines(&self, file: &FileKey<'_>) -> impl Iterator<Item = &Line> {
        let spellings = file.spellings.iter();
        let hashes = spellings.map(|parts| path_hash(self.key, file.tree, parts));
        hashes.flat_map(|path| {
            let from = self.lines.partition_point(|line| line.path < path);
            self.lines[from..]
                .iter()
                .take_while(move |line| line.path == path)
        })
    }

    /// What is told about a package.
    pub(super) fn abouts(&self, subject: u64) -> impl Iterator<Item = &About> {
        let from = self.abouts.partition_point(|about| about.subject < subject);
        self.abouts[from..]
            .iter()
            .take_while(move |about| about.subject == subject)
    }
}

impl Listed {
    /// The package, with what others tell about it.
    pub(super) fn with(&self, abouts: &[&About]) -> Package {
        let name = abouts.iter().find_map(|about| about.name.as_ref());
        let version = abouts.iter().find_map(|about| about.version.as_ref());
        let origins = abouts.iter().map(|about| about.origin);
        Package {
            name: Arc::clone(name.unwrap_or(&self.name)),
            version: version.or(self.version.as_ref()).cloned(),
            ecosystem: self.ecosystem,
            is_public: origins.fold(self.origin, Origin::max) == Origin::Public,
        }
    }
}

/// What a file is looked up by: the parts of its path, and of those it had before `/usr` was merged.
#[derive(Debug)]
pub(in crate::source) struct FileKey<'p> {
    tree: u32,
    spellings: Vec<Vec<&'p [u8]>>,
}

impl<'p> FileKey<'p> {
    /// The key of a path in a tree of that number; trees are told apart where a scan has several.
    pub(in crate::source) fn of(tree: u32, path: &'p [u8]) -> Self {
        let parts = components(path);
        let unmerged = parts.windows(2).enumerate().filter_map(|(at, pair)| {
            let is_merged = pair[0] == b"usr" && MERGED.contains(&pair[1]);
            is_merged.then(|| [&parts[..at], &parts[at + 1..]].concat())
        });
        let mut spellings: Vec<_> = unmerged.collect();
        spellings.insert(0, parts);
        Self { tree, spellings }
    }
}

/// The hash of a path with these parts.
pub(super) fn path_hash(key: Key, tree: u32, parts: &[&[u8]]) -> u64 {
    key.hash(&[&[&tree.to_le_bytes()[..]], parts].concat())
}

/// The hash of a digest; its length says which kind it is.
pub(super) fn digest_hash(key: Key, digest: &[u8]) -> u64 {
    let mut hasher = key.hasher();
    digest.hash(&mut hasher);
    hasher.finish()
}

/// The hashes of all digests of a file.
pub(super) fn digest_hashes(key: Key, sums: &FileSums) -> [u64; 3] {
    sums.each().map(|digest| digest_hash(key, digest))
}

//! What a stack of layers does to a file: is it still visible, was it deleted, was it overwritten,
//! and by which layer. Whiteouts label findings; they never hide them.
//!
//! A layer is remembered as sorted hashes of its paths, 16 bytes for each, so that the memory does
//! not depend on the length of names. Semantics are those of the OCI image-spec (layer.md, "Whiteouts"):
//! a whiteout applies to lower layers only, whatever the order inside its own.

use crate::source::paths::{Key, components};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// File name prefix of a whiteout.
const WHITEOUT: &[u8] = b".wh.";
/// File name that makes its directory opaque.
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Prefix of the other names that AUFS reserves and that delete nothing.
const RESERVED: &[u8] = b".wh..wh.";

/// Directories above a file that are looked at. A kernel opens no path of more than 4096 bytes, so
/// what lies deeper is in no container.
const MOST_ANCESTORS: usize = 2048;

/// What a tar entry is to the overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// Anything that is not a directory: files, links, devices.
    File,
    /// A directory.
    Directory,
    /// A directory that hides what lower layers hold in it (`*.overlay.opaque` attribute).
    OpaqueDirectory,
    /// An overlayfs whiteout: a character device 0/0.
    WhiteoutDevice,
}

/// What one layer says about one path; a path can be several of these at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Marks(u8);

impl Marks {
    const FILE: Self = Self(1);
    const DIRECTORY: Self = Self(2);
    const WHITEOUT: Self = Self(4);
    const OPAQUE: Self = Self(8);
    const CONTENT: u8 = Self::FILE.0 | Self::DIRECTORY.0;

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds a later entry of the same path: of two files or directories the last one wins.
    const fn then(self, later: Self) -> Self {
        if later.0 & Self::CONTENT == 0 {
            Self(self.0 | later.0)
        } else {
            Self((self.0 & !Self::CONTENT) | later.0)
        }
    }
}

/// The paths of one layer.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Index {
    key: Key,
    paths: Vec<(u64, Marks)>,
    /// How often a file was replaced inside the layer, where it was at all.
    again: HashMap<u64, u32>,
}

/// Collects the paths of a layer while it streams by.
#[derive(Debug, Default)]
pub(super) struct IndexBuilder {
    key: Key,
    paths: Vec<(u64, Marks)>,
    /// How often each file has come again.
    again: HashMap<u64, u32>,
}

impl IndexBuilder {
    /// Notes an entry, in the order of the archive. Returns how many files of the same path stand
    /// before it in the layer.
    pub(super) fn add(&mut self, path: &[u8], node: Node) -> u32 {
        let mut parts = components(path);
        let copy = match node {
            Node::File => {
                let times = self.again.entry(self.key.hash(&parts));
                *times.and_modify(|times| *times += 1).or_default()
            }
            _ => 0,
        };
        match (whiteout_of(&parts), node) {
            (Some(Whiteout::Opaque), _) => {
                parts.pop();
                self.mark(&parts, Marks::OPAQUE);
            }
            (Some(Whiteout::Of(name)), _) => {
                parts.pop();
                parts.push(name);
                self.mark(&parts, Marks::WHITEOUT);
            }
            (Some(Whiteout::Reserved), _) => {}
            (None, Node::WhiteoutDevice) => self.mark(&parts, Marks::WHITEOUT),
            (None, Node::File) => self.mark(&parts, Marks::FILE),
            (None, Node::Directory) => self.mark(&parts, Marks::DIRECTORY),
            (None, Node::OpaqueDirectory) => {
                self.mark(&parts, Marks::DIRECTORY);
                self.mark(&parts, Marks::OPAQUE);
            }
        }
        copy
    }

    fn mark(&mut self, parts: &[&[u8]], marks: Marks) {
        self.paths.push((self.key.hash(parts), marks));
    }

    /// Sorts what was collected.
    pub(super) fn finish(self) -> Index {
        let Self {
            key,
            mut paths,
            mut again,
        } = self;
        // Stable, so that entries of one path stay in the order of the archive.
        paths.sort_by_key(|entry| entry.0);
        paths.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 = first.1.then(later.1);
            }
            same
        });
        paths.shrink_to_fit();
        again.retain(|_, times| *times > 0);
        again.shrink_to_fit();
        Index { key, paths, again }
    }
}

impl Index {
    fn marks(&self, hash: u64) -> Marks {
        self.paths
            .binary_search_by_key(&hash, |entry| entry.0)
            .map_or(Marks::default(), |at| self.paths[at].1)
    }

    /// Whether the layer itself replaces the file of that path which came after `copy` others.
    fn replaces(&self, path: u64, copy: u32) -> bool {
        self.marks(path).has(Marks::DIRECTORY)
            || self.again.get(&path).is_some_and(|&last| copy < last)
    }
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Visible in a container.
    Present,
    /// The layer at this position holds something else at the path.
    Overwritten(usize),
    /// The layer at this position took it away.
    Deleted(usize),
}

/// What became of `path`, an entry of the layer at position `of`: of the file there that came after
/// `copy` others of the same path, or without `copy` of whatever stands there. `layers` are that
/// layer and those above it; one that could not be read says nothing.
pub(super) fn fate<'i>(
    mut layers: impl Iterator<Item = Option<&'i Index>>,
    of: usize,
    path: &[u8],
    copy: Option<u32>,
) -> Fate {
    let parts = components(path);
    if whiteout_of(&parts).is_some() {
        return Fate::Deleted(of);
    }
    let replaces = |index: &Index| {
        let own = index.key.hash(&parts);
        copy.is_some_and(|copy| index.replaces(own, copy))
    };
    if layers.next().flatten().is_some_and(replaces) {
        return Fate::Overwritten(of);
    }
    let mut hashed = Hashed::of(&parts, Key::default());
    for (position, index) in (of + 1..).zip(layers) {
        let Some(index) = index else { continue };
        // An index that an earlier run has made has another key.
        if hashed.key != index.key {
            hashed = Hashed::of(&parts, index.key);
        }
        let (own, ancestors) = (hashed.own, &hashed.ancestors);
        let marks = index.marks(own);
        if marks.has(Marks::FILE) || marks.has(Marks::DIRECTORY) {
            return Fate::Overwritten(position);
        }
        let hidden = ancestors.iter().enumerate().any(|(depth, &ancestor)| {
            let marks = index.marks(ancestor);
            // The root is a directory whatever an entry claims.
            marks.has(Marks::OPAQUE)
                || (depth > 0 && (marks.has(Marks::WHITEOUT) || marks.has(Marks::FILE)))
        });
        if hidden || marks.has(Marks::WHITEOUT) {
            return Fate::Deleted(position);
        }
    }
    Fate::Present
}

/// What a reserved file name stands for.
enum Whiteout<'a> {
    Opaque,
    Of(&'a [u8]),
    Reserved,
}

fn whiteout_of<'a>(parts: &[&'a [u8]]) -> Option<Whiteout<'a>> {
    let &name = parts.last()?;
    let hidden = name.strip_prefix(WHITEOUT)?;
    if name == OPAQUE {
        Some(Whiteout::Opaque)
    } else if name.starts_with(RESERVED) || matches!(hidden, b"" | b"." | b"..") {
        Some(Whiteout::Reserved)
    } else {
        Some(Whiteout::Of(hidden))
    }
}

/// The hashes of a path and of the directories above it, from the root.
struct Hashed {
    key: Key,
    own: u64,
    ancestors: Vec<u64>,
}

impl Hashed {
    /// Each goes on from the one before: a path may have half a million parts.
    fn of(parts: &[&[u8]], key: Key) -> Self {
        let mut hasher = key.hasher();
        let above = parts.iter().take(MOST_ANCESTORS);
        let ancestors = above.map(|part| {
            let directory = hasher.finish();
            part.hash(&mut hasher);
            directory
        });
        Self {
            key,
            ancestors: ancestors.collect(),
            own: key.hash(parts),
        }
    }
}

#[cfg(test)]
#[path = "overlay_tests.rs"]
mod tests;

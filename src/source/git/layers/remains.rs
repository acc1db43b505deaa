//! What a layer holds of repositories, as it passed by: packs, their indexes, loose objects, and the
//! small files around them. Which of it belongs together is only known when all layers have passed.

use super::signs::Signs;
use crate::model::EntryPart;
use crate::source::git::Bytes;
use crate::source::paths::components;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// Folders around a file that are looked at: as many as a path that a kernel opens can have.
const MOST_ANCESTORS: usize = 2048;
/// Memory that a noted file takes besides its path and its content, in bytes.
pub(super) const NOTE: u64 = 160;

/// The parts of repositories in one layer.
#[derive(Debug, Default)]
pub(in crate::source) struct Remains {
    /// How people know the layer.
    pub(super) label: String,
    pub(super) pieces: Vec<Piece>,
    /// Contents that git-lfs keeps here, by their names.
    pub(super) lfs: HashSet<Box<[u8]>>,
    /// Packs and objects for whose names there was no room.
    pub(super) lost_objects: u64,
    /// The same for small files, which many a file may look like.
    pub(super) lost_papers: u64,
}

/// A file that may be part of a repository.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) path: Arc<[u8]>,
    pub(super) part: EntryPart,
    pub(super) what: What,
    /// Bytes of the file.
    pub(super) size: u64,
    /// Its content; `None` if there was no room for it.
    pub(super) bytes: Option<Bytes>,
    /// Its last bytes, 32 of them if there are as many: a pack's end in its checksum.
    pub(super) tail: Vec<u8>,
}

/// What a file is, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A pack, gitformat-pack(5).
    Pack,
    /// The index of a pack.
    PackIndex,
    /// A loose object.
    Loose,
    /// What is staged, gitformat-index(5).
    Index,
    /// One of the small files: references, their logs, configuration, links.
    Paper,
}

/// Where a repository keeps what it needs: its git directory, or just a folder with objects in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Site {
    /// The folder.
    pub(super) path: Vec<u8>,
    /// Whether objects lie in it as in no repository.
    pub(super) is_lone: bool,
}

impl Remains {
    /// Where it lies.
    pub(in crate::source) fn signs(&self) -> Signs {
        Signs::of(self)
    }
}

impl What {
    /// Whether it holds objects, or says where in a pack they are.
    pub(super) const fn is_stored(self) -> bool {
        matches!(self, Self::Pack | Self::PackIndex | Self::Loose)
    }
}

impl Piece {
    /// The site that a file with objects belongs to.
    pub(super) fn site(&self) -> Site {
        let parts = components(&self.path);
        let (folder, name) = match parts.as_slice() {
            [above @ .., folder, name] => (Some((above, *folder)), *name),
            [name] => (None, *name),
            [] => (None, &b""[..]),
        };
        let is_stored = |folder: &[u8]| match self.what {
            What::Loose => {
                is_hex(folder, 2) && matches!(name.len(), 38 | 62) && is_hex(name, name.len())
            }
            _ => folder == b"pack",
        };
        match folder {
            Some(([place @ .., b"objects"], folder)) if is_stored(folder) => Site::of(place),
            Some((place, folder)) if is_stored(folder) => Site::of(place),
            Some((above, folder)) => Site {
                is_lone: true,
                ..Site::of(&[above, &[folder]].concat())
            },
            None => Site {
                is_lone: true,
                ..Site::of(&[])
            },
        }
    }

    /// The name of a loose object, as its path says.
    pub(super) fn name(&self) -> Option<gix::ObjectId> {
        let parts = components(&self.path);
        let [.., folder, name] = parts.as_slice() else {
            return None;
        };
        let name = [*folder, *name].concat();
        (folder.len() == 2).then(|| gix::ObjectId::from_hex(&name).ok())?
    }
}

impl Site {
    /// The git directory with these parts.
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        Self {
            path: parts.join(&b'/'),
            is_lone: false,
        }
    }

    /// The closest of the known git directories that a path is, or lies in.
    pub(super) fn around(path: &[&[u8]], is_known: impl Fn(&Self) -> bool) -> Option<Self> {
        let above = (0..=path.len().min(MOST_ANCESTORS)).rev();
        let mut sites = above.map(|parts| Self::of(&path[..parts]));
        sites.find(is_known)
    }

    /// The path of a file from here, if it lies below.
    pub(super) fn relative<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        match self.path.is_empty() {
            true => Some(path),
            false => path.strip_prefix(&*self.path)?.strip_prefix(b"/"),
        }
    }
}

/// Whether a text is so many hexadecimal digits, as git writes them.
pub(super) fn is_hex(text: &[u8], length: usize) -> bool {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.iter().all(is_digit)
}

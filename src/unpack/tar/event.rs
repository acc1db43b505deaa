//! What a tar reader tells: entries, and everything in an archive that is not an entry but may
//! hold a secret all the same.

use crate::model::Kind;
use std::sync::Arc;
use thiserror::Error;

/// A key and its value, any bytes: a pax record, an extended attribute, an owner.
pub type Record = (Vec<u8>, Vec<u8>);

/// The extended attribute, behind its namespace, that tells overlayfs to hide what lower layers
/// hold in a directory.
pub const OVERLAY_OPAQUE: &[u8] = b".overlay.opaque";

/// The next thing in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TarEvent {
    /// An entry; its body comes from [`read_body`](super::TarReader::read_body).
    Entry(TarEntry),
    /// Records that belong to no entry: a global pax header, or what stood before a damage.
    Records(Vec<Record>),
    /// Bytes that belong to no entry, also read like a body: around damage, in padding, after the
    /// end marker.
    Slack {
        /// Offset of the first of them in the archive.
        offset: u64,
    },
    /// Something is not as it should be. Stands before the entry or slack it is about.
    Flaw(TarFlaw),
}

/// What is known of an entry before its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarEntry {
    /// The path as the archive spells it, without `./` and `/` at the start; any bytes, and maybe
    /// none.
    pub path: Arc<[u8]>,
    /// What kind of entry it is.
    pub kind: EntryKind,
    /// Bytes of the body. Of a sparse file these are the data alone.
    pub size: u64,
    /// Target of a link, as the archive spells it.
    pub link_target: Option<Vec<u8>>,
    /// Pax records, extended attributes and owner names that are long enough to hold a secret, and
    /// [`OVERLAY_OPAQUE`], which is not.
    pub metadata: Vec<Record>,
    /// Where the body's data belong in a sparse file, in order; empty for every other entry. What
    /// lies between is a hole.
    pub sparse: Vec<Region>,
}

/// A stretch of data in a sparse file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Where it belongs in the file.
    pub offset: u64,
    /// Bytes of data.
    pub length: u64,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file, sparse or not.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A hard link.
    HardLink,
    /// A character or block device.
    Device,
    /// The character device 0/0, which overlayfs writes in place of a deleted file.
    Whiteout,
    /// A named pipe.
    Fifo,
    /// Anything else, by its type flag.
    Other(u8),
}

impl EntryKind {
    /// Whether such an entry has no body, whatever its size says.
    pub(super) const fn is_hollow(self) -> bool {
        !matches!(self, Self::File | Self::Other(_))
    }

    /// The kind of an entry of that path: a file whose name ends in a slash is what old archives
    /// call a directory.
    pub(super) fn named(self, path: &[u8]) -> Self {
        match self {
            Self::File if path.ends_with(b"/") => Self::Directory,
            kind => kind,
        }
    }
}

/// What is wrong with an archive. Reading goes on after each of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TarFlaw {
    /// A block that should be a header is none.
    #[error("no valid tar header at byte {offset}; searched as raw bytes up to the next one")]
    BadHeader {
        /// Where it stands.
        offset: u64,
    },
    /// The archive ends inside an entry.
    #[error("the tar archive ends inside an entry, at byte {offset}")]
    Truncated {
        /// Where the archive ends.
        offset: u64,
    },
    /// Something follows the end marker, where some readers stop and others go on.
    #[error("something follows the end marker of the tar archive, at byte {offset}")]
    AfterEnd {
        /// Where it stands.
        offset: u64,
    },
    /// A link, directory or device has a size, which some readers skip and others ignore.
    #[error("the tar entry at byte {offset} is of a kind without content and has a size")]
    HollowBody {
        /// Where its body would begin.
        offset: u64,
    },
    /// An entry's pax records can't be read to their end.
    #[error("damaged pax records before byte {offset}; searched as raw bytes")]
    BadRecords {
        /// Where they end.
        offset: u64,
    },
    /// A sparse file's map can't be read.
    #[error("unreadable map of the sparse file at byte {offset}; read as it is stored")]
    BadSparseMap {
        /// Where the body begins.
        offset: u64,
    },
    /// A name, a link target or pax records are too large to be applied.
    #[error(
        "a tar extension header at byte {offset} exceeds the {limit} bytes of --limit entry-metadata"
    )]
    MetadataLimit {
        /// Where it stands.
        offset: u64,
        /// Bytes allowed for one entry.
        limit: u32,
    },
    /// There are too many entries.
    #[error(
        "more entries in one archive than the {limit} of --limit entries; the rest was searched as raw bytes"
    )]
    EntryLimit {
        /// Entries allowed.
        limit: u64,
    },
}

impl TarFlaw {
    /// How the coverage calls it.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::BadHeader { .. } => Kind::Corrupt,
            Self::Truncated { .. } => Kind::Truncated,
            Self::AfterEnd { .. } | Self::HollowBody { .. } => Kind::Ambiguous,
            Self::BadRecords { .. } | Self::BadSparseMap { .. } => Kind::RawOnly,
            Self::MetadataLimit { .. } | Self::EntryLimit { .. } => Kind::Limit,
        }
    }
}

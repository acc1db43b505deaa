//! Where an image can live. Every place is a set of named blobs to the rest: entries of an archive,
//! files of a layout, later what a registry or a daemon hands out. A new place is one file with a
//! [`Store`] in it and one line in [`TRANSPORTS`].

use super::containerd::ContainerdError;
use super::engine::{EngineError, Kind as EngineKind};
use super::registry::RegistryError;
use super::stamp::Stamp;
use super::storage::StorageError;
use super::target::{Location, TargetError};
use crate::model::{Kind, LayerId};
use std::collections::HashSet;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// Named blobs, read in any order and from any thread.
pub(super) trait Store: Send + Sync {
    /// Opens a blob: a digest's blob by its path in a layout (`blobs/sha256/...`), anything else by
    /// its name in the store.
    fn open(&self, name: &str) -> Result<Blob, OpenError>;

    /// The name under which the store knows the blob, links followed: two names with one answer
    /// are one blob.
    fn resolve(&self, name: &str) -> Result<String, OpenError>;

    /// Every blob there is, sorted, where all of them are handed on together: those that nothing
    /// refers to are searched too.
    fn names(&self) -> Vec<String>;

    /// How a blob was already searched, where reading was only possible once and in order.
    fn searched(&self, _name: &str) -> Option<Searched> {
        None
    }

    /// Whether reading means waiting for a network more than working.
    fn is_remote(&self) -> bool {
        false
    }

    /// What shows, before it is read, that a blob is the one that its digest names.
    fn proof(&self, _name: &str) -> Proof {
        match self.is_remote() {
            // Whoever pulls it checks the digest, and so refuses anything else.
            true => Proof::Name,
            false => Proof::Nothing,
        }
    }
}

/// A blob to read.
pub(super) struct Blob {
    /// Its bytes.
    pub(super) reader: Box<dyn Read + Send>,
    /// How many there are, in bytes; 0 if nobody knows.
    pub(super) size: u64,
    /// Of a tar, the only paths that are meant.
    pub(super) only: Option<Arc<HashSet<Vec<u8>>>>,
}

impl Blob {
    /// What `reader` yields, of `size` bytes.
    pub(super) fn new(reader: impl Read + Send + 'static, size: u64) -> Self {
        Self {
            reader: Box::new(reader),
            size,
            only: None,
        }
    }

    /// Bytes in memory.
    pub(super) fn of_bytes(bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self::new(Cursor::new(bytes), size)
    }

    /// The same tar, of which only these paths are meant.
    pub(super) fn only(mut self, paths: Arc<HashSet<Vec<u8>>>) -> Self {
        self.only = Some(paths);
        self
    }
}

/// What shows that a blob is the one that its digest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// It is fetched by its digest, and nobody takes another for it.
    Name,
    /// The file that it lies in, if it has not changed since its content was hashed.
    File(Stamp),
    /// Nothing but its bytes.
    Nothing,
}

/// How a blob was searched while its archive streamed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Searched {
    /// As a layer of its own.
    Layer(LayerId),
    /// As a plain file of the archive.
    File,
}

/// Why a blob cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// There is none of that name.
    #[error("is not there")]
    Missing,
    /// A directory, a device, a fifo.
    #[error("is not a regular file")]
    NotAFile,
    /// A link that leads out of the image.
    #[error("is a link that leads out of the image")]
    Outside,
    /// A link that leads back to itself.
    #[error("is a link that leads back to itself")]
    Cycle,
    /// What did not begin like a document while the archive streamed by.
    #[error("is not JSON")]
    NotADocument,
    /// What was not kept while the archive streamed by.
    #[error("came before the manifest and was too much to keep")]
    NotKept,
    /// The engine did not hand it out.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store of podman and others does not have it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store of containerd does not have it.
    #[error(transparent)]
    Containerd(#[from] ContainerdError),
    /// The registry did not hand it out.
    #[error(transparent)]
    Registry(RegistryError),
    /// The operating system refused.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

impl OpenError {
    /// What kind of shortfall this is.
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Missing => Kind::Missing,
            Self::NotADocument | Self::Cycle => Kind::Corrupt,
            Self::NotKept => Kind::Limit,
            Self::NotAFile
            | Self::Outside
            | Self::Engine(_)
            | Self::Storage(_)
            | Self::Containerd(_)
            | Self::Registry(_)
            | Self::Io(_) => Kind::Unreadable,
        }
    }
}

impl From<RegistryError> for OpenError {
    fn from(error: RegistryError) -> Self {
        match error.is_not_found() {
            true => Self::Missing,
            false => Self::Registry(error),
        }
    }
}

/// What holds images on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// An engine that is asked.
    Engine(EngineKind),
    /// The store of podman, buildah and CRI-O, read in place.
    Storage,
    /// The store of containerd, read in place.
    Containerd,
}

/// The order in which a bare name is looked for: engines, then stores that need none.
pub(super) const HOLDERS: [Holder; 4] = [
    Holder::Engine(EngineKind::Docker),
    Holder::Engine(EngineKind::Podman),
    Holder::Storage,
    Holder::Containerd,
];

/// A way to name a place, by the word that skopeo and podman use for it.
#[derive(Debug)]
pub struct Transport {
    /// What stands before the colon.
    pub name: &'static str,
    /// The whole form, for help and errors.
    pub form: &'static str,
    /// What follows the colon.
    operand: Operand,
}

/// What a transport takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operand {
    /// A directory.
    Directory,
    /// A file.
    File,
    /// A reference, behind `//`.
    Reference,
    /// The name of an image that something on this machine holds.
    Local(Holder),
}

/// The transports that exist; messages and help are made from it.
pub const TRANSPORTS: [Transport; 8] = [
    Transport {
        name: "oci",
        form: "oci:DIR[:TAG|@DIGEST]",
        operand: Operand::Directory,
    },
    Transport {
        name: "oci-archive",
        form: "oci-archive:FILE[:TAG]",
        operand: Operand::File,
    },
    Transport {
        name: "docker-archive",
        form: "docker-archive:FILE[:REF]",
        operand: Operand::File,
    },
    Transport {
        name: "docker",
        form: "docker://REF",
        operand: Operand::Reference,
    },
    Transport {
        name: "docker-daemon",
        form: "docker-daemon:REF",
        operand: Operand::Local(Holder::Engine(EngineKind::Docker)),
    },
    Transport {
        name: "podman",
        form: "podman:REF",
        operand: Operand::Local(Holder::Engine(EngineKind::Podman)),
    },
    Transport {
        name: "containers-storage",
        form: "containers-storage:[[DRIVER@ROOT]]REF",
        operand: Operand::Local(Holder::Storage),
    },
    Transport {
        name: "containerd",
        form: "containerd:[[NAMESPACE@ROOT]]REF",
        operand: Operand::Local(Holder::Containerd),
    },
];

impl Transport {
    /// What follows the colon.
    pub(super) const fn operand(&self) -> Operand {
        self.operand
    }

    /// The place at `path`. Which kind of archive a file is, its content tells.
    pub(super) fn locate(&self, path: &Path) -> Result<Location, TargetError> {
        let wrong = |wanted| TargetError::WrongKind {
            path: path.display().to_string(),
            wanted,
            transport: self.name,
        };
        match (self.operand, path.is_dir()) {
            (Operand::Directory, true) => Ok(Location::Directory(path.to_owned())),
            (Operand::Directory, false) => Err(wrong("directory")),
            (_, false) => Ok(Location::File(path.to_owned())),
            (_, true) => Err(wrong("file")),
        }
    }
}

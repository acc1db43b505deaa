//! Why a pack, or an object in it, could not be read.

use super::LARGEST;
use super::delta::DeltaError;
use super::inflate::InflateError;
use crate::model::Kind;
use crate::unpack::decode::shortfall_kind;
use gix::ObjectId;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A pack or an index that cannot be opened.
#[derive(Debug, Error)]
#[error("cannot open `{}`: {cause}", path.display())]
pub struct PackError {
    /// The file.
    pub path: PathBuf,
    /// Why it was not read.
    pub kind: Kind,
    /// What is wrong with it.
    pub cause: String,
}

impl PackError {
    pub(super) fn new(path: &Path, error: &gix::Error) -> Self {
        let (kind, cause) = match error.downcast_any_ref::<io::Error>() {
            Some(refused) => shortfall_kind(refused),
            None => (Kind::Corrupt, error.to_string()),
        };
        Self {
            path: path.to_owned(),
            kind,
            cause,
        }
    }
}

/// Why an index is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Doubt {
    /// Objects of the pack may be missing in the index, and have no name then.
    #[error("its index lists {listed} objects, and the pack says it holds {stored}")]
    Number {
        /// Objects that the index lists.
        listed: u32,
        /// Objects that the pack's header states.
        stored: u32,
    },
    /// The checksum of the pack that the index names is not the one at the pack's end.
    #[error("its index was made for another pack, or the pack has been cut off")]
    OtherPack,
    /// There is no index, and not all objects of the pack could be made out without one.
    #[error("it has no index, and {listed} objects were found where its header states {stored}")]
    Incomplete {
        /// Objects that were found.
        listed: u32,
        /// Objects that the pack's header states.
        stored: u32,
    },
    /// Something stands in the pack between the entries that the index lists.
    #[error("its index leaves out entries of the pack")]
    Hidden,
    /// The index has changed since it was written.
    #[error("the checksum of its index is wrong")]
    Checksum,
}

impl Doubt {
    /// Whether the names that the index lists may be wrong.
    pub const fn is_of_names(&self) -> bool {
        !matches!(self, Self::Incomplete { .. })
    }

    /// The kind of shortfall that this is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Number { .. } | Self::OtherPack | Self::Hidden => Kind::Mismatch,
            Self::Incomplete { .. } => Kind::Truncated,
            Self::Checksum => Kind::Corrupt,
        }
    }
}

/// Why an object was not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ObjectError {
    /// The index places it where no entry can be.
    #[error("the index places it at byte {0}, which is not inside the pack")]
    OutOfBounds(u64),
    /// Neither kind nor size can be made out.
    #[error("its header at byte {0} of the pack is damaged")]
    Header(u64),
    /// Its compressed bytes, or those of its delta.
    #[error(transparent)]
    Inflate(#[from] InflateError),
    /// The instructions it is made by.
    #[error(transparent)]
    Delta(#[from] DeltaError),
    /// It is a delta against something that is not there.
    #[error("it is stored as a change of {0}, which is not here")]
    NoBase(ObjectId),
    /// It is a delta against a place where no entry begins.
    #[error("it is stored as a change of an object that the index does not list")]
    Unlisted,
    /// The object it is made from was not read.
    #[error("an object that it is made from cannot be read")]
    BaseLost,
    /// Its bases lead back to itself.
    #[error("it is stored as a change of itself")]
    Circular,
    /// It cannot be held, and is not stored in full.
    #[error("making it takes an object of {0} bytes in memory, and {LARGEST} are the most")]
    TooLarge(u64),
    /// The content was read and is that of something else.
    #[error("its content does not have this name")]
    OtherName,
    /// Nobody wants the rest.
    #[error("the scan was stopped")]
    Stopped,
}

impl ObjectError {
    /// The kind of shortfall that this is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::OutOfBounds(_) | Self::Unlisted | Self::OtherName => Kind::Mismatch,
            Self::NoBase(_) => Kind::Missing,
            Self::TooLarge(_)
            | Self::Inflate(InflateError::Memory(_))
            | Self::Delta(DeltaError::Memory) => Kind::Limit,
            Self::Inflate(InflateError::Truncated) => Kind::Truncated,
            Self::Stopped => Kind::Timeout,
            Self::Header(_)
            | Self::Inflate(_)
            | Self::Delta(_)
            | Self::BaseLost
            | Self::Circular => Kind::Corrupt,
        }
    }
}

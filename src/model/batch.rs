//! The unit of work between reading and detecting: one owned buffer with the pieces of text in it.
//!
//! Small files share a buffer, large files span several. A piece says which of its bytes are
//! *fresh*, that is, may start a new match; the bytes around them are context that was or will be
//! searched elsewhere. Cutting a large file into overlapping pieces and leaving out what a git
//! delta copied are therefore the same thing to the detector.

use super::{LineStart, Origin};
use std::ops::Range;

/// A buffer and the pieces of text that lie in it.
#[derive(Debug, Default)]
pub struct Batch {
    /// The bytes that the pieces' ranges refer to.
    pub bytes: Vec<u8>,
    /// What lies in the buffer, in order.
    pub pieces: Vec<Piece>,
}

/// A part of one blob, ready to be searched.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The blob it belongs to.
    pub origin: Origin,
    /// Where it lies in [`Batch::bytes`], context included.
    pub range: Range<usize>,
    /// Which bytes may start a match: sorted, disjoint, relative to `range.start`.
    pub fresh: Vec<Range<usize>>,
    /// Offset of the piece's first byte in its blob, in bytes of the blob's own encoding.
    pub offset: u64,
    /// Line and column of the piece's first byte.
    pub start: LineStart,
    /// How the bytes stand for text.
    pub encoding: Encoding,
    /// Whether it is all of its blob, byte for byte as it is stored.
    pub is_blob: bool,
}

impl Piece {
    /// A piece that is a whole blob: everything is fresh.
    pub fn whole(origin: Origin, range: Range<usize>) -> Self {
        Self {
            origin,
            fresh: std::iter::once(0..range.len()).collect(),
            range,
            offset: 0,
            start: LineStart::default(),
            encoding: Encoding::Bytes,
            is_blob: true,
        }
    }
}

/// How the decoded bytes of a piece relate to the bytes of its blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// One to one: ASCII, UTF-8, Latin-1 or binary.
    #[default]
    Bytes,
    /// Two bytes of the blob for each unit: UTF-16, already narrowed to one byte per unit.
    Utf16,
    /// Four bytes of the blob for each unit: UTF-32, narrowed likewise.
    Utf32,
}

impl Encoding {
    /// Bytes of the blob per byte of decoded text.
    pub const fn width(self) -> u64 {
        match self {
            Self::Bytes => 1,
            Self::Utf16 => 2,
            Self::Utf32 => 4,
        }
    }
}

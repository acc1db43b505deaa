//! What can be wrong with a compressed stream, and how the coverage calls it.

use crate::model::Kind;
use crate::unpack::memory::MemoryError;
use crate::unpack::sniff::Codec;
use std::io;
use std::sync::Arc;
use thiserror::Error;

/// Why decoding stopped. Travels inside an [`io::Error`], because decoders are readers.
#[derive(Debug, Clone, Error)]
pub enum DecodeError {
    /// The input ends inside a member.
    #[error("the {codec} stream ends too early")]
    Truncated {
        /// The codec.
        codec: Codec,
    },
    /// The format's own rules are broken.
    #[error("the {codec} stream is damaged: {detail}")]
    Corrupt {
        /// The codec.
        codec: Codec,
        /// What the decoder says; never quotes content.
        detail: String,
    },
    /// A member's data are not what its archive's format says.
    #[error("its {detail}")]
    Member {
        /// What is wrong with them; never quotes content.
        detail: &'static str,
    },
    /// Something that is neither a member nor padding follows the last member.
    #[error("the {codec} stream is followed by bytes that do not belong to it")]
    TrailingGarbage {
        /// The codec.
        codec: Codec,
    },
    /// A limit bit.
    #[error("{what}")]
    Limit {
        /// Which one, in a sentence.
        what: String,
    },
    /// A feature of the format that this build does not read.
    #[error("{what}")]
    Unsupported {
        /// Which one, in a sentence.
        what: String,
    },
    /// Reading the compressed bytes failed.
    #[error(transparent)]
    Input(Arc<io::Error>),
}

impl DecodeError {
    pub(super) fn corrupt(codec: Codec, detail: impl ToString) -> Self {
        Self::Corrupt {
            codec,
            detail: detail.to_string(),
        }
    }
}

impl From<io::Error> for DecodeError {
    fn from(err: io::Error) -> Self {
        Self::Input(Arc::new(err))
    }
}

impl From<MemoryError> for DecodeError {
    fn from(err: MemoryError) -> Self {
        Self::Limit {
            what: err.to_string(),
        }
    }
}

impl From<DecodeError> for io::Error {
    fn from(err: DecodeError) -> Self {
        Self::other(err)
    }
}

/// How the coverage calls an error of a reader of this module tree, and what to say of it.
pub fn shortfall_kind(err: &io::Error) -> (Kind, String) {
    let decode = err.get_ref().and_then(|inner| inner.downcast_ref());
    let kind = match decode {
        Some(DecodeError::Input(input)) => return shortfall_kind(input),
        Some(DecodeError::Truncated { .. }) => Kind::Truncated,
        Some(
            DecodeError::Corrupt { .. }
            | DecodeError::Member { .. }
            | DecodeError::TrailingGarbage { .. },
        ) => Kind::Corrupt,
        Some(DecodeError::Limit { .. }) => Kind::Limit,
        Some(DecodeError::Unsupported { .. }) => Kind::Unsupported,
        None if err.kind() == io::ErrorKind::UnexpectedEof => Kind::Truncated,
        None if err.kind() == io::ErrorKind::TimedOut => Kind::Timeout,
        None => Kind::Unreadable,
    };
    (kind, err.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_decides_through_any_nesting() {
        let inner = DecodeError::Truncated { codec: Codec::Gzip };
        let outer = io::Error::from(DecodeError::from(io::Error::from(inner)));
        let (kind, detail) = shortfall_kind(&outer);
        assert_eq!(kind, Kind::Truncated);
        assert_eq!(detail, "the gzip stream ends too early");
    }

    #[test]
    fn what_the_system_says_is_unreadable_or_truncated() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(shortfall_kind(&denied).0, Kind::Unreadable);
        let short = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(shortfall_kind(&short).0, Kind::Truncated);
    }
}

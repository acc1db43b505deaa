//! The bytes of a file, on their way to an opener.

use crate::unpack::batch::Fill;
use crate::unpack::decode::DecodeError;
use std::io::{self, Read};
use thiserror::Error;

/// Reads a file, and keeps the error that ended it for whoever handed the file in: an opener only
/// learns that there was one.
pub(super) struct Tap<'r> {
    read: Fill<'r>,
    /// How the file ended, if it has.
    end: Option<io::Result<()>>,
    outside: &'r mut Option<io::Error>,
}

/// Stands for an error that is not about the archive but about reading it.
#[derive(Debug, Error)]
#[error("the file that holds it could not be read")]
struct Outside;

impl<'r> Tap<'r> {
    pub(super) const fn new(
        read: Fill<'r>,
        end: Option<io::Result<()>>,
        outside: &'r mut Option<io::Error>,
    ) -> Self {
        Self { read, end, outside }
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        *self.outside = Some(error);
        io::Error::other(Outside)
    }
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.end.take() {
            Some(Ok(())) => {
                self.end = Some(Ok(()));
                return Ok(0);
            }
            Some(Err(error)) => return Err(self.fail(error)),
            None if self.outside.is_some() => return Err(io::Error::other(Outside)),
            None => {}
        }
        match (self.read)(buffer) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(self.fail(error)),
            Ok(0) if !buffer.is_empty() => {
                self.end = Some(Ok(()));
                Ok(0)
            }
            other => other,
        }
    }
}

/// Whether an error was handed on by a [`Tap`], which has kept the one that is to be told.
pub(super) fn is_from_outside(error: &io::Error) -> bool {
    let inner = error.get_ref();
    let decode = inner.and_then(|inner| inner.downcast_ref());
    match decode {
        Some(DecodeError::Input(input)) => is_from_outside(input),
        _ => inner.is_some_and(|inner| inner.is::<Outside>()),
    }
}

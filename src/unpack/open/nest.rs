//! What a file and everything nested in it may cost together. Limits of single streams would let a
//! bomb multiply them level by level.

use crate::model::Limits;
use std::cell::Cell;
use std::io;
use thiserror::Error;

/// The account of one file.
pub(super) struct Nest<'l> {
    limits: &'l Limits,
    /// Bytes of the file itself that were read.
    read: Cell<u64>,
    /// Bytes of members at all depths.
    produced: Cell<u64>,
    /// Members at all depths.
    members: Cell<u64>,
    /// Whether a limit has bitten and was told.
    is_told: Cell<bool>,
}

impl<'l> Nest<'l> {
    pub(super) const fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            read: Cell::new(0),
            produced: Cell::new(0),
            members: Cell::new(0),
            is_told: Cell::new(false),
        }
    }

    /// Counts bytes of the file itself.
    pub(super) fn read(&self, bytes: u64) {
        self.read.set(self.read.get() + bytes);
    }

    /// Counts bytes of a member.
    ///
    /// # Errors
    /// When they are more than a file may hold.
    pub(super) fn produce(&self, bytes: u64) -> io::Result<()> {
        let produced = self.produced.get().saturating_add(bytes);
        self.produced.set(produced);
        let Limits {
            stream_bytes,
            ratio,
            ratio_floor,
            ..
        } = *self.limits;
        if produced > stream_bytes {
            return Err(over(format!(
                "what is nested in a file may come to {stream_bytes} bytes, and here is more"
            )));
        }
        let read = self.read.get().max(1);
        if produced > ratio_floor && produced / ratio.max(1) > read {
            return Err(over(format!(
                "what is nested in a file may come to {ratio} times its size, and here is more"
            )));
        }
        Ok(())
    }

    /// Counts a member.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn member(&self) -> io::Result<()> {
        let members = self.members.get() + 1;
        self.members.set(members);
        let most = self.limits.entries;
        if members > most {
            return Err(over(format!(
                "there may be {most} members in a file, with all that are nested in it, and here \
                 are more"
            )));
        }
        Ok(())
    }

    /// Whether this is the first limit of the nest that bites: the same one does so at every level.
    pub(super) fn is_first(&self) -> bool {
        !self.is_told.replace(true)
    }
}

/// A limit of the whole nest that has bitten.
#[derive(Debug, Error)]
#[error("{0}")]
struct Exceeded(String);

fn over(what: String) -> io::Error {
    io::Error::other(Exceeded(what))
}

/// Whether an error is that of a [`Nest`].
pub(super) fn is_exceeded(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Exceeded>())
}

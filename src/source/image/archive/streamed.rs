//! What is left of an archive that could be read only once and in order: the small documents, kept
//! in memory until the manifest is known, and for everything else how it was searched.

use super::super::store::{Blob, OpenError, Searched, Store};
use super::Entries;
use crate::model::EntryPart;
use std::io::Cursor;
use std::sync::Arc;

/// What became of an entry.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    /// A document, kept. Should it turn out to be a plain file, `part` says which of several
    /// entries of its name it is.
    Document { bytes: Arc<[u8]>, part: EntryPart },
    /// Searched as it streamed by.
    Searched(Searched),
    /// A document that was too much to keep, searched like the rest.
    TooMuch(Searched),
}

/// The entries of an archive that has streamed by.
#[derive(Debug, Default)]
pub(in super::super) struct Streamed(Entries<Kept>);

impl Streamed {
    /// A store of one blob.
    pub(in super::super) fn of(name: &str, bytes: &[u8]) -> Self {
        let mut entries = Entries::default();
        let bytes = bytes.into();
        let part = EntryPart::Content;
        entries.body(name.as_bytes(), Kept::Document { bytes, part });
        Self(entries)
    }

    /// What became of the entry of that name.
    pub(super) fn kept(&self, name: &str) -> Option<&Kept> {
        self.0.find(name).ok().map(|found| found.1)
    }

    /// The entries, to be filled while the archive streams by.
    pub(super) const fn entries(&mut self) -> &mut Entries<Kept> {
        &mut self.0
    }
}

impl Store for Streamed {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        match self.0.find(name)?.1 {
            Kept::Searched(_) => Err(OpenError::NotADocument),
            Kept::TooMuch(_) => Err(OpenError::NotKept),
            Kept::Document { bytes, .. } => {
                let size = bytes.len() as u64;
                Ok(Blob::new(Cursor::new(Arc::clone(bytes)), size))
            }
        }
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        Ok(self.0.find(name)?.0.to_owned())
    }

    fn names(&self) -> Vec<String> {
        self.0.names()
    }

    fn searched(&self, name: &str) -> Option<Searched> {
        match self.0.find(name).ok()?.1 {
            Kept::Searched(how) | Kept::TooMuch(how) => Some(*how),
            Kept::Document { .. } => None,
        }
    }
}

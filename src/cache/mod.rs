//! Results that are kept on disk from one scan to the next. To this module they are bytes under names;
//! what they mean, those know who write them.
//!
//! A record is one file, written beside its place and renamed into it, so that any number of processes
//! share the folder without waiting for each other. What a record says is believed only if it bears the
//! seal of the [`Identity`] that the scan uses, made over its name and all of its bytes: a damaged record,
//! one that was put under another name, and one that somebody wrote who does not have the key are no more
//! than a complaint. Without a private key the seal shows damage but no forgery, and the folder is closed
//! to others instead.
//!
//! Nothing about a cache can fail a scan. What goes wrong is a [`CacheError`] to be told, and then things
//! are done as if there were none.

mod error;
mod folder;

pub use error::CacheError;
pub use folder::{Contents, users_folder};

use crate::model::Identity;
use folder::{Folder, RECORD};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What every record begins with; the number changes with the form of what follows.
const MAGIC: &[u8] = b"residue record 1\n";
/// Bytes of a seal.
const SEAL: usize = 32;
/// Bytes that a folder may hold, of all records together.
pub const CAPACITY: u64 = 1 << 30;

/// A folder of results, for scans of one kind.
#[derive(Debug)]
pub struct Cache {
    folder: Folder,
    identity: Identity,
    /// Stands for everything that has a say in a result beside what was scanned.
    purpose: [u8; 32],
    troubles: Mutex<Vec<CacheError>>,
}

/// Troubles that are kept to be told; more would say the same again.
const TOLD: usize = 3;

impl Cache {
    /// The folder at `path`, which is made if it is not there and may hold `capacity` bytes. `purpose`
    /// are the bytes of everything that a result depends on beside its name.
    ///
    /// # Errors
    /// When there is no folder and none can be made, or others may write to it.
    pub fn open(
        path: &Path,
        capacity: u64,
        identity: &Identity,
        purpose: &[u8],
    ) -> Result<Self, CacheError> {
        Ok(Self {
            folder: Folder::open(path, capacity)?,
            identity: identity.clone(),
            purpose: Sha256::digest(purpose).into(),
            troubles: Mutex::default(),
        })
    }

    /// What was kept under a name.
    pub fn get(&self, name: &str) -> Option<Vec<u8>> {
        let file = self.file(name);
        let record = match self.folder.read(&file) {
            Ok(record) => record?,
            Err(error) => return self.complain(error),
        };
        match self.opened(name, &record) {
            Some(content) => Some(content.to_vec()),
            None => self.complain(CacheError::Damaged {
                path: self.folder.path(&file),
            }),
        }
    }

    /// Keeps something under a name, unless it is too large to be read again.
    pub fn put(&self, name: &str, content: &[u8]) {
        let seal = self.seal(name, content);
        let record = [MAGIC, &seal, content].concat();
        if record.len() as u64 > RECORD {
            return;
        }
        if let Err(error) = self.folder.write(&self.file(name), &record) {
            self.complain(error)
        }
    }

    /// Notes that what was kept under a name makes no sense.
    pub fn distrust(&self, name: &str) {
        let path = self.folder.path(&self.file(name));
        self.complain(CacheError::Damaged { path })
    }

    /// What went wrong so far; the first few.
    pub fn troubles(&self) -> Vec<CacheError> {
        std::mem::take(&mut *self.troubles.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn complain<T: Default>(&self, error: CacheError) -> T {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        if troubles.len() < TOLD {
            troubles.push(error);
        }
        T::default()
    }

    /// The content of a record, if it is whole and was kept under this name.
    fn opened<'r>(&self, name: &str, record: &'r [u8]) -> Option<&'r [u8]> {
        let (seal, content) = record.strip_prefix(MAGIC)?.split_at_checked(SEAL)?;
        (self.seal(name, content) == seal).then_some(content)
    }

    fn seal(&self, name: &str, content: &[u8]) -> [u8; SEAL] {
        let length = (name.len() as u64).to_le_bytes();
        let parts = [
            b"residue record",
            &self.purpose[..],
            &length,
            name.as_bytes(),
        ];
        self.identity.seal(&[&parts[..], &[content]].concat())
    }

    /// The file of a name. Records of other purposes have other files.
    fn file(&self, name: &str) -> String {
        let mut hash = Sha256::new_with_prefix(self.purpose);
        hash.update(name);
        data_encoding::HEXLOWER.encode(&hash.finalize())
    }
}

#[cfg(test)]
mod tests;

//! A second reading of a layer, for the hashes of a few large files. It ends with the last of them.

use super::catalog::Copy;
use super::digest::Digest;
use super::layer::node;
use super::overlay::IndexBuilder;
use crate::cache::Cache;
use crate::model::{EntryPart, Limits};
use crate::unpack::decode;
use crate::unpack::memory::Memory;
use crate::unpack::sums::FileSums;
use crate::unpack::tar::{TarEvent, TarReader};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader};
use std::sync::Arc;

/// Stored bytes that are read at once.
const BUFFER: usize = 256 << 10;

/// A file of a layer: its path and which of several it is.
type File = (Arc<[u8]>, EntryPart);

/// Files whose hashes are wanted.
pub(super) type Wanted = BTreeSet<File>;

/// What a second reading needs.
pub(super) struct Rereading<'a> {
    /// The caps that held for the first one.
    pub(super) limits: &'a Limits,
    /// What earlier scans have kept.
    pub(super) cache: Option<&'a Cache>,
    /// Whether to stop.
    pub(super) is_stopped: &'a dyn Fn() -> bool,
}

impl Rereading<'_> {
    /// The hashes of the files that are wanted. What has become unreadable since has none: that the
    /// layer was read in full is told already, and without a hash a file merely counts as changed.
    /// `digest` is what the layer has proved to be.
    pub(super) fn sums(
        &self,
        copy: &Copy,
        digest: &Digest,
        mut wanted: Wanted,
    ) -> BTreeMap<File, FileSums> {
        let files: Vec<File> = wanted.iter().cloned().collect();
        let kept = self.cache.map(|cache| (cache, name(digest, &files)));
        let known = kept.as_ref().and_then(|(cache, name)| cache.get(name));
        if let Some(known) = known.and_then(|known| postcard::from_bytes(&known).ok()) {
            let known: Vec<FileSums> = known;
            return files.into_iter().zip(known).collect();
        }
        let mut found = BTreeMap::new();
        let read = self.read(copy, &mut wanted, &mut found);
        if let Some((cache, name)) = kept
            && read.is_ok()
            && wanted.is_empty()
        {
            // In the order of the files, of which each has its hashes.
            let sums: Vec<&FileSums> = found.values().collect();
            let _ = postcard::to_allocvec(&sums).map(|sums| cache.put(&name, &sums));
        }
        found
    }

    fn read(
        &self,
        copy: &Copy,
        wanted: &mut Wanted,
        found: &mut BTreeMap<File, FileSums>,
    ) -> io::Result<()> {
        let blob = copy.store.open(&copy.name).map_err(io::Error::other)?;
        let memory = Arc::new(Memory::new(self.limits.memory));
        let stored = Box::new(BufReader::with_capacity(BUFFER, blob.reader));
        let mut tar = TarReader::new(decode::decode(stored, self.limits, &memory)?, self.limits);
        let mut index = IndexBuilder::default();
        while !wanted.is_empty() && !(self.is_stopped)() {
            let Some(event) = tar.next_event()? else {
                break;
            };
            let TarEvent::Entry(entry) = event else {
                continue;
            };
            let part = EntryPart::of_copy(index.add(&entry.path, node(&entry)));
            if let Some(file) = wanted.take(&(entry.path, part)) {
                let sums = FileSums::read(|buffer| tar.read_body(buffer))?;
                found.insert(file, sums);
            }
        }
        Ok(())
    }
}

/// Under which name the hashes of these files of a layer are kept.
fn name(digest: &Digest, files: &[File]) -> String {
    let mut hash = Sha256::new();
    for (path, part) in files {
        hash.update((path.len() as u64).to_le_bytes());
        hash.update(path);
        hash.update(format!("{part:?}"));
    }
    let hash = HEXLOWER.encode(&hash.finalize());
    format!("sums {digest} {hash}")
}

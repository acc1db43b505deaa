//! A second reading of a layer: for the hashes of a few large files, for what there was no memory for the
//! first time, or for the parts of repositories in a layer that an earlier scan has read. It ends when it
//! has shown all that is wanted.

use super::catalog::Copy;
use super::claim::Sums;
use super::digest::Digest;
use super::layer::node;
use super::overlay::IndexBuilder;
use crate::cache::Cache;
use crate::model::{EntryPart, Limits};
use crate::unpack::decode;
use crate::unpack::digest::Hashing;
use crate::unpack::memory::Memory;
use crate::unpack::sums::FileSums;
use crate::unpack::tar::{TarEvent, TarReader};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Stored bytes that are read at once.
const BUFFER: usize = 256 << 10;

/// A file of a layer: its path and which of several it is.
pub(super) type File = (Arc<[u8]>, EntryPart);

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
        wanted: Wanted,
    ) -> BTreeMap<File, FileSums> {
        let files: Vec<File> = wanted.iter().cloned().collect();
        let kept = self.cache.map(|cache| (cache, name(digest, &files)));
        let known = kept.as_ref().and_then(|(cache, name)| cache.get(name));
        if let Some(known) = known.and_then(|known| postcard::from_bytes(&known).ok()) {
            let known: Vec<FileSums> = known;
            return files.into_iter().zip(known).collect();
        }
        let mut found = BTreeMap::new();
        let read = self.hash(copy, wanted, &mut found);
        if let Some((cache, name)) = kept
            && read.is_ok()
            && found.len() == files.len()
        {
            // In the order of the files, of which each has its hashes.
            let sums: Vec<&FileSums> = found.values().collect();
            let _ = postcard::to_allocvec(&sums).map(|sums| cache.put(&name, &sums));
        }
        found
    }

    fn hash(
        &self,
        copy: &Copy,
        mut wanted: Wanted,
        found: &mut BTreeMap<File, FileSums>,
    ) -> io::Result<()> {
        self.files(copy, &mut |file, content| {
            if wanted.remove(file) {
                let sums = FileSums::read(|buffer| content.read(buffer))?;
                found.insert(file.clone(), sums);
            }
            Ok(match wanted.is_empty() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })
    }

    /// Shows every file of a layer, until it is enough.
    ///
    /// # Errors
    /// What ended the reading too early.
    pub(super) fn files(&self, copy: &Copy, show: &mut Show<'_>) -> io::Result<()> {
        let blob = copy.store.open(&copy.name).map_err(io::Error::other)?;
        self.walk(blob.reader, show)
    }

    /// Shows every file of a layer, and sees to it that the layer is what is claimed of it.
    ///
    /// # Errors
    /// What ended the reading too early, or that it is another layer.
    pub(super) fn proven(&self, copy: &Copy, show: &mut Show<'_>) -> io::Result<()> {
        let blob = copy.store.open(&copy.name).map_err(io::Error::other)?;
        let mut hashing = Hashing::new(blob.reader, copy.claim.algorithm());
        self.walk(&mut hashing, show)?;
        hashing.drain()?;
        let sums = Sums::of(&hashing.finish(), None);
        match copy.claim.kept_by(&sums) {
            true => Ok(()),
            false => Err(io::Error::other(copy.claim.broken_by(&sums).join(", "))),
        }
    }

    fn walk(&self, stored: impl Read, show: &mut Show<'_>) -> io::Result<()> {
        let memory = Arc::new(Memory::new(self.limits.memory));
        let stored = Box::new(BufReader::with_capacity(BUFFER, stored));
        let mut tar = TarReader::new(decode::decode(stored, self.limits, &memory)?, self.limits);
        let mut index = IndexBuilder::default();
        while !(self.is_stopped)() {
            let Some(event) = tar.next_event()? else {
                break;
            };
            let TarEvent::Entry(entry) = event else {
                continue;
            };
            let part = EntryPart::of_copy(index.add(&entry.path, node(&entry)));
            let mut body = Body(&mut tar);
            if show(&(entry.path, part), &mut body)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Takes a file of a layer, and says whether it is enough.
pub(super) type Show<'s> = dyn FnMut(&File, &mut dyn Read) -> io::Result<ControlFlow<()>> + 's;

/// The body of the entry at hand.
struct Body<'t, R>(&'t mut TarReader<R>);

impl<R: Read> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_body(buffer)
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

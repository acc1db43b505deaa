//! A second reading of a layer, for the hashes of a few large files. It ends with the last of them.

use super::catalog::Copy;
use super::layer::node;
use super::overlay::IndexBuilder;
use crate::model::{EntryPart, Limits};
use crate::unpack::decode;
use crate::unpack::memory::Memory;
use crate::unpack::sums::FileSums;
use crate::unpack::tar::{TarEvent, TarReader};
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
    /// Whether to stop.
    pub(super) is_stopped: &'a dyn Fn() -> bool,
}

impl Rereading<'_> {
    /// The hashes of the files that are wanted. What has become unreadable since has none: that the
    /// layer was read in full is told already, and without a hash a file merely counts as changed.
    pub(super) fn sums(&self, copy: &Copy, wanted: Wanted) -> BTreeMap<File, FileSums> {
        let mut found = BTreeMap::new();
        let _ = self.read(copy, wanted, &mut found);
        found
    }

    fn read(
        &self,
        copy: &Copy,
        mut wanted: Wanted,
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

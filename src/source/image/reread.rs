//! A second reading of a layer, for the hashes of a few large files, or for what there was no memory for
//! the first time. It ends when it has shown all that is wanted.

use super::catalog::Copy;
use super::layer::node;
use super::overlay::IndexBuilder;
use crate::model::{EntryPart, Limits};
use crate::unpack::decode;
use crate::unpack::memory::Memory;
use crate::unpack::sums::FileSums;
use crate::unpack::tar::{TarEvent, TarReader};
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
    /// Whether to stop.
    pub(super) is_stopped: &'a dyn Fn() -> bool,
}

impl Rereading<'_> {
    /// The hashes of the files that are wanted. What has become unreadable since has none: that the
    /// layer was read in full is told already, and without a hash a file merely counts as changed.
    pub(super) fn sums(&self, copy: &Copy, mut wanted: Wanted) -> BTreeMap<File, FileSums> {
        let mut found = BTreeMap::new();
        let _ = self.files(copy, &mut |file, content| {
            if wanted.remove(file) {
                let sums = FileSums::read(|buffer| content.read(buffer))?;
                found.insert(file.clone(), sums);
            }
            Ok(match wanted.is_empty() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        });
        found
    }

    /// Shows every file of a layer, until it is enough.
    ///
    /// # Errors
    /// What ended the reading too early.
    pub(super) fn files(&self, copy: &Copy, show: &mut Show<'_>) -> io::Result<()> {
        let blob = copy.store.open(&copy.name).map_err(io::Error::other)?;
        let memory = Arc::new(Memory::new(self.limits.memory));
        let stored = Box::new(BufReader::with_capacity(BUFFER, blob.reader));
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

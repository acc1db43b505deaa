//! Objects that are kept as they are stored, only decompressed, to be made again after the walk. To
//! compare the folders of a history means to read all of its trees; most of what that costs is to
//! decompress their deltas, which the walk has done already. Deltas of trees are a few dozen bytes.
//!
//! What always holds: an object is made again with the bytes that were visited, or not at all.

use super::delta::Delta;
use crate::model::Copied;
use gix::objs;
use std::rc::Rc;

/// Not kept, or no base: no pack has as many objects.
const NONE: u32 = u32::MAX;
/// Bytes of objects that others may still be made from. Beyond that they are made again.
const MADE: usize = 8 << 20;

/// What was kept of a pack.
#[derive(Default)]
pub struct Kept {
    /// Number of the record for each position in the index, or [`NONE`].
    numbers: Vec<u32>,
    records: Vec<Record>,
    /// What each thread of the walk kept.
    shelves: Vec<Vec<u8>>,
}

/// One object.
#[derive(Debug, Clone, Copy)]
struct Record {
    /// Position in the index.
    position: u32,
    /// Position of what it is a delta against, [`NONE`] if its whole content is kept.
    base: u32,
    /// Number of the shelf, and where on it the stored bytes are.
    shelf: u32,
    start: usize,
    length: usize,
    /// Whether others are made from it.
    is_base: bool,
    kind: objs::Kind,
}

/// What one thread of a walk keeps.
pub(super) struct Shelf {
    bytes: Vec<u8>,
    records: Vec<Record>,
    /// Bytes there may be.
    room: usize,
}

/// An object to be kept.
pub(super) struct Keepsake<'a> {
    /// Position in the index.
    pub(super) position: u32,
    /// Position of what it is a delta against, if `stored` is a delta.
    pub(super) base: Option<u32>,
    /// The delta, or the content.
    pub(super) stored: &'a [u8],
    /// Whether others are made from it.
    pub(super) is_base: bool,
    pub(super) kind: objs::Kind,
}

impl Shelf {
    pub(super) const fn new(room: usize) -> Self {
        Self {
            bytes: Vec::new(),
            records: Vec::new(),
            room,
        }
    }

    /// Keeps an object if there is room.
    pub(super) fn keep(&mut self, object: &Keepsake<'_>) {
        let start = self.bytes.len();
        if start + object.stored.len() > self.room {
            return;
        }
        self.bytes.extend_from_slice(object.stored);
        self.records.push(Record {
            position: object.position,
            base: object.base.unwrap_or(NONE),
            shelf: 0,
            start,
            length: object.stored.len(),
            is_base: object.is_base,
            kind: object.kind,
        });
    }
}

impl Kept {
    /// Takes what a thread has kept of a pack of so many objects.
    pub(super) fn add(&mut self, shelf: Shelf, objects: usize) {
        let Shelf { bytes, records, .. } = shelf;
        if records.is_empty() {
            return;
        }
        self.numbers.resize(objects, NONE);
        let shelf = self.shelves.len() as u32;
        for record in records {
            self.numbers[record.position as usize] = self.records.len() as u32;
            self.records.push(Record { shelf, ..record });
        }
        self.shelves.push(bytes);
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> usize {
        self.shelves.iter().map(Vec::len).sum()
    }

    /// Number of the record of an object.
    fn number(&self, position: u32) -> Option<usize> {
        let number = self.numbers.get(position as usize);
        number
            .filter(|&&number| number != NONE)
            .map(|&n| n as usize)
    }

    /// What an object is, if it was kept.
    pub fn kind(&self, position: u32) -> Option<objs::Kind> {
        self.number(position)
            .map(|number| self.records[number].kind)
    }

    fn stored(&self, record: &Record) -> &[u8] {
        &self.shelves[record.shelf as usize][record.start..][..record.length]
    }
}

/// Makes kept objects again, on one thread.
pub struct Remake {
    /// By number of the record.
    made: Vec<Option<Rc<[u8]>>>,
    /// Bytes of what is made.
    bytes: usize,
    /// Bytes there may be.
    room: usize,
    buffer: Vec<u8>,
    copies: Vec<Copied>,
}

impl Default for Remake {
    fn default() -> Self {
        Self::with_room(MADE)
    }
}

impl Remake {
    /// Holds at most so many bytes of what others may be made from.
    pub(super) const fn with_room(room: usize) -> Self {
        Self {
            made: Vec::new(),
            bytes: 0,
            room,
            buffer: Vec::new(),
            copies: Vec::new(),
        }
    }

    /// The content of the object at this position of the index, if it and all that it is made from
    /// were kept.
    pub fn object(&mut self, kept: &Kept, position: u32) -> Option<Rc<[u8]>> {
        self.made.resize(kept.records.len(), None);
        let mut deltas = Vec::new();
        let mut number = kept.number(position)?;
        let mut content = loop {
            let record = &kept.records[number];
            match &self.made[number] {
                Some(made) => break Rc::clone(made),
                None if record.base == NONE => {
                    break self.keep(number, record, kept.stored(record));
                }
                None => deltas.push(number),
            }
            number = kept.number(record.base)?;
        };
        while let Some(number) = deltas.pop() {
            let record = &kept.records[number];
            let mut buffer = std::mem::take(&mut self.buffer);
            let delta = Delta::new(&content, kept.stored(record)).ok()?;
            delta.apply(&mut buffer, &mut self.copies).ok()?;
            content = self.keep(number, record, &buffer);
            self.buffer = buffer;
        }
        Some(content)
    }

    fn keep(&mut self, number: usize, record: &Record, content: &[u8]) -> Rc<[u8]> {
        let content: Rc<[u8]> = content.into();
        if record.is_base {
            if self.bytes + content.len() > self.room {
                self.made.fill(None);
                self.bytes = 0;
            }
            self.bytes += content.len();
            self.made[number] = Some(Rc::clone(&content));
        }
        content
    }
}

//! Writing a table down while records pass by.
//!
//! A record is held whole until its end, so that its reader is a plain function of its bytes; how large
//! it may be, and how much all tables of a scan may hold, is bounded. What goes beyond is told as not
//! read, and its files get no discount.

use super::table::{About, Line, Listed, Origin, Stated, Table, Unread, digest_hash, path_hash};
use super::{ECOSYSTEMS, Reader};
use crate::model::{Ecosystem, Limits};
use crate::source::paths::{Key, components};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Memory that a line takes, in bytes.
const LINE: u64 = size_of::<Line>() as u64;
/// Memory that a package or a statement about one takes with its texts, in bytes.
const PACKAGE: u64 = 256;
/// Records that were not read, of one layer: the first few say enough.
const MOST_UNREAD: usize = 16;
/// Longest name or version that is kept, in bytes.
const MOST_TEXT: usize = 100;

const TOO_LARGE: &str =
    "is larger than what is kept of it; the files that it lists count as changed";
/// Said of a record that other records, perhaps of other layers, have left no room for.
pub(super) const NO_ROOM: &str = "lists more files than are kept; those beyond count as changed";

/// The memory that all tables of a scan share, and the largest record.
#[derive(Debug)]
pub(in crate::source) struct Room {
    left: AtomicU64,
    record: u64,
}

impl Room {
    /// A share of what a scan may take.
    pub(in crate::source) fn of(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicU64::new(limits.memory / 8),
            record: limits.memory / 16,
        })
    }

    /// Takes what a table needs that an earlier scan has made, if that is left.
    pub(in crate::source) fn admits(&self, table: &Table) -> bool {
        let texts = (table.packages.len() + table.abouts.len()) as u64 * PACKAGE;
        self.take(table.lines.len() as u64 * LINE + texts)
    }

    /// Takes so many bytes of it, if they are left.
    fn take(&self, bytes: u64) -> bool {
        let less = |left: u64| left.checked_sub(bytes);
        let taken = self
            .left
            .try_update(Ordering::Relaxed, Ordering::Relaxed, less);
        taken.is_ok()
    }
}

/// A table in the making.
#[derive(Debug)]
pub(in crate::source) struct Draft {
    table: Table,
    room: Arc<Room>,
}

/// A record that is passing by.
pub(in crate::source) struct Passing {
    reader: Reader,
    tree: u32,
    stated: Stated,
    bytes: Vec<u8>,
    is_too_large: bool,
    most: u64,
}

impl Passing {
    /// Takes the next bytes of it.
    pub(in crate::source) fn take(&mut self, bytes: &[u8]) {
        self.is_too_large |= (self.bytes.len() + bytes.len()) as u64 > self.most;
        match self.is_too_large {
            true => self.bytes = Vec::new(),
            false => self.bytes.extend_from_slice(bytes),
        }
    }
}

impl Draft {
    /// An empty one.
    pub(in crate::source) fn new(room: &Arc<Room>) -> Self {
        Self {
            table: Table::default(),
            room: Arc::clone(room),
        }
    }

    /// Begins to take the file at this path of a tree, if it is a record; `copy` files of the path came
    /// before it.
    pub(in crate::source) fn open(
        &self,
        tree: u32,
        path: &Arc<[u8]>,
        copy: u32,
    ) -> Option<Passing> {
        let reader = ECOSYSTEMS.iter().find_map(|reader| reader(path))?;
        Some(Passing {
            reader,
            tree,
            stated: Stated {
                path: Arc::clone(path),
                copy,
            },
            bytes: Vec::new(),
            is_too_large: false,
            most: self.room.record,
        })
    }

    /// Reads a record that has passed.
    pub(in crate::source) fn close(&mut self, record: Passing) {
        let mut pen = Pen {
            draft: self,
            tree: record.tree,
            stated: record.stated,
        };
        match record.is_too_large {
            true => pen.unread(TOO_LARGE),
            false => {
                let path = Arc::clone(&pen.stated.path);
                (record.reader)(&path, &record.bytes, &mut pen);
            }
        }
    }

    /// Sorts what was written down.
    pub(in crate::source) fn finish(self) -> Table {
        let mut table = self.table;
        table.sort();
        table
    }
}

/// What a reader writes down of one record.
pub(super) struct Pen<'d> {
    draft: &'d mut Draft,
    tree: u32,
    stated: Stated,
}

/// A package, as a record names it.
pub(super) struct Named<'t> {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: &'t str,
    pub(super) version: Option<&'t str>,
    pub(super) origin: Origin,
}

impl Pen<'_> {
    /// Notes a package, which other records speak of as `subject`; `None` if there is no room.
    pub(super) fn package(&mut self, subject: &[&[u8]], package: &Named<'_>) -> Option<u32> {
        if !self.has_room(PACKAGE) {
            return None;
        }
        let number = u32::try_from(self.draft.table.packages.len()).ok()?;
        self.draft.table.packages.push(Listed {
            stated: self.stated.clone(),
            subject: self.subject(subject),
            name: text(package.name),
            version: package.version.map(text),
            ecosystem: package.ecosystem,
            origin: package.origin,
        });
        Some(number)
    }

    /// Notes a file of a package: its path, in parts that are joined, and its digest.
    pub(super) fn file(&mut self, package: u32, path: &[&[u8]], digest: &[u8]) {
        if self.has_room(LINE) {
            let key = self.draft.table.key;
            let line = Line {
                path: path_hash(key, self.tree, &components(&path.concat())),
                digest: digest_hash(key, digest),
                package,
            };
            self.draft.table.lines.push(line);
        }
    }

    /// Notes what the record tells about a package that another one lists.
    pub(super) fn about(
        &mut self,
        subject: &[&[u8]],
        name: Option<&str>,
        version: Option<&str>,
        origin: Origin,
    ) {
        if self.has_room(PACKAGE) {
            let about = About {
                subject: self.subject(subject),
                stated: self.stated.clone(),
                name: name.map(text),
                version: version.map(text),
                origin,
            };
            self.draft.table.abouts.push(about);
        }
    }

    /// Notes that the record was not read, or not in full.
    pub(super) fn unread(&mut self, why: &'static str) {
        let unread = Unread {
            path: Arc::clone(&self.stated.path),
            why: why.into(),
        };
        let known = &mut self.draft.table.unread;
        if known.len() < MOST_UNREAD && !known.contains(&unread) {
            known.push(unread);
        }
    }

    fn has_room(&mut self, bytes: u64) -> bool {
        let has_room = self.draft.room.take(bytes);
        if !has_room {
            self.unread(NO_ROOM);
        }
        has_room
    }

    fn subject(&self, parts: &[&[u8]]) -> u64 {
        let tree = self.tree.to_le_bytes();
        Key::PUBLIC.hash(&[&[b"subject", &tree[..]], parts].concat())
    }
}

/// A name or a version, which is never long unless somebody wants to fill the memory or the report.
fn text(text: &str) -> Arc<str> {
    text[..text.floor_char_boundary(MOST_TEXT)].into()
}

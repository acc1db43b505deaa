//! As much of SQLite's file format (sqlite.org/fileformat2.html) as it takes to go through a table: pages,
//! b-trees, overflow pages and records. Nothing is written, and no index is used.
//!
//! Whatever the file says, no more is looked at than it has bytes: pages and payloads are taken from one
//! budget, so that trees in a circle and rows that share their pages end.

use std::borrow::Cow;

/// What a database begins with (1.3.1).
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes in front of the first page's b-tree (1.3).
const FILE_HEADER: usize = 100;
/// The page of the table of tables, and in its rows (2.6) a table's name and its first page.
const SCHEMA: (u32, usize, usize) = (1, 1, 3);
/// Kinds of pages of a table (1.6): with pointers to others, and with rows.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
/// What looking at a cell is taken to cost, in bytes.
const CELL: usize = 8;

/// A database.
pub(super) struct Database<'d> {
    bytes: &'d [u8],
    /// Bytes of a page.
    page: usize,
    /// Bytes of a page that are in use.
    usable: usize,
    /// Bytes that may still be looked at.
    left: usize,
}

/// A row of a table (2.1): the sizes of its columns, and their values.
pub(super) struct Row<'r>(&'r [u8]);

impl<'d> Database<'d> {
    /// A database in these bytes; `None` if they are none.
    pub(super) fn open(bytes: &'d [u8]) -> Option<Self> {
        let header = bytes
            .get(..FILE_HEADER)
            .filter(|header| header.starts_with(MAGIC))?;
        let page = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size => usize::from(size),
        };
        // Least size of a page, and of its part in use (1.3.2, 1.3.4).
        let usable = page.checked_sub(usize::from(header[20]))?;
        let is_sound = page.is_power_of_two() && page >= 512 && usable >= 480;
        is_sound.then_some(Self {
            bytes,
            page,
            usable,
            // Each page once, each payload once, and something for the cells.
            left: bytes.len().saturating_mul(3),
        })
    }

    /// Hands each row of a table to `row`. `None` if there is no such table, if something is damaged, or
    /// as soon as `row` says so.
    pub(super) fn each_row(
        &mut self,
        table: &[u8],
        row: &mut dyn FnMut(&Row<'_>) -> Option<()>,
    ) -> Option<()> {
        let (schema, name, first) = SCHEMA;
        let mut root = None;
        self.walk(schema, &mut |row| {
            if row.column(name) == Some(table) {
                root = row.column(first).map(big_endian);
            }
            Some(())
        })?;
        self.walk(u32::try_from(root?).ok()?, row)
    }

    /// Goes through the b-tree below a page (1.6).
    fn walk(&mut self, root: u32, row: &mut dyn FnMut(&Row<'_>) -> Option<()>) -> Option<()> {
        let mut pages = vec![root];
        while let Some(number) = pages.pop() {
            let page = self.page(number)?;
            let header = &page[if number == 1 { FILE_HEADER } else { 0 }..];
            let cells = usize::from(u16::from_be_bytes([*header.get(3)?, *header.get(4)?]));
            let (kind, length) = match header[0] {
                INTERIOR => (INTERIOR, 12),
                LEAF => (LEAF, 8),
                _ => return None,
            };
            self.spend(self.page + CELL * cells)?;
            for pointer in header.get(length..length + 2 * cells)?.chunks_exact(2) {
                let cell = page.get(usize::try_from(big_endian(pointer)).ok()?..)?;
                match kind {
                    INTERIOR => pages.push(page_number(cell)?),
                    _ => row(&Row(&self.payload(cell)?))?,
                }
            }
            if kind == INTERIOR {
                pages.push(page_number(header.get(8..)?)?);
            }
        }
        Some(())
    }

    /// The payload of a cell with a row, of which a part may lie in other pages (1.5).
    fn payload(&mut self, cell: &'d [u8]) -> Option<Cow<'d, [u8]>> {
        let (size, rest) = varint(cell)?;
        let (_row_id, rest) = varint(rest)?;
        let size = usize::try_from(size).ok()?;
        self.spend(size)?;
        let (most, least) = (self.usable - 35, (self.usable - 12) * 32 / 255 - 23);
        if size <= most {
            return Some(rest.get(..size)?.into());
        }
        let local = least + (size - least) % (self.usable - 4);
        let local = if local <= most { local } else { least };
        let (local, rest) = rest.split_at_checked(local)?;
        let mut payload = local.to_vec();
        let mut next = page_number(rest)?;
        while payload.len() < size {
            let page = &self.page(next)?[..self.usable];
            next = page_number(page)?;
            let wanted = (size - payload.len()).min(page.len() - 4);
            payload.extend_from_slice(&page[4..4 + wanted]);
        }
        Some(payload.into())
    }

    /// The page of this number; the first is 1.
    fn page(&self, number: u32) -> Option<&'d [u8]> {
        let start = usize::try_from(number.checked_sub(1)?)
            .ok()?
            .checked_mul(self.page)?;
        self.bytes.get(start..)?.get(..self.page)
    }

    fn spend(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

impl<'r> Row<'r> {
    /// The bytes of a column of text, of bytes or of a number; none of a column that is empty.
    pub(super) fn column(&self, wanted: usize) -> Option<&'r [u8]> {
        let (size, sizes) = varint(self.0)?;
        let header = usize::try_from(size).ok()?;
        let mut values = self.0.get(header..)?;
        let mut sizes = sizes.get(..header.checked_sub(self.0.len() - sizes.len())?)?;
        for number in 0.. {
            let (kind, rest) = varint(sizes)?;
            let (value, others) = values.split_at_checked(size_of_kind(kind)?)?;
            if number == wanted {
                return Some(value);
            }
            (sizes, values) = (rest, others);
        }
        None
    }
}

/// Bytes of a column of this kind (2.1).
fn size_of_kind(kind: u64) -> Option<usize> {
    match kind {
        0 | 8 | 9 => Some(0),
        1..=4 => usize::try_from(kind).ok(),
        5 => Some(6),
        6 | 7 => Some(8),
        10 | 11 => None,
        text_or_bytes => usize::try_from((text_or_bytes - 12) / 2).ok(),
    }
}

/// A number of up to nine bytes (1.6): seven bits in each, and eight in the ninth.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some(((value << 8) | u64::from(byte), &bytes[9..]));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

fn page_number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.first_chunk()?))
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |value, &byte| (value << 8) | u64::from(byte))
}

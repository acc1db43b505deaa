//! Databases built in memory, page by page, and damaged ones.

use super::*;
use crate::model::Limits;
use crate::source::packages::{Draft, FileKey, Room, Stack, Table};
use crate::unpack::sums::FileSums;
use proptest::prelude::*;
use std::sync::Arc;

/// Bytes of a page.
const PAGE: usize = 512;

/// A number of up to two groups of seven bits.
fn varint(number: usize) -> Vec<u8> {
    match number {
        0..0x80 => vec![number as u8],
        0x80..0x4000 => vec![(number >> 7) as u8 | 0x80, (number & 0x7f) as u8],
        _ => panic!("{number} is too large for this builder"),
    }
}

/// A record of columns of bytes.
fn record(columns: &[&[u8]]) -> Vec<u8> {
    let sizes: Vec<u8> = columns
        .iter()
        .flat_map(|column| varint(12 + 2 * column.len()))
        .collect();
    [varint(1 + sizes.len()), sizes, columns.concat()].concat()
}

/// A database being built.
struct Builder {
    pages: Vec<Vec<u8>>,
}

impl Builder {
    /// With an empty first page.
    fn new() -> Self {
        Self {
            pages: vec![vec![0; PAGE]],
        }
    }

    fn add(&mut self, page: Vec<u8>) -> u32 {
        self.pages.push(page);
        self.pages.len() as u32
    }

    /// A cell with a row, whose end may go to other pages.
    fn cell(&mut self, payload: &[u8]) -> Vec<u8> {
        let head = [varint(payload.len()), varint(1)].concat();
        let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
        if payload.len() <= most {
            return [&head, payload].concat();
        }
        let local = least + (payload.len() - least) % (PAGE - 4);
        let local = if local <= most { local } else { least };
        let mut next = 0_u32;
        for chunk in payload[local..].chunks(PAGE - 4).rev() {
            let mut page = [&next.to_be_bytes()[..], chunk].concat();
            page.resize(PAGE, 0);
            next = self.add(page);
        }
        [&head, &payload[..local], &next.to_be_bytes()].concat()
    }
}

/// A page of these cells, its b-tree behind `front` bytes; `last` is what an interior page ends with.
fn page(front: &[u8], kind: u8, cells: &[Vec<u8>], last: &[u8]) -> Vec<u8> {
    let mut page = front.to_vec();
    page.extend([kind, 0, 0, 0, cells.len() as u8, 0, 0, 0]);
    page.extend_from_slice(last);
    let mut at = PAGE;
    let mut ends = vec![0; PAGE];
    for cell in cells {
        at -= cell.len();
        ends[at..at + cell.len()].copy_from_slice(cell);
        page.extend((at as u16).to_be_bytes());
    }
    ends[..page.len()].copy_from_slice(&page);
    ends
}

/// A database of these headers, each in a leaf of its own below one page.
fn database(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut builder = Builder::new();
    let leaves = headers.iter().map(|header| {
        let cell = builder.cell(&record(&[b"", header]));
        builder.add(page(b"", 13, &[cell], b""))
    });
    let leaves: Vec<[u8; 4]> = leaves.map(u32::to_be_bytes).collect();
    let (last, others) = leaves.split_last().unwrap();
    let cells: Vec<Vec<u8>> = others
        .iter()
        .map(|leaf| [&leaf[..], &[1]].concat())
        .collect();
    let root = builder.add(page(b"", 5, &cells, last));
    let row = |name: &[u8], root: u32| record(&[b"table", name, name, &root.to_be_bytes(), b"sql"]);
    let schema = [row(b"Name", 9), row(b"Packages", root)].map(|row| builder.cell(&row));
    let mut front = [&b"SQLite format 3\0"[..], &(PAGE as u16).to_be_bytes()].concat();
    front.resize(100, 0);
    // A number that is stored as bytes is read like one that is stored as a number.
    builder.pages[0] = page(&front, 13, &schema, b"");
    builder.pages.concat()
}

/// A header with these entries: tag, number of values, data.
fn header(entries: &[(u32, u32, Vec<u8>)]) -> Vec<u8> {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for (tag, count, bytes) in entries {
        for number in [*tag, 6, data.len() as u32, *count] {
            index.extend(number.to_be_bytes());
        }
        data.extend_from_slice(bytes);
    }
    let sizes = [entries.len() as u32, data.len() as u32].map(u32::to_be_bytes);
    [sizes.concat(), index, data].concat()
}

/// The header of a package with a folder and many files in another one; the last is the one asked for.
fn package(name: &str, vendor: &str) -> Vec<u8> {
    let text = |text: &str| format!("{text}\0").into_bytes();
    let others = 30;
    let digest = HEXLOWER.encode(&FileSums::of(b"installed").sha256);
    let digests = "ab\0".repeat(others) + "\0" + &digest + "\0";
    let names = "f\0".repeat(others) + "folder\0key.pem\0";
    let folders = format!("/usr/share/\0/usr/share/{name}/\0");
    let numbers = (0..others + 2).flat_map(|at| u32::from(at != others).to_be_bytes());
    let count = others as u32 + 2;
    header(&[
        (1000, 1, text(name)),
        (1001, 1, text("4")),
        (1002, 1, text("5.fc40")),
        (1011, 1, text(vendor)),
        (1035, count, digests.into_bytes()),
        (1116, count, numbers.collect()),
        (1117, count, names.into_bytes()),
        (1118, 2, folders.into_bytes()),
    ])
}

fn table(bytes: &[u8]) -> Table {
    let mut draft = Draft::new(&Room::of(&Limits::default()));
    let path: Arc<[u8]> = Arc::from(&b"var/lib/rpm/rpmdb.sqlite"[..]);
    let mut record = draft.open(0, &path, 0).unwrap();
    record.take(bytes);
    draft.close(record);
    draft.finish()
}

fn told(table: &Table, path: &str) -> Option<(String, bool)> {
    let stack = Stack::new(std::iter::once((0, table)), |_, _| true);
    let sums = FileSums::of(b"installed");
    let package = stack.package(&FileKey::of(0, path.as_bytes()), &sums)?;
    Some((package.to_string(), package.is_public))
}

fn three() -> Vec<u8> {
    database(&[
        package("first", "Acme"),
        package("second", "Fedora Project"),
        package("third", "Red Hat, Inc."),
    ])
}

#[test]
fn every_package_of_a_database_is_read() {
    let table = table(&three());
    assert!(table.unread().is_empty());
    for (name, is_public) in [("first", false), ("second", true), ("third", true)] {
        let expected = Some((format!("{name} 4-5.fc40 (rpm)"), is_public));
        assert_eq!(told(&table, &format!("usr/share/{name}/key.pem")), expected);
        assert_eq!(told(&table, &format!("usr/share/{name}/f")), None);
    }
    assert_eq!(told(&table, "usr/share/key.pem"), None);
}

#[test]
fn a_damaged_database_is_told_and_what_was_read_stays() {
    for bytes in [&b""[..], b"SQLite format 3\0", &[0; 4096]] {
        let table = table(bytes);
        assert_eq!(table.unread()[0].shortfall().detail, DAMAGED);
    }
    let mut cut = three();
    // The second package goes on in a page that is not there.
    let at = memchr::memmem::find(&cut, b"second").unwrap() / PAGE * PAGE;
    cut[at..at + PAGE].fill(0xff);
    assert_eq!(table(&cut).unread().len(), 1);
}

#[test]
fn pages_in_a_circle_end() {
    let mut bytes = three();
    let root = bytes.len() - PAGE;
    let number = (bytes.len() / PAGE) as u32;
    bytes[root + 8..root + 12].copy_from_slice(&number.to_be_bytes());
    assert_eq!(table(&bytes).unread().len(), 1);
}

proptest! {
    #[test]
    fn whatever_is_damaged_the_reading_ends(
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = three();
        for (at, byte) in damages {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let end = end.index(2 * bytes.len()).min(bytes.len());
        table(&bytes[..end]);
    }
}

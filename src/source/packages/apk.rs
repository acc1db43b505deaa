//! Alpine's record, one file for all packages: lines of a letter, a colon and a value, and a blank line
//! between packages (`apk-installed(5)`). `F` names a folder, `R` a file in it, `Z` that file's hash.

use super::draft::{Named, Pen};
use super::table::Origin;
use super::{Reader, below, lines, origin};
use crate::model::Ecosystem;
use data_encoding::BASE64;

/// Where the record lies: with a merged `/usr`, and before.
const HOMES: [&[u8]; 2] = [b"usr/lib/apk/db/installed", b"lib/apk/db/installed"];

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    root(path).map(|_| installed as Reader)
}

fn root(path: &[u8]) -> Option<&[u8]> {
    let mut found = HOMES.iter().filter_map(|home| below(path, home));
    found
        .find(|(_, rest)| rest.is_empty())
        .map(|(root, _)| root)
}

fn installed(path: &[u8], text: &[u8], pen: &mut Pen<'_>) {
    let Some(root) = root(path) else { return };
    let mut entry = Entry::default();
    for line in lines(text) {
        let Some((&letter, [b':', value @ ..])) = line.split_first() else {
            if line.is_empty() {
                entry = Entry::default();
            }
            continue;
        };
        entry.line((letter, value), root, pen);
    }
}

/// One package, as far as it was read.
#[derive(Default)]
struct Entry<'t> {
    name: Option<&'t str>,
    version: Option<&'t str>,
    origin: Option<Origin>,
    number: Option<u32>,
    folder: &'t [u8],
    file: &'t [u8],
}

impl<'t> Entry<'t> {
    fn line(&mut self, (letter, value): (u8, &'t [u8]), root: &[u8], pen: &mut Pen<'_>) {
        let text = std::str::from_utf8(value).ok();
        match letter {
            b'P' => self.name = text,
            b'V' => self.version = text,
            b'm' => self.origin = self.origin.max(text.map(origin::of_maintainer)),
            b'U' => self.origin = self.origin.max(text.map(origin::of_page)),
            b'F' => self.folder = value,
            b'R' => self.file = value,
            b'Z' => self.hash(value, root, pen),
            _ => {}
        }
    }

    /// A hash: `Q1` and SHA-1 in base64, or `Q2` and SHA-256.
    fn hash(&mut self, value: &[u8], root: &[u8], pen: &mut Pen<'_>) {
        let encoded = value.strip_prefix(b"Q1").or(value.strip_prefix(b"Q2"));
        let digest = encoded.and_then(|encoded| BASE64.decode(encoded).ok());
        let number = self.number.or_else(|| self.package(root, pen));
        self.number = number;
        if let (Some(digest), Some(number)) = (digest, number) {
            pen.file(number, &[root, self.folder, b"/", self.file], &digest);
        }
    }

    /// Notes the package when its first file comes: what is told of it stands before.
    fn package(&self, root: &[u8], pen: &mut Pen<'_>) -> Option<u32> {
        let name = self.name?;
        let package = Named {
            ecosystem: Ecosystem::Apk,
            name,
            version: self.version,
            origin: self.origin.unwrap_or(Origin::Unknown),
        };
        pen.package(&[b"apk", root, name.as_bytes()], &package)
    }
}

//! The records of rpm: a SQLite database with one row for each package, which holds the package's header
//! (rpm 4.16 and later). Older ones are in formats of Berkeley DB and of rpm itself, which are not read.

mod header;
mod sqlite;

use super::draft::{Named, Pen};
use super::table::Origin;
use super::{Reader, origin, split};
use crate::model::Ecosystem;
use data_encoding::HEXLOWER;
use header::{Header, Tag};
use sqlite::Database;

/// The folders that the database may lie in, with the slash at their end.
const HOMES: [&[u8]; 3] = [b"var/lib/rpm/", b"usr/lib/sysimage/rpm/", b"usr/share/rpm/"];
/// The table of packages, and its column that has the headers.
const TABLE: (&[u8], usize) = (b"Packages", 1);

const OTHER: &str =
    "is an rpm database in a format that is not read; the files that it lists count as changed";
const DAMAGED: &str = "is no sound SQLite database; files that it lists count as changed";

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    match (root(path), split(path).1) {
        (None, _) => None,
        (Some(_), b"rpmdb.sqlite") => Some(database),
        (Some(_), b"Packages" | b"Packages.db") => Some(other),
        (Some(_), _) => None,
    }
}

/// The root of the tree that the database speaks of, empty or with a slash at its end.
fn root(path: &[u8]) -> Option<&[u8]> {
    let folder = split(path).0;
    let mut roots = HOMES.iter().filter_map(|home| folder.strip_suffix(*home));
    roots.find(|root| root.is_empty() || root.ends_with(b"/"))
}

fn other(_: &[u8], _: &[u8], pen: &mut Pen<'_>) {
    pen.unread(OTHER);
}

fn database(path: &[u8], bytes: &[u8], pen: &mut Pen<'_>) {
    let Some(root) = root(path) else { return };
    let (table, column) = TABLE;
    let read = Database::open(bytes).and_then(|mut database| {
        database.each_row(table, &mut |row| {
            let header = row.column(column).and_then(Header::parse)?;
            package(root, &header, pen)
        })
    });
    if read.is_none() {
        pen.unread(DAMAGED);
    }
}

/// Notes a package and its files; `None` if its header is damaged.
fn package(root: &[u8], header: &Header<'_>, pen: &mut Pen<'_>) -> Option<()> {
    let name = header.text(Tag::NAME)?;
    let version = format!(
        "{}-{}",
        header.text(Tag::VERSION)?,
        header.text(Tag::RELEASE)?
    );
    let package = Named {
        ecosystem: Ecosystem::Rpm,
        name,
        version: Some(&version),
        origin: origin_of(header),
    };
    let package = pen.package(&[b"rpm", root, name.as_bytes()], &package);
    let folders: Vec<&[u8]> = header.strings(Tag::DIRNAMES).collect();
    let names = header
        .strings(Tag::BASENAMES)
        .zip(header.numbers(Tag::DIRINDEXES));
    for ((name, folder), digest) in names.zip(header.strings(Tag::FILEDIGESTS)) {
        let folder = folders.get(usize::try_from(folder).ok()?)?;
        // What is no regular file has an empty one.
        let digest = HEXLOWER
            .decode(digest)
            .ok()
            .filter(|digest| !digest.is_empty());
        if let (Some(package), Some(digest)) = (package, digest) {
            pen.file(package, &[root, folder, name], &digest);
        }
    }
    Some(())
}

fn origin_of(header: &Header<'_>) -> Origin {
    let vendor = header.text(Tag::VENDOR).map(origin::of_vendor);
    let packager = header.text(Tag::PACKAGER).map(origin::of_maintainer);
    let page = header.text(Tag::URL).map(origin::of_page);
    vendor.max(packager).max(page).unwrap_or(Origin::Unknown)
}

#[cfg(test)]
mod tests;

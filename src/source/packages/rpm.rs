//! The records of rpm.

use super::draft::Pen;
use super::{Reader, split};

/// The folders that the database may lie in, with the slash at their end.
const HOMES: [&[u8]; 2] = [b"var/lib/rpm/", b"usr/lib/sysimage/rpm/"];

const OTHER: &str =
    "is an rpm database in a format that is not read; the files that it lists count as changed";

pub(super) fn reader(path: &[u8]) -> Option<Reader> {
    let (folder, name) = split(path);
    if !HOMES.iter().any(|home| folder.ends_with(home)) {
        return None;
    }
    match name {
        b"Packages" | b"Packages.db" | b"rpmdb.sqlite" => Some(other),
        _ => None,
    }
}

fn other(_: &[u8], _: &[u8], pen: &mut Pen<'_>) {
    pen.unread(OTHER);
}

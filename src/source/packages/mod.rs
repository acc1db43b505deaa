//! What package managers left in an image about the files they installed: a hash of each.
//!
//! A file whose hash stands there is what everybody gets who installs that package, so that an example
//! or a test key in it gives nobody anything. The records are read as they pass by, because an archive
//! may pass only once, and are kept as a small table for each layer: of a file the hashes of its path
//! and of its digest. The question is asked later, and only for files in which something was found.
//!
//! To add an ecosystem is one file here and its line in [`ECOSYSTEMS`]. Records are hostile input
//! like all else: what cannot be read of one is left out, and then a file merely gets no discount.

mod apk;
mod cargo;
mod dpkg;
mod draft;
mod fields;
mod origin;
mod python;
mod rpm;
mod stack;
mod table;

pub(super) use draft::{Draft, Room};
pub(super) use stack::Stack;
pub(super) use table::{FileKey, Stated, Table};

use draft::Pen;

/// Reads a record: its path, its bytes, and what to write down of it.
type Reader = fn(&[u8], &[u8], &mut Pen<'_>);

/// Says by its path whether a file is a record, and how it is read.
type Recognise = fn(&[u8]) -> Option<Reader>;

/// Who knows a record by its path, as its package manager does.
const ECOSYSTEMS: [Recognise; 5] = [
    dpkg::reader,
    apk::reader,
    rpm::reader,
    python::reader,
    cargo::reader,
];

/// The root that a path of this folder or file lies below, empty or with a slash at its end, and what
/// follows.
fn below<'p>(path: &'p [u8], known: &[u8]) -> Option<(&'p [u8], &'p [u8])> {
    let at = memchr::memmem::rfind(path, known)?;
    let is_whole = at == 0 || path[at - 1] == b'/';
    is_whole.then(|| (&path[..at], &path[at + known.len()..]))
}

/// The folder of a path, empty or with a slash at its end, and the name in it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let at = memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1);
    path.split_at(at)
}

/// The lines of a text without their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|&byte| byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

#[cfg(test)]
mod tests;

//! Loose objects: one zlib stream for each file, with the kind and the size in front of the content
//! (gitformat-loose, "git-hash-object"). They are what has not been packed yet: the newest work, and
//! what was thrown away.

use gix::ObjectId;
use gix::objs::Kind;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The longest header: a kind of six letters, a blank and a number of 64 bits.
const HEADER: u64 = 32;

/// A loose object that is open.
pub(super) struct Loose {
    pub(super) kind: Kind,
    /// Bytes of the content, as the header says.
    pub(super) size: u64,
    /// The content.
    pub(super) content: Box<dyn Read>,
}

/// All loose objects below an object directory, in the order of their names, and the folders that
/// could not be read.
pub(super) fn list(objects: &Path, hash: gix::hash::Kind) -> (Vec<ObjectId>, Vec<String>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for first in 0..=u8::MAX {
        let folder = objects.join(format!("{first:02x}"));
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                problems.push(format!("{}: {error}", folder.display()));
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = format!("{first:02x}{}", entry.file_name().to_string_lossy());
            let id = ObjectId::from_hex(name.as_bytes());
            // Others are temporary files of a git that was interrupted.
            found.extend(id.ok().filter(|id| id.kind() == hash));
        }
    }
    found.sort_unstable();
    (found, problems)
}

/// Opens an object of an object directory and reads its header.
///
/// # Errors
/// When the file cannot be read, or does not begin with a header.
pub(super) fn open(objects: &Path, id: &ObjectId) -> io::Result<Loose> {
    let name = id.to_string();
    let path = objects.join(&name[..2]).join(&name[2..]);
    read(BufReader::new(File::open(path)?))
}

/// Reads the header of an object that is stored in these bytes.
///
/// # Errors
/// When they cannot be read, or do not begin with a header.
pub(super) fn read(file: impl BufRead + 'static) -> io::Result<Loose> {
    let mut content = BufReader::new(flate2::bufread::ZlibDecoder::new(file));
    let mut header = Vec::new();
    content.by_ref().take(HEADER).read_until(0, &mut header)?;
    let (kind, size) = parse(&header).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not begin like an object",
        )
    })?;
    Ok(Loose {
        kind,
        size,
        content: Box::new(content),
    })
}

/// `blob 12\0`
fn parse(header: &[u8]) -> Option<(Kind, u64)> {
    let text = std::str::from_utf8(header.strip_suffix(b"\0")?).ok()?;
    let (kind, size) = text.split_once(' ')?;
    Some((Kind::from_bytes(kind.as_bytes()).ok()?, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_a_kind_and_a_size() {
        assert_eq!(parse(b"blob 12\0"), Some((Kind::Blob, 12)));
        for wrong in [
            &b"blob 12"[..],
            b"blob\0",
            b"bulb 1\0",
            b"tree -1\0",
            b"\0",
            b"",
        ] {
            assert_eq!(parse(wrong), None);
        }
    }
}

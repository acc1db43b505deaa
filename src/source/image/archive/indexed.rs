//! An archive on a plain file: its headers are walked once, bodies are skipped by seeking, and
//! entries are then read in any order and from any thread.
//!
//! Only sound archives are read this way. One with damage, or that readers of tar would disagree
//! about, is left to the reader that goes through it byte by byte and tells what it passed over.

use super::super::stamp::Stamp;
use super::super::store::{Blob, OpenError, Proof, Store};
use super::Entries;
use crate::model::Limits;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use tar_core::EntryType;
use tar_core::parse::{ParseEvent, ParsedEntry, Parser};

/// Bytes of a tar block.
const BLOCK: u64 = 512;
/// Most entries that an archive of images can have; a root file system may have more, and is not
/// read by this index.
const MOST_ENTRIES: u64 = 1_000_000;
/// Most bytes of padding behind the end marker.
const MOST_PADDING: u64 = 1 << 20;

/// The entries of an archive and the file they lie in.
pub(in super::super) struct Indexed {
    file: Arc<File>,
    entries: Entries<Range<u64>>,
    size: u64,
}

impl Indexed {
    /// The name of the whole archive, which no entry can have.
    pub(in super::super) const WHOLE: &str = ".";

    /// Walks the headers of a file of `size` bytes. `None` if the archive is not sound.
    ///
    /// # Errors
    /// Those of reading the file.
    pub(in super::super) fn walk(
        file: File,
        size: u64,
        limits: &Limits,
    ) -> io::Result<Option<Self>> {
        let mut walk = Walk {
            file: Arc::new(file),
            size,
            at: 0,
            entries: Entries::default(),
        };
        let is_sound = walk.run(limits)?;
        let Walk {
            file,
            entries,
            size,
            ..
        } = walk;
        Ok(is_sound.then_some(Self {
            file,
            entries,
            size,
        }))
    }

    fn blob(&self, range: Range<u64>) -> Blob {
        let size = range.end - range.start;
        let file = Arc::clone(&self.file);
        Blob::new(Section { file, range }, size)
    }
}

impl Store for Indexed {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        if name == Self::WHOLE {
            return Ok(self.blob(0..self.size));
        }
        let (_, range) = self.entries.find(name)?;
        Ok(self.blob(range.clone()))
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        Ok(self.entries.find(name)?.0.to_owned())
    }

    fn names(&self) -> Vec<String> {
        self.entries.names()
    }

    fn proof(&self, name: &str) -> Proof {
        let range = self.entries.find(name).ok().map(|found| found.1.clone());
        let stamp = || Stamp::of(&self.file.metadata().ok()?, range?);
        stamp().map_or(Proof::Nothing, Proof::File)
    }
}

struct Walk {
    file: Arc<File>,
    size: u64,
    at: u64,
    entries: Entries<Range<u64>>,
}

/// What a step of the walk came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// An entry was passed.
    On,
    /// The archive has ended as it should.
    End,
    /// Something is wrong or ambiguous.
    Unsound,
}

impl Walk {
    /// Whether the archive is sound to its end.
    fn run(&mut self, limits: &Limits) -> io::Result<bool> {
        let mut parser = Parser::new(tar_core::parse::Limits {
            max_metadata_size: u32::try_from(limits.entry_metadata).unwrap_or(u32::MAX),
            ..Default::default()
        });
        let mut window = Vec::new();
        for _ in 0..MOST_ENTRIES.min(limits.entries) {
            match self.step(&mut parser, &mut window)? {
                Step::On => {}
                Step::End => return self.ends_in_zeros(),
                Step::Unsound => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Parses one entry, taking in as many bytes as its headers need.
    fn step(&mut self, parser: &mut Parser, window: &mut Vec<u8>) -> io::Result<Step> {
        let mut wanted = BLOCK as usize;
        loop {
            self.fill(window, wanted)?;
            if window.is_empty() {
                return Ok(Step::End);
            }
            match parser.parse(window) {
                Ok(ParseEvent::NeedData { .. }) if window.len() < wanted => {
                    return Ok(Step::Unsound);
                }
                Ok(ParseEvent::NeedData { min_bytes }) => wanted = min_bytes.max(wanted + 1),
                Ok(ParseEvent::Entry { consumed, entry }) => {
                    self.at += consumed as u64;
                    return Ok(self.entry(&entry));
                }
                Ok(ParseEvent::GlobalExtensions { consumed, .. }) => {
                    self.at += consumed as u64;
                    return Ok(Step::On);
                }
                Ok(ParseEvent::End { consumed }) => {
                    self.at += consumed as u64;
                    return Ok(Step::End);
                }
                Ok(ParseEvent::SparseEntry { .. }) | Err(_) => return Ok(Step::Unsound),
            }
        }
    }

    /// Notes an entry and moves behind its body.
    fn entry(&mut self, entry: &ParsedEntry<'_>) -> Step {
        let target = entry.link_target.as_deref().unwrap_or_default();
        let replaced = match entry.entry_type {
            EntryType::Regular | EntryType::Continuous => {
                let start = self.at;
                let padded = entry.size.checked_next_multiple_of(BLOCK);
                let Some(end) = padded.and_then(|padded| start.checked_add(padded)) else {
                    return Step::Unsound;
                };
                if end > self.size {
                    return Step::Unsound;
                }
                self.at = end;
                self.entries.body(&entry.path, start..start + entry.size)
            }
            // Readers disagree whether a size without meaning is followed by a body.
            _ if entry.size > 0 => return Step::Unsound,
            EntryType::Symlink => self.entries.symlink(&entry.path, target),
            EntryType::Link => self.entries.hard_link(&entry.path, target),
            _ => self.entries.other(&entry.path),
        };
        // Of two entries of one name a store can only hand out the last.
        match replaced {
            Some(_) => Step::Unsound,
            None => Step::On,
        }
    }

    /// Whether nothing but zeros follows the end.
    fn ends_in_zeros(&self) -> io::Result<bool> {
        let left = self.size.saturating_sub(self.at);
        if left > MOST_PADDING {
            return Ok(false);
        }
        let mut rest = Vec::new();
        self.fill(&mut rest, left as usize)?;
        Ok(rest.iter().all(|&byte| byte == 0))
    }

    /// Reads up to `wanted` bytes from the current position on; fewer only at the end of the file.
    fn fill(&self, window: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        window.clear();
        let range = self.at..self.size.max(self.at);
        let file = Arc::clone(&self.file);
        Section { file, range }
            .take(wanted as u64)
            .read_to_end(window)?;
        Ok(())
    }
}

/// A range of a file, read without moving the file's own position, so that many can be read at
/// the same time.
struct Section {
    file: Arc<File>,
    range: Range<u64>,
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = read_at(&self.file, &mut buffer[..wanted], self.range.start)?;
        self.range.start += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, Write};

    fn index(bytes: &[u8]) -> Option<Indexed> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Indexed::walk(file, bytes.len() as u64, &Limits::default()).unwrap()
    }

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn text(store: &Indexed, name: &str) -> String {
        let mut text = String::new();
        let mut blob = store.open(name).unwrap();
        blob.reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn entries_are_found_with_their_bytes() {
        let long = "d/".repeat(100) + "name";
        let bytes = archive(&[("a", b"first"), (&long, b"second"), ("empty", b"")]);
        let store = index(&bytes).unwrap();
        assert_eq!(text(&store, "a"), "first");
        assert_eq!(text(&store, &long), "second");
        assert_eq!(store.open("empty").unwrap().size, 0);
        assert!(matches!(store.open("none"), Err(OpenError::Missing)));
        assert_eq!(store.names().len(), 3);
        assert_eq!(store.open(Indexed::WHOLE).unwrap().size, bytes.len() as u64);
    }

    #[test]
    fn what_is_not_sound_is_left_to_the_careful_reader() {
        let sound = archive(&[("a", b"first"), ("b", b"second")]);
        assert!(index(&sound).is_some());
        assert!(index(&sound[..1024 + 512 + 3]).is_none(), "truncated");
        let mut damaged = sound.clone();
        damaged[1024 + 150] ^= 1;
        assert!(index(&damaged).is_none(), "bad checksum");
        let twice = [sound.clone(), sound.clone()].concat();
        assert!(index(&twice).is_none(), "something after the end");
        let mut header = tar::Header::new_gnu();
        header.set_path("huge").unwrap();
        header.set_size(u64::MAX / 2);
        header.set_cksum();
        assert!(index(header.as_bytes()).is_none(), "more than there is");
        header.set_size(512);
        header.set_entry_type(tar::EntryType::Link);
        header.set_link_name("a").unwrap();
        header.set_cksum();
        let link = [&header.as_bytes()[..], &sound].concat();
        assert!(index(&link).is_none(), "a link with a body");
    }

    #[test]
    fn a_file_that_ends_without_end_blocks_is_whole() {
        let bytes = archive(&[("a", b"first")]);
        assert_eq!(text(&index(&bytes[..1024]).unwrap(), "a"), "first");
    }
}

//! Reading one file after the other, straight into the buffers that are searched.
//!
//! An opened file is asked what it is only once it is open, so that nothing put in its place between
//! looking and opening can make the scan follow a link or wait for a fifo's writer.

use super::hardlinks::{Inode, Name};
use super::walk::{Entry, Found};
use super::{FileSource, Meters, locked};
use crate::model::{Counter, EntryPart, Kind, Origin, Shortfall};
use crate::source::packages::Draft;
use crate::unpack::Sink;
use crate::unpack::decode::shortfall_kind;
use crate::unpack::open::{self, Unpacker};
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// One thread's part of the reading.
pub(super) struct Reader<'s> {
    source: &'s FileSource<'s>,
    sink: &'s dyn Sink,
    meters: &'s Meters,
    unpacker: Unpacker<'s>,
    packages: Draft,
}

impl<'s> Reader<'s> {
    /// A reader with an empty batch.
    pub(super) fn new(source: &'s FileSource<'s>, sink: &'s dyn Sink, meters: &'s Meters) -> Self {
        Self {
            source,
            sink,
            meters,
            unpacker: Unpacker::new(sink, source.context, source.bounds.clone()),
            packages: source.installed.draft(),
        }
    }

    /// Hands over what is left.
    pub(super) fn finish(self) {
        self.unpacker.finish();
        self.source.installed.add(self.packages.finish());
    }

    /// Takes what the walk came across.
    pub(super) fn take(&mut self, found: Found<'_>) {
        match found {
            Found::Failed(shortfall) => self.sink.shortfall(shortfall),
            Found::Entry(entry) => self.entry(&entry),
        }
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let name = Name {
            target: entry.root.target,
            path: bytes(entry.shown.as_os_str()),
            real: entry.real.clone(),
            follow: entry.is_root && entry.root.by_itself,
        };
        self.text(&name, EntryPart::Name, &name.path);
        if entry.kind.is_file() {
            self.file(&name);
        } else if entry.kind.is_symlink() {
            match fs::read_link(&name.real) {
                Ok(target) => {
                    let target = target.as_os_str().as_encoded_bytes();
                    self.text(&name, EntryPart::LinkTarget(0), target);
                }
                Err(error) => self.failed(&name.real, &error),
            }
        } else if entry.is_root && !entry.kind.is_dir() {
            self.special(&name.real);
        }
    }

    fn text(&mut self, name: &Name, part: EntryPart, text: &[u8]) {
        self.unpacker.text(origin(name, part), text);
    }

    /// A file, unless it has several names: such a file is read when all are known.
    fn file(&mut self, name: &Name) {
        let Some((file, about)) = self.open(name) else {
            return;
        };
        match inode_of_many(&about) {
            Some(inode) => self.source.hardlinks.add(inode, name.clone()),
            None => self.body(name, &file, about.len()),
        }
    }

    /// A file of several names, by the first of them.
    pub(super) fn linked(&mut self, first: &Name) {
        if self.sink.stopped() {
            return;
        }
        if let Some((file, about)) = self.open(first) {
            self.body(first, &file, about.len());
        }
    }

    fn open(&self, name: &Name) -> Option<(File, Metadata)> {
        let opened = open(name).and_then(|file| {
            let about = file.metadata()?;
            Ok((file, about))
        });
        match opened {
            Err(error) => self.failed(&name.real, &error),
            Ok((_, about)) if !about.is_file() => self.special(&name.real),
            Ok(opened) => return Some(opened),
        }
        None
    }

    /// Searches a file that is open; `size` is a hint, files of the kernel say 0.
    fn body(&mut self, name: &Name, file: &File, size: u64) {
        let most = self.source.bounds.limits.stream_bytes;
        let mut reader = file.take(most);
        let mut record = self.packages.open(name.target.0, &name.path, 0);
        let mut read = |buffer: &mut [u8]| {
            let count = reader.read(buffer)?;
            if let Some(record) = &mut record {
                record.take(&buffer[..count]);
            }
            Ok(count)
        };
        let origin = origin(name, EntryPart::Content);
        let file = open::File {
            origin: &origin,
            size: Some(size),
            place: &|| name.real.to_string_lossy().into_owned(),
        };
        let (total, result) = self.unpacker.file(&file, &mut read);
        if let Some(record) = record {
            self.packages.close(record);
        }
        self.sink.count(Counter::Files, 1);
        locked(&self.meters[name.target.0 as usize]).advance(total);
        match result {
            Err(error) => self.failed(&name.real, &error),
            Ok(()) if total == most && size > most => {
                let detail =
                    format!("only its first {most} bytes were read (--limit stream-bytes)");
                self.shortfall(Kind::Limit, &name.real, detail);
            }
            Ok(()) => {}
        }
    }

    fn failed(&self, path: &Path, error: &io::Error) {
        let (kind, detail) = match error.kind() {
            io::ErrorKind::NotFound => (Kind::Missing, error.to_string()),
            _ => shortfall_kind(error),
        };
        self.shortfall(kind, path, format!("cannot be read: {detail}"));
    }

    fn special(&self, path: &Path) {
        let detail = "is no regular file and was left alone".to_owned();
        self.shortfall(Kind::SpecialFile, path, detail);
    }

    fn shortfall(&self, kind: Kind, path: &Path, detail: String) {
        let place = path.to_string_lossy();
        self.sink.shortfall(Shortfall::new(kind, place, detail));
    }
}

fn origin(name: &Name, part: EntryPart) -> Origin {
    Origin::File {
        target: name.target,
        path: Arc::clone(&name.path),
        part,
    }
}

fn bytes(text: &OsStr) -> Arc<[u8]> {
    text.as_encoded_bytes().into()
}

/// Opens without waiting for anybody, without becoming the terminal's owner, and without following
/// a link that nobody named.
#[cfg(unix)]
pub(super) fn open(name: &Name) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let links = if name.follow { 0 } else { libc::O_NOFOLLOW };
    let flags = links | libc::O_NONBLOCK | libc::O_NOCTTY;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(&name.real)
}

#[cfg(not(unix))]
pub(super) fn open(name: &Name) -> io::Result<File> {
    OpenOptions::new().read(true).open(&name.real)
}

/// What a file of several names is known by.
#[cfg(unix)]
fn inode_of_many(about: &Metadata) -> Option<Inode> {
    use std::os::unix::fs::MetadataExt;
    (about.nlink() > 1).then(|| (about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn inode_of_many(_: &Metadata) -> Option<Inode> {
    None
}

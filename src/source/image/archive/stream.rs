//! Going through an archive that can be read only once and in order: standard input, a compressed
//! file, or a damaged one. The manifest may come last, so every entry is searched as it passes, by
//! what its first bytes say: layers as layers, small JSON documents later, the rest as files.

use super::super::claim::{Claim, Sums};
use super::super::digest::Digest;
use super::super::json;
use super::super::layer::{LayerReader, begins_tar};
use super::super::reading::Reading;
use super::super::store::{Searched, Store};
use super::{Kept, Streamed};
use crate::model::{Kind, LayerId, Shortfall};
use crate::unpack::decode;
use crate::unpack::digest::{Algorithm, Hashing};
use crate::unpack::sniff::{self, Codec, HEAD};
use crate::unpack::tar::{EntryKind, TarEntry, TarReader};
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

/// Documents that are kept until the manifest is known, in times of the largest one.
const KEPT_DOCUMENTS: u64 = 4;
/// Stored bytes that are read at once.
const BUFFER: usize = 256 << 10;
/// Memory that an entry takes besides its names, in bytes.
const ENTRY: u64 = 100;
/// Documents that are kept in any case: everything hangs on them.
const ROOTS: [&[u8]; 2] = [b"manifest.json", b"index.json"];

/// What is known of an archive after it has passed.
pub(in super::super) struct Passed {
    /// Its entries.
    pub(in super::super) store: Arc<Streamed>,
    /// The archive itself, in which plain entries were searched as files.
    pub(in super::super) outer: LayerId,
}

/// Goes through an archive. `None` if it is no tar.
///
/// # Errors
/// Those of reading its first bytes.
pub(in super::super) fn pass(
    scan: &Reading<'_>,
    target: usize,
    reader: Box<dyn Read + Send + '_>,
) -> io::Result<Option<Passed>> {
    let label = scan.targets[target].text();
    let limits = &scan.options.limits;
    let mut hashing = Hashing::new(reader, Algorithm::Sha256);
    let stored = BufReader::with_capacity(BUFFER, &mut hashing);
    let mut decoded = decode::decode(Box::new(stored), limits, &scan.memory)?;
    let mut head = Vec::new();
    decoded.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it is empty"));
    }
    if !begins_tar(&head) {
        return Ok(None);
    }
    let outer = scan.catalog().add_streamed();
    let mut stream = Stream {
        scan,
        target,
        label,
        store: Streamed::default(),
        kept: 0,
        layers: 0,
        names: 0,
    };
    let mut tar = TarReader::new(Cursor::new(head).chain(decoded), limits);
    let mut archive = LayerReader::new(scan, outer, label, "");
    archive.tar(&mut tar, &mut |archive, entry, tar| {
        stream.entry(archive, entry, tar)
    });
    drop(tar);
    let sums = match scan.sink.stopped() {
        true => None,
        false => match hashing.drain() {
            Ok(()) => Some(Sums::of(&hashing.finish(), None)),
            Err(error) => {
                archive.failed(None, &error);
                None
            }
        },
    };
    let facts = archive.facts(sums);
    scan.catalog().learn(outer, facts);
    let store = Arc::new(stream.store);
    Ok(Some(Passed { store, outer }))
}

/// Searches the documents of an archive that turned out to be a root file system: they are files
/// of it like all others.
pub(in super::super) fn search_rest(scan: &Reading<'_>, target: usize, passed: &Passed) {
    let outer = passed.outer;
    let mut archive = LayerReader::new(scan, outer, "", "");
    for name in passed.store.names() {
        if let Some(kept) = passed.store.kept(&name) {
            let_go(scan, target, &mut archive, &name.as_bytes().into(), kept);
        }
    }
    let facts = archive.facts(None);
    scan.catalog().add_packages(outer, facts.packages);
}

/// An entry that no image can refer to, or not any more, is a part of the archive like all others:
/// a document is searched now, or it never would be, and what was searched as a layer has its
/// place in the target.
fn let_go(
    scan: &Reading<'_>,
    target: usize,
    archive: &mut LayerReader<'_>,
    path: &Arc<[u8]>,
    kept: &Kept,
) {
    match kept {
        Kept::Document { bytes, part } => archive.file(path, *part, bytes),
        Kept::Searched(Searched::Layer(layer)) | Kept::TooMuch(Searched::Layer(layer)) => {
            let name = String::from_utf8_lossy(path);
            scan.catalog().add_loose(*layer, target, &name);
        }
        Kept::Searched(Searched::File) | Kept::TooMuch(Searched::File) => {}
    }
}

struct Stream<'a> {
    scan: &'a Reading<'a>,
    target: usize,
    label: &'a str,
    store: Streamed,
    /// Bytes of documents kept so far.
    kept: u64,
    /// Entries searched as layers so far.
    layers: u64,
    /// Bytes of names kept so far.
    names: u64,
}

impl Stream<'_> {
    fn entry<R: Read>(
        &mut self,
        archive: &mut LayerReader<'_>,
        entry: &TarEntry,
        tar: &mut TarReader<R>,
    ) {
        let has_room = self.has_room(entry);
        let gone = match entry.kind {
            EntryKind::File | EntryKind::Other(_) => {
                let kept = self.file(archive, entry, tar);
                match has_room {
                    true => self.store.entries().body(&entry.path, kept),
                    false => Some(kept),
                }
            }
            _ => {
                archive.body(entry, |buffer| tar.read_body(buffer));
                has_room.then(|| self.link_or_other(entry)).flatten()
            }
        };
        if let Some(gone) = gone {
            let_go(self.scan, self.target, archive, &entry.path, &gone);
        }
    }

    /// Notes an entry without content of its own, and returns the content that it replaces.
    fn link_or_other(&mut self, entry: &TarEntry) -> Option<Kept> {
        let target = entry.link_target.as_deref().unwrap_or_default();
        let entries = self.store.entries();
        match entry.kind {
            EntryKind::Symlink => entries.symlink(&entry.path, target),
            EntryKind::HardLink => entries.hard_link(&entry.path, target),
            _ => entries.other(&entry.path),
        }
    }

    /// Whether another name can be kept. A small compressed archive can hold terabytes of them.
    fn has_room(&mut self, entry: &TarEntry) -> bool {
        let target = entry.link_target.as_ref().map_or(0, Vec::len);
        self.names += (entry.path.len() + target) as u64 + ENTRY;
        let has_room = self.names <= self.scan.options.limits.memory;
        if !has_room {
            self.limited("has more names than --max-memory, and no image can refer to the rest");
        }
        has_room
    }

    fn limited(&self, detail: &str) {
        let shortfall = Shortfall::new(Kind::Limit, self.label, detail);
        self.scan.sink.shortfall(shortfall);
    }

    /// Reads the content of an entry, and tells what became of it.
    fn file<R: Read>(
        &mut self,
        archive: &mut LayerReader<'_>,
        entry: &TarEntry,
        tar: &mut TarReader<R>,
    ) -> Kept {
        let mut body = Body(tar);
        let mut head = Vec::new();
        if let Err(error) = body.by_ref().take(HEAD as u64).read_to_end(&mut head) {
            archive.failed(Some(&entry.path), &error);
        }
        if self.is_kept(entry, &head) {
            if let Err(error) = body.read_to_end(&mut head) {
                archive.failed(Some(&entry.path), &error);
            }
            self.kept += head.len() as u64;
            return Kept::Document {
                bytes: head.into(),
                part: archive.part(),
            };
        }
        let was_too_much = json::looks_like(&head);
        let how = self.search(archive, entry, head, body);
        match was_too_much {
            true => Kept::TooMuch(how),
            false => Kept::Searched(how),
        }
    }

    /// Whether an entry is kept until the manifest is known.
    fn is_kept(&self, entry: &TarEntry, head: &[u8]) -> bool {
        let most = self.scan.options.limits.document_bytes;
        let is_root = ROOTS.contains(&&*entry.path);
        let has_room = self.kept.saturating_add(entry.size) <= KEPT_DOCUMENTS * most;
        json::looks_like(head) && entry.size <= most && (is_root || has_room)
    }

    fn search<R: Read>(
        &mut self,
        archive: &mut LayerReader<'_>,
        entry: &TarEntry,
        head: Vec<u8>,
        body: Body<'_, R>,
    ) -> Searched {
        let is_layer = self.is_layer(entry, &head);
        let mut whole = Cursor::new(head).chain(body);
        if is_layer {
            return Searched::Layer(self.layer(entry, whole));
        }
        archive.body(entry, |buffer| whole.read(buffer));
        Searched::File
    }

    /// Whether an entry is searched as a layer of its own: an archive, something compressed, or a
    /// blob whose digest is to be verified.
    fn is_layer(&self, entry: &TarEntry, head: &[u8]) -> bool {
        let is_blob = entry.path.starts_with(b"blobs/");
        let is_packed = begins_tar(head) || sniff::codec(head) != Codec::Plain;
        let has_room = self.layers < self.scan.options.limits.manifests;
        if is_packed && !has_room {
            self.limited(
                "has more layers than --limit manifests, and the rest was searched as files",
            );
        }
        has_room && (is_blob || is_packed)
    }

    fn layer(&mut self, entry: &TarEntry, reader: impl Read) -> LayerId {
        self.layers += 1;
        let layer = self.scan.catalog().add_streamed();
        let name = String::from_utf8_lossy(&entry.path);
        let label = format!("{}, {name}", self.label);
        let claim = Claim {
            digest: Digest::from_blob_path(&name),
            ..Claim::default()
        };
        let facts = LayerReader::new(self.scan, layer, &label, &name).read(reader, &claim);
        self.scan.catalog().learn(layer, facts);
        layer
    }
}

/// The body of the entry at hand.
struct Body<'t, R>(&'t mut TarReader<R>);

impl<R: Read> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_body(buffer)
    }
}

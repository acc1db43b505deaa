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
use crate::model::LayerId;
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
    label: &str,
    reader: Box<dyn Read + Send + '_>,
) -> io::Result<Option<Passed>> {
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
        label,
        store: Streamed::default(),
        kept: 0,
        layers: 0,
    };
    let mut tar = TarReader::new(Cursor::new(head).chain(decoded), limits);
    let mut archive = LayerReader::new(scan, outer, label, "");
    archive.tar(&mut tar, &mut |archive, entry, tar| {
        stream.entry(archive, entry, tar)
    });
    drop(tar);
    let is_read = !scan.sink.stopped() && hashing.drain().is_ok();
    let sums = is_read.then(|| Sums::of(&hashing.finish(), None));
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
        match passed.store.kept(&name) {
            Some(Kept::Document { bytes, part }) => {
                archive.file(&name.as_bytes().into(), *part, bytes);
            }
            Some(
                Kept::Searched(Searched::Layer(layer)) | Kept::TooMuch(Searched::Layer(layer)),
            ) => {
                scan.catalog().add_loose(*layer, target, &name);
            }
            _ => {}
        }
    }
    archive.facts(None);
}

struct Stream<'a> {
    scan: &'a Reading<'a>,
    label: &'a str,
    store: Streamed,
    /// Bytes of documents kept so far.
    kept: u64,
    /// Entries searched as layers so far.
    layers: usize,
}

impl Stream<'_> {
    fn entry<R: Read + Send>(
        &mut self,
        archive: &mut LayerReader<'_>,
        entry: &TarEntry,
        tar: &mut TarReader<R>,
    ) {
        let target = entry.link_target.as_deref().unwrap_or_default();
        let entries = self.store.entries();
        let replaced = match entry.kind {
            EntryKind::File | EntryKind::Other(_) => return self.file(archive, entry, tar),
            EntryKind::Symlink => entries.symlink(&entry.path, target),
            EntryKind::HardLink => entries.hard_link(&entry.path, target),
            _ => entries.other(&entry.path),
        };
        archive.body(entry, |buffer| tar.read_body(buffer));
        replaced_document(archive, &entry.path, replaced);
    }

    fn file<R: Read + Send>(
        &mut self,
        archive: &mut LayerReader<'_>,
        entry: &TarEntry,
        tar: &mut TarReader<R>,
    ) {
        let mut body = Body(tar);
        let mut head = Vec::new();
        if let Err(error) = body.by_ref().take(HEAD as u64).read_to_end(&mut head) {
            archive.failed(Some(&entry.path), &error);
        }
        let kept = if self.is_kept(entry, &head) {
            if let Err(error) = body.read_to_end(&mut head) {
                archive.failed(Some(&entry.path), &error);
            }
            self.kept += head.len() as u64;
            Kept::Document {
                bytes: head.into(),
                part: archive.part(),
            }
        } else {
            let was_too_much = json::looks_like(&head);
            let how = self.search(archive, entry, head, body);
            match was_too_much {
                true => Kept::TooMuch(how),
                false => Kept::Searched(how),
            }
        };
        let replaced = self.store.entries().body(&entry.path, kept);
        replaced_document(archive, &entry.path, replaced);
    }

    /// Whether an entry is kept until the manifest is known.
    fn is_kept(&self, entry: &TarEntry, head: &[u8]) -> bool {
        let most = self.scan.options.limits.document_bytes;
        let is_root = ROOTS.contains(&&*entry.path);
        let has_room = self.kept.saturating_add(entry.size) <= KEPT_DOCUMENTS * most;
        json::looks_like(head) && entry.size <= most && (is_root || has_room)
    }

    fn search<R: Read + Send>(
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
        self.layers < self.scan.options.limits.manifests && (is_blob || is_packed)
    }

    fn layer(&mut self, entry: &TarEntry, reader: impl Read + Send) -> LayerId {
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

/// A document that another entry of its name replaces is searched now, or it never would be.
fn replaced_document(archive: &mut LayerReader<'_>, path: &Arc<[u8]>, replaced: Option<Kept>) {
    if let Some(Kept::Document { bytes, part }) = replaced {
        archive.file(path, part, &bytes);
    }
}

/// The body of the entry at hand.
struct Body<'t, R>(&'t mut TarReader<R>);

impl<R: Read> Read for Body<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_body(buffer)
    }
}

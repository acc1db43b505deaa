//! Reading a layer: stored bytes -> hash -> decompress -> tar entries -> batches, in one pass and
//! without a file. Everything in a layer is searched: contents, names, link targets, pax records,
//! and what belongs to no entry.
//!
//! Content decides what a blob is. A blob that is no tar is searched as one file.

use super::catalog::{Facts, Shape};
use super::claim::{Claim, Sums};
use super::digest::Digest;
use super::overlay::{IndexBuilder, Node};
use super::reading::Reading;
use crate::model::{Counter, EntryPart, LayerId, Origin, Shortfall};
use crate::source::git::layers as git;
use crate::source::packages::Draft;
use crate::unpack::Sink;
use crate::unpack::aside::Asides;
use crate::unpack::decode::{self, Decoded, shortfall_kind};
use crate::unpack::digest::{Algorithm, Hashing};
use crate::unpack::open::{Bounds, File, Unpacker};
use crate::unpack::sniff::{self, Codec, HEAD};
use crate::unpack::tar::{EntryKind, OVERLAY_OPAQUE, Record, TarEntry, TarEvent, TarReader};
use std::collections::HashSet;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

/// The tree that a layer's paths belong to: every layer has tables of its own.
pub(super) const TREE: u32 = 0;
/// Stored bytes that are read and hashed at once.
const BUFFER: usize = 256 << 10;

/// Reads one layer.
pub(super) struct LayerReader<'a> {
    scan: &'a Reading<'a>,
    sink: &'a dyn Sink,
    layer: LayerId,
    label: &'a str,
    /// What the content is called if it is one file.
    name: &'a str,
    unpacker: Unpacker<'a>,
    index: IndexBuilder,
    packages: Draft,
    git: git::Draft,
    shape: Shape,
    /// How many entries of the same path stand before the one at hand.
    copy: u32,
    /// Link targets, records and slacks so far.
    numbered: u32,
    is_whole: bool,
    /// The only paths that are meant, if not all are.
    pub(super) only: Option<Arc<HashSet<Vec<u8>>>>,
}

impl<'a> LayerReader<'a> {
    /// A reader of `layer`, which people know as `label`.
    pub(super) fn new(
        scan: &'a Reading<'a>,
        layer: LayerId,
        label: &'a str,
        name: &'a str,
    ) -> Self {
        Self {
            scan,
            sink: scan.sink,
            layer,
            label,
            name,
            unpacker: Unpacker::new(scan.sink, scan.context, bounds(scan)),
            index: IndexBuilder::default(),
            packages: Draft::new(&scan.packages),
            git: git::Draft::new(label, &scan.git),
            shape: Shape::Unknown,
            copy: 0,
            numbered: 0,
            is_whole: true,
            only: None,
        }
    }

    /// Hands everything to `sink`, and not to that of the scan.
    pub(super) fn telling(self, sink: &'a dyn Sink) -> Self {
        Self {
            sink,
            unpacker: Unpacker::new(sink, self.scan.context, bounds(self.scan)),
            ..self
        }
    }

    /// Reads a stored blob to its end and checks what was claimed of it.
    pub(super) fn read<R: Read>(mut self, reader: R, claim: &Claim) -> Facts {
        let mut hashing = Hashing::new(reader, claim.algorithm());
        let stored = BufReader::with_capacity(BUFFER, &mut hashing);
        let limits = &self.scan.options.limits;
        let (codec, unpacked) = match decode::decode(Box::new(stored), limits, &self.scan.memory) {
            Ok(decoded) => {
                let origin = self.numbered(&Arc::default(), EntryPart::Slack);
                let asides = Asides::new(self.sink, self.scan.context, origin);
                let decoded = decoded.with_asides(asides);
                (decoded.codec(), self.unpacked(decoded, claim))
            }
            Err(error) => {
                self.failed(None, &error);
                (Codec::Plain, None)
            }
        };
        // A digest is one of the whole blob, also of what follows a damage.
        let sums = match self.sink.stopped() {
            true => None,
            false => match hashing.drain() {
                Ok(()) => Some(hashing.finish()),
                Err(error) => {
                    self.failed(None, &error);
                    None
                }
            },
        };
        let sums = sums.map(|stored| {
            let plain = (codec == Codec::Plain).then(|| Digest::computed(&stored));
            Sums::of(&stored, unpacked.or(plain))
        });
        self.facts(sums)
    }

    /// Hands on what is left, and tells what is now known of the layer.
    pub(super) fn facts(self, sums: Option<Sums>) -> Facts {
        self.unpacker.finish();
        let git = self.git.finish();
        Facts {
            index: self.index.finish(),
            sums,
            shape: self.shape,
            packages: self.packages.finish(),
            signs: git.signs(),
            git: Some(git),
            name: None,
            again: None,
        }
    }

    /// Searches the uncompressed content. Hashes it only where that was asked for: it costs half
    /// as much as decompressing.
    fn unpacked(&mut self, decoded: Decoded<'_>, claim: &Claim) -> Option<Digest> {
        let is_wanted = self.scan.options.verify_diff_ids && decoded.codec() != Codec::Plain;
        if !is_wanted {
            self.content(decoded);
            return None;
        }
        let algorithm = claim
            .diff_id
            .as_ref()
            .map_or(Algorithm::Sha256, Digest::algorithm);
        let mut hashing = Hashing::new(decoded, algorithm);
        self.content(&mut hashing);
        // The digest of a part would only repeat what was already said.
        let is_whole = self.is_whole && !self.sink.stopped() && hashing.drain().is_ok();
        is_whole.then(|| Digest::computed(&hashing.finish()))
    }

    fn content(&mut self, mut reader: impl Read) {
        let mut head = Vec::new();
        if let Err(error) = reader.by_ref().take(HEAD as u64).read_to_end(&mut head) {
            self.failed(None, &error);
        }
        let is_tar = begins_tar(&head);
        let mut whole = Cursor::new(head).chain(reader);
        if is_tar {
            let mut tar = TarReader::new(whole, &self.scan.options.limits);
            self.tar(&mut tar, &mut |this, entry, tar| {
                this.body(entry, |buffer| tar.read_body(buffer))
            });
            return;
        }
        let origin = self.origin(&self.name.as_bytes().into(), EntryPart::Content);
        let label = self.label;
        let file = File {
            origin: &origin,
            size: None,
            place: &|| label.to_owned(),
        };
        let (size, result) = self.unpacker.file(&file, &mut |buffer| whole.read(buffer));
        if let Err(error) = result {
            self.failed(None, &error);
        }
        if size > 0 {
            self.shape = Shape::File;
            self.sink.count(Counter::Files, 1);
        }
    }

    /// Goes through an archive; `body` says what becomes of the entries' contents.
    pub(super) fn tar<R: Read>(
        &mut self,
        tar: &mut TarReader<R>,
        body: &mut dyn FnMut(&mut Self, &TarEntry, &mut TarReader<R>),
    ) {
        self.shape = Shape::Tar;
        while !self.sink.stopped() {
            match tar.next_event() {
                Ok(None) => return,
                Ok(Some(TarEvent::Entry(entry))) if !self.means(&entry) => {}
                Ok(Some(TarEvent::Entry(entry))) => {
                    self.describe(&entry);
                    body(self, &entry, tar);
                }
                Ok(Some(TarEvent::Records(records))) => self.records(&Arc::default(), &records),
                Ok(Some(TarEvent::Slack { .. })) => self.slack(tar),
                Ok(Some(TarEvent::Flaw(flaw))) => {
                    let detail = flaw.to_string();
                    self.sink
                        .shortfall(Shortfall::new(flaw.kind(), self.label, detail));
                }
                Err(error) => return self.failed(None, &error),
            }
        }
    }

    /// Whether an entry is among those that are meant.
    fn means(&self, entry: &TarEntry) -> bool {
        let path = entry.path.strip_suffix(b"/").unwrap_or(&entry.path);
        self.only.as_ref().is_none_or(|only| only.contains(path))
    }

    /// Everything about an entry but its content.
    fn describe(&mut self, entry: &TarEntry) {
        self.copy = self.index.add(&entry.path, node(entry));
        let name = self.origin(&entry.path, EntryPart::Name);
        self.unpacker.text(name, &entry.path);
        if let Some(target) = &entry.link_target {
            let origin = self.numbered(&entry.path, EntryPart::LinkTarget);
            self.unpacker.text(origin, target);
        }
        self.records(&entry.path, &entry.metadata);
    }

    fn records(&mut self, path: &Arc<[u8]>, records: &[Record]) {
        for (key, value) in records {
            let origin = self.numbered(path, EntryPart::Metadata);
            self.unpacker
                .text(origin, &[key, &b"="[..], value].concat());
        }
    }

    /// The content of an entry, which `read` yields.
    pub(super) fn body(
        &mut self,
        entry: &TarEntry,
        mut read: impl FnMut(&mut [u8]) -> io::Result<usize>,
    ) {
        if entry.size == 0 {
            return;
        }
        self.sink.count(Counter::Files, 1);
        let origin = self.origin(&entry.path, self.part());
        let mut record = self.packages.open(TREE, &entry.path, self.copy);
        let label = self.label;
        let file = File {
            origin: &origin,
            size: Some(entry.size),
            place: &|| place_of(label, &entry.path),
        };
        let mut passing = git::Passing::default();
        let (_, result) = self.unpacker.file(&file, &mut |buffer| {
            let count = read(buffer)?;
            if let Some(record) = &mut record {
                record.take(&buffer[..count]);
            }
            self.git.take(&mut passing, &entry.path, &buffer[..count]);
            Ok(count)
        });
        let part = self.part();
        self.git.close(passing, &entry.path, part);
        if let Some(record) = record {
            self.packages.close(record);
        }
        if let Err(error) = result {
            self.failed(Some(&entry.path), &error);
        }
    }

    /// Which of the entries of its path the one at hand is.
    pub(super) const fn part(&self) -> EntryPart {
        EntryPart::of_copy(self.copy)
    }

    /// A small file that is already in memory.
    pub(super) fn file(&mut self, path: &Arc<[u8]>, part: EntryPart, content: &[u8]) {
        self.sink.count(Counter::Files, 1);
        let origin = self.origin(path, part);
        let label = self.label;
        let file = File {
            origin: &origin,
            size: Some(content.len() as u64),
            place: &|| place_of(label, path),
        };
        let mut left = content;
        // Reading from memory cannot fail.
        let _ = self.unpacker.file(&file, &mut |buffer| left.read(buffer));
        let copy = part.copy().unwrap_or_default();
        if let Some(mut record) = self.packages.open(TREE, path, copy) {
            record.take(content);
            self.packages.close(record);
        }
    }

    fn slack<R: Read>(&mut self, tar: &mut TarReader<R>) {
        let origin = self.numbered(&Arc::default(), EntryPart::Slack);
        let mut read = |buffer: &mut [u8]| tar.read_body(buffer);
        if let (_, Err(error)) = self.unpacker.raw(&origin, &mut read) {
            self.failed(None, &error);
        }
    }

    fn origin(&self, path: &Arc<[u8]>, part: EntryPart) -> Origin {
        Origin::Entry {
            layer: self.layer,
            path: Arc::clone(path),
            part,
        }
    }

    /// The origin of a text of which there can be several.
    fn numbered(&mut self, path: &Arc<[u8]>, part: fn(u32) -> EntryPart) -> Origin {
        let origin = self.origin(path, part(self.numbered));
        self.numbered = self.numbered.wrapping_add(1);
        origin
    }

    /// Records an error of reading the layer, or of one of its entries.
    pub(super) fn failed(&mut self, path: Option<&[u8]>, error: &io::Error) {
        self.is_whole = false;
        let (kind, detail) = shortfall_kind(error);
        let place = match path {
            Some(path) => place_of(self.label, path),
            None => self.label.to_owned(),
        };
        self.sink.shortfall(Shortfall::new(kind, place, detail));
    }
}

/// What people know an entry by.
fn place_of(label: &str, path: &[u8]) -> String {
    format!("{label}, {}", String::from_utf8_lossy(path))
}

/// What files of layers are unpacked within.
fn bounds<'a>(scan: &Reading<'a>) -> Bounds<'a> {
    Bounds {
        limits: &scan.options.limits,
        memory: Arc::clone(&scan.memory),
    }
}

/// Whether content is to be read as a tar: also one whose first header is damaged, as long as its
/// magic shows, and the zeros of an empty one.
pub(super) fn begins_tar(head: &[u8]) -> bool {
    const MAGIC: std::ops::Range<usize> = 257..262;
    let is_empty = head.len() >= 512 && head.iter().all(|&byte| byte == 0);
    is_empty || sniff::is_tar(head) || head.get(MAGIC) == Some(b"ustar")
}

/// What an entry is to the overlay.
pub(super) fn node(entry: &TarEntry) -> Node {
    let is_opaque = |(key, value): &Record| key.ends_with(OVERLAY_OPAQUE) && value == b"y";
    match entry.kind {
        EntryKind::Directory if entry.metadata.iter().any(is_opaque) => Node::OpaqueDirectory,
        EntryKind::Directory => Node::Directory,
        EntryKind::Whiteout => Node::WhiteoutDevice,
        _ => Node::File,
    }
}

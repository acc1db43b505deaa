//! Packs and indexes by hand (gitformat-pack(5)), right or wrong as a test wants them.

use crate::source::git::pack::Pack;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use gix::{ObjectId, hash, objs};
use std::io::Write as _;
use tempfile::TempDir;

/// An entry of a pack.
#[derive(Debug, Clone)]
pub(in crate::source::git::pack) enum Stored {
    /// An object in full.
    Full(objs::Kind, Vec<u8>),
    /// A delta against the entry of that number, by its offset.
    ByOffset(usize, Vec<u8>),
    /// A delta against the object of that name.
    ByName(ObjectId, Vec<u8>),
}

/// A pack that is being written.
pub(in crate::source::git::pack) struct Writer {
    pub(in crate::source::git::pack) pack: Vec<u8>,
    entries: Vec<(ObjectId, usize)>,
    hash: hash::Kind,
}

impl Writer {
    pub(in crate::source::git::pack) fn new(hash: hash::Kind) -> Self {
        Self {
            pack: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
            hash,
        }
    }

    /// Adds an entry for the object of that name.
    pub(in crate::source::git::pack) fn add(&mut self, id: ObjectId, stored: &Stored) {
        self.add_sized(id, stored, None);
    }

    /// Adds an entry whose header states another size than it has.
    pub(in crate::source::git::pack) fn add_sized(
        &mut self,
        id: ObjectId,
        stored: &Stored,
        stated: Option<u64>,
    ) {
        let begin = self.pack.len();
        let (code, content) = match stored {
            Stored::Full(objs::Kind::Commit, content) => (1, content),
            Stored::Full(objs::Kind::Tree, content) => (2, content),
            Stored::Full(objs::Kind::Blob, content) => (3, content),
            Stored::Full(objs::Kind::Tag, content) => (4, content),
            Stored::ByOffset(_, delta) => (6, delta),
            Stored::ByName(_, delta) => (7, delta),
        };
        self.header(code, stated.unwrap_or(content.len() as u64));
        match stored {
            Stored::Full(..) => {}
            Stored::ByOffset(base, _) => self.distance(begin - self.entries[*base].1),
            Stored::ByName(base, _) => self.pack.extend_from_slice(base.as_bytes()),
        }
        self.pack.extend(deflate(content));
        self.entries.push((id, begin));
    }

    fn header(&mut self, code: u8, mut size: u64) {
        let mut byte = code << 4 | (size & 0xf) as u8;
        size >>= 4;
        while size > 0 {
            self.pack.push(byte | 0x80);
            byte = (size & 0x7f) as u8;
            size >>= 7;
        }
        self.pack.push(byte);
    }

    fn distance(&mut self, mut distance: usize) {
        let mut bytes = vec![(distance & 0x7f) as u8];
        while distance > 0x7f {
            distance = (distance >> 7) - 1;
            bytes.push((distance & 0x7f) as u8 | 0x80);
        }
        self.pack.extend(bytes.iter().rev());
    }

    /// The files: the pack, and its index of the second version.
    pub(in crate::source::git::pack) fn finish(mut self) -> Files {
        let number = (self.entries.len() as u32).to_be_bytes();
        self.pack[8..12].copy_from_slice(&number);
        let crcs = self.crcs();
        let checksum = self.sum(&self.pack);
        self.pack.extend_from_slice(checksum.as_bytes());
        self.entries.sort_unstable();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        self.fan_out(&mut index);
        for (id, _) in &self.entries {
            index.extend_from_slice(id.as_bytes());
        }
        for (_, offset) in &self.entries {
            index.extend(crcs[offset].to_be_bytes());
        }
        for (_, offset) in &self.entries {
            index.extend((*offset as u32).to_be_bytes());
        }
        self.close(index)
    }

    /// The files, in which nothing speaks of these entries any more: neither the index nor the number in
    /// the pack's header, nor any checksum.
    pub(in crate::source::git::pack) fn finish_hiding(mut self, hidden: &[ObjectId]) -> Files {
        self.entries.retain(|(id, _)| !hidden.contains(id));
        self.finish()
    }

    /// The files, with an index of the first version.
    pub(in crate::source::git::pack) fn finish_v1(self) -> Files {
        let mut files = self.finish();
        let index = std::mem::take(&mut files.index);
        let ids = index[8 + 1024..].chunks(files.hash.len_in_bytes());
        let number = u32::from_be_bytes(index[1028..1032].try_into().unwrap()) as usize;
        let offsets = &index[8 + 1024 + number * (files.hash.len_in_bytes() + 4)..];
        files.index = index[8..8 + 1024].to_vec();
        for (id, offset) in ids.take(number).zip(offsets.chunks(4)) {
            files.index.extend_from_slice(offset);
            files.index.extend_from_slice(id);
        }
        let pack_checksum = &files.pack[files.pack.len() - files.hash.len_in_bytes()..];
        files.index.extend_from_slice(pack_checksum);
        files.seal();
        files
    }

    fn fan_out(&self, index: &mut Vec<u8>) {
        for first in 0..=u8::MAX {
            let up_to = |(id, _): &&(ObjectId, usize)| id.first_byte() <= first;
            let number = self.entries.iter().filter(up_to).count() as u32;
            index.extend(number.to_be_bytes());
        }
    }

    fn crcs(&self) -> std::collections::BTreeMap<usize, u32> {
        let begins = self.entries.iter().map(|entry| entry.1);
        let ends = begins.clone().skip(1).chain([self.pack.len()]);
        let crc = |(begin, end)| (begin, crc32fast::hash(&self.pack[begin..end]));
        begins.zip(ends).map(crc).collect()
    }

    fn close(self, mut index: Vec<u8>) -> Files {
        let checksum = &self.pack[self.pack.len() - self.hash.len_in_bytes()..];
        index.extend_from_slice(checksum);
        let mut files = Files {
            pack: self.pack,
            index,
            hash: self.hash,
        };
        files.seal();
        files
    }

    fn sum(&self, bytes: &[u8]) -> ObjectId {
        sum(self.hash, bytes)
    }
}

/// A pack and its index, as they stand on disk.
#[derive(Clone)]
pub(in crate::source::git::pack) struct Files {
    pub(in crate::source::git::pack) pack: Vec<u8>,
    pub(in crate::source::git::pack) index: Vec<u8>,
    hash: hash::Kind,
}

impl Files {
    /// Puts the checksum at the end of the index.
    fn seal(&mut self) {
        let checksum = sum(self.hash, &self.index);
        self.index.extend_from_slice(checksum.as_bytes());
    }

    /// Writes both and opens them.
    pub(in crate::source::git::pack) fn open(&self) -> Option<(TempDir, Pack)> {
        let folder = TempDir::new().unwrap();
        let index = folder.path().join("pack-1.idx");
        std::fs::write(&index, &self.index).unwrap();
        std::fs::write(index.with_extension("pack"), &self.pack).unwrap();
        let pack = Pack::open(&index, self.hash).ok()?;
        Some((folder, pack))
    }
}

fn sum(hash: hash::Kind, bytes: &[u8]) -> ObjectId {
    let mut hasher = hash::hasher(hash);
    hasher.update(bytes);
    hasher.try_finalize().unwrap()
}

/// The name of a blob in SHA-1.
pub(in crate::source::git::pack) fn blob_id(content: &[u8]) -> ObjectId {
    objs::compute_hash(hash::Kind::Sha1, objs::Kind::Blob, content).unwrap()
}

/// A zlib stream.
pub(in crate::source::git::pack) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::default());
    stream.write_all(bytes).unwrap();
    stream.finish().unwrap()
}

/// A size of a delta.
pub(in crate::source::git::pack) fn size(mut size: u64, out: &mut Vec<u8>) {
    while size > 0x7f {
        out.push((size & 0x7f) as u8 | 0x80);
        size >>= 7;
    }
    out.push(size as u8);
}

/// A delta that copies whatever runs of four or more bytes it finds in the base.
pub(in crate::source::git::pack) fn delta(base: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    size(base.len() as u64, &mut out);
    size(text.len() as u64, &mut out);
    let mut rest = text;
    while !rest.is_empty() {
        let common = |at: usize| {
            base[at..]
                .iter()
                .zip(rest)
                .take_while(|(a, b)| a == b)
                .count()
        };
        let best = (0..base.len()).max_by_key(|&at| common(at));
        let (from, length) = best.map_or((0, 0), |at| (at, common(at).min(0xff_ffff)));
        if length >= 4 {
            copy(from, length, &mut out);
            rest = &rest[length..];
        } else {
            out.extend([1, rest[0]]);
            rest = &rest[1..];
        }
    }
    out
}

/// A copy instruction.
pub(in crate::source::git::pack) fn copy(from: usize, length: usize, out: &mut Vec<u8>) {
    let code = out.len();
    out.push(0x80);
    let places = (0..4).map(|place| (place, from >> (8 * place)));
    let lengths = (0..3).map(|place| (place + 4, length >> (8 * place)));
    for (bit, byte) in places.chain(lengths) {
        if byte & 0xff != 0 {
            out[code] |= 1 << bit;
            out.push(byte as u8);
        }
    }
}

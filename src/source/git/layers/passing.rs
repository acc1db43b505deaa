//! Recognising the parts of repositories while a layer passes by. A file is known by its first bytes and
//! never by its name alone: a pack may lie anywhere, and be called anything.
//!
//! An archive may pass only once, so what may be needed later is kept, up to a share of the memory of a
//! scan. Beyond that only its place is noted; its layer is then read a second time.

use super::remains::{NOTE, Piece, Remains, What, is_hex};
use super::room::Room;
use crate::model::EntryPart;
use crate::source::git::Bytes;
use crate::source::paths::components;
use flate2::{Decompress, FlushDecompress};
use std::sync::Arc;

/// First bytes that tell what a file is: the name of an object and what follows it, or a loose object's
/// header in its compressed form. In front of that stands the description of a block's codes, of up to 2283
/// bits (RFC 1951, section 3.2.7: 14, 19 lengths of 3, and 316 of 7), and a code has at most 15 bits.
const HEAD: usize = 384;
/// Bytes at a file's end that are noted: the longest checksum.
const TAIL: usize = 32;

/// Notes what passes.
#[derive(Debug)]
pub(in crate::source) struct Draft {
    remains: Remains,
    room: Arc<Room>,
}

/// A file that is passing by.
#[derive(Debug, Default)]
pub(in crate::source) struct Passing {
    head: Vec<u8>,
    what: Option<What>,
    /// Whether enough was seen to know what it is.
    is_known: bool,
    size: u64,
    /// The content so far, as long as there is room.
    bytes: Option<Vec<u8>>,
    tail: Vec<u8>,
}

impl Draft {
    /// Notes what passes in the layer that people know by this label.
    pub(in crate::source) fn new(label: &str, room: &Arc<Room>) -> Self {
        Self {
            remains: Remains {
                label: label.to_owned(),
                ..Remains::default()
            },
            room: Arc::clone(room),
        }
    }

    /// Takes the next bytes of a file.
    pub(in crate::source) fn take(&self, file: &mut Passing, path: &[u8], mut bytes: &[u8]) {
        file.size += bytes.len() as u64;
        if !file.is_known {
            let missing = HEAD - file.head.len();
            let (head, rest) = bytes.split_at(missing.min(bytes.len()));
            // Most files are none of ours, and most come in one piece.
            if file.head.is_empty() && head.len() == HEAD && recognise(path, head).is_none() {
                file.is_known = true;
                return;
            }
            file.head.extend_from_slice(head);
            bytes = rest;
            if file.head.len() == HEAD {
                self.settle(file, path);
            }
        }
        if file.what.is_some() {
            self.keep(file, bytes);
        }
    }

    /// Decides what a file is.
    fn settle(&self, file: &mut Passing, path: &[u8]) {
        file.is_known = true;
        file.what = recognise(path, &file.head);
        if file.what.is_some() {
            file.bytes = Some(Vec::new());
            let head = std::mem::take(&mut file.head);
            self.keep(file, &head);
        }
    }

    fn keep(&self, file: &mut Passing, bytes: &[u8]) {
        file.tail
            .extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let surplus = file.tail.len().saturating_sub(TAIL);
        file.tail.drain(..surplus);
        let Some(kept) = &mut file.bytes else { return };
        match self.room.take(bytes.len() as u64, kept.len() as u64) {
            true => kept.extend_from_slice(bytes),
            false => {
                self.room.give(kept.len() as u64);
                file.bytes = None;
            }
        }
    }

    /// Notes a file that has passed.
    pub(in crate::source) fn close(
        &mut self,
        mut file: Passing,
        path: &Arc<[u8]>,
        part: EntryPart,
    ) {
        if !file.is_known {
            self.settle(&mut file, path);
        }
        if let Some(name) = lfs(path)
            && self.room.take(NOTE, 0)
        {
            self.remains.lfs.insert(name.into());
        }
        let Some(what) = file.what else { return };
        if !self.room.take(NOTE + path.len() as u64, 0) {
            let lost = match what.is_stored() {
                true => &mut self.remains.lost_objects,
                false => &mut self.remains.lost_papers,
            };
            *lost += 1;
            return;
        }
        self.remains.pieces.push(Piece {
            path: Arc::clone(path),
            part,
            what,
            size: file.size,
            bytes: file.bytes.map(Bytes::from),
            tail: file.tail,
        });
    }

    /// What was noted.
    pub(in crate::source) fn finish(self) -> Remains {
        self.remains
    }
}

/// What a file is; the path only tells apart what small files of a repository may look like.
fn recognise(path: &[u8], head: &[u8]) -> Option<What> {
    match head {
        [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, ..] => Some(What::Pack),
        [0xff, b't', b'O', b'c', 0, 0, 0, 2, ..] => Some(What::PackIndex),
        [b'D', b'I', b'R', b'C', 0, 0, 0, 2..=4, ..] => Some(What::Index),
        [first, second, ..] if is_zlib(*first, *second) && is_loose(head) => Some(What::Loose),
        _ if is_paper(path, head) => Some(What::Paper),
        _ => None,
    }
}

/// Whether a zlib stream begins like this (RFC 1950, section 2.2).
fn is_zlib(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

/// Whether compressed bytes begin with the header of an object: its kind, its size and a zero.
fn is_loose(head: &[u8]) -> bool {
    let mut out = [0; 32];
    let mut inflate = Decompress::new(true);
    if inflate
        .decompress(head, &mut out, FlushDecompress::Sync)
        .is_err()
    {
        return false;
    }
    let out = &out[..inflate.total_out() as usize];
    let Some(end) = out.iter().position(|&byte| byte == 0) else {
        return false;
    };
    let header = &out[..end];
    let kinds: [&[u8]; 4] = [b"blob ", b"tree ", b"commit ", b"tag "];
    let size = kinds.iter().find_map(|kind| header.strip_prefix(*kind));
    size.is_some_and(|size| !size.is_empty() && size.iter().all(u8::is_ascii_digit))
}

/// Whether a file may be one of the small files of a repository.
fn is_paper(path: &[u8], head: &[u8]) -> bool {
    let names_object = || {
        [40, 64].into_iter().any(|length| {
            let is_end = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
            head.len() >= length && is_hex(&head[..length], length) && is_end(head.get(length))
        })
    };
    let begins = |text: &[u8]| head.starts_with(text);
    let ends = |name: &[u8]| path.ends_with(name);
    names_object()
        || begins(b"ref: ")
        || begins(b"gitdir: ")
        || begins(b"# pack-refs with:")
        || ends(b"/config") && begins(b"[")
        || ends(b"/objects/info/alternates")
}

/// The name of a content that git-lfs keeps at this path.
fn lfs(path: &[u8]) -> Option<&[u8]> {
    let is_far = path.len() >= 64 + 7 && is_hex(&path[path.len() - 64..], 64);
    let parts = is_far.then(|| components(path))?;
    match parts.as_slice() {
        [.., b"objects", first, second, name] => {
            let is_there = name.starts_with(first) && name[2..].starts_with(second);
            is_there.then_some(&path[path.len() - 64..])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Limits;
    use flate2::Compression;
    use flate2::write::ZlibEncoder;
    use std::io::Write as _;

    fn deflate(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut stream = ZlibEncoder::new(Vec::new(), Compression::new(level));
        stream.write_all(bytes).unwrap();
        stream.finish().unwrap()
    }

    /// What becomes of a file that comes in pieces of this size.
    fn passed(path: &str, content: &[u8], piece: usize, memory: u64) -> Vec<Piece> {
        let limits = Limits {
            memory,
            ..Limits::default()
        };
        let mut draft = Draft::new("layer 0", &Room::of(&limits));
        let path: Arc<[u8]> = path.as_bytes().into();
        let mut passing = Passing::default();
        for bytes in content.chunks(piece) {
            draft.take(&mut passing, &path, bytes);
        }
        draft.close(passing, &path, EntryPart::Content);
        draft.finish().pieces
    }

    #[test]
    fn parts_are_known_by_their_first_bytes() {
        let name = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let blob = [&b"blob 4000\0"[..], &[b'x'; 4000]].concat();
        // Bytes with few bits set are frequent, so that the description of their codes is long.
        let mut state = 1_u64;
        let mut noise = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        };
        let body: Vec<u8> = (0..6000).map(|_| noise() & noise()).collect();
        let motley = [&b"blob 6000\0"[..], &body].concat();
        assert!(
            !is_loose(&deflate(&motley, 9)[..80]),
            "it takes more than that"
        );
        let table: [(&str, Vec<u8>, Option<What>); 13] = [
            (
                "any",
                b"PACK\0\0\0\x02\0\0\0\x01".to_vec(),
                Some(What::Pack),
            ),
            (
                "any",
                b"\xfftOc\0\0\0\x02more".to_vec(),
                Some(What::PackIndex),
            ),
            ("any", b"DIRC\0\0\0\x02".to_vec(), Some(What::Index)),
            ("any", deflate(&blob, 0), Some(What::Loose)),
            ("any", deflate(&blob, 9), Some(What::Loose)),
            ("any", deflate(&motley, 9), Some(What::Loose)),
            ("any", deflate(b"blobs", 6), None),
            ("any", format!("{name}\n").into_bytes(), Some(What::Paper)),
            ("any", format!("{name}5").into_bytes(), None),
            (
                "any",
                format!("{name} {name} Ada").into_bytes(),
                Some(What::Paper),
            ),
            ("any", b"ref: refs/heads/main\n".to_vec(), Some(What::Paper)),
            ("any", b"[core]\n".to_vec(), None),
            ("a/.git/config", b"[core]\n".to_vec(), Some(What::Paper)),
        ];
        for (path, content, what) in table {
            for piece in [1, 7, 80, 5000] {
                let pieces = passed(path, &content, piece, 1 << 20);
                let found = pieces.first().map(|piece| piece.what);
                assert_eq!(found, what, "{path} {content:?}");
                if let Some(piece) = pieces.first() {
                    assert_eq!(piece.bytes.as_deref(), Some(&*content));
                    assert!(content.ends_with(&piece.tail));
                    assert_eq!(piece.tail.len(), content.len().min(TAIL));
                }
            }
        }
    }

    #[test]
    fn without_room_the_place_is_noted_or_at_least_counted() {
        let pack = [&b"PACK\0\0\0\x02"[..], &[7; 5000]].concat();
        for piece in [1, 80, 5000] {
            let pieces = passed("a", &pack, piece, 4 * 1000);
            let found = pieces.first().unwrap();
            assert!(found.size == 5008 && found.bytes.is_none());
            assert_eq!(found.tail, [7; TAIL]);
            assert!(passed("a", &pack, piece, 40).is_empty());
        }
    }
}

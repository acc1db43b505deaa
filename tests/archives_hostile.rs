//! Archives that are damaged at random or made to hurt, given to the library: nothing panics, what
//! stands before the damage is searched, output stays within its limits, and each limit that bites is
//! told once.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::archive::{ar, cpio, odc, rpm, sevenz};
use kit::{Codec, Layer, Secrets, Store, Zip};
use proptest::prelude::*;
use residue::model::{Batch, Counter, DocumentId, Kind, Limits, Origin, Shortfall};
use residue::unpack::Sink;
use residue::unpack::batch::Context;
use residue::unpack::open::{Bounds, File, Unpacker};
use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Keeps the text that it is given.
#[derive(Default)]
struct Text {
    bytes: Mutex<Vec<u8>>,
    shortfalls: Mutex<Vec<Shortfall>>,
    counted: AtomicU64,
}

impl Sink for Text {
    fn batch(&self, batch: Batch) {
        let mut bytes = self.bytes.lock().unwrap();
        for piece in &batch.pieces {
            let text = &batch.bytes[piece.range.clone()];
            for fresh in &piece.fresh {
                bytes.extend_from_slice(&text[fresh.clone()]);
            }
        }
    }

    fn shortfall(&self, shortfall: Shortfall) {
        self.shortfalls.lock().unwrap().push(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        if counter == Counter::Bytes {
            self.counted.fetch_add(by, Ordering::Relaxed);
        }
    }

    fn stopped(&self) -> bool {
        false
    }
}

impl Text {
    fn of(content: &[u8], limits: &Limits) -> Self {
        let text = Self::default();
        let context = Context {
            before: 64,
            after: 64,
        };
        let mut unpacker = Unpacker::new(&text, context, Bounds::new(limits));
        let file = File {
            origin: &Origin::Document(DocumentId(0)),
            size: Some(content.len() as u64),
            place: &|| "file".to_owned(),
        };
        let mut left = content;
        let (read, result) = unpacker.file(&file, &mut |buffer| left.read(buffer));
        result.unwrap();
        assert_eq!(read, content.len() as u64);
        unpacker.finish();
        text
    }

    fn has(&self, needle: &[u8]) -> bool {
        let bytes = self.bytes.lock().unwrap();
        memchr::memmem::find(&bytes, needle).is_some()
    }

    fn kinds(&self) -> Vec<Kind> {
        let shortfalls = self.shortfalls.lock().unwrap();
        shortfalls.iter().map(|shortfall| shortfall.kind).collect()
    }
}

const FIRST: &[u8] = b"the first member's text";

/// Archives whose first member is [`FIRST`], in the first third of the file.
fn archives() -> Vec<Vec<u8>> {
    let noise = Secrets::new("hostile").bytes(6000);
    let members = [("first", FIRST), ("noise", &noise[..]), ("last", b"last")];
    let tar = Layer::new()
        .file("first", FIRST)
        .file("noise", noise.clone());
    let zip = |store| {
        let zip = Zip::new().member("first", store, FIRST);
        zip.member("noise", store, &noise)
            .member("last", store, "last")
            .zip()
    };
    let mut all = vec![
        tar.tar(),
        zip(Store::Plain),
        zip(Store::Deflated),
        zip(Store::Streamed),
        ar(&members),
        cpio(&members),
        odc(&members),
        rpm("note", &cpio(&members)),
    ];
    let text = [FIRST, &noise].concat();
    all.push(Codec::GzipMembers.pack(&[&text[..], &text].concat()));
    all.push(
        Zip::new()
            .member("in.tar", Store::Plain, tar.tar())
            .file("last", "x")
            .zip(),
    );
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damage_costs_no_more_than_what_it_hits(
        which in 0..10_usize,
        place in 0.0..1.0_f64,
        damage in prop::collection::vec(any::<u8>(), 0..64),
        is_cut: bool,
    ) {
        let mut archive = archives().swap_remove(which);
        let third = archive.len() / 3;
        let at = third + ((archive.len() - third) as f64 * place) as usize;
        if is_cut {
            archive.truncate(at);
        } else {
            let end = (at + damage.len()).min(archive.len());
            archive[at..end].copy_from_slice(&damage[..end - at]);
        }
        let text = Text::of(&archive, &Limits::default());
        prop_assert!(text.has(FIRST));
        prop_assert!(text.counted.load(Ordering::Relaxed) < 20 * archive.len() as u64 + 100_000);
    }

    #[test]
    fn damage_anywhere_breaks_nothing(
        which in 0..11_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut archives = archives();
        archives.push(sevenz(&[("first", FIRST), ("last", b"last")]));
        let mut archive = archives.swap_remove(which);
        for (at, byte) in flips {
            let at = at.index(archive.len());
            archive[at] = byte;
        }
        let text = Text::of(&archive, &Limits::default());
        prop_assert!(text.counted.load(Ordering::Relaxed) < 1 << 20);
    }
}

#[test]
fn text_that_only_begins_like_an_archive_is_searched_in_full() {
    let tail = Secrets::new("alike").github();
    let beginnings: [&[u8]; 9] = [
        b"\x1f\x8b\x08",
        b"\x28\xb5\x2f\xfd",
        b"\xfd7zXZ\0",
        b"BZh91AY&SY",
        b"!<arch>\n",
        b"\xed\xab\xee\xdb",
        b"7z\xbc\xaf\x27\x1c",
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x04\0\0\0",
        b"Cr24",
    ];
    for head in beginnings {
        for gap in [0, 40, 3000] {
            let text = [head, &vec![b' '; gap], tail.as_bytes(), b"\n"].concat();
            let found = Text::of(&text, &Limits::default());
            assert!(
                found.has(tail.as_bytes()),
                "{head:?} {gap} {:?}",
                found.kinds()
            );
        }
    }
}

#[test]
fn the_limits_hold_for_the_whole_nest() {
    let limits = Limits {
        ratio_floor: 1 << 20,
        ..Limits::default()
    };
    // 27 files of 256 KiB of zeros; no single stream is over the floor.
    let mut bomb = vec![0; 256 << 10];
    for _ in 0..3 {
        let packed = Zip::new()
            .file("a", &bomb)
            .file("b", &bomb)
            .file("c", &bomb);
        bomb = packed.zip();
    }
    let text = Text::of(&bomb, &limits);
    assert_eq!(text.kinds(), [Kind::Limit]);
    assert!(text.counted.load(Ordering::Relaxed) < 2 << 20);
    assert!(Text::of(&bomb, &Limits::default()).kinds().is_empty());

    let few = Limits {
        entries: 5,
        ..Limits::default()
    };
    assert!(Text::of(&bomb, &few).kinds().contains(&Kind::Limit));
}

#[test]
fn streams_inside_each_other_end_at_the_depth() {
    let mut nested = FIRST.to_vec();
    for _ in 0..12 {
        nested = Codec::Gzip.pack(&nested);
    }
    let text = Text::of(&nested, &Limits::default());
    assert_eq!(text.kinds(), [Kind::Limit]);
    let deep = Limits {
        depth: 12,
        ..Limits::default()
    };
    let text = Text::of(&nested, &deep);
    assert!(text.kinds().is_empty() && text.has(FIRST));
}

#[test]
fn sizes_that_lie_hide_nothing() {
    let inner = Zip::new().file("key", FIRST).zip();
    let honest = Zip::new()
        .file("inner", &inner)
        .file("last", "the last one");
    let zip = honest.zip();
    // The uncompressed size in the first header: one byte, and 4 GiB.
    for size in [1_u32, u32::MAX - 1] {
        let mut lying = zip.clone();
        lying[22..26].copy_from_slice(&size.to_le_bytes());
        let text = Text::of(&lying, &Limits::default());
        assert!(text.has(FIRST) && text.has(b"the last one"), "{size}");
    }
    // The compressed one, too small: the rest of the data is damage, and reading goes on behind it.
    let mut lying = zip;
    lying[18..22].copy_from_slice(&9_u32.to_le_bytes());
    assert!(Text::of(&lying, &Limits::default()).has(b"the last one"));
}

#[test]
fn a_zip_is_seen_wherever_buffers_end() {
    let zip = Zip::new().file("first", FIRST).zip();
    let gzip = Codec::Gzip.pack(&[FIRST, &Secrets::new("ends").bytes(2000)].concat());
    let front = b"text ".repeat(2 * Limits::BATCH / 5);
    let around = |end: usize, before: usize| (end - before..end + 10).step_by(3);
    for (magic, archive, reach) in [("text ", zip, 130), ("#! a\n", gzip, 1030)] {
        let ends = around(Limits::BATCH, reach);
        for length in ends.chain(around(2 * Limits::BATCH - reach, reach)) {
            let front = [magic.as_bytes(), &front[..length - 1], b"\n"].concat();
            let text = Text::of(&[&front, &archive[..]].concat(), &Limits::default());
            assert!(text.has(FIRST), "{length}");
            assert!(text.counted.load(Ordering::Relaxed) >= length as u64);
        }
    }
}

#[test]
fn text_that_only_looks_like_an_archive_behind_a_script_is_searched_as_it_stands() {
    let token = Secrets::new("no archive").github();
    let alike: [&[u8]; 5] = [
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08\0\0\0\0\0\0\0",
        b"BZh91AY&SY",
        b"\xfd7zXZ\0",
        b"7z\xbc\xaf\x27\x1c\0\x04",
    ];
    for front in [&b"#!/bin/sh\n"[..], b"MZ\n"] {
        for alike in alike {
            let file = [front, alike, token.as_bytes(), b"\nthe end\n"].concat();
            let text = Text::of(&file, &Limits::default());
            assert!(
                text.has(token.as_bytes()) && text.has(b"the end"),
                "{file:?}"
            );
        }
    }
}

#[test]
fn headers_that_lead_to_no_zip_hide_nothing() {
    let token = Secrets::new("no zip").github();
    let header = Zip::new().member("x", Store::Plain, "").zip()[..31].to_vec();
    let stream = [
        &b"\nstream\n"[..],
        &zlib(token.as_bytes()),
        b"\nendstream\n",
    ]
    .concat();
    for front in [&b"%PDF-1.7\n"[..], b"text", b"\x89PNG\r\n\x1a\n"] {
        let file = [front, &header, token.as_bytes(), b"\n"].concat();
        assert!(Text::of(&file, &Limits::default()).has(token.as_bytes()));
        let file = [front, &header.repeat(3), &stream].concat();
        let is_document = front.starts_with(b"%PDF");
        let found = Text::of(&file, &Limits::default()).has(token.as_bytes());
        assert_eq!(found, is_document);
    }
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_headers_of_streams_end_at_a_limit() {
    let long = flate2::GzBuilder::new().comment(vec![b'x'; 300 << 10]);
    let long = long.write(Vec::new(), flate2::Compression::fast());
    let text = Text::of(&long.finish().unwrap(), &Limits::default());
    assert_eq!(text.kinds(), [Kind::Limit]);
    assert!(text.counted.load(Ordering::Relaxed) >= 300 << 10);
}

#[test]
fn programs_hold_magic_numbers_and_some_hold_archives() {
    let mut program = b"\x7fELF".to_vec();
    let magics: [&[u8]; 4] = [
        b"PK\x03\x04\0\0",
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x07\x08",
    ];
    for round in 0..600 {
        program.extend(Secrets::new(&format!("program {round}")).bytes(1000));
        program.extend_from_slice(magics[round % magics.len()]);
    }
    let text = Text::of(&program, &Limits::default());
    assert_eq!(text.kinds(), []);
    assert_eq!(text.counted.load(Ordering::Relaxed), program.len() as u64);
    let closed = Limits {
        depth: 0,
        ..Limits::default()
    };
    assert_eq!(Text::of(&program, &closed).kinds(), []);

    for length in [0, program.len()] {
        let prefix = [b"MZ", &program[..length]].concat();
        let zip = Zip::behind(&prefix).file("a", FIRST).file("b", "b").zip();
        let text = Text::of(&zip, &Limits::default());
        assert!(text.has(FIRST), "{length}");
        assert_eq!(text.kinds(), [], "{length}");
        assert_eq!(Text::of(&zip, &closed).kinds(), [Kind::Excluded]);
    }
}

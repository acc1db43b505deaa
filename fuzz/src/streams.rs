//! Bytes that stream by: compressed, packed, encoded.

use super::scan::{DETECTOR, OPTIONS, context};
use residue::detect::Scratch;
use residue::model::{Batch, Counter, EntryPart, Origin, Shortfall};
use residue::unpack::batch::Batcher;
use residue::unpack::decode::decode;
use residue::unpack::memory::Memory;
use residue::unpack::open::{Bounds, File, Unpacker};
use residue::unpack::tar::TarReader;
use residue::unpack::{Sink, tar::TarEvent};
use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Everything that a tar reader says and gives out, read in steps of this size. What is given out
/// stands in the input, so there is never more of it.
fn told(bytes: &[u8], step: usize) -> (Vec<TarEvent>, Vec<u8>) {
    let mut reader = TarReader::new(bytes, &OPTIONS.limits);
    let (mut events, mut bodies) = (Vec::new(), Vec::new());
    let mut buffer = vec![0; step];
    while let Ok(Some(event)) = reader.next_event() {
        events.push(event);
        while let Ok(count) = reader.read_body(&mut buffer) {
            if count == 0 {
                break;
            }
            bodies.extend_from_slice(&buffer[..count]);
        }
    }
    assert!(bodies.len() <= bytes.len());
    (events, bodies)
}

/// An archive reads the same however it is read.
pub fn tar(bytes: &[u8]) {
    let by_seven = told(bytes, 7);
    let at_once = told(bytes, 1 << 16);
    assert_eq!(by_seven.1, at_once.1);
    assert_eq!(format!("{:?}", by_seven.0), format!("{:?}", at_once.0));
}

/// A stream decodes to no more than it may, and its error repeats.
pub fn codec(bytes: &[u8]) {
    let limits = &OPTIONS.limits;
    let memory = Arc::new(Memory::new(limits.memory));
    let input = Box::new(Cursor::new(bytes));
    let Ok(mut decoded) = decode(input, limits, &memory) else {
        return;
    };
    let (mut total, mut buffer) = (0, vec![0; 1 << 14]);
    let error = loop {
        match decoded.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => total += count as u64,
            Err(error) => break error.to_string(),
        }
        assert!(total <= limits.stream_bytes.max(bytes.len() as u64));
    };
    let again = decoded.read(&mut buffer).expect_err("an error stays");
    assert_eq!(again.to_string(), error);
}

/// What is told of a file that is opened, and how many bytes of text come out of it.
#[derive(Default)]
struct Opened {
    bytes: AtomicU64,
    shortfalls: Mutex<Vec<Shortfall>>,
}

impl Sink for Opened {
    fn batch(&self, batch: Batch) {
        for piece in &batch.pieces {
            assert!(piece.range.end <= batch.bytes.len());
        }
    }

    fn shortfall(&self, shortfall: Shortfall) {
        let mut all = self.shortfalls.lock().expect("no thread panicked");
        all.push(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        if counter == Counter::Bytes {
            self.bytes.fetch_add(by, Ordering::Relaxed);
        }
    }

    fn stopped(&self) -> bool {
        false
    }
}

impl Opened {
    fn of(mut bytes: &[u8]) -> Self {
        let opened = Self::default();
        let length = bytes.len() as u64;
        let mut unpacker = Unpacker::new(&opened, context(), Bounds::new(&OPTIONS.limits));
        let file = File {
            origin: &origin(),
            size: Some(length),
            place: &|| "file".to_owned(),
        };
        let (total, result) = unpacker.file(&file, &mut |buffer| bytes.read(buffer));
        unpacker.finish();
        assert!(result.is_ok() && total == length);
        opened
    }
}

/// A file of any kind, with all that it holds: it is read to its end, within its limits, and what
/// opens it does not fail inside.
pub fn file(bytes: &[u8]) {
    let opened = Opened::of(bytes);
    let most = 8 * OPTIONS.limits.stream_bytes + 32 * bytes.len() as u64;
    assert!(opened.bytes.into_inner() <= most);
    let shortfalls = opened.shortfalls.into_inner().expect("no thread panicked");
    for shortfall in shortfalls {
        assert!(!shortfall.detail.contains("failed inside"), "{shortfall:?}");
    }
}

/// Searches what comes in and keeps where secrets stand.
#[derive(Default)]
struct Searched {
    found: Mutex<Vec<(usize, u64, u64)>>,
}

impl Sink for Searched {
    fn batch(&self, batch: Batch) {
        let mut scratch = Scratch::default();
        for piece in &batch.pieces {
            let text = &batch.bytes[piece.range.clone()];
            let mut found = Vec::new();
            DETECTOR.search(piece, text, &mut scratch, &mut found);
            let places = found
                .iter()
                .map(|found| (found.rule, found.span.start, found.span.end));
            self.found
                .lock()
                .expect("no thread panicked")
                .extend(places);
        }
    }

    fn shortfall(&self, _: Shortfall) {}

    fn count(&self, _: Counter, _: u64) {}

    fn stopped(&self) -> bool {
        false
    }
}

fn origin() -> Origin {
    Origin::Record {
        line: 0,
        path: b"fuzz"[..].into(),
        part: EntryPart::Content,
    }
}

/// A text with anything encoded in it: what is found lies in it.
pub fn encodings(bytes: &[u8]) {
    let sink = Searched::default();
    let mut batcher = Batcher::new(&sink, context());
    let mut rest = bytes;
    let (total, result) = batcher.blob(&origin(), None, &mut |buffer| rest.read(buffer));
    batcher.finish();
    assert!(result.is_ok() && total == bytes.len() as u64);
    for (rule, start, end) in sink.found.into_inner().expect("no thread panicked") {
        let id = &DETECTOR.rules()[rule].id;
        assert!(
            start <= end && end <= bytes.len() as u64,
            "{id}: {start}..{end}"
        );
    }
}

use super::*;
use crate::model::{DocumentId, Encoding, LineStart, Piece, Shortfall};
use crate::unpack::sniff;
use crate::unpack::text::{ByteOrder, Unit, Wide};
use proptest::prelude::*;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Keeps what it is given; its buffers have a capacity that makes cuts happen.
struct Recorder {
    capacity: usize,
    batches: Mutex<Vec<Batch>>,
    bytes: AtomicU64,
    stopped: bool,
}

impl Recorder {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            batches: Mutex::default(),
            bytes: AtomicU64::new(0),
            stopped: false,
        }
    }

    /// All pieces with their text, in order.
    fn pieces(&self) -> Vec<(Piece, Vec<u8>)> {
        let batches = self.batches.lock().unwrap();
        let of_batch = |batch: &Batch| -> Vec<(Piece, Vec<u8>)> {
            let text = |piece: &Piece| batch.bytes[piece.range.clone()].to_vec();
            let pieces = batch.pieces.iter();
            pieces.map(|piece| (piece.clone(), text(piece))).collect()
        };
        batches.iter().flat_map(of_batch).collect()
    }
}

impl Sink for Recorder {
    fn batch(&self, batch: Batch) {
        self.batches.lock().unwrap().push(batch);
    }

    fn shortfall(&self, shortfall: Shortfall) {
        panic!("{shortfall:?}");
    }

    fn count(&self, counter: Counter, by: u64) {
        assert_eq!(counter, Counter::Bytes);
        self.bytes.fetch_add(by, Ordering::Relaxed);
    }

    fn stopped(&self) -> bool {
        self.stopped
    }

    fn buffer(&self) -> Vec<u8> {
        Vec::with_capacity(self.capacity)
    }
}

fn origin(index: usize) -> Origin {
    Origin::Document(DocumentId(index as u32))
}

/// A reader that yields at most `step` bytes at once.
fn by_steps(mut data: &[u8], step: usize) -> impl FnMut(&mut [u8]) -> io::Result<usize> {
    move |buf| {
        let len = buf.len().min(step);
        data.read(&mut buf[..len])
    }
}

/// Checks that the pieces tile `text`, whose first byte has the offset `mark` in the blob, and that
/// each has its context.
fn check(pieces: &[(Piece, Vec<u8>)], text: &[u8], mark: usize, context: Context) {
    let mut next = 0;
    for (piece, bytes) in pieces {
        let width = piece.encoding.width();
        let start = ((piece.offset - mark as u64) / width) as usize;
        assert_eq!(bytes[..], text[start..start + bytes.len()]);
        assert_eq!(piece.start, LineStart::default().after(&text[..start]));
        let [fresh]: [Range<usize>; 1] = piece.fresh.clone().try_into().unwrap();
        assert!(!fresh.is_empty());
        assert_eq!(start + fresh.start, next, "fresh ranges tile the text");
        next = start + fresh.end;
        assert!(fresh.start >= context.before || start == 0, "text in front");
        let behind = bytes.len() - fresh.end;
        assert!(behind >= context.after || start + bytes.len() == text.len());
    }
    assert_eq!(next, text.len());
}

#[derive(Debug, Clone)]
struct Blob {
    data: Vec<u8>,
    hinted: bool,
    step: usize,
}

fn any_blob() -> impl Strategy<Value = Blob> {
    let byte = prop::sample::select(&b"ab \n\xff"[..]);
    let data = prop::collection::vec(byte, 0..400);
    (data, any::<bool>(), 1..200_usize).prop_map(|(data, hinted, step)| Blob { data, hinted, step })
}

fn any_context() -> impl Strategy<Value = Context> {
    (0..60_usize, 0..60_usize).prop_map(|(before, after)| Context { before, after })
}

fn run(sink: &Recorder, context: Context, blobs: &[Blob]) {
    let mut batcher = Batcher::new(sink, context);
    for (index, blob) in blobs.iter().enumerate() {
        let hint = blob.hinted.then_some(blob.data.len() as u64);
        let mut read = by_steps(&blob.data, blob.step);
        let (bytes, result) = batcher.blob(&origin(index), hint, &mut read);
        assert_eq!(bytes, blob.data.len() as u64);
        result.unwrap();
    }
    batcher.finish();
}

fn of(sink: &Recorder, index: usize, encoding: Encoding) -> Vec<(Piece, Vec<u8>)> {
    let mut pieces = sink.pieces();
    pieces.retain(|(piece, _)| piece.origin == origin(index) && piece.encoding == encoding);
    pieces
}

proptest! {
    #[test]
    fn every_byte_is_fresh_once_and_has_its_context(
        blobs in prop::collection::vec(any_blob(), 0..8),
        context in any_context(),
        capacity in 1..300_usize,
    ) {
        let sink = Recorder::new(capacity);
        run(&sink, context, &blobs);
        for (index, blob) in blobs.iter().enumerate() {
            check(&of(&sink, index, Encoding::Bytes), &blob.data, 0, context);
        }
        let total: usize = blobs.iter().map(|blob| blob.data.len()).sum();
        prop_assert_eq!(sink.bytes.load(Ordering::Relaxed), total as u64);
    }

    #[test]
    fn utf16_is_handed_over_both_ways(
        text in "[a-zé€\n]{0,300}",
        mark in any::<bool>(),
        half in any::<bool>(),
        context in any_context(),
        capacity in 100..400_usize,
    ) {
        let text = format!("{}password\n{text}", if mark { "\u{feff}" } else { "" });
        let mut data: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        data.extend(half.then_some(b'x'));
        let Some(utf16) = sniff::utf16(&data[..data.len().min(sniff::HEAD)]) else {
            return Ok(());
        };
        let sink = Recorder::new(capacity);
        let blob = Blob { data, hinted: true, step: 50 };
        run(&sink, context, std::slice::from_ref(&blob));
        check(&of(&sink, 0, Encoding::Bytes), &blob.data, 0, context);
        let mut narrow = Vec::new();
        utf16.narrow(&blob.data[utf16.mark_len()..], &mut narrow);
        check(&of(&sink, 0, Encoding::Utf16), &narrow, utf16.mark_len(), context);
    }
}

proptest! {
    /// Runs between bytes that are none: however the blob is cut, each of their units is fresh once and has
    /// its context, or the run ends there.
    #[test]
    fn runs_of_wide_text_are_handed_over_too(
        parts in prop::collection::vec(("[a-z\n]{12,90}", any::<bool>(), 1..40_usize), 1..6),
        // What is left of a run on either side of a cut must still be one, as with any real rules.
        (before, after) in (64..110_usize, 64..110_usize),
        capacity in 1..300_usize,
    ) {
        let context = Context { before, after };
        // More of something else than is looked at to tell what a blob is.
        let mut data = vec![0x80; sniff::HEAD];
        let mut runs = Vec::new();
        for (text, is_four, gap) in &parts {
            let unit = if *is_four { Unit::Four } else { Unit::Two };
            runs.push((data.len(), unit, text.as_bytes()));
            for &byte in text.as_bytes() {
                data.push(byte);
                data.resize(data.len() + unit.width() - 1, 0);
            }
            data.resize(data.len() + gap, 0xff);
        }
        let sink = Recorder::new(capacity);
        run(&sink, context, &[Blob { data: data.clone(), hinted: true, step: 50 }]);
        check(&of(&sink, 0, Encoding::Bytes), &data, 0, Context::default());
        let pieces = sink.pieces();
        let wide = |piece: &&(Piece, Vec<u8>)| piece.0.encoding != Encoding::Bytes;
        for (start, unit, text) in runs {
            let width = unit.width();
            let mut next = 0;
            for (piece, bytes) in pieces.iter().filter(wide) {
                let Some(offset) = (piece.offset as usize).checked_sub(start) else { continue };
                let at = offset / width;
                if at >= text.len() {
                    continue;
                }
                prop_assert_eq!(bytes.as_slice(), &text[at..at + bytes.len()]);
                let fresh = &piece.fresh[0];
                prop_assert_eq!(at + fresh.start, next);
                next = at + fresh.end;
                prop_assert!(fresh.start >= context.before || at == 0);
                prop_assert!(bytes.len() - fresh.end >= context.after || at + bytes.len() == text.len());
                let line = LineStart::default().after(&data[..piece.offset as usize]);
                prop_assert_eq!(piece.start, line);
            }
            prop_assert_eq!(next, text.len());
        }
    }
}

const NARROW: Context = Context {
    before: 4,
    after: 16,
};

#[test]
fn small_blobs_share_a_buffer_and_are_not_cut() {
    let sink = Recorder::new(100);
    let blob = |len| Blob {
        data: vec![b'x'; len],
        hinted: true,
        step: 1000,
    };
    run(&sink, NARROW, &[blob(40), blob(40), blob(60), blob(0)]);
    let batches = sink.batches.lock().unwrap();
    let pieces: Vec<usize> = batches.iter().map(|batch| batch.pieces.len()).collect();
    assert_eq!(pieces, [2, 1], "the third does not fit and is not cut");
    assert!(batches[0].bytes.len() == 80 && batches[1].bytes.len() == 60);
}

#[test]
fn what_was_read_before_an_error_is_handed_over() {
    let sink = Recorder::new(100);
    let mut batcher = Batcher::new(&sink, NARROW);
    let mut early: &[u8] = b"early";
    let mut read = |buf: &mut [u8]| match early.read(buf)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => Ok(count),
    };
    let (bytes, result) = batcher.blob(&origin(0), Some(1 << 40), &mut read);
    batcher.text(origin(1), b"name");
    batcher.finish();
    assert_eq!(bytes, 5);
    assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    let texts: Vec<_> = sink.pieces().into_iter().map(|piece| piece.1).collect();
    assert_eq!(texts, [&b"early"[..], b"name"]);
}

#[test]
fn a_stopped_sink_ends_a_large_blob() {
    let mut sink = Recorder::new(100);
    sink.stopped = true;
    let mut batcher = Batcher::new(&sink, NARROW);
    let mut endless = |buf: &mut [u8]| Ok(buf.len());
    let (bytes, result) = batcher.blob(&origin(0), None, &mut endless);
    batcher.finish();
    result.unwrap();
    assert!(bytes <= 200);
    check(&sink.pieces(), &vec![0; bytes as usize], 0, NARROW);
}

#[test]
fn many_tiny_texts_make_more_batches() {
    let sink = Recorder::new(1 << 20);
    let mut batcher = Batcher::new(&sink, NARROW);
    for _ in 0..=PIECES {
        batcher.text(origin(0), b"n");
    }
    batcher.finish();
    assert_eq!(sink.batches.lock().unwrap().len(), 2);
}

#[test]
fn a_file_that_only_begins_like_utf16_is_searched_as_it_is() {
    let sink = Recorder::new(100);
    let mut batcher = Batcher::new(&sink, NARROW);
    batcher.text(origin(0), b"\xff\xfeplain text");
    batcher.finish();
    let pieces = sink.pieces();
    assert_eq!(pieces.len(), 2);
    assert!(pieces.iter().any(|piece| piece.1 == b"\xff\xfeplain text"));
    let expected = Wide {
        unit: Unit::Two,
        order: ByteOrder::Little,
        mark: true,
    };
    assert_eq!(sniff::utf16(b"\xff\xfeplain text"), Some(expected));
}

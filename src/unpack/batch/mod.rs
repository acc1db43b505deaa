//! Puts text into batches. Small files share a buffer; a large file is cut into overlapping pieces
//! whose *fresh* ranges tile it exactly, so that every byte is searched once and with all the
//! context that a rule may need.
//!
//! Bodies are read straight into the buffer that the detector will search. Wide text, which is UTF-16 and
//! UTF-32, is handed over twice, as it is and narrowed: the whole blob if it looks like that, because the
//! look at its first bytes may be wrong, and runs of it between the bytes of any other.

mod cut;

use self::cut::Cut;
use super::Sink;
use crate::model::{Batch, Counter, Origin, Piece};
use std::io::{self, Read};

/// Pieces of one batch at most, because a piece costs more memory than the few bytes of a name.
const PIECES: usize = 4096;

/// Bytes of a buffer where little text is to be expected.
const SMALL: usize = 16 << 10;

/// How much text a detector needs around a byte at which a match may start; a property of the
/// rules.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// Bytes in front of it.
    pub before: usize,
    /// Bytes behind it.
    pub after: usize,
}

/// What of a blob in memory is wide text, narrowed.
pub fn wide(origin: &Origin, text: &[u8]) -> Option<Batch> {
    let mut cut = Cut::new(origin, 0, Context::default());
    cut.sniff(text);
    cut.narrowed(text, text.len(), Vec::new)
}

/// Yields bytes into a buffer, 0 at the end.
pub(super) type Fill<'r> = &'r mut dyn FnMut(&mut [u8]) -> io::Result<usize>;

/// Something at which a blob is not read on as a text: where it begins in a text that may end inside
/// it, and how many bytes have to be seen to be sure.
#[derive(Clone, Copy)]
pub(super) struct Stop {
    pub(super) find: fn(&[u8]) -> Option<usize>,
    pub(super) reach: usize,
}

/// How far a blob was read.
pub(super) struct Ended {
    /// Bytes that were searched.
    pub(super) total: u64,
    /// How reading ended; `None` if it was not at its end.
    pub(super) end: Option<io::Result<()>>,
    /// What was read from the stop on, if there was one.
    pub(super) rest: Option<Vec<u8>>,
}

/// The beginning of a blob, in the buffer already.
pub(super) struct Head {
    start: usize,
    /// How the blob ended, if it did.
    end: Option<io::Result<()>>,
}

impl Head {
    /// Whether it is the whole blob.
    pub(super) const fn is_all(&self) -> bool {
        self.end.is_some()
    }
}

/// Collects text and hands it to a sink in batches.
pub struct Batcher<'s> {
    sink: &'s dyn Sink,
    context: Context,
    /// Its bytes are a whole buffer, of which `filled` are text.
    batch: Batch,
    filled: usize,
    is_small: bool,
}

impl<'s> Batcher<'s> {
    /// Hands batches to `sink`, with at least `context` around every fresh byte.
    pub fn new(sink: &'s dyn Sink, context: Context) -> Self {
        Self {
            sink,
            context,
            batch: Batch::default(),
            filled: 0,
            is_small: false,
        }
    }

    /// The same for little text, of which a full buffer would be a waste.
    pub(super) fn small(sink: &'s dyn Sink, context: Context) -> Self {
        Self {
            is_small: true,
            ..Self::new(sink, context)
        }
    }

    /// How much text there is around every fresh byte.
    pub(super) const fn context(&self) -> Context {
        self.context
    }

    /// Adds a small text that is a whole blob: a name, a value.
    pub fn text(&mut self, origin: Origin, mut text: &[u8]) {
        let size = text.len() as u64;
        // Reading from a slice can't fail.
        let _ = self.blob(&origin, Some(size), &mut |buf| text.read(buf));
    }

    /// Adds a blob that `read` yields piece by piece, 0 at its end. `size_hint` only saves cuts.
    /// Returns how many bytes were read, and the error that ended it; what was read before is
    /// searched. Ends early when the sink says stop.
    pub fn blob(
        &mut self,
        origin: &Origin,
        size_hint: Option<u64>,
        read: Fill<'_>,
    ) -> (u64, io::Result<()>) {
        let head = self.begin(size_hint, 0, read);
        let ended = self.go_on(origin, head, None, read);
        (ended.total, ended.end.unwrap_or(Ok(())))
    }

    /// Adds a part of a blob, from `offset` on. Lines of it are counted from its own start.
    pub(super) fn part(&mut self, origin: &Origin, offset: u64, read: Fill<'_>) -> io::Result<()> {
        self.make_room(None);
        let head = Head {
            start: self.filled,
            end: None,
        };
        let cut = Cut::new(origin, head.start, self.context).of_part(offset);
        let ended = self.cut(cut, head, None, read);
        ended.end.unwrap_or(Ok(()))
    }

    /// Reads at least the first `want` bytes of a blob, or all that it has, without searching them
    /// yet: they lie where [`Self::go_on`] goes on from, unless [`Self::withdraw`] takes them out.
    pub(super) fn begin(&mut self, size_hint: Option<u64>, want: usize, read: Fill<'_>) -> Head {
        self.make_room(size_hint.map(|size| size.max(want as u64)));
        let start = self.filled;
        let end = loop {
            let has_room = self.filled < self.batch.bytes.len();
            if self.filled - start >= want || !has_room {
                break None;
            }
            match read(&mut self.batch.bytes[self.filled..]) {
                Ok(0) => break Some(Ok(())),
                Ok(count) => self.filled += count,
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => break Some(Err(err)),
            }
        };
        Head { start, end }
    }

    /// The bytes that a blob begins with.
    pub(super) fn begun(&self, head: &Head) -> &[u8] {
        &self.batch.bytes[head.start..self.filled]
    }

    /// Takes the beginning of a blob out again, none of which was searched.
    pub(super) fn withdraw(&mut self, head: Head) -> Ended {
        Ended {
            total: 0,
            end: head.end,
            rest: Some(self.take_back(head.start)),
        }
    }

    /// Adds the blob that begins so, like [`Self::blob`], up to where `stop` is found.
    pub(super) fn go_on(
        &mut self,
        origin: &Origin,
        head: Head,
        stop: Option<Stop>,
        read: Fill<'_>,
    ) -> Ended {
        let cut = Cut::new(origin, head.start, self.context);
        self.cut(cut, head, stop, read)
    }

    /// Reads a blob, from where the buffer is filled on, to its end or to a stop.
    fn cut(
        &mut self,
        mut cut: Cut<'_>,
        Head { start, mut end }: Head,
        stop: Option<Stop>,
        read: Fill<'_>,
    ) -> Ended {
        let mut total = (self.filled - start) as u64;
        let mut looked = start;
        let rest = loop {
            if let Some(at) = self.stopped_at(stop, looked, end.is_some()) {
                cut.breaks_off();
                break Some(self.take_back(at));
            }
            if end.is_some() {
                break None;
            }
            if self.filled == self.batch.bytes.len() {
                self.go_on_in_next_batch(&mut cut);
                if self.sink.stopped() {
                    break None;
                }
            }
            looked = cut.start.max(self.filled.saturating_sub(before(stop)));
            match read(&mut self.batch.bytes[self.filled..]) {
                Ok(0) => end = Some(Ok(())),
                Ok(count) => {
                    self.filled += count;
                    total += count as u64;
                }
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => end = Some(Err(err)),
            }
        };
        self.close(cut);
        total -= rest.as_ref().map_or(0, Vec::len) as u64;
        self.sink.count(Counter::Bytes, total);
        Ended { total, end, rest }
    }

    /// Where in the buffer a stop is, if all that tells it has been read.
    fn stopped_at(&self, stop: Option<Stop>, from: usize, is_all: bool) -> Option<usize> {
        let Stop { find, reach } = stop?;
        let at = from + find(&self.batch.bytes[from..self.filled])?;
        (is_all || at + reach <= self.filled).then_some(at)
    }

    /// Takes the bytes from a place on out of the buffer.
    fn take_back(&mut self, at: usize) -> Vec<u8> {
        let bytes = self.batch.bytes[at..self.filled].to_vec();
        self.filled = at;
        bytes
    }

    /// Hands over what is left.
    pub fn finish(mut self) {
        self.flush();
    }

    /// Starts a new batch if a blob of that size would have to be cut in this one.
    fn make_room(&mut self, size_hint: Option<u64>) {
        if self.batch.bytes.is_empty() {
            self.batch.bytes = self.buffer(1);
        }
        let whole = self.batch.bytes.len();
        // One byte more than the blob, so that its end shows before the buffer is full.
        let wanted = size_hint.map_or(whole / 4, |size| {
            usize::try_from(size).map_or(whole, |size| whole.min(size.saturating_add(1)))
        });
        let crowded = whole - self.filled < wanted && self.filled > 0;
        if crowded || self.batch.pieces.len() >= PIECES {
            self.flush();
            self.batch.bytes = self.buffer(1);
        }
    }

    /// A buffer of at least `least` bytes, all of which can be read into.
    fn buffer(&self, least: usize) -> Vec<u8> {
        let mut buffer = match self.is_small {
            true => Vec::with_capacity(SMALL),
            false => self.sink.buffer(),
        };
        let size = buffer.capacity().max(least);
        buffer.resize(size, 0);
        buffer
    }

    /// The buffer is full and the blob goes on: emits what has enough text behind it, and carries
    /// the rest over with the text in front of it.
    fn go_on_in_next_batch(&mut self, cut: &mut Cut<'_>) {
        let text = &self.batch.bytes[cut.start..self.filled];
        let fresh_end = cut.covered(text);
        let piece = cut.piece(text, fresh_end);
        let narrowed = cut.narrowed(text, fresh_end, || self.sink.buffer());
        let start = cut.start;
        let carried = cut.carry(text, fresh_end);
        // Twice what is carried, or rules with a wide context would never get on.
        let mut next = self.buffer(2 * carried + 2);
        next[..carried].copy_from_slice(&self.batch.bytes[self.filled - carried..self.filled]);
        self.emit(start, piece, narrowed);
        self.flush();
        self.batch.bytes = next;
        self.filled = carried;
    }

    /// The blob has ended: everything up to here is fresh.
    fn close(&mut self, mut cut: Cut<'_>) {
        let text = &self.batch.bytes[cut.start..self.filled];
        cut.sniff(text);
        let piece = cut.last(text);
        let narrowed = cut.narrowed(text, text.len(), || self.sink.buffer());
        self.emit(cut.start, piece, narrowed);
    }

    /// Adds the piece that begins at `start`; without one the text from there on is mere context.
    fn emit(&mut self, start: usize, piece: Option<Piece>, narrowed: Option<Batch>) {
        match piece {
            Some(piece) => self.batch.pieces.push(piece),
            None => self.filled = start,
        }
        if let Some(narrowed) = narrowed {
            self.sink.batch(narrowed);
        }
    }

    fn flush(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.bytes.truncate(self.filled);
        self.filled = 0;
        if !batch.pieces.is_empty() {
            self.sink.batch(batch);
        }
    }
}

/// Bytes that were read and may begin what a stop is, when more is needed to tell, with the byte in front.
fn before(stop: Option<Stop>) -> usize {
    stop.map_or(0, |stop| stop.reach)
}

#[cfg(test)]
mod tests;

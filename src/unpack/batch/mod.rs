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
}

impl<'s> Batcher<'s> {
    /// Hands batches to `sink`, with at least `context` around every fresh byte.
    pub fn new(sink: &'s dyn Sink, context: Context) -> Self {
        Self {
            sink,
            context,
            batch: Batch::default(),
            filled: 0,
        }
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
        self.go_on(origin, head, read)
    }

    /// Adds a part of a blob, from `offset` on. Lines of it are counted from its own start.
    pub(super) fn part(&mut self, origin: &Origin, offset: u64, read: Fill<'_>) -> io::Result<()> {
        self.make_room(None);
        let cut = Cut::new(origin, self.filled, self.context).of_part(offset);
        self.cut(cut, read).1
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

    /// Takes the beginning of a blob out again, and tells how the blob ended if it did.
    pub(super) fn withdraw(&mut self, head: Head) -> (Vec<u8>, Option<io::Result<()>>) {
        let bytes = self.begun(&head).to_vec();
        self.filled = head.start;
        (bytes, head.end)
    }

    /// Adds the blob that begins so, like [`Self::blob`].
    pub(super) fn go_on(
        &mut self,
        origin: &Origin,
        head: Head,
        read: Fill<'_>,
    ) -> (u64, io::Result<()>) {
        let begun = (self.filled - head.start) as u64;
        let cut = Cut::new(origin, head.start, self.context);
        let (more, result) = match head.end {
            Some(end) => {
                self.close(cut);
                (0, end)
            }
            None => self.cut(cut, read),
        };
        self.sink.count(Counter::Bytes, begun);
        (begun + more, result)
    }

    /// Reads a blob, from where the buffer is filled on, to its end.
    fn cut(&mut self, mut cut: Cut<'_>, read: Fill<'_>) -> (u64, io::Result<()>) {
        let mut total = 0;
        let result = loop {
            if self.filled == self.batch.bytes.len() {
                self.go_on_in_next_batch(&mut cut);
                if self.sink.stopped() {
                    break Ok(());
                }
            }
            match read(&mut self.batch.bytes[self.filled..]) {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    self.filled += count;
                    total += count as u64;
                }
                Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
                Err(err) => break Err(err),
            }
        };
        self.close(cut);
        self.sink.count(Counter::Bytes, total);
        (total, result)
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
        let mut buffer = self.sink.buffer();
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

#[cfg(test)]
mod tests;

//! One blob on its way through the batches: where its current piece begins, and which of it is
//! fresh.

use super::Context;
use crate::model::{Batch, Encoding, LineStart, Origin, Piece};
use crate::unpack::Sink;
use crate::unpack::sniff::{self, HEAD};
use crate::unpack::text::Utf16;

/// A blob that is being cut into pieces.
pub(super) struct Cut<'o> {
    origin: &'o Origin,
    /// Where the current piece begins in the buffer.
    pub(super) start: usize,
    /// Offset of the current piece in the blob.
    offset: u64,
    /// First fresh byte of the current piece.
    fresh: usize,
    line: LineStart,
    context: Context,
    /// Whether the blob has bytes that are no part of this text.
    is_part: bool,
    /// Set when the blob looks like UTF-16, with the line at which the narrowed piece begins.
    wide: Option<(Utf16, LineStart)>,
}

impl<'o> Cut<'o> {
    pub(super) fn new(origin: &'o Origin, start: usize, context: Context) -> Self {
        Self {
            origin,
            start,
            offset: 0,
            fresh: 0,
            line: LineStart::default(),
            context,
            is_part: false,
            wide: None,
        }
    }

    /// The text is that of a part of the blob, from this offset on; lines are counted from there.
    pub(super) const fn of_part(mut self, offset: u64) -> Self {
        self.offset = offset;
        self.is_part = true;
        self
    }

    /// Looks at the first bytes of the blob, when `text` is its first piece. A UTF-16 blob needs
    /// twice the context, and pieces that begin and end between two units.
    pub(super) fn sniff(&mut self, text: &[u8]) {
        if self.offset > 0 || self.fresh > 0 || self.wide.is_some() {
            return;
        }
        if let Some(utf16) = sniff::utf16(&text[..text.len().min(HEAD)]) {
            self.wide = Some((utf16, LineStart::default()));
            self.context.before = self.context.before.next_multiple_of(2) * 2;
            self.context.after = self.context.after.next_multiple_of(2) * 2;
        }
    }

    /// Where the fresh bytes end that have enough of `text` behind them, when the blob goes on.
    pub(super) fn covered(&mut self, text: &[u8]) -> usize {
        self.sniff(text);
        let end = text.len().saturating_sub(self.context.after);
        let whole_units = if self.wide.is_some() { end & !1 } else { end };
        whole_units.max(self.fresh)
    }

    /// The piece `text` with its bytes up to `fresh_end` fresh; `None` if no byte is.
    pub(super) fn piece(&self, text: &[u8], fresh_end: usize) -> Option<Piece> {
        let fresh = self.fresh..fresh_end;
        (!fresh.is_empty()).then(|| Piece {
            origin: self.origin.clone(),
            range: self.start..self.start + text.len(),
            fresh: vec![fresh],
            offset: self.offset,
            start: self.line,
            encoding: Encoding::Bytes,
            is_blob: false,
        })
    }

    /// The last piece, which is the whole blob if nothing went before it.
    pub(super) fn last(&self, text: &[u8]) -> Option<Piece> {
        let piece = self.piece(text, text.len())?;
        let is_blob = self.offset == 0 && self.fresh == 0 && !self.is_part;
        Some(Piece { is_blob, ..piece })
    }

    /// The same piece as narrowed text, in a batch of its own, if the blob is UTF-16.
    pub(super) fn narrowed(&self, text: &[u8], fresh_end: usize, sink: &dyn Sink) -> Option<Batch> {
        let (utf16, line) = self.wide?;
        let mark = self.mark(utf16).min(text.len());
        let units = |bytes: usize| bytes.saturating_sub(mark).div_ceil(2);
        let fresh = units(self.fresh)..units(fresh_end);
        if fresh.is_empty() {
            return None;
        }
        // Half a unit is one only at the end of the blob.
        let end = if fresh_end == text.len() {
            fresh_end
        } else {
            text.len() & !1
        };
        let mut bytes = sink.buffer();
        bytes.clear();
        utf16.narrow(&text[mark..end], &mut bytes);
        let piece = Piece {
            fresh: vec![fresh],
            offset: self.offset + mark as u64,
            start: line,
            encoding: Encoding::Utf16,
            is_blob: false,
            ..Piece::whole(self.origin.clone(), 0..bytes.len())
        };
        Some(Batch {
            bytes,
            pieces: vec![piece],
        })
    }

    /// Moves on to the next piece, which begins with the text in front of `fresh_end`. Returns how
    /// many bytes of `text` it takes along.
    pub(super) fn carry(&mut self, text: &[u8], fresh_end: usize) -> usize {
        let dropped = fresh_end.saturating_sub(self.context.before);
        if let Some((utf16, line)) = self.wide {
            let mut narrow = Vec::new();
            let mark = self.mark(utf16).min(dropped);
            utf16.narrow(&text[mark..dropped], &mut narrow);
            self.wide = Some((utf16, line.after(&narrow)));
        }
        self.line = self.line.after(&text[..dropped]);
        self.offset += dropped as u64;
        self.fresh = fresh_end - dropped;
        self.start = 0;
        text.len() - dropped
    }

    /// Bytes of the byte order mark in the current piece.
    const fn mark(&self, utf16: Utf16) -> usize {
        if self.offset == 0 {
            utf16.mark_len()
        } else {
            0
        }
    }
}

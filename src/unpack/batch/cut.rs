//! One blob on its way through the batches: where its current piece begins, and which of it is
//! fresh.

use super::Context;
use crate::model::{Batch, Encoding, LineStart, Origin, Piece};
use crate::unpack::runs::{self, Run};
use crate::unpack::sniff::{self, HEAD};
use crate::unpack::text::Wide;

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
    /// What the context is multiplied by, because units of the text have so many bytes.
    scale: usize,
    /// Whether the blob has bytes that are no part of this text.
    is_part: bool,
    /// Set when the blob looks like wide text, with the line at which the narrowed piece begins.
    wide: Option<(Wide, LineStart)>,
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
            scale: 1,
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

    /// The blob goes on behind this text.
    pub(super) const fn breaks_off(&mut self) {
        self.is_part = true;
    }

    /// Looks at the first bytes of the blob, when `text` is its first piece. Wide text needs as many times
    /// the context as its units have bytes, and pieces that begin and end between two units.
    pub(super) fn sniff(&mut self, text: &[u8]) {
        if self.offset > 0 || self.fresh > 0 || self.wide.is_some() {
            return;
        }
        if let Some(wide) = sniff::wide(&text[..text.len().min(HEAD)]) {
            self.wide = Some((wide, LineStart::default()));
            self.scale = wide.unit.width();
        }
    }

    fn before(&self) -> usize {
        self.scaled(self.context.before)
    }

    fn after(&self) -> usize {
        self.scaled(self.context.after)
    }

    /// Bytes of a context, with one unit more, as a cut may go through one.
    const fn scaled(&self, context: usize) -> usize {
        match self.scale {
            1 => context,
            scale => (context + 1).next_multiple_of(scale) * scale,
        }
    }

    /// Where the fresh bytes end that have enough of `text` behind them, when the blob goes on.
    pub(super) fn covered(&mut self, text: &[u8]) -> usize {
        self.sniff(text);
        let end = text.len().saturating_sub(self.after());
        let end = match self.wide {
            Some((wide, _)) => end - end % wide.unit.width(),
            None => self.clear_of_runs(text, end),
        };
        end.max(self.fresh)
    }

    /// Where to end instead of at `end` if that is in the middle of a run: between two of its units, and with
    /// more context from here on if the run goes beyond it.
    fn clear_of_runs(&mut self, text: &[u8], end: usize) -> usize {
        let Some(Run { range, wide }) = runs::around(text, end) else {
            return end;
        };
        let width = wide.unit.width();
        let is_long = range.start + self.before() < end || range.end + width > text.len();
        if is_long && self.scale < width {
            self.scale = width;
            let end = text.len().saturating_sub(self.after());
            return self.clear_of_runs(text, end);
        }
        end - (end - range.start) % width
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

    /// What of the same piece is wide text, narrowed and in a batch of its own.
    pub(super) fn narrowed(
        &self,
        text: &[u8],
        fresh_end: usize,
        buffer: impl FnOnce() -> Vec<u8>,
    ) -> Option<Batch> {
        match self.wide {
            Some((wide, line)) => self.narrowed_whole(text, fresh_end, (wide, line), buffer),
            None => self.narrowed_runs(text, fresh_end),
        }
    }

    fn narrowed_whole(
        &self,
        text: &[u8],
        fresh_end: usize,
        (wide, line): (Wide, LineStart),
        buffer: impl FnOnce() -> Vec<u8>,
    ) -> Option<Batch> {
        let width = wide.unit.width();
        let mark = self.mark(wide).min(text.len());
        let units = |bytes: usize| bytes.saturating_sub(mark).div_ceil(width);
        let fresh = units(self.fresh)..units(fresh_end);
        if fresh.is_empty() {
            return None;
        }
        // A part of a unit is one only at the end of the blob.
        let end = if fresh_end == text.len() {
            fresh_end
        } else {
            text.len() - text.len() % width
        };
        let mut bytes = buffer();
        bytes.clear();
        wide.narrow(&text[mark..end], &mut bytes);
        let piece = Piece {
            fresh: vec![fresh],
            offset: self.offset + mark as u64,
            start: line,
            encoding: wide.encoding(),
            is_blob: false,
            ..Piece::whole(self.origin.clone(), 0..bytes.len())
        };
        Some(Batch {
            bytes,
            pieces: vec![piece],
        })
    }

    /// The runs of wide text in a piece that is something else, each a piece of its own.
    fn narrowed_runs(&self, text: &[u8], fresh_end: usize) -> Option<Batch> {
        let mut batch = Batch::default();
        let (mut line, mut at) = (self.line, 0);
        for Run { range, wide } in runs::of(text) {
            let units = |end: usize| {
                let bytes = end.clamp(range.start, range.end) - range.start;
                bytes.div_ceil(wide.unit.width())
            };
            let fresh = units(self.fresh)..units(fresh_end);
            if fresh.is_empty() {
                continue;
            }
            line = line.after(&text[at..range.start]);
            at = range.start;
            let start = batch.bytes.len();
            wide.narrow(&text[range.clone()], &mut batch.bytes);
            batch.pieces.push(Piece {
                fresh: vec![fresh],
                offset: self.offset + range.start as u64,
                start: line,
                encoding: wide.encoding(),
                is_blob: false,
                ..Piece::whole(self.origin.clone(), start..batch.bytes.len())
            });
        }
        (!batch.pieces.is_empty()).then_some(batch)
    }

    /// Moves on to the next piece, which begins with the text in front of `fresh_end`. Returns how
    /// many bytes of `text` it takes along.
    pub(super) fn carry(&mut self, text: &[u8], fresh_end: usize) -> usize {
        let dropped = fresh_end.saturating_sub(self.before());
        if let Some((wide, line)) = self.wide {
            let mut narrow = Vec::new();
            let mark = self.mark(wide).min(dropped);
            wide.narrow(&text[mark..dropped], &mut narrow);
            self.wide = Some((wide, line.after(&narrow)));
        }
        self.line = self.line.after(&text[..dropped]);
        self.offset += dropped as u64;
        self.fresh = fresh_end - dropped;
        self.start = 0;
        text.len() - dropped
    }

    /// Bytes of the byte order mark in the current piece.
    const fn mark(&self, wide: Wide) -> usize {
        if self.offset == 0 { wide.mark_len() } else { 0 }
    }
}

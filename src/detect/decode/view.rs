//! Something encoded, made readable, with the way back: every byte of a view came from bytes of the
//! text that it was made from.

use super::digits::Digits;
use super::packed::{self, Unpacked};
use std::ops::Range;

/// Most bytes of a line in front of something encoded that its view shows.
const HEAD: usize = 160;

/// Readable text and where it came from.
#[derive(Debug)]
pub(in crate::detect) struct View {
    text: Vec<u8>,
    encodings: Vec<&'static str>,
    /// In the order of the text, without a gap.
    stretches: Vec<Stretch>,
    packed: bool,
}

/// Bytes of a view that came from one range of the other text, evenly.
#[derive(Debug)]
struct Stretch {
    /// Offset of its first byte in the view.
    at: usize,
    /// Its bytes in the view.
    length: usize,
    /// The bytes that it came from.
    origin: Range<usize>,
}

impl Stretch {
    /// Where a byte of the view that is not before this stretch came from, or where the stretch ends.
    fn origin_at(&self, at: usize) -> usize {
        let into = (at - self.at).min(self.length);
        match self.length {
            0 => self.origin.end,
            length => self.origin.start + into * self.origin.len() / length,
        }
    }
}

impl View {
    /// An empty view.
    pub(super) fn new(encoding: &'static str) -> Self {
        Self {
            text: Vec::new(),
            encodings: vec![encoding],
            stretches: Vec::new(),
            packed: false,
        }
    }

    /// The view of a block of digits, unpacked if what they stand for is packed, in at most `room`
    /// bytes; else with the name before it, by which many a value is known.
    pub(super) fn of_block(
        text: &[u8],
        lines: &[Range<usize>],
        digits: Digits,
        room: usize,
    ) -> Option<Self> {
        let mut view = Self::new(digits.name());
        let joined: Vec<u8> = lines
            .iter()
            .flat_map(|line| &text[line.clone()])
            .copied()
            .collect();
        let bytes = digits.decode(&joined);
        let Unpacked {
            text: unpacked,
            encodings,
            compressed,
        } = packed::unpack(bytes, room)?;
        view.encodings.extend(encodings);
        view.packed = compressed;
        if view.packed || view.encodings.len() > 1 {
            let origin = lines.first()?.start..lines.last()?.end;
            view.decoded(origin, &unpacked);
            return Some(view);
        }
        view.plain(text, line_before(text, lines.first()?.start));
        view.lines(lines, digits, &unpacked);
        Some(view)
    }

    /// Adds what the lines of a block stand for: each for itself, as all but the last are whole groups.
    fn lines(&mut self, lines: &[Range<usize>], digits: Digits, mut bytes: &[u8]) {
        let (many, few) = digits.ratio();
        for line in lines {
            let length = (line.len() * few / many).min(bytes.len());
            let (own, rest) = bytes.split_at(length);
            self.decoded(line.clone(), own);
            bytes = rest;
        }
    }

    /// Adds bytes as they stand.
    pub(super) fn plain(&mut self, text: &[u8], range: Range<usize>) {
        self.decoded(range.clone(), &text[range]);
    }

    /// Adds what the bytes of a range stand for.
    pub(super) fn decoded(&mut self, origin: Range<usize>, bytes: &[u8]) {
        let (at, length) = (self.text.len(), bytes.len());
        self.stretches.push(Stretch { at, length, origin });
        self.text.extend_from_slice(bytes);
    }

    /// What was encoded, as text.
    pub(in crate::detect) fn text(&self) -> &[u8] {
        &self.text
    }

    /// What was undone, from the outside in, by the names that reports use.
    pub(in crate::detect) fn encodings(&self) -> &[&'static str] {
        &self.encodings
    }

    /// Whether it was compressed, so that its bytes have no places of their own.
    pub(in crate::detect) const fn is_packed(&self) -> bool {
        self.packed
    }

    /// The bytes that a range of the view came from, at least one.
    pub(in crate::detect) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.origin_of(range.start);
        start..self.end_of(range.end).max(start + 1)
    }

    /// The end of what the bytes before this one came from: what stands for nothing, as a soft line
    /// break, is no part of what it follows.
    fn end_of(&self, at: usize) -> usize {
        let next = self.stretches.partition_point(|stretch| stretch.at < at);
        self.stretches[..next]
            .iter()
            .rfind(|stretch| stretch.length > 0)
            .map_or(0, |stretch| stretch.origin_at(at))
    }

    fn origin_of(&self, at: usize) -> usize {
        let next = self.stretches.partition_point(|stretch| stretch.at <= at);
        let Some(stretch) = self.stretches.get(next.saturating_sub(1)) else {
            return 0;
        };
        stretch.origin_at(at)
    }

    /// Whether a range holds anything that reads otherwise in the text it came from.
    pub(in crate::detect) fn is_decoded(&self, range: &Range<usize>) -> bool {
        let first = self
            .stretches
            .partition_point(|s| s.at + s.length < range.start);
        let touched = self.stretches[first..].iter();
        touched
            .take_while(|stretch| stretch.at <= range.end)
            .any(|stretch| stretch.length != stretch.origin.len())
    }
}

/// What stands on a line before something encoded: it may be the name that it is assigned to.
pub(super) fn line_before(text: &[u8], at: usize) -> Range<usize> {
    let before = &text[at.saturating_sub(HEAD)..at];
    let line_end = memchr::memrchr(b'\n', before);
    let length = before.len() - line_end.map_or(0, |end| end + 1);
    at - length..at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_block_come_from_their_digits() {
        let text = b"x\nbXkgbmFt\n  ZSBpcw\n";
        let view = View::of_block(text, &[2..10, 13..19], Digits::Base64, 100).unwrap();
        assert_eq!(view.text(), b"my name is");
        for (range, origin) in [(0..3, 2..6), (3..6, 6..10), (6..9, 13..17), (6..10, 13..19)] {
            assert_eq!(view.origin(&range), origin, "{range:?}");
        }
    }

    #[test]
    fn escapes_and_what_is_between_them_are_told_apart() {
        let text = b"key%3Dvalue";
        let mut view = View::new("percent");
        view.plain(text, 0..3);
        view.decoded(3..6, b"=");
        view.plain(text, 6..11);
        assert_eq!(view.text(), b"key=value");
        assert_eq!(view.origin(&(4..9)), 6..11);
        assert_eq!(view.origin(&(3..4)), 3..6);
        assert!(view.is_decoded(&(0..9)));
        assert!(!view.is_decoded(&(5..9)) && !view.is_decoded(&(0..2)));
    }
}

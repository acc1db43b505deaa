//! Lines and columns of matches, counted from the last one: matches come nearly in order, and most
//! texts have none.

use crate::model::{LineStart, Position};

/// Counts lines in one text.
pub(super) struct Lines<'a> {
    text: &'a [u8],
    first: LineStart,
    counted: usize,
    here: LineStart,
}

impl<'a> Lines<'a> {
    /// A text whose first byte stands at `first`.
    pub(super) fn new(text: &'a [u8], first: LineStart) -> Self {
        Self {
            text,
            first,
            counted: 0,
            here: first,
        }
    }

    /// The position of the byte at `at`, whose offset in the blob is `offset`.
    pub(super) fn position(&mut self, at: usize, offset: u64) -> Position {
        self.here = if at < self.counted {
            self.before(at)
        } else {
            self.here.after(&self.text[self.counted..at])
        };
        self.counted = at;
        Position {
            offset,
            line: self.here.line,
            column: self.here.column,
        }
    }

    /// Line and column of a byte before the last one. Counting anew from the start would cost a
    /// walk over the whole text for each step back.
    fn before(&self, at: usize) -> LineStart {
        let ends = memchr::memchr_iter(b'\n', &self.text[at..self.counted]).count() as u64;
        let column = match memchr::memrchr(b'\n', &self.text[..at]) {
            None => self.first.column + at as u64,
            Some(last) => (at - last) as u64,
        };
        LineStart {
            line: self.here.line - ends,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_may_be_asked_in_any_order() {
        let mut lines = Lines::new(b"ab\ncd\nef", LineStart { line: 7, column: 3 });
        let mut at = |at| {
            let position = lines.position(at, 0);
            (position.line, position.column)
        };
        assert_eq!(
            [at(7), at(1), at(3), at(4)],
            [(9, 2), (7, 4), (8, 1), (8, 2)]
        );
    }
}

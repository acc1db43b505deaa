//! Positions inside a blob: byte offsets for the machine, lines and columns for people.

use serde::{Deserialize, Serialize};

/// Where a match stands in its blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Byte offset from the start of the blob, in the blob's own encoding.
    pub offset: u64,
    /// Line number, from 1; a line ends with `\n`.
    pub line: u64,
    /// Column in bytes of the decoded text, from 1.
    pub column: u64,
}

/// The line and column at which a piece of a longer text begins, so that a piece in the middle of
/// a large file still yields absolute positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineStart {
    /// Line number of the piece's first byte, from 1.
    pub line: u64,
    /// Column of the piece's first byte, from 1.
    pub column: u64,
}

impl Default for LineStart {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl LineStart {
    /// The position of the byte after `text`, when `text` begins at `self`.
    #[must_use]
    pub fn after(self, text: &[u8]) -> Self {
        match memchr::memrchr(b'\n', text) {
            None => Self {
                line: self.line,
                column: self.column + text.len() as u64,
            },
            Some(last) => Self {
                line: self.line + memchr::memchr_iter(b'\n', text).count() as u64,
                column: (text.len() - last) as u64,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let start = LineStart::default();
        assert_eq!(start.after(b"abc"), LineStart { line: 1, column: 4 });
        assert_eq!(start.after(b"abc\n"), LineStart { line: 2, column: 1 });
        assert_eq!(start.after(b"abc\nde"), LineStart { line: 2, column: 3 });
        assert_eq!(
            start.after(b"a\nb").after(b"c\n\nd"),
            LineStart { line: 4, column: 2 }
        );
    }
}

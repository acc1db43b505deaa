//! Runs of digits, and blocks of them: base64 is often wrapped into lines of one length, in YAML
//! block scalars, mails and string literals, with indentation or quotes between them.

use super::digits::{Digits, is_digit};
use super::runs::{Runs, SHORTEST, run_end};
use super::{Claim, Code};
use crate::model::Limits;
use std::ops::{Range, RangeInclusive};

/// Lengths of lines that the next one may go on from: whole groups of four, as wrapping tools make.
const LINE: RangeInclusive<usize> = 40..=256;
/// Most bytes between two lines of a block.
const SEPARATOR: usize = 80;
/// Bytes behind a block that decide that it ends there.
const LOOK: usize = SEPARATOR + *LINE.end() + 8;

/// Finds the blocks of a text that start in a range, chunk by chunk.
pub(super) struct Blocks<'a> {
    text: &'a [u8],
    starts: Range<usize>,
    runs: Runs,
}

impl<'a> Blocks<'a> {
    /// Begins a search for blocks that start in `starts`. It has to be shown [`SHORTEST`] bytes more to
    /// either side.
    pub(super) fn new(text: &'a [u8], starts: Range<usize>) -> Self {
        let runs = Runs::default();
        Self { text, starts, runs }
    }

    /// Adds the claims of blocks whose first run is seen to be long in the chunk that begins here.
    pub(super) fn look(&mut self, begin: usize, digits: u64, found: &mut Vec<Claim>) {
        let mut ends = self.runs.next(digits);
        while ends != 0 {
            let start = begin + ends.trailing_zeros() as usize + 1 - SHORTEST;
            ends &= ends - 1;
            let is_inside = start > 0 && is_digit(self.text[start - 1]);
            let start = without_escape(self.text, start);
            if !is_inside && self.starts.contains(&start) {
                found.extend(claim(self.text, start));
            }
        }
    }
}

/// Where the digits of a run begin that follow the letter of an escape, as in `\n`, or begin here.
fn without_escape(text: &[u8], start: usize) -> usize {
    start + usize::from(start > 0 && is_escape(text, start - 1))
}

/// Whether the escape of a line end or of a tabulator stands here.
fn is_escape(text: &[u8], at: usize) -> bool {
    text[at] == b'\\' && matches!(text.get(at + 1), Some(b'n' | b'r' | b't'))
}

/// The claim of the block whose first digit stands here, if there is one and it may be legible.
fn claim(text: &[u8], start: usize) -> Option<Claim> {
    let digits = Digits::of(text[start..].first_chunk()?)?;
    let run = start..run_end(text, start, Limits::ENCODED);
    if run.len() < SHORTEST || continues(text, &run) {
        return None;
    }
    let parts = lines(text, run);
    let end = parts.last()?.end;
    Some(Claim {
        start,
        seen: end - start + LOOK,
        parts,
        code: Code::Digits(digits),
    })
}

/// The lines of the block that begins with this one.
fn lines(text: &[u8], first: Range<usize>) -> Vec<Range<usize>> {
    let most = first.start + Limits::ENCODED;
    let mut last = first.clone();
    let mut lines = vec![first];
    while let Some(next) = next_line(text, &last).filter(|next| next.end <= most) {
        lines.push(next.clone());
        last = next;
    }
    lines
}

/// The line that goes on from this one.
fn next_line(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    let start = separator_end(text, line.end).filter(|_| is_full(line.len()))?;
    let next = start..run_end(text, start, line.len() + 1);
    (1..=line.len()).contains(&next.len()).then_some(next)
}

/// Whether this run is a further line of a block that begins before it.
fn continues(text: &[u8], run: &Range<usize>) -> bool {
    let Some(end) = separator_start(text, run.start) else {
        return false;
    };
    let before = text[..end].iter().rev().take(*LINE.end() + 1);
    let length = before.take_while(|&&byte| is_digit(byte)).count();
    let last = end - without_escape(text, end - length);
    is_full(last) && run.len() <= last
}

fn is_full(length: usize) -> bool {
    LINE.contains(&length) && length.is_multiple_of(4)
}

/// What may stand between two lines, apart from escapes.
fn is_between(byte: u8) -> bool {
    b" \t\r\n\"'\\,#*>".contains(&byte)
}

/// Where the separator that begins here ends, if it holds one line end.
fn separator_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut line_ends) = (start, 0);
    while at < text.len() && at - start < SEPARATOR {
        if is_escape(text, at) {
            line_ends += usize::from(text[at + 1] == b'n');
            at += 2;
        } else if is_between(text[at]) {
            line_ends += usize::from(text[at] == b'\n');
            at += 1;
        } else {
            break;
        }
    }
    (line_ends == 1).then_some(at)
}

/// Where the separator that ends here begins, if it holds one line end.
fn separator_start(text: &[u8], end: usize) -> Option<usize> {
    let (mut at, mut line_ends) = (end, 0);
    while at > 0 && end - at < SEPARATOR {
        if at > 1 && is_escape(text, at - 2) {
            line_ends += usize::from(text[at - 1] == b'n');
            at -= 2;
        } else if is_between(text[at - 1]) {
            line_ends += usize::from(text[at - 1] == b'\n');
            at -= 1;
        } else {
            break;
        }
    }
    (line_ends == 1).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::claims;
    use super::*;

    fn blocks_in(text: &str, starts: Range<usize>) -> Vec<Claim> {
        let mut found = claims(text.as_bytes(), starts);
        found.retain(|claim| matches!(claim.code, Code::Digits(_)));
        found
    }

    fn blocks(text: &str) -> Vec<Vec<&str>> {
        let found = blocks_in(text, 0..text.len());
        let parts = |claim: Claim| claim.parts.into_iter().map(|part| &text[part]).collect();
        found.into_iter().map(parts).collect()
    }

    const FULL: &str = "bXkgbmFtZSBpcyBKb2huIERvZSBhbmQgSSBsaXZl";

    #[test]
    fn short_runs_and_illegible_ones_are_left() {
        assert!(blocks("let value = some_function_of_mine(argument_number_one);").is_empty());
        assert!(blocks("bXkgbmFtZSBpcyBKb2huIER").is_empty());
        assert_eq!(blocks("x=bXkgbmFtZSBpcyBKb2huIERv;").len(), 1);
    }

    #[test]
    fn lines_of_one_length_are_one_block_whatever_is_between() {
        for between in [
            "\n", "\r\n", "\n    ", "\\n", "\\r\\n", "\"\n  \"", "\\\n", "\n# ",
        ] {
            let text = format!("key: |\n  {FULL}{between}{FULL}{between}bXk=\nnext");
            assert_eq!(blocks(&text), [[FULL, FULL, "bXk"]], "{text}");
        }
    }

    #[test]
    fn a_blank_line_padding_or_a_longer_line_ends_a_block() {
        for between in ["\n\n", "==\n", "\nbXkg", " and "] {
            let text = format!("{FULL}{between}{FULL}");
            assert_eq!(blocks(&text).len(), 2, "{text}");
        }
    }

    #[test]
    fn the_letter_of_an_escape_is_no_digit() {
        assert_eq!(blocks(&format!("\"one\\n{FULL}\"")), [[FULL]]);
    }

    #[test]
    fn a_block_in_any_range_of_starts_is_found_once() {
        let text = format!("a\\n{FULL}\n{FULL}\n\n{FULL}");
        let whole = blocks_in(&text, 0..text.len());
        assert_eq!(whole.len(), 2);
        for cut in 0..text.len() {
            let parts = [0..cut, cut..text.len()].map(|starts| blocks_in(&text, starts));
            let parts = parts.concat();
            assert_eq!(parts, whole, "cut at {cut}");
        }
    }
}

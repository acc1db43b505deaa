//! Runs of digits, and blocks of them: base64 is often wrapped into lines of one length, in YAML
//! block scalars, mails and string literals, with indentation or quotes between them.

use super::digits::{Digits, is_digit};
use super::runs::{run_end, runs};
use super::{Claim, Code};
use crate::model::Limits;
use std::ops::{Range, RangeInclusive};

/// Lengths of lines that the next one may go on from: whole groups of four, as wrapping tools make.
const LINE: RangeInclusive<usize> = 40..=256;
/// Most bytes between two lines of a block.
const SEPARATOR: usize = 80;
/// Bytes behind a block that decide that it ends there.
const LOOK: usize = SEPARATOR + *LINE.end() + 8;

/// Adds the claims of blocks that start in this range.
pub(super) fn find(text: &[u8], starts: Range<usize>, found: &mut Vec<Claim>) {
    // A run may begin with the letter of an escape, which is none of its digits.
    let from = starts.start.saturating_sub(1);
    runs(text, from..starts.end, &mut |run| {
        let run = without_escape(text, run);
        if starts.contains(&run.start) {
            found.extend(claim(text, run));
        }
    });
}

/// The run without the letter of an escape, as `\n`, that stands before it.
fn without_escape(text: &[u8], run: Range<usize>) -> Range<usize> {
    let escaped = run.start > 0 && is_escape(text, run.start - 1);
    run.start + usize::from(escaped)..run.end
}

/// Whether the escape of a line end or of a tabulator stands here.
fn is_escape(text: &[u8], at: usize) -> bool {
    text[at] == b'\\' && matches!(text.get(at + 1), Some(b'n' | b'r' | b't'))
}

/// The claim of the block that begins with this run, if there is one and it may be legible.
fn claim(text: &[u8], run: Range<usize>) -> Option<Claim> {
    let digits = Digits::of(text[run.clone()].first_chunk()?)?;
    if continues(text, &run) {
        return None;
    }
    let start = run.start;
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
    let last = without_escape(text, end - length..end);
    is_full(last.len()) && run.len() <= last.len()
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
    use super::*;

    fn blocks(text: &str) -> Vec<Vec<&str>> {
        let mut found = Vec::new();
        find(text.as_bytes(), 0..text.len(), &mut found);
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
        let mut whole = Vec::new();
        find(text.as_bytes(), 0..text.len(), &mut whole);
        assert_eq!(whole.len(), 2);
        for cut in 0..text.len() {
            let mut parts = Vec::new();
            find(text.as_bytes(), 0..cut, &mut parts);
            find(text.as_bytes(), cut..text.len(), &mut parts);
            assert_eq!(parts, whole, "cut at {cut}");
        }
    }
}

//! Long runs of digits. Text is full of short ones, so this pass decides what decoding costs where
//! nothing is encoded: it looks at sixty-four bytes at a time, without a branch for any of them, for
//! two words of eight digits beside each other, which every long run has.

use super::digits::is_digit;
use crate::detect::wide::widest;
use crate::model::Limits;
use std::ops::Range;

/// Shortest run that is looked at, in digits. Shorter ones hold no key, and a password in them is
/// read where it is assigned (`reading`).
pub(super) const SHORTEST: usize = 24;
/// Bytes that are looked at in one go.
const CHUNK: usize = 64;
/// Chunks whose words are told in one go.
const BLOCK: usize = 32;
/// Bytes whose digits are counted as one. Of any [`SHORTEST`] in a row two such words are whole.
const WORD: usize = 8;
/// A word in which each byte says that it stands for a digit.
const ALL: [u8; WORD] = [1; WORD];

/// Calls `found` with each run of at least [`SHORTEST`] digits that begins in `starts`; of a longer
/// one than [`Limits::ENCODED`] with as much.
pub(super) fn runs(text: &[u8], starts: Range<usize>, found: &mut dyn FnMut(Range<usize>)) {
    let mut runs = Runs {
        text,
        starts,
        found,
        done: 0,
    };
    runs.done = runs.starts.start;
    let end = text.len().min(runs.starts.end + SHORTEST);
    let (chunks, rest) = text[runs.done..end].as_chunks();
    let (begin, mut last) = (runs.done, 0);
    for (number, block) in chunks.chunks(BLOCK).enumerate() {
        let begin = begin + number * BLOCK * CHUNK;
        for (number, words) in words_of_block(block).into_iter().enumerate() {
            let mut pairs = words & (words << 1 | last);
            last = words >> (CHUNK / WORD - 1);
            while pairs != 0 {
                let second = begin + number * CHUNK + WORD * pairs.trailing_zeros() as usize;
                runs.look(second - WORD);
                pairs &= pairs - 1;
            }
        }
    }
    runs.look_through(end - rest.len());
}

/// A search under way.
struct Runs<'a> {
    text: &'a [u8],
    starts: Range<usize>,
    found: &'a mut dyn FnMut(Range<usize>),
    /// Every run that begins before is known.
    done: usize,
}

impl Runs<'_> {
    /// Looks at the run around `at`, where two words of digits stand.
    fn look(&mut self, at: usize) {
        if at < self.done {
            return;
        }
        let gap = self.text[self.done..at]
            .iter()
            .rposition(|&byte| !is_digit(byte));
        let start = gap.map_or(self.done, |gap| self.done + gap + 1);
        self.done = at + 2 * WORD;
        self.take(start);
    }

    /// Looks at the last bytes, from shortly before `end` on, of which no words were made.
    fn look_through(&mut self, end: usize) {
        let mut at = self.done.max(end.saturating_sub(SHORTEST));
        while let Some(shortest) = self.text.get(at..at + SHORTEST) {
            match shortest.iter().rposition(|&byte| !is_digit(byte)) {
                Some(gap) => at += gap + 1,
                None => {
                    self.done = at + SHORTEST;
                    self.take(at);
                    at = self.done;
                }
            }
            if at >= self.starts.end {
                break;
            }
        }
    }

    /// Takes the run that begins at `start`, unless that is in the middle of one.
    fn take(&mut self, start: usize) {
        let begins = start == 0 || !is_digit(self.text[start - 1]);
        if begins && self.starts.contains(&start) {
            let run = start..run_end(self.text, start, Limits::ENCODED);
            self.done = self.done.max(run.end);
            if run.len() >= SHORTEST {
                (self.found)(run);
            }
        }
    }
}

/// The end of the run of digits that begins at `start`, at most `most` bytes behind it.
pub(super) fn run_end(text: &[u8], start: usize, most: usize) -> usize {
    let rest = &text[start..text.len().min(start + most)];
    let length = rest.iter().position(|&byte| !is_digit(byte));
    start + length.unwrap_or(rest.len())
}

/// The words of digits of each chunk of a block, none for chunks that are not there.
fn words_of_block(chunks: &[[u8; CHUNK]]) -> [u8; BLOCK] {
    let mut words = [0; BLOCK];
    widest(|| {
        for (words, chunk) in words.iter_mut().zip(chunks) {
            *words = words_of_digits(chunk);
        }
    });
    words
}

/// A bit for each word of a chunk that is made of digits. Written so that the compiler makes vector
/// instructions of it.
#[inline(always)]
fn words_of_digits(chunk: &[u8; CHUNK]) -> u8 {
    let mut digits = [0; CHUNK];
    for (digit, &byte) in digits.iter_mut().zip(chunk) {
        let letter = u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
        let number = u8::from(byte.wrapping_sub(b'0') < 10);
        // The two signs differ in one bit.
        let sign = u8::from(byte | 4 == b'/');
        let safe_sign = u8::from(byte == b'-') | u8::from(byte == b'_');
        *digit = letter | number | sign | safe_sign;
    }
    let (words, _) = digits.as_chunks::<WORD>();
    let bits = words.iter().rev();
    let is_all = |word: &[u8; WORD]| u64::from_ne_bytes(*word) == u64::from_ne_bytes(ALL);
    bits.fold(0, |bits, word| bits << 1 | u8::from(is_all(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(text: &[u8], starts: Range<usize>) -> Vec<Range<usize>> {
        let begins = |&at: &usize| is_digit(text[at]) && (at == 0 || !is_digit(text[at - 1]));
        let run = |at| at..run_end(text, at, Limits::ENCODED);
        let runs = starts.filter(|&at| at < text.len()).filter(begins).map(run);
        runs.filter(|run| run.len() >= SHORTEST).collect()
    }

    proptest! {
        #[test]
        fn long_runs_are_those_that_a_plain_search_finds(
            lengths in prop::collection::vec((0_usize..90, 0_usize..9), 0..12),
            cuts in (0_usize..700, 0_usize..700),
        ) {
            let run = |&(digits, between): &(usize, usize)| {
                [vec![b'a'; digits], vec![b'.'; between]].concat()
            };
            let text: Vec<u8> = lengths.iter().flat_map(run).collect();
            let cut = |at: usize| at.min(text.len());
            let starts = cut(cuts.0.min(cuts.1))..cut(cuts.0.max(cuts.1));
            let mut found = Vec::new();
            runs(&text, starts.clone(), &mut |run| found.push(run));
            prop_assert_eq!(found, plainly(&text, starts));
        }
    }

    #[test]
    fn every_byte_is_told_right() {
        for byte in 0..=255_u8 {
            let mut chunk = [b'a'; CHUNK];
            chunk[17] = byte;
            let expected = if is_digit(byte) { 0xff } else { 0xfb };
            assert_eq!(words_of_digits(&chunk), expected, "{byte:#x}");
        }
    }
}

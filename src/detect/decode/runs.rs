//! Long runs of digits. Text is full of short ones, so this decides what decoding costs where nothing is
//! encoded: it asks for the places where so many digits in a row have just been seen, of sixty-four
//! bytes at once and without a branch for any of them.

use super::classes::CHUNK;
use super::digits::is_digit;

/// Shortest run that is looked at, in digits. Shorter ones hold no key, and a password in them is
/// read where it is assigned (`reading`).
pub(super) const SHORTEST: usize = 24;

/// Finds the long runs of a text that is looked at chunk by chunk.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// The digits of the chunk before.
    digits: u64,
    /// Whether a run that is known goes on from there.
    goes_on: bool,
}

impl Runs {
    /// Takes the digits of the next chunk, a bit for each byte. What comes back has a bit for each that
    /// is the last of the first [`SHORTEST`] of a run.
    pub(super) fn next(&mut self, digits: u64) -> u64 {
        let one = u128::from(digits) << CHUNK | u128::from(self.digits);
        // A bit of each is the last of so many in a row.
        let two = one & one << 1;
        let four = two & two << 2;
        let eight = four & four << 4;
        let sixteen = eight & eight << 8;
        let long = ((sixteen & eight << 16) >> CHUNK) as u64;
        let first = long & !(long << 1 | u64::from(self.goes_on));
        *self = Self {
            digits,
            goes_on: long >> (CHUNK - 1) != 0,
        };
        first
    }
}

/// The end of the run of digits that begins at `start`, at most `most` bytes behind it.
pub(super) fn run_end(text: &[u8], start: usize, most: usize) -> usize {
    let rest = &text[start..text.len().min(start + most)];
    let length = rest.iter().position(|&byte| !is_digit(byte));
    start + length.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::super::classes;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn long_runs_are_those_that_a_plain_search_finds(
            lengths in prop::collection::vec((0_usize..150, 0_usize..9), 0..12),
        ) {
            let run = |&(digits, between): &(usize, usize)| {
                [vec![b'a'; digits], vec![b'.'; between]].concat()
            };
            let text: Vec<u8> = lengths.iter().flat_map(run).collect();
            let mut found = Vec::new();
            let mut runs = Runs::default();
            classes::each(&text, 0..text.len(), |begin, classes| {
                let ends = runs.next(classes.digits);
                let ends = (0..CHUNK).filter(|bit| ends >> bit & 1 == 1);
                found.extend(ends.map(|bit| begin + bit + 1 - SHORTEST));
            });
            let begins = |&at: &usize| is_digit(text[at]) && (at == 0 || !is_digit(text[at - 1]));
            let is_long = |&at: &usize| run_end(&text, at, text.len()) - at >= SHORTEST;
            let plainly: Vec<usize> = (0..text.len()).filter(begins).filter(is_long).collect();
            prop_assert_eq!(found, plainly);
        }
    }
}

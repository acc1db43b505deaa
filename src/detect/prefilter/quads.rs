//! The engine in use: four bytes at a time against a table.
//!
//! Every literal is represented by the rarest four bytes in it. At each position of the text the
//! next four bytes, case folded, are hashed into a table of 256 KiB; nearly all positions end there.
//! The others name a bucket of the few literals to compare with. A byte for each slot is nearly
//! twice as fast as a bit: no shift by a variable amount.
//!
//! Shorter literals, of which the rule loader allows very few and none with letters, are searched
//! for one by one.
//!
//! Folding sets bit 5 of every byte, which joins a few punctuation marks as well; the comparison at
//! the end is exact, so that costs a look and never a wrong hit.

use super::Prefilter;
use memchr::memmem::Finder;
use std::ops::Range;

const QUAD: usize = 4;
/// Positions that one load of [`EIGHT`] bytes serves.
const STEP: usize = 4;
const EIGHT: usize = 8;
/// Bits of the table's index.
const INDEX_BITS: u32 = 18;
/// The table's length in slots of one byte.
const SLOTS: usize = 1 << INDEX_BITS;
/// Most buckets: their numbers fit a byte, and 0 means none.
const BUCKETS: usize = 255;
/// Sets bit 5 of each byte: upper case becomes lower case.
const FOLD: u32 = 0x2020_2020;
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;
/// Knuth's multiplicative hash: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// A table of the literals' rarest four bytes, with the literals behind each slot.
pub struct Quads {
    table: Box<[u8; SLOTS]>,
    buckets: Vec<Vec<Candidate>>,
    literals: Vec<Vec<u8>>,
    short: Vec<(usize, Finder<'static>)>,
    furthest: usize,
}

/// A literal to compare with where its four bytes stand.
#[derive(Clone, Copy)]
struct Candidate {
    quad: u32,
    literal: usize,
    /// Where in the literal the four bytes are.
    offset: usize,
}

impl Quads {
    /// Prepares a search for these literals, given in ASCII lower case; one of fewer than four
    /// bytes must hold no letters, because it is searched for as it is.
    pub fn new(literals: &[&[u8]]) -> Self {
        let mut quads = Self {
            table: Box::new([0; SLOTS]),
            buckets: vec![Vec::new(); BUCKETS],
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            short: Vec::new(),
            furthest: 0,
        };
        for (number, literal) in literals.iter().enumerate() {
            match rarest(literal) {
                Some(offset) => quads.enter(number, literal, offset),
                None => quads
                    .short
                    .push((number, Finder::new(literal).into_owned())),
            }
        }
        quads
    }

    fn enter(&mut self, literal: usize, bytes: &[u8], offset: usize) {
        let quad = folded(&bytes[offset..]);
        let slot = &mut self.table[slot(quad)];
        if *slot == 0 {
            *slot = (1 + literal % BUCKETS) as u8;
        }
        self.buckets[usize::from(*slot) - 1].push(Candidate {
            quad,
            literal,
            offset,
        });
        self.furthest = self.furthest.max(offset);
    }

    /// Whether one of the first four positions of these eight bytes has a bucket. One load serves
    /// four positions, and one branch, which is nearly always taken the same way.
    #[inline]
    fn any_of_four(&self, eight: [u8; EIGHT]) -> bool {
        let folded = u64::from_le_bytes(eight) | FOLD_EIGHT;
        let bucket = |shift: u32| self.table[slot((folded >> shift) as u32)];
        bucket(0) | bucket(8) | bucket(16) | bucket(24) != 0
    }

    /// Compares the literals that may stand around the four bytes at this position.
    fn look(
        &self,
        text: &[u8],
        at: usize,
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        let quad = folded(&text[at..]);
        let Some(bucket) = usize::from(self.table[slot(quad)]).checked_sub(1) else {
            return;
        };
        for candidate in self.buckets[bucket]
            .iter()
            .filter(|candidate| candidate.quad == quad)
        {
            let literal = &self.literals[candidate.literal];
            let Some(start) = at.checked_sub(candidate.offset) else {
                continue;
            };
            let found = text.get(start..start + literal.len());
            if starts.contains(&start) && found.is_some_and(|f| f.eq_ignore_ascii_case(literal)) {
                hit(candidate.literal, start);
            }
        }
    }
}

impl Prefilter for Quads {
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize)) {
        let end = text.len().min(starts.end + self.furthest + QUAD - 1);
        let searched = text.get(starts.start..end).unwrap_or_default();
        let mut at = 0;
        while let Some(eight) = searched[at..].first_chunk::<EIGHT>() {
            if self.any_of_four(*eight) {
                let here = starts.start + at;
                (here..here + STEP).for_each(|at| self.look(text, at, &starts, hit));
            }
            at += STEP;
        }
        let rest = starts.start + at..end.saturating_sub(QUAD - 1);
        rest.for_each(|at| self.look(text, at, &starts, hit));
        for (literal, finder) in &self.short {
            let end = text.len().min(starts.end + finder.needle().len() - 1);
            for found in finder.find_iter(text.get(starts.start..end).unwrap_or_default()) {
                hit(*literal, starts.start + found);
            }
        }
    }
}

/// The first four bytes, case folded; the slice has at least four.
fn folded(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// The slot of a quad in the table.
fn slot(quad: u32) -> usize {
    (quad.wrapping_mul(GOLDEN) >> (u32::BITS - INDEX_BITS)) as usize
}

/// Offset of the four bytes that are rarest in text, or `None` in a literal of fewer.
fn rarest(literal: &[u8]) -> Option<usize> {
    let commonness = |offset: &usize| -> u32 {
        literal[*offset..*offset + QUAD]
            .iter()
            .map(|&byte| commonness(byte))
            .sum()
    };
    (0..=literal.len().checked_sub(QUAD)?).min_by_key(commonness)
}

/// How common a byte is in source code and prose: the rank among the letters, roughly.
fn commonness(byte: u8) -> u32 {
    const COMMON: &[u8] = b"zqjxkvbywgpfmuc4dhl53s2n1o0ria-./=t\"_e: ";
    let rank = COMMON
        .iter()
        .position(|&common| common == byte.to_ascii_lowercase());
    rank.map_or(0, |rank| rank as u32)
}

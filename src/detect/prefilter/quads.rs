//! The engine in use: four bytes at a time against a bitmap.
//!
//! Every literal is represented by the rarest four bytes in it. At each position of the text the
//! next four bytes, case folded, are hashed into a bitmap that fits the first-level cache; nearly
//! all positions end there. The rest look up which literals have these four bytes, and compare.
//! Shorter literals, of which the rule loader allows very few, go to an [`Automaton`].
//!
//! Folding sets bit 5 of every byte, which joins a few punctuation marks as well; the comparison at
//! the end is exact, so that costs a look and never a wrong hit.

use super::{Automaton, Prefilter};
use std::collections::HashMap;
use std::ops::Range;

const QUAD: usize = 4;
/// Bits of the bitmap's index: 2^18 bits are 32 KiB.
const INDEX_BITS: u32 = 18;
/// Sets bit 5 of each byte: upper case becomes lower case.
const FOLD: u32 = 0x2020_2020;
/// Knuth's multiplicative hash: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// A bitmap of the literals' rarest four bytes, with the literals behind each.
pub struct Quads {
    bitmap: Vec<u64>,
    users: HashMap<u32, Vec<User>>,
    literals: Vec<Vec<u8>>,
    short: Vec<usize>,
    short_engine: Automaton,
    furthest: usize,
}

/// A literal that holds a quad, and where in it.
#[derive(Clone, Copy)]
struct User {
    literal: usize,
    offset: usize,
}

impl Quads {
    /// Prepares a search for these literals, given in ASCII lower case.
    ///
    /// # Errors
    /// When the short literals are too many for an [`Automaton`].
    pub fn new(literals: &[&[u8]]) -> Result<Self, aho_corasick::BuildError> {
        let short: Vec<usize> = (0..literals.len())
            .filter(|&number| literals[number].len() < QUAD)
            .collect();
        let short_literals: Vec<&[u8]> = short.iter().map(|&number| literals[number]).collect();
        let mut quads = Self {
            bitmap: vec![0; 1 << (INDEX_BITS - 6)],
            users: HashMap::default(),
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            short_engine: Automaton::new(&short_literals)?,
            short,
            furthest: 0,
        };
        for (number, literal) in literals.iter().enumerate() {
            if let Some(offset) = rarest(literal) {
                quads.enter(number, literal, offset);
            }
        }
        Ok(quads)
    }

    fn enter(&mut self, literal: usize, bytes: &[u8], offset: usize) {
        let quad = folded(&bytes[offset..]);
        let (word, bit) = place(quad);
        self.bitmap[word] |= bit;
        self.users
            .entry(quad)
            .or_default()
            .push(User { literal, offset });
        self.furthest = self.furthest.max(offset);
    }

    /// Looks at one position whose quad is in the bitmap.
    #[cold]
    fn look(
        &self,
        text: &[u8],
        at: usize,
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        for user in self.users.get(&folded(&text[at..])).into_iter().flatten() {
            let literal = &self.literals[user.literal];
            let Some(start) = at.checked_sub(user.offset) else {
                continue;
            };
            let found = text.get(start..start + literal.len());
            if starts.contains(&start) && found.is_some_and(|f| f.eq_ignore_ascii_case(literal)) {
                hit(user.literal, start);
            }
        }
    }
}

impl Prefilter for Quads {
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize)) {
        let end = text.len().min(starts.end + self.furthest + QUAD - 1);
        if let Some(searched) = text.get(starts.start..end) {
            for (index, quad) in searched.windows(QUAD).enumerate() {
                let (word, bit) = place(folded(quad));
                if self.bitmap[word] & bit != 0 {
                    self.look(text, starts.start + index, &starts, hit);
                }
            }
        }
        if !self.short.is_empty() {
            self.short_engine
                .find(text, starts, &mut |short, at| hit(self.short[short], at));
        }
    }
}

/// The first four bytes, case folded; the slice has at least four.
fn folded(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | FOLD
}

/// Word and bit of a quad in the bitmap.
fn place(quad: u32) -> (usize, u64) {
    let index = quad.wrapping_mul(GOLDEN) >> (u32::BITS - INDEX_BITS);
    ((index >> 6) as usize, 1 << (index & 63))
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

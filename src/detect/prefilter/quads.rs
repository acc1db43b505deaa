//! The engine in use: four bytes at a time against a table.
//!
//! Every literal is represented by the rarest four bytes in it. At each position of the text the
//! next four bytes, case folded, are hashed into a table of 256 KiB; nearly all positions end there.
//! A byte for each slot is nearly twice as fast as a bit: no shift by a variable amount. Of the others
//! half share no more than the slot, which one look into a second table tells, and of the rest most
//! end at the first eight bytes of the literal.
//!
//! Shorter literals, of which the rule loader allows very few and none with letters, are searched
//! for one by one.
//!
//! Folding sets bit 5 of every byte, which joins a few punctuation marks as well; the comparison at
//! the end is exact, so that costs a look and never a wrong hit.

use super::Prefilter;
use super::choice::Choice;
use super::groups::Groups;
use memchr::memmem::Finder;
use std::ops::Range;

/// Bytes that are hashed.
pub(super) const QUAD: usize = 4;
const EIGHT: usize = 8;
/// Positions that are looked at in one go.
const STEP: usize = 8;
/// Bytes that they see, in two overlapping loads.
const SEEN: usize = STEP + QUAD;
/// Bits of the table's index.
const INDEX_BITS: u32 = 18;
/// The table's length in slots of one byte.
const SLOTS: usize = 1 << INDEX_BITS;
/// Sets bit 5 of each byte: upper case becomes lower case.
const FOLD: u32 = 0x2020_2020;
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;
/// Knuth's multiplicative hash: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// A table of the literals' rarest four bytes, with the literals behind each slot.
pub struct Quads {
    /// Whether the four bytes of any literal belong to a slot.
    table: Box<[bool; SLOTS]>,
    /// Where the candidates of four bytes are.
    groups: Groups,
    /// Grouped by their four bytes.
    candidates: Vec<Candidate>,
    literals: Vec<Vec<u8>>,
    short: Vec<(usize, Finder<'static>)>,
    furthest: usize,
}

/// A literal to compare with where its four bytes stand.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) quad: u32,
    literal: usize,
    /// Where in the literal the four bytes are.
    offset: usize,
    /// How it begins: its first eight bytes, case folded, or as many as it has.
    head: u64,
    /// Which bytes of `head` count.
    mask: u64,
}

impl Candidate {
    fn new(literal: usize, bytes: &[u8], offset: usize) -> Self {
        let length = bytes.len().min(EIGHT);
        let mut head = [0; EIGHT];
        head[..length].copy_from_slice(&bytes[..length]);
        let mask = u64::MAX >> (u64::BITS as usize - 8 * length);
        Self {
            quad: folded(&bytes[offset..]),
            literal,
            offset,
            head: (u64::from_le_bytes(head) | FOLD_EIGHT) & mask,
            mask,
        }
    }

    /// Whether a text may begin with the literal; for certain not if this says no.
    fn may_begin(&self, text: &[u8]) -> bool {
        text.first_chunk().is_none_or(|eight: &[u8; EIGHT]| {
            (u64::from_le_bytes(*eight) | FOLD_EIGHT) & self.mask == self.head
        })
    }
}

impl Quads {
    /// Prepares a search for these literals, given in ASCII lower case; one of fewer than four
    /// bytes must hold no letters, because it is searched for as it is.
    pub fn new(literals: &[&[u8]]) -> Self {
        let mut quads = Self {
            table: Box::new([false; SLOTS]),
            groups: Groups::default(),
            candidates: Vec::new(),
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            short: Vec::new(),
            furthest: 0,
        };
        let choice = Choice::default();
        for (number, literal) in literals.iter().enumerate() {
            match choice.rarest(literal) {
                Some(offset) => quads
                    .candidates
                    .push(Candidate::new(number, literal, offset)),
                None => quads
                    .short
                    .push((number, Finder::new(literal).into_owned())),
            }
        }
        quads.fill();
        quads
    }

    /// Enters the candidates into the tables.
    fn fill(&mut self) {
        self.candidates.sort_by_key(|candidate| candidate.quad);
        self.groups = Groups::of(&self.candidates);
        for candidate in &self.candidates {
            self.table[slot(candidate.quad)] = true;
            self.furthest = self.furthest.max(candidate.offset);
        }
    }

    /// Whether one of the first eight positions of these bytes has a slot that is taken. Two loads serve
    /// eight positions, and one branch, which is nearly always taken the same way.
    #[inline]
    fn any_of_eight(&self, bytes: &[u8; SEEN]) -> bool {
        let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
            return false;
        };
        self.any_of_four(*first) | self.any_of_four(*last)
    }

    #[inline]
    fn any_of_four(&self, eight: [u8; EIGHT]) -> bool {
        let folded = u64::from_le_bytes(eight) | FOLD_EIGHT;
        let taken = |shift: u32| self.table[slot((folded >> shift) as u32)];
        taken(0) | taken(8) | taken(16) | taken(24)
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
        for candidate in &self.candidates[self.groups.of_quad(quad)] {
            let Some(start) = at.checked_sub(candidate.offset) else {
                continue;
            };
            if !starts.contains(&start) || !candidate.may_begin(&text[start..]) {
                continue;
            }
            let literal = &self.literals[candidate.literal];
            let found = text.get(start..start + literal.len());
            if found.is_some_and(|found| found.eq_ignore_ascii_case(literal)) {
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
        while let Some(bytes) = searched[at..].first_chunk() {
            if self.any_of_eight(bytes) {
                for next in at..at + STEP {
                    if self.table[slot(folded(&searched[next..]))] {
                        self.look(text, starts.start + next, &starts, hit);
                    }
                }
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

//! The engine in use: four bytes at a time, at every second place of the text.
//!
//! Every literal is represented by four of its bytes, twice: the rarest four that begin at an even
//! offset, and the rarest at an odd one. So one of the two begins at a place that is looked at,
//! wherever the literal stands. A literal of just four bytes has no second choice: at odd places it is
//! its first three with any byte before them, or its last three with any behind. The [`Sieve`] tells where such four bytes may stand, and
//! a small table whose they are; of these most end at the first eight bytes of the literal.
//!
//! Shorter literals, of which the rule loader allows very few and none with letters, are searched
//! for one by one.
//!
//! Folding joins a few punctuation marks, and characters beyond ASCII with those of ASCII; the
//! comparison at the end is exact, so that costs a look and never a wrong hit.

use super::Prefilter;
use super::choice::Choice;
use super::groups::Groups;
use super::sieve::{Passed, QUAD, STRIDE, Sieve, folded};
use memchr::memmem::Finder;
use std::ops::Range;

const EIGHT: usize = 8;
/// Sets bit 5 of each byte: upper case becomes lower case.
const FOLD_EIGHT: u64 = 0x2020_2020_2020_2020;

/// Tables of the literals' rarest four bytes.
pub struct Quads {
    sieve: Sieve,
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
    /// The four bytes, folded; or with nothing in place of the one that may be any.
    pub(super) quad: u32,
    literal: usize,
    /// Where the four bytes are, counted from one byte before the literal.
    offset: usize,
    /// How it begins: its first eight bytes, case folded, or as many as it has.
    head: u64,
    /// Which bytes of `head` count.
    mask: u64,
}

impl Candidate {
    /// Clears the first of four bytes, if that may be any; folded bytes are never zero.
    pub(super) const ANY_FIRST: u32 = !0xff;
    /// Clears the last of four bytes.
    pub(super) const ANY_LAST: u32 = 0x00ff_ffff;

    /// The literal by its four bytes at this offset.
    pub(super) fn at(literal: usize, bytes: &[u8], offset: usize) -> Self {
        Self::by(literal, bytes, folded(&bytes[offset..]), offset + 1)
    }

    /// The literal by its first three bytes and any before them.
    pub(super) fn behind_any(literal: usize, bytes: &[u8]) -> Self {
        let three = [0, bytes[0], bytes[1], bytes[2]];
        Self::by(literal, bytes, folded(&three) & Self::ANY_FIRST, 0)
    }

    /// The literal by its second to fourth byte and any behind them.
    pub(super) fn before_any(literal: usize, bytes: &[u8]) -> Self {
        let three = [bytes[1], bytes[2], bytes[3], 0];
        Self::by(literal, bytes, folded(&three) & Self::ANY_LAST, 2)
    }

    fn by(literal: usize, bytes: &[u8], quad: u32, offset: usize) -> Self {
        let length = bytes.len().min(EIGHT);
        let mut head = [0; EIGHT];
        head[..length].copy_from_slice(&bytes[..length]);
        let mask = u64::MAX >> (u64::BITS as usize - 8 * length);
        Self {
            quad,
            literal,
            offset,
            head: (u64::from_le_bytes(head) | FOLD_EIGHT) & mask,
            mask,
        }
    }

    /// Every four bytes that it shows by.
    fn quads(&self) -> impl Iterator<Item = u32> {
        let bytes = self.quad.to_le_bytes();
        let any = bytes.iter().position(|&byte| byte == 0);
        let fill = move |fill| {
            let mut bytes = bytes;
            if let Some(any) = any {
                bytes[any] = fill;
            }
            folded(&bytes)
        };
        let most = if any.is_some() { u8::MAX } else { 0 };
        (0..=most).map(fill)
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
            sieve: Sieve::default(),
            groups: Groups::default(),
            candidates: Vec::new(),
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            short: Vec::new(),
            furthest: 0,
        };
        let choice = Choice::default();
        for (number, &literal) in literals.iter().enumerate() {
            let rarest = [0, 1].map(|first| choice.rarest(number, literal, first));
            match rarest[0] {
                Some(_) => quads.candidates.extend(rarest.into_iter().flatten()),
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
            candidate.quads().for_each(|quad| self.sieve.add(quad));
            self.furthest = self.furthest.max(candidate.offset);
        }
    }

    /// Compares the literals that may stand around these four bytes, which are at this place.
    fn look(
        &self,
        text: &[u8],
        at: usize,
        quad: u32,
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        for quad in [
            quad,
            quad & Candidate::ANY_FIRST,
            quad & Candidate::ANY_LAST,
        ] {
            for candidate in self.groups.of_quad(quad, &self.candidates) {
                let Some(start) = (at + 1).checked_sub(candidate.offset) else {
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

    /// Searches for the literals that are too short to be hashed.
    fn find_short(&self, text: &[u8], starts: &Range<usize>, hit: &mut dyn FnMut(usize, usize)) {
        for (literal, finder) in &self.short {
            let end = text.len().min(starts.end + finder.needle().len() - 1);
            for found in finder.find_iter(text.get(starts.start..end).unwrap_or_default()) {
                hit(*literal, starts.start + found);
            }
        }
    }
}

impl Prefilter for Quads {
    fn find(&self, text: &[u8], starts: Range<usize>, hit: &mut dyn FnMut(usize, usize)) {
        let end = text.len().min(starts.end + self.furthest + QUAD - 1);
        let searched = text.get(..end).unwrap_or_default();
        let mut passed = Passed::default();
        let mut at = starts.start;
        while let Some(rest) = searched.get(at..) {
            let done = self.sieve.sift(rest, &mut passed);
            if done == 0 {
                break;
            }
            for at in passed.places().map(|place| at + place) {
                self.look(text, at, folded(&text[at..]), &starts, hit);
            }
            at += done;
        }
        while let Some(&[first, second, third, ref rest @ ..]) = searched.get(at..) {
            // Behind the text's last three bytes any byte may be thought.
            let quad = folded(&[first, second, third, rest.first().copied().unwrap_or(0)]);
            if self.sieve.passes(quad) {
                self.look(text, at, quad, &starts, hit);
            }
            at += STRIDE;
        }
        self.find_short(text, &starts, hit);
    }
}

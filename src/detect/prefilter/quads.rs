//! The engine in use: four bytes at a time, at every second place of the text.
//!
//! Every literal is represented by four of its bytes, twice: the rarest four that begin at an even
//! offset, and the rarest at an odd one. So one of the two begins at a place that is looked at,
//! wherever the literal stands. A literal of just four bytes has no second choice: at odd places it is
//! its first three with any byte before them, or its last three with any behind. The [`Sieve`] tells
//! where such four bytes may stand, a [`Closer`] look whether one more byte of a literal stands beside
//! them, and small tables whose they are; of these most end at four more bytes of the literal.
//!
//! Shorter literals, of which the rule loader allows very few and none with letters, are searched
//! for one by one.
//!
//! Folding joins a few punctuation marks, and characters beyond ASCII with those of ASCII; the
//! comparison at the end is exact, so that costs a look and never a wrong hit.

use super::Prefilter;
use super::choice::Choice;
use super::closer::Closer;
use super::groups::Groups;
use super::sieve::{Passed, QUAD, SEEN, Sieve, folded};
use memchr::memmem::Finder;
use std::collections::HashSet;
use std::ops::Range;

/// Tables of the literals' rarest four bytes.
pub struct Quads {
    sieve: Sieve,
    closer: Closer,
    /// The literals by their four bytes, for each way to know one.
    groups: [Groups; Known::ALL.len()],
    literals: Vec<Vec<u8>>,
    short: Vec<(usize, Finder<'static>)>,
    furthest: usize,
}

/// By which of its bytes a literal is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Known {
    /// By four of them.
    ByFour,
    /// By its first three, with any byte before them.
    BehindAny,
    /// By its last three, with any byte behind them.
    BeforeAny,
}

impl Known {
    const ALL: [Self; 3] = [Self::ByFour, Self::BehindAny, Self::BeforeAny];

    /// Which bits of four bytes count; folded bytes are never zero.
    pub(super) const fn mask(self) -> u32 {
        match self {
            Self::ByFour => u32::MAX,
            Self::BehindAny => !0xff,
            Self::BeforeAny => 0x00ff_ffff,
        }
    }

    /// Every four folded bytes of which this one shows what counts.
    fn filled(self, quad: u32) -> impl Iterator<Item = u32> {
        let fills = match self {
            Self::ByFour => 0..=0,
            // Folding brings all bytes here.
            _ => 0x20..=0x7f_u8,
        };
        let fill = move |fill| u32::from_le_bytes([fill; QUAD]) & !self.mask();
        fills.map(move |byte| folded(&(quad | fill(byte)).to_le_bytes()))
    }
}

/// A literal to compare with where its four bytes stand; small, because most of what comparing costs is
/// to get hold of it.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// The four bytes, folded; or with nothing in place of the one that may be any.
    pub(super) quad: u32,
    /// Four of its bytes, folded, that tell most places where it does not stand.
    check: u32,
    literal: u32,
    /// Where the four bytes are, counted from one byte before the literal.
    offset: u8,
    /// Where in the literal the bytes to check are.
    check_at: u8,
    pub(super) known: Known,
}

impl Candidate {
    /// The literal by its four bytes at this offset.
    pub(super) fn at(literal: usize, bytes: &[u8], offset: usize) -> Self {
        Self::new(
            literal,
            bytes,
            Known::ByFour,
            folded(&bytes[offset..]),
            offset + 1,
        )
    }

    /// The literal by its first three bytes and any before them.
    pub(super) fn behind_any(literal: usize, bytes: &[u8]) -> Self {
        let three = folded(&[0, bytes[0], bytes[1], bytes[2]]);
        Self::new(literal, bytes, Known::BehindAny, three, 0)
    }

    /// The literal by its second to fourth byte and any behind them.
    pub(super) fn before_any(literal: usize, bytes: &[u8]) -> Self {
        let three = folded(&[bytes[1], bytes[2], bytes[3], 0]);
        Self::new(literal, bytes, Known::BeforeAny, three, 2)
    }

    /// The bytes to check are its first or its last four, whichever are further from the others.
    fn new(literal: usize, bytes: &[u8], known: Known, quad: u32, offset: usize) -> Self {
        let last = bytes.len() - QUAD;
        let check_at = if offset > last / 2 + 1 { 0 } else { last };
        Self {
            quad: quad & known.mask(),
            check: folded(&bytes[check_at..]),
            literal: literal as u32,
            offset: offset as u8,
            check_at: check_at as u8,
            known,
        }
    }

    /// Where the literal may begin in a text that has its four bytes at this place; for certain not if
    /// this says nowhere.
    fn start(&self, text: &[u8], at: usize) -> Option<usize> {
        let start = (at + 1).checked_sub(usize::from(self.offset))?;
        let check = text.get(start + usize::from(self.check_at)..)?;
        (check.len() >= QUAD && folded(check) == self.check).then_some(start)
    }
}

impl Quads {
    /// Prepares a search for these literals, given in ASCII lower case; one of fewer than four
    /// bytes must hold no letters, because it is searched for as it is.
    pub fn new(literals: &[&[u8]]) -> Self {
        let choice = Choice::default();
        let (mut candidates, mut short) = (Vec::new(), Vec::new());
        for (number, &literal) in literals.iter().enumerate() {
            let rarest = [0, 1].map(|first| choice.rarest(number, literal, first));
            match rarest[0] {
                Some(_) => candidates.extend(rarest.into_iter().flatten()),
                None => short.push((number, Finder::new(literal).into_owned())),
            }
        }
        let shown: HashSet<_> = candidates.iter().map(|way| (way.known, way.quad)).collect();
        let quads = shown
            .into_iter()
            .flat_map(|(known, quad)| known.filled(quad));
        let of_kind = |known| {
            candidates
                .iter()
                .filter(move |way| way.known == known)
                .copied()
        };
        Self {
            sieve: Sieve::new(quads),
            closer: Closer::new(candidates.iter().map(|way| {
                let literal = literals[way.literal as usize];
                (literal, usize::from(way.offset).saturating_sub(1))
            })),
            groups: Known::ALL.map(|known| Groups::new(&of_kind(known).collect::<Vec<_>>())),
            literals: literals.iter().map(|literal| literal.to_vec()).collect(),
            short,
            furthest: candidates
                .iter()
                .map(|way| usize::from(way.offset))
                .max()
                .unwrap_or(0),
        }
    }

    /// Compares the literals that may stand around the four bytes at this place.
    fn look(
        &self,
        text: &[u8],
        at: usize,
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        let quad = quad_at(text, at);
        for (known, groups) in Known::ALL.iter().zip(&self.groups) {
            for candidate in groups.of_quad(quad & known.mask()) {
                let start = candidate.start(text, at);
                let Some(start) = start.filter(|start| starts.contains(start)) else {
                    continue;
                };
                let literal = &self.literals[candidate.literal as usize];
                let found = text.get(start..start + literal.len());
                if found.is_some_and(|found| found.eq_ignore_ascii_case(literal)) {
                    hit(candidate.literal as usize, start);
                }
            }
        }
    }

    /// Looks at what passed, which is at these places from `base` on.
    fn look_at(
        &self,
        text: &[u8],
        base: usize,
        passed: &mut Passed,
        starts: &Range<usize>,
        hit: &mut dyn FnMut(usize, usize),
    ) {
        passed.retain(|place| self.closer.passes(text, base + place));
        for at in passed.places().map(|place| base + place) {
            self.look(text, at, starts, hit);
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

/// Four bytes of a text, folded. Behind its last three any byte may be thought.
fn quad_at(text: &[u8], at: usize) -> u32 {
    match text[at..] {
        [first, second, third] => folded(&[first, second, third, 0]),
        ref quad => folded(quad),
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
            self.look_at(text, at, &mut passed, &starts, hit);
            at += done;
        }
        let rest = searched.get(at..).unwrap_or_default();
        let mut padded = [0; SEEN];
        padded[..rest.len()].copy_from_slice(rest);
        self.sieve.sift(&padded, &mut passed);
        passed.retain(|place| place + QUAD <= rest.len() + 1);
        self.look_at(text, at, &mut passed, &starts, hit);
        self.find_short(text, &starts, hit);
    }
}

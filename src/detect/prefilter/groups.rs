//! From four bytes to the candidates that they may belong to: a small hash table with open
//! addressing, so sparse that one look mostly tells.

use super::quads::Candidate;
use std::ops::Range;

/// Slots for each entry, at least.
const SPARSE: usize = 4;
/// Spreads numbers that differ in their high bits: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// Ranges of candidates by their four bytes.
#[derive(Default)]
pub(super) struct Groups {
    /// A power of two of them; in an empty one the range is empty.
    slots: Vec<Group>,
}

#[derive(Clone, Copy, Default)]
struct Group {
    quad: u32,
    begin: u32,
    end: u32,
}

impl Groups {
    /// Groups candidates that are sorted by their four bytes.
    pub(super) fn of(candidates: &[Candidate]) -> Self {
        let size = (SPARSE * candidates.len().max(1)).next_power_of_two();
        let mut groups = Self {
            slots: vec![Group::default(); size],
        };
        let mut end = 0;
        for same in candidates.chunk_by(|one, next| one.quad == next.quad) {
            let begin = end;
            end += same.len() as u32;
            let quad = same[0].quad;
            let slot = groups.slot(quad);
            groups.slots[slot] = Group { quad, begin, end };
        }
        groups
    }

    /// The candidates of these four bytes.
    pub(super) fn of_quad(&self, quad: u32) -> Range<usize> {
        let group = self.slots[self.slot(quad)];
        group.begin as usize..group.end as usize
    }

    /// The slot of these four bytes, or the empty one where they would be entered.
    fn slot(&self, quad: u32) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = (quad.wrapping_mul(GOLDEN) >> 16) as usize & last;
        while self.slots[slot].end > 0 && self.slots[slot].quad != quad {
            slot = (slot + 1) & last;
        }
        slot
    }
}

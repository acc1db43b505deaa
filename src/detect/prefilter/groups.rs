//! From four bytes to the candidates that they may belong to: a small hash table with open
//! addressing, so sparse that one look mostly tells.

use super::quads::Candidate;

/// Slots for each entry, at least.
const SPARSE: usize = 4;
/// Spreads numbers that differ in their high bits: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// Where the candidates of four bytes begin.
#[derive(Default)]
pub(super) struct Groups {
    /// A power of two of them; an empty one has no four bytes, which are never zero.
    slots: Vec<Group>,
}

#[derive(Clone, Copy, Default)]
struct Group {
    quad: u32,
    begin: u32,
}

impl Groups {
    /// Groups candidates that are sorted by their four bytes.
    pub(super) fn of(candidates: &[Candidate]) -> Self {
        let groups = || candidates.chunk_by(|one, next| one.quad == next.quad);
        let size = (SPARSE * groups().count().max(1)).next_power_of_two();
        let mut table = Self {
            slots: vec![Group::default(); size],
        };
        let mut begin = 0;
        for same in groups() {
            let quad = same[0].quad;
            let slot = table.slot(quad);
            table.slots[slot] = Group { quad, begin };
            begin += same.len() as u32;
        }
        table
    }

    /// The candidates of these four bytes, out of those that were grouped.
    pub(super) fn of_quad<'c>(
        &self,
        quad: u32,
        candidates: &'c [Candidate],
    ) -> impl Iterator<Item = &'c Candidate> {
        let group = self.slots[self.slot(quad)];
        let found = if group.quad == quad {
            &candidates[group.begin as usize..]
        } else {
            &[]
        };
        found.iter().take_while(move |found| found.quad == quad)
    }

    /// The slot of these four bytes, or the empty one where they would be entered.
    fn slot(&self, quad: u32) -> usize {
        let last = self.slots.len() - 1;
        let mut slot = (quad.wrapping_mul(GOLDEN) >> 16) as usize & last;
        while self.slots[slot].quad != 0 && self.slots[slot].quad != quad {
            slot = (slot + 1) & last;
        }
        slot
    }
}

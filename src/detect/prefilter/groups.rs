//! From four bytes to the candidates that they may belong to: a small hash table with open
//! addressing, so sparse that one look mostly tells.

use super::quads::Candidate;

/// Slots for each entry, at least.
const SPARSE: usize = 2;
/// Spreads numbers that differ in their high bits: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// Candidates that are found by their four bytes.
#[derive(Default)]
pub(super) struct Groups {
    /// Those of the same four bytes are neighbours.
    candidates: Vec<Candidate>,
    /// Where they begin. A power of two of them; an empty one has no four bytes, which are never zero.
    slots: Vec<Group>,
}

#[derive(Clone, Copy, Default)]
struct Group {
    quad: u32,
    begin: u32,
}

impl Groups {
    /// Groups these.
    pub(super) fn new(mut candidates: Vec<Candidate>) -> Self {
        candidates.sort_by_key(|candidate| candidate.quad);
        let groups = || candidates.chunk_by(|one, next| one.quad == next.quad);
        let size = (SPARSE * groups().count().max(1)).next_power_of_two();
        let mut slots = vec![Group::default(); size];
        let mut begin = 0;
        for same in groups() {
            let quad = same[0].quad;
            let slot = slot(&slots, quad);
            slots[slot] = Group { quad, begin };
            begin += same.len() as u32;
        }
        Self { candidates, slots }
    }

    /// The candidates of these four bytes.
    pub(super) fn of_quad(&self, quad: u32) -> impl Iterator<Item = &Candidate> {
        let group = self.slots[slot(&self.slots, quad)];
        let found = if group.quad == quad {
            &self.candidates[group.begin as usize..]
        } else {
            &[]
        };
        found.iter().take_while(move |found| found.quad == quad)
    }
}

/// The slot of these four bytes, or the empty one where they would be entered.
fn slot(slots: &[Group], quad: u32) -> usize {
    let last = slots.len() - 1;
    let mut slot = (quad.wrapping_mul(GOLDEN) >> 15) as usize & last;
    while slots[slot].quad != 0 && slots[slot].quad != quad {
        slot = (slot + 1) & last;
    }
    slot
}

//! From four bytes to the candidates that they may belong to: a small hash table with open
//! addressing that holds the candidates themselves, since each line of memory that has to be fetched
//! costs more than all that is done with it.

use super::quads::Candidate;

/// Slots for each candidate, at least.
const SPARSE: usize = 2;
/// Spreads numbers that differ in their high bits: 2^32 divided by the golden ratio.
const GOLDEN: u32 = 0x9E37_79B1;

/// Candidates that are found by their four bytes.
pub(super) struct Groups {
    /// A power of two of them, some empty. Those of the same four bytes follow one another, with no empty
    /// one between them and the slot that their bytes lead to.
    slots: Vec<Option<Candidate>>,
}

impl Groups {
    /// Groups these.
    pub(super) fn new(candidates: &[Candidate]) -> Self {
        let size = (SPARSE * candidates.len().max(1)).next_power_of_two();
        let mut slots: Vec<Option<Candidate>> = vec![None; size];
        for candidate in candidates {
            let mut slot = first_slot(size, candidate.quad);
            while slots[slot].is_some() {
                slot = (slot + 1) % size;
            }
            slots[slot] = Some(*candidate);
        }
        Self { slots }
    }

    /// The candidates of these four bytes.
    pub(super) fn of_quad(&self, quad: u32) -> impl Iterator<Item = &Candidate> {
        let last = self.slots.len() - 1;
        let first = first_slot(self.slots.len(), quad);
        (first..)
            .map_while(move |slot| self.slots[slot & last].as_ref())
            .filter(move |candidate| candidate.quad == quad)
    }
}

fn first_slot(size: usize, quad: u32) -> usize {
    (quad.wrapping_mul(GOLDEN) >> 15) as usize & (size - 1)
}

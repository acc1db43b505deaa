//! The pass over every byte: tells at which places four bytes of some literal may stand, so fast
//! that everything behind it only ever sees about one place in a hundred.
//!
//! Only every second place is looked at; whoever fills the sieve sees to it that each literal shows
//! at one of any two neighbours. The four bytes are hashed into a table of 256 KiB, a byte for each
//! slot, and what remains of that into a table of bits by a second hash. Nothing branches on what a
//! single place holds: places are written down whether they count or not, and the next one goes
//! over it if they don't. A processor that guesses wrong loses more time than a few more table
//! lookups take, and text that is rich in literals is what it guesses wrong about.
//!
//! The hashing is plain arithmetic on arrays, done with the widest instructions that there are.

use crate::detect::wide::widest;

/// Bytes that are hashed.
pub(super) const QUAD: usize = 4;
/// Most places that one call looks at, in bytes of text.
const BLOCK: usize = 1024;
/// Bytes of text from one look to the next.
pub(super) const STRIDE: usize = 2;
/// Bytes of text whose looks are one step.
const STEP: usize = 32;
/// Looks of a step.
const LOOKS: usize = STEP / STRIDE;
/// Bytes that the looks of a step see.
const SEEN: usize = STEP - STRIDE + QUAD;
/// Bits of the tables' index.
const INDEX_BITS: u32 = 18;
/// Length of the tables.
const SLOTS: usize = 1 << INDEX_BITS;
/// Sets bit 5 of each byte: upper case becomes lower case, and a few punctuation marks are joined.
const CASE: u32 = 0x2020_2020;
/// Clears bit 7 of each byte, which halves what an unknown byte can be.
const SEVEN: u32 = 0x7f7f_7f7f;
/// Spreads the four bytes over the table: 2^32 divided by the golden ratio.
const FIRST_HASH: u32 = 0x9E37_79B1;
/// Another odd number without pattern, so that what shares a slot seldom shares a bit.
const SECOND_HASH: u32 = 0x85EB_CA6B;

/// The sets of four bytes that are worth a closer look.
pub(super) struct Sieve {
    /// One where the first hash of any of them leads.
    slots: Box<[u8; SLOTS]>,
    /// A set bit where the second hash does.
    bits: Box<[u32; SLOTS / 32]>,
}

/// The places of a block that passed.
pub(super) struct Passed {
    places: [u16; BLOCK / STRIDE],
    count: usize,
}

impl Passed {
    /// Offsets in the searched text, in order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.places[..self.count].iter().map(|&at| usize::from(at))
    }
}

impl Default for Passed {
    fn default() -> Self {
        Self {
            places: [0; BLOCK / STRIDE],
            count: 0,
        }
    }
}

impl Sieve {
    /// Lets these four folded bytes pass.
    pub(super) fn add(&mut self, quad: u32) {
        let (bits, bit) = bit_of(quad);
        self.slots[slot_of(quad) as usize] = 1;
        self.bits[bits] |= bit;
    }

    /// Whether these four folded bytes pass.
    pub(super) fn passes(&self, quad: u32) -> bool {
        self.slots[slot_of(quad) as usize] != 0 && self.second(quad) != 0
    }

    /// Looks at the beginning of a text, at every second place from the first on. Returns how many
    /// bytes that was; 0 if the text is too short to be worth it.
    pub(super) fn sift(&self, text: &[u8], passed: &mut Passed) -> usize {
        widest(|| self.sift_any(text, passed))
    }

    #[inline(always)]
    fn sift_any(&self, text: &[u8], passed: &mut Passed) -> usize {
        let mut steps = [(0_u16, 0_u16); BLOCK / STEP];
        let (mut taken, mut at) = (0, 0);
        while at < BLOCK
            && let Some(seen) = text[at..].first_chunk()
        {
            let looks = self.looks(seen);
            steps[taken] = (at as u16, looks);
            taken += usize::from(looks != 0);
            at += STEP;
        }
        passed.count = 0;
        for &(start, looks) in &steps[..taken] {
            self.pick(text, start, looks, passed);
        }
        at
    }

    /// The looks of a step that lead to a slot that is taken, a bit for each.
    #[inline(always)]
    fn looks(&self, seen: &[u8; SEEN]) -> u16 {
        let mut slots = [0_u32; LOOKS];
        for (look, slot) in slots.iter_mut().enumerate() {
            *slot = slot_of(folded(&seen[STRIDE * look..]));
        }
        let mut looks = 0_u32;
        for (look, &slot) in slots.iter().enumerate() {
            looks |= u32::from(self.slots[slot as usize % SLOTS]) << look;
        }
        looks as u16
    }

    /// Writes down which of a step's looks pass the second table, too.
    #[inline(always)]
    fn pick(&self, text: &[u8], start: u16, mut looks: u16, passed: &mut Passed) {
        while looks != 0 {
            let at = start + STRIDE as u16 * looks.trailing_zeros() as u16;
            passed.places[passed.count % (BLOCK / STRIDE)] = at;
            passed.count += self.second(folded(&text[usize::from(at)..]));
            looks &= looks - 1;
        }
    }

    /// One if the second table lets these four bytes pass, else zero.
    #[inline(always)]
    fn second(&self, quad: u32) -> usize {
        let (bits, bit) = bit_of(quad);
        usize::from(self.bits[bits] & bit != 0)
    }
}

impl Default for Sieve {
    fn default() -> Self {
        Self {
            slots: Box::new([0; SLOTS]),
            bits: Box::new([0; SLOTS / 32]),
        }
    }
}

/// The first four bytes, folded; the slice has at least four. No byte of them is zero.
#[inline(always)]
pub(super) fn folded(bytes: &[u8]) -> u32 {
    (u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) | CASE) & SEVEN
}

#[inline(always)]
fn slot_of(quad: u32) -> u32 {
    quad.wrapping_mul(FIRST_HASH) >> (u32::BITS - INDEX_BITS)
}

/// Where the bit of these four bytes is: index and mask.
#[inline(always)]
fn bit_of(quad: u32) -> (usize, u32) {
    let index = quad.wrapping_mul(SECOND_HASH) >> (u32::BITS - INDEX_BITS);
    (index as usize / 32, 1 << (index % 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same answers, whatever the code was compiled for.
    #[test]
    fn every_path_lets_the_same_places_pass() {
        let mut sieve = Sieve::default();
        let mut seed = 1_u32;
        let mut text = vec![0; 3 * BLOCK + 5];
        for byte in &mut text {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (seed >> 24) as u8;
        }
        text.windows(QUAD)
            .step_by(7)
            .for_each(|quad| sieve.add(folded(quad)));
        let expected = |text: &[u8], end: usize| -> Vec<usize> {
            let places = (0..end).step_by(STRIDE);
            places
                .filter(|&at| sieve.passes(folded(&text[at..])))
                .collect()
        };
        let mut passed = Passed::default();
        for cut in [0, 1, 33, 34, 66, 700, 1_024, 1_026, text.len()] {
            let text = &text[..cut];
            for path in [Sieve::sift, Sieve::sift_any] {
                let done = path(&sieve, text, &mut passed);
                assert!(done == BLOCK || text.len() - done < SEEN);
                assert_eq!(passed.places().collect::<Vec<_>>(), expected(text, done));
            }
        }
        assert!(!passed.places().collect::<Vec<_>>().is_empty());
    }
}

//! The pass over every byte: tells at which places four bytes of some literal may stand, so fast
//! that everything behind it only ever sees about one place in fifty.
//!
//! Only every second place is looked at; whoever fills the sieve sees to it that each literal shows
//! at one of any two neighbours. The four bytes are hashed: one part of the hash says where in a table of
//! 128 KiB, which the second level of every cache holds, the other part what has to stand there. So
//! one look tells nearly all places that do not count. Nothing branches on what a single place holds
//! before sixteen of them are known: a processor that guesses wrong loses more time than a few more
//! look-ups take, and text that is rich in literals is what it guesses wrong about.

#![allow(
    unsafe_code,
    reason = "calls code compiled for AVX2 after asking for it"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::ruleset::common;

/// Bytes that are hashed.
pub(super) const QUAD: usize = 4;
/// Most places that one call looks at, in bytes of text. The list of them is cleared for every text, and
/// most texts of a history are short.
const BLOCK: usize = 512;
/// Bytes of text from one look to the next.
pub(super) const STRIDE: usize = 2;
/// Bytes of text whose looks are one step.
const STEP: usize = 32;
/// Looks of a step.
const LOOKS: usize = STEP / STRIDE;
/// Bytes that the looks of a step see.
pub(super) const SEEN: usize = STEP - STRIDE + QUAD;
/// Bits of the table's index.
const INDEX_BITS: u32 = 17;
/// Length of the table.
const SLOTS: usize = 1 << INDEX_BITS;
/// How far the hash is moved to be an index.
const INDEX: u32 = u32::BITS - INDEX_BITS;
/// How far the hash is moved so that its lowest byte is the tag.
const TAG: u32 = INDEX - u8::BITS;
/// Spreads the four bytes over the table: 2^32 divided by the golden ratio.
const HASH: u32 = 0x9E37_79B1;
/// The tag of a slot that four bytes with different tags lead to: all pass.
const ANY: u8 = 0xff;
/// The tags of four bytes: neither that of an empty slot nor [`ANY`].
const TAGS: (u8, u8) = (1, ANY - 1);

/// The sets of four bytes that are worth a closer look.
pub(super) struct Sieve {
    /// The tags of what leads here; zero where nothing does.
    slots: Box<[u8; SLOTS]>,
}

/// The places of a block that passed.
pub(super) struct Passed {
    places: [u16; BLOCK / STRIDE],
    count: usize,
}

/// The looks of one step that passed, a bit for each, and where the step is.
type Step = (u16, u16);

impl Passed {
    /// Offsets in the searched text; those of a step in no particular order.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.places[..self.count].iter().map(|&at| usize::from(at))
    }

    /// Leaves those of which this holds, without a branch for any.
    #[inline(always)]
    pub(super) fn retain(&mut self, holds: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for number in 0..self.count {
            let place = self.places[number];
            self.places[kept] = place;
            kept += usize::from(holds(usize::from(place)));
        }
        self.count = kept;
    }

    /// Writes down the places of some steps; each bit of a step stands for the offset of that number.
    #[inline(always)]
    fn note(&mut self, steps: &[Step], offsets: &[u16; LOOKS]) {
        self.count = 0;
        for &(start, mut looks) in steps {
            while looks != 0 {
                let offset = offsets[looks.trailing_zeros() as usize % LOOKS];
                self.places[self.count % (BLOCK / STRIDE)] = start + offset;
                self.count += 1;
                looks &= looks - 1;
            }
        }
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
    /// A sieve that lets these four folded bytes pass. Some others pass as well, because their hash is
    /// alike.
    pub(super) fn new(quads: impl IntoIterator<Item = u32>) -> Self {
        let mut slots = Box::new([0; SLOTS]);
        for quad in quads {
            let (slot, tag) = slot_and_tag(quad);
            let slot = &mut slots[slot];
            *slot = if [0, tag].contains(slot) { tag } else { ANY };
        }
        Self { slots }
    }

    /// Whether these four folded bytes pass.
    pub(super) fn passes(&self, quad: u32) -> bool {
        let (slot, tag) = slot_and_tag(quad);
        [tag, ANY].contains(&self.slots[slot])
    }

    /// Looks at the beginning of a text, at every second place from the first on. Returns how many
    /// bytes that was; 0 if the text is too short to be worth it.
    pub(super) fn sift(&self, text: &[u8], passed: &mut Passed) -> usize {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has the only feature that the function asks for.
            return unsafe { avx2::sift(self, text, passed) };
        }
        self.sift_plainly(text, passed)
    }

    fn sift_plainly(&self, text: &[u8], passed: &mut Passed) -> usize {
        let offsets = std::array::from_fn(|look| (STRIDE * look) as u16);
        let looks = |seen: &[u8; SEEN]| {
            let pass = |look: usize| self.passes(folded(&seen[STRIDE * look..]));
            (0..LOOKS).fold(0, |looks, look| looks | u16::from(pass(look)) << look)
        };
        step_through(text, passed, &offsets, looks)
    }
}

/// Where in the table four folded bytes lead, and what has to stand there.
#[inline(always)]
fn slot_and_tag(quad: u32) -> (usize, u8) {
    let hash = quad.wrapping_mul(HASH);
    let tag = (hash >> TAG) as u8;
    ((hash >> INDEX) as usize, tag.clamp(TAGS.0, TAGS.1))
}

/// Takes the steps of a block, and tells how many bytes that was.
#[inline(always)]
fn step_through(
    text: &[u8],
    passed: &mut Passed,
    offsets: &[u16; LOOKS],
    looks: impl Fn(&[u8; SEEN]) -> u16,
) -> usize {
    let mut steps = [(0, 0); BLOCK / STEP];
    let (mut taken, mut at) = (0, 0);
    while at < BLOCK
        && let Some(seen) = text[at..].first_chunk()
    {
        let looks = looks(seen);
        steps[taken] = (at as u16, looks);
        taken += usize::from(looks != 0);
        at += STEP;
    }
    passed.note(&steps[..taken], offsets);
    at
}

/// The first four bytes, folded; the slice has at least four. No byte of them is zero.
#[inline(always)]
pub(super) fn folded(bytes: &[u8]) -> u32 {
    common::folded([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::common::CASE;

    /// The same answers, whatever the code was compiled for.
    #[test]
    fn every_path_lets_the_same_places_pass() {
        let mut seed = 1_u32;
        let mut text = vec![0; 3 * BLOCK + 5];
        for byte in &mut text {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (seed >> 24) as u8;
        }
        let sieve = Sieve::new(text.windows(QUAD).step_by(7).map(folded));
        let expected = |text: &[u8], end: usize| -> Vec<usize> {
            let places = (0..end).step_by(STRIDE);
            places
                .filter(|&at| sieve.passes(folded(&text[at..])))
                .collect()
        };
        let places = |passed: &Passed| -> Vec<usize> {
            let mut places: Vec<usize> = passed.places().collect();
            places.sort_unstable();
            places
        };
        let mut passed = Passed::default();
        for cut in [0, 1, 33, 34, 66, 300, BLOCK, BLOCK + 2, text.len()] {
            let text = &text[..cut];
            for path in [Sieve::sift, Sieve::sift_plainly] {
                let done = path(&sieve, text, &mut passed);
                assert!(done == BLOCK || text.len() - done < SEEN);
                assert_eq!(places(&passed), expected(text, done));
            }
        }
        assert!(!places(&passed).is_empty());
    }

    #[test]
    fn only_what_was_added_passes_but_for_a_few() {
        let quads: Vec<u32> = (0..20_000_u32)
            .map(|n| n.wrapping_mul(0x0101_6b35) | CASE)
            .collect();
        let (added, others) = quads.split_at(10_000);
        let sieve = Sieve::new(added.iter().copied());
        assert!(added.iter().all(|&quad| sieve.passes(quad)));
        let passing = others.iter().filter(|&&quad| sieve.passes(quad)).count();
        assert!(passing < others.len() / 20, "{passing}");
    }
}

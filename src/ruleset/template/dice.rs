//! Repeatable randomness for examples: SplitMix64, which needs no state but a counter. Not for
//! anything that must be secret.

/// A stream of numbers that depends on its seed alone.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The stream of that seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// One byte of `alphabet`, or a NUL if it is empty.
    pub(super) fn pick(&mut self, alphabet: &[u8]) -> u8 {
        // The modulo's bias is below 2^-56 for any alphabet of bytes.
        let index = self.roll().checked_rem(alphabet.len() as u64).unwrap_or(0);
        alphabet.get(index as usize).copied().unwrap_or(0)
    }

    /// `count` bytes of `alphabet`.
    pub(super) fn draw(&mut self, alphabet: &[u8], count: usize) -> Vec<u8> {
        (0..count).map(|_| self.pick(alphabet)).collect()
    }

    /// `count` bytes of any value.
    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.roll() as u8).collect()
    }
}

//! Buffers that are used again. Memory that was used before costs nothing; new memory costs the
//! kernel a page fault every 4 KiB, about as much as filling it.

/// Buffers that are kept at most.
const KEPT: usize = 4;

/// Empty buffers of one thread.
#[derive(Default)]
pub(super) struct Spare(Vec<Vec<u8>>);

impl Spare {
    /// An empty buffer for at least `bytes` bytes if there is one, the smallest that fits; else a
    /// new one, a little larger, because the versions of a file grow.
    pub(super) fn take(&mut self, bytes: u64) -> Vec<u8> {
        let fits = |buffer: &Vec<u8>| buffer.capacity() as u64 >= bytes;
        match self.0.iter().position(fits) {
            Some(index) => self.0.remove(index),
            None => {
                let mut buffer = Vec::new();
                // Whoever fills it meets the same refusal, and tells it.
                let _ = buffer.try_reserve_exact((bytes + bytes / 8) as usize);
                buffer
            }
        }
    }

    /// Keeps a buffer; of too many, the smallest goes.
    pub(super) fn give(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        let larger = |other: &Vec<u8>| other.capacity() < buffer.capacity();
        let index = self.0.partition_point(larger);
        self.0.insert(index, buffer);
        if self.0.len() > KEPT {
            self.0.remove(0);
        }
    }

    /// Bytes that are kept.
    pub(super) fn bytes(&self) -> u64 {
        self.0.iter().map(|buffer| buffer.capacity() as u64).sum()
    }

    /// Gives all buffers back to the system.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_buffer_that_fits_is_used_again() {
        let mut spare = Spare::default();
        for size in [300, 100, 200, 400, 50] {
            spare.give(Vec::with_capacity(size));
        }
        assert_eq!(spare.bytes(), 1_000);
        assert_eq!(spare.take(150).capacity(), 200);
        assert_eq!(spare.take(150).capacity(), 300);
        assert!(spare.take(800).capacity() >= 800);
        assert_eq!(spare.bytes(), 500);
        spare.clear();
        assert_eq!(spare.bytes(), 0);
    }
}

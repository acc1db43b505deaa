//! The one budget that all streams share. Decoder windows are the only memory whose size the input
//! chooses, so each stream takes its window from here before it starts, and waits when too much is
//! taken.
//!
//! A stream holds at most one window and gives it back before it asks for a larger one, so those
//! who wait never hold what others wait for; only a compressed archive inside a compressed archive
//! can, and that is why no wait lasts for ever.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// How long a stream waits while nobody gives anything back.
const PATIENCE: Duration = Duration::from_secs(120);

/// A number of bytes that can be reserved and given back, from any thread.
#[derive(Debug)]
pub struct Memory {
    total: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// Why memory was not to be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MemoryError {
    /// The request is larger than the whole budget.
    #[error("{wanted} bytes of memory are needed and the whole budget is {total}")]
    TooLarge {
        /// Bytes asked for.
        wanted: u64,
        /// Bytes of the budget.
        total: u64,
    },
    /// Nobody gave anything back for a long time.
    #[error("{wanted} bytes of memory did not become free")]
    Stalled {
        /// Bytes asked for.
        wanted: u64,
    },
}

impl Memory {
    /// A budget of so many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self {
            total: bytes,
            free: Mutex::new(bytes),
            freed: Condvar::new(),
        }
    }

    /// Takes `bytes` out of the budget until the reservation is dropped; waits while others hold
    /// too much.
    ///
    /// # Errors
    /// When the whole budget is smaller than that, or nothing was given back for two minutes.
    pub fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reservation, MemoryError> {
        if bytes > self.total {
            return Err(MemoryError::TooLarge {
                wanted: bytes,
                total: self.total,
            });
        }
        self.wait(bytes, PATIENCE)?;
        Ok(Reservation {
            memory: Arc::clone(self),
            bytes,
        })
    }

    fn wait(&self, bytes: u64, patience: Duration) -> Result<(), MemoryError> {
        let mut free = self.lock();
        while *free < bytes {
            let (guard, waited) = self
                .freed
                .wait_timeout(free, patience)
                .unwrap_or_else(PoisonError::into_inner);
            free = guard;
            if waited.timed_out() && *free < bytes {
                return Err(MemoryError::Stalled { wanted: bytes });
            }
        }
        *free -= bytes;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Memory that is taken until this is dropped.
#[derive(Debug)]
pub struct Reservation {
    memory: Arc<Memory>,
    bytes: u64,
}

impl Reservation {
    /// Bytes that are reserved.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        *self.memory.lock() += self.bytes;
        self.memory.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_whole_budget_is_refused() {
        let memory = Arc::new(Memory::new(100));
        assert_eq!(
            memory.reserve(101).unwrap_err(),
            MemoryError::TooLarge {
                wanted: 101,
                total: 100
            }
        );
        assert_eq!(memory.reserve(100).unwrap().bytes(), 100);
    }

    #[test]
    fn a_request_waits_until_enough_was_given_back() {
        let memory = Arc::new(Memory::new(100));
        let held = memory.reserve(60).unwrap();
        let waiting = {
            let memory = Arc::clone(&memory);
            std::thread::spawn(move || memory.reserve(50).unwrap().bytes())
        };
        let small = memory.reserve(40).unwrap();
        drop(small);
        drop(held);
        assert_eq!(waiting.join().unwrap(), 50);
        assert_eq!(*memory.lock(), 100);
    }

    #[test]
    fn no_wait_lasts_for_ever() {
        let memory = Arc::new(Memory::new(10));
        let _held = memory.reserve(10).unwrap();
        assert_eq!(
            memory.wait(1, Duration::from_millis(5)),
            Err(MemoryError::Stalled { wanted: 1 })
        );
    }
}

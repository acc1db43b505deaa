//! The one budget that all streams share. Decoder windows are the only memory whose size the input
//! chooses, so each stream takes its window from here before it starts, and waits when too much is
//! taken.
//!
//! A stream holds at most one window and gives it back before it asks for a larger one, so those who
//! wait never hold what others wait for. What is nested in a file does: a compressed archive inside a
//! compressed one needs both windows. Half of the budget is kept for that, and lent to one nest at a
//! time when the other half is used up; whoever has it waits for nobody, so every wait ends. What a
//! nest may hold is that half, whatever else is free: the same file always comes to the same end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use thiserror::Error;

/// How long a stream waits while nobody gives anything back.
const PATIENCE: Duration = Duration::from_secs(120);

/// A number of bytes that can be reserved and given back, from any thread.
#[derive(Debug)]
pub struct Memory {
    pool: Arc<Pool>,
    nest: Option<Nest>,
}

#[derive(Debug)]
struct Pool {
    /// Bytes of the half that everybody takes from.
    shared: u64,
    /// Bytes of the half that is lent to a nest.
    spare: u64,
    free: Mutex<Free>,
    freed: Condvar,
    nests: AtomicU64,
}

#[derive(Debug)]
struct Free {
    shared: u64,
    spare: u64,
    /// The nest that the spare half is lent to.
    borrower: Option<u64>,
}

/// Streams inside each other, read by one thread.
#[derive(Debug)]
struct Nest {
    number: u64,
    held: AtomicU64,
}

/// Why memory was not to be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MemoryError {
    /// The request is larger than what a stream may have.
    #[error(
        "{wanted} bytes of memory are needed and {total} may be had; --max-memory is twice that"
    )]
    TooLarge {
        /// Bytes asked for, with those that the nest holds.
        wanted: u64,
        /// Bytes that may be had.
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
    pub fn new(bytes: u64) -> Self {
        let (shared, spare) = (bytes - bytes / 2, bytes / 2);
        Self {
            pool: Arc::new(Pool {
                shared,
                spare,
                free: Mutex::new(Free {
                    shared,
                    spare,
                    borrower: None,
                }),
                freed: Condvar::new(),
                nests: AtomicU64::new(0),
            }),
            nest: None,
        }
    }

    /// The same budget for streams inside each other, which hold several reservations at a time.
    #[must_use]
    pub fn for_a_nest(&self) -> Arc<Self> {
        Arc::new(Self {
            pool: Arc::clone(&self.pool),
            nest: Some(Nest {
                number: self.pool.nests.fetch_add(1, Ordering::Relaxed),
                held: AtomicU64::new(0),
            }),
        })
    }

    /// Takes `bytes` out of the budget until the reservation is dropped; waits while others hold
    /// too much.
    ///
    /// # Errors
    /// When half of the budget is smaller than that, or nothing was given back for two minutes.
    pub fn reserve(self: &Arc<Self>, bytes: u64) -> Result<Reservation, MemoryError> {
        let (total, held) = match &self.nest {
            None => (self.pool.shared, 0),
            Some(nest) => (self.pool.spare, nest.held.load(Ordering::Relaxed)),
        };
        let wanted = held.saturating_add(bytes);
        if wanted > total {
            return Err(MemoryError::TooLarge { wanted, total });
        }
        let is_spare = self.wait(bytes, PATIENCE)?;
        if let Some(nest) = &self.nest {
            nest.held.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(Reservation {
            memory: Arc::clone(self),
            bytes,
            is_spare,
        })
    }

    /// Takes the bytes as soon as they are there; tells whether they are of the spare half.
    fn wait(&self, bytes: u64, patience: Duration) -> Result<bool, MemoryError> {
        let mut free = self.pool.lock();
        loop {
            if let Some(is_spare) = free.take(bytes, self.nest.as_ref()) {
                return Ok(is_spare);
            }
            let (guard, waited) = self
                .pool
                .freed
                .wait_timeout(free, patience)
                .unwrap_or_else(PoisonError::into_inner);
            free = guard;
            if waited.timed_out() {
                let taken = free.take(bytes, self.nest.as_ref());
                return taken.ok_or(MemoryError::Stalled { wanted: bytes });
            }
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Free {
    /// Takes bytes, of the spare half if they have to be and the nest can have it.
    fn take(&mut self, bytes: u64, nest: Option<&Nest>) -> Option<bool> {
        if self.shared >= bytes {
            self.shared -= bytes;
            return Some(false);
        }
        let nest = nest?.number;
        let is_lent_to_another = self.borrower.is_some_and(|borrower| borrower != nest);
        if is_lent_to_another || self.spare < bytes {
            return None;
        }
        self.borrower = Some(nest);
        self.spare -= bytes;
        Some(true)
    }
}

/// Memory that is taken until this is dropped.
#[derive(Debug)]
pub struct Reservation {
    memory: Arc<Memory>,
    bytes: u64,
    is_spare: bool,
}

impl Reservation {
    /// Bytes that are reserved.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let Memory { pool, nest } = &*self.memory;
        if let Some(nest) = nest {
            nest.held.fetch_sub(self.bytes, Ordering::Relaxed);
        }
        let mut free = pool.lock();
        match self.is_spare {
            false => free.shared += self.bytes,
            true => {
                free.spare += self.bytes;
                if free.spare == pool.spare {
                    free.borrower = None;
                }
            }
        }
        pool.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(5);

    #[test]
    fn more_than_half_of_the_budget_is_refused() {
        let memory = Arc::new(Memory::new(200));
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
        let memory = Arc::new(Memory::new(200));
        let held = memory.reserve(60).unwrap();
        let waiting = {
            let memory = Arc::clone(&memory);
            std::thread::spawn(move || memory.reserve(50).unwrap().bytes())
        };
        let small = memory.reserve(40).unwrap();
        drop(small);
        drop(held);
        assert_eq!(waiting.join().unwrap(), 50);
        assert_eq!(memory.pool.lock().shared, 100);
    }

    #[test]
    fn no_wait_lasts_for_ever() {
        let memory = Arc::new(Memory::new(20));
        let _held = memory.reserve(10).unwrap();
        let waited = memory.wait(1, SOON);
        assert_eq!(waited, Err(MemoryError::Stalled { wanted: 1 }));
    }

    #[test]
    fn one_nest_at_a_time_has_what_is_kept_for_them() {
        let memory = Arc::new(Memory::new(200));
        let (one, other) = (memory.for_a_nest(), memory.for_a_nest());
        let shared = [one.reserve(50).unwrap(), other.reserve(50).unwrap()];
        let lent = one.reserve(30).unwrap();
        let again = one.reserve(20).unwrap();
        assert_eq!(
            one.reserve(1).unwrap_err(),
            MemoryError::TooLarge {
                wanted: 101,
                total: 100
            }
        );
        let waited = other.wait(10, SOON);
        assert_eq!(waited, Err(MemoryError::Stalled { wanted: 10 }));
        drop((lent, again));
        drop(other.reserve(10).unwrap());
        drop(shared);
        let free = memory.pool.lock();
        assert_eq!((free.shared, free.spare, free.borrower), (100, 100, None));
    }
}

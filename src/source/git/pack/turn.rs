//! How much memory each thread may hold, and whose turn it is to hold more.
//!
//! Half of the budget is shared out evenly. Who cannot do with its part waits for its turn with the
//! other half; there is one turn, and no one waits for anything else while having it, so the threads
//! cannot block one another.

use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// The memory budget of a walk.
pub(super) struct Room {
    part: u64,
    half: u64,
    turn: Mutex<()>,
}

/// What allows a thread to hold more than its part.
pub(super) type Turn<'r> = MutexGuard<'r, ()>;

impl Room {
    /// Shares `memory` bytes out to so many threads.
    pub(super) fn new(memory: u64, threads: usize) -> Self {
        let half = memory / 2;
        Self {
            part: half / threads.max(1) as u64,
            half,
            turn: Mutex::new(()),
        }
    }

    /// Bytes that any thread may hold.
    pub(super) const fn part(&self) -> u64 {
        self.part
    }

    /// Bytes that a thread may hold while it has its turn or none.
    pub(super) const fn most(&self, turn: Option<&Turn<'_>>) -> u64 {
        match turn {
            Some(_) => self.half,
            None => self.part,
        }
    }

    /// The turn, if nobody has it.
    pub(super) fn try_turn(&self) -> Option<Turn<'_>> {
        match self.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(turn)) => Some(turn.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Waits for the turn.
    pub(super) fn turn(&self) -> Turn<'_> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

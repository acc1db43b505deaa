//! Taking turns. What a search keeps at hand costs tens of megabytes with all rules in use, so it must
//! not be there as often as there are connections: of the threads that only fetch, no more search at
//! the same time than there are processors for them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of turns to be had.
pub(super) struct Turns {
    free: Mutex<usize>,
    given_back: Condvar,
}

/// One turn, given back when it is dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    /// So many at the same time, at least one.
    pub(super) fn new(number: usize) -> Self {
        Self {
            free: Mutex::new(number.max(1)),
            given_back: Condvar::new(),
        }
    }

    /// Waits for a turn. Whoever has one must not wait for another.
    pub(super) fn take(&self) -> Turn<'_> {
        let free = self.free();
        let waited = self.given_back.wait_while(free, |free| *free == 0);
        *waited.unwrap_or_else(PoisonError::into_inner) -= 1;
        Turn(self)
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free() += 1;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn no_more_have_a_turn_than_there_are() {
        let turns = Turns::new(2);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _turn = turns.take();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 2);
        assert_eq!(*turns.free(), 2);
    }
}

//! How a scan comes to an early end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Ends a scan early: when its time is up, or when somebody sets it.
#[derive(Debug, Default)]
pub struct Stop {
    set: AtomicBool,
    deadline: Option<(Instant, Duration)>,
}

impl Stop {
    /// Stops after this long, from now; never by itself if `None`.
    pub fn after(time: Option<Duration>) -> Self {
        let deadline = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        Self {
            set: AtomicBool::new(false),
            deadline,
        }
    }

    /// Asks all threads to come to an end.
    pub fn set(&self) {
        self.set.store(true, Ordering::Relaxed);
    }

    /// Whether to come to an end.
    pub fn is_set(&self) -> bool {
        if self.deadline.is_some_and(|(end, _)| Instant::now() >= end) {
            self.set();
        }
        self.set.load(Ordering::Relaxed)
    }

    /// Why, for the coverage.
    pub(super) fn reason(&self) -> String {
        match self.deadline {
            Some((end, time)) if Instant::now() >= end => {
                format!("the scan was stopped after {time:?}; raise --timeout")
            }
            _ => "the scan was interrupted".to_owned(),
        }
    }
}

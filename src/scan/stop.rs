//! How a scan comes to an early end.

use crate::model::{Kind, Shortfall};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Ends a scan early: when its time is up, or when somebody interrupts it.
#[derive(Debug, Default)]
pub struct Stop {
    interrupted: Arc<AtomicBool>,
    deadline: Option<(Instant, Duration)>,
}

impl Stop {
    /// Stops after this long, from now; never by itself if `None`.
    pub fn after(time: Option<Duration>) -> Self {
        let deadline = time.and_then(|time| Some((Instant::now().checked_add(time)?, time)));
        Self {
            interrupted: Arc::default(),
            deadline,
        }
    }

    /// The flag that interrupts the scan once it is set; nothing that a signal handler may not do
    /// is needed for that.
    pub fn interrupt(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    /// Whether to come to an end.
    pub fn is_set(&self) -> bool {
        self.cause().is_some()
    }

    /// What the coverage says of it; an interrupt outweighs the time, which passes in any case.
    pub(super) fn shortfall(&self) -> Option<Shortfall> {
        let (kind, detail) = match self.cause()? {
            Cause::Interrupt => (Kind::Interrupted, "the scan was interrupted".to_owned()),
            Cause::Time(time) => {
                let detail = format!("the scan was stopped after {time:?}; raise --timeout");
                (Kind::Timeout, detail)
            }
        };
        Some(Shortfall::new(kind, "scan", detail))
    }

    fn cause(&self) -> Option<Cause> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(Cause::Interrupt);
        }
        let (end, time) = self.deadline?;
        (Instant::now() >= end).then_some(Cause::Time(time))
    }
}

enum Cause {
    Interrupt,
    Time(Duration),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_and_the_end_of_the_time_are_told_apart() {
        let kind = |stop: &Stop| stop.shortfall().map(|shortfall| shortfall.kind);
        let stop = Stop::after(Some(Duration::MAX));
        assert_eq!((stop.is_set(), kind(&stop)), (false, None));
        stop.interrupt().store(true, Ordering::Relaxed);
        assert_eq!(
            (stop.is_set(), kind(&stop)),
            (true, Some(Kind::Interrupted))
        );
        let over = Stop::after(Some(Duration::ZERO));
        assert_eq!((over.is_set(), kind(&over)), (true, Some(Kind::Timeout)));
        over.interrupt().store(true, Ordering::Relaxed);
        assert_eq!(kind(&over), Some(Kind::Interrupted));
    }
}

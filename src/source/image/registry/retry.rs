//! When to try again, and how long to wait before. Waits double, and what a registry asks for is
//! heeded as long as it is within the user's patience.

use super::error::{Cause, RegistryError};
use std::time::Duration;

/// Most tries of one request, and most resumptions without progress.
pub(super) const TRIES: u32 = 5;
/// First wait.
const FIRST: Duration = Duration::from_millis(200);

/// How long to wait before try number `tries` is followed by another; `None` to give up.
pub(super) fn pause(error: &RegistryError, tries: u32, patience: Duration) -> Option<Duration> {
    if tries >= TRIES {
        return None;
    }
    let doubled = FIRST * 2u32.pow(tries.saturating_sub(1));
    match &error.cause {
        Cause::RateLimited(Some(wanted)) if *wanted > patience => None,
        Cause::RateLimited(wanted) => Some(wanted.unwrap_or(doubled)),
        Cause::Connection(_) | Cause::Status(408 | 500 | 502 | 503 | 504) => Some(doubled),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::Host;
    use super::*;

    fn after(cause: Cause, tries: u32) -> Option<Duration> {
        let error = RegistryError::new(&Host::serving("x"), cause);
        pause(&error, tries, Duration::from_secs(60))
    }

    #[test]
    fn what_may_pass_is_tried_again_with_growing_waits() {
        let waits: Vec<_> = (1..=TRIES)
            .map(|tries| after(Cause::Status(503), tries))
            .collect();
        let expected = [200, 400, 800, 1_600].map(|wait| Some(Duration::from_millis(wait)));
        assert_eq!(waits[..4], expected);
        assert_eq!(waits[4], None);
        assert!(after(Cause::Connection("reset".into()), 1).is_some());
    }

    #[test]
    fn what_will_not_pass_is_told_at_once() {
        for cause in [
            Cause::NotFound,
            Cause::Status(400),
            Cause::TooSlow,
            Cause::UnknownHost,
        ] {
            assert_eq!(after(cause, 1), None);
        }
    }

    #[test]
    fn a_registry_may_ask_for_time_within_the_users_patience() {
        let asks = |seconds| after(Cause::RateLimited(Some(Duration::from_secs(seconds))), 1);
        assert_eq!(asks(7), Some(Duration::from_secs(7)));
        assert_eq!(asks(3_600), None);
    }
}

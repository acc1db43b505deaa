//! When to try again, and how long to wait before. Waits double, and what a registry asks for is
//! heeded as long as it is within the user's patience.

use super::error::{Cause, RegistryError};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::time::Duration;
use ureq::http::{HeaderMap, header};

/// Most tries of one request, and most resumptions without progress.
pub(super) const TRIES: u32 = 5;
/// The same for what keeps silent: each costs the user's whole patience.
const SILENT_TRIES: u32 = 2;
/// First wait.
const FIRST: Duration = Duration::from_millis(200);

/// How long to wait before try number `tries` is followed by another; `None` to give up, as whoever has
/// no patience left does.
pub(super) fn pause(error: &RegistryError, tries: u32, patience: Duration) -> Option<Duration> {
    let doubled = FIRST * 2u32.pow(tries.saturating_sub(1).min(TRIES));
    let (most, wanted) = match &error.cause {
        Cause::RateLimited(wanted) => (TRIES, *wanted),
        Cause::Status(408 | 425 | 500 | 502..=504 | 520..=599, wanted) => (TRIES, *wanted),
        Cause::Connection(_) => (TRIES, None),
        Cause::TooSlow => (SILENT_TRIES, None),
        _ => return None,
    };
    let wait = wanted.unwrap_or(doubled);
    let is_worth = !patience.is_zero() && wait <= patience.max(doubled);
    (tries < most && is_worth).then_some(wait)
}

/// The time that an answer asks to wait, in seconds or until a date (RFC 9110, 10.2.3).
pub(super) fn after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::parse(text).ok()?.timestamp();
    // A date that has passed asks for nothing.
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::address::Host;
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn pause_after(cause: Cause, tries: u32) -> Option<Duration> {
        let error = RegistryError::new(&Host::serving("x"), cause);
        pause(&error, tries, PATIENCE)
    }

    #[test]
    fn what_may_pass_is_tried_again_with_growing_waits() {
        let waits: Vec<_> = (1..=TRIES)
            .map(|tries| pause_after(Cause::Status(503, None), tries))
            .collect();
        let expected = [200, 400, 800, 1_600].map(|wait| Some(Duration::from_millis(wait)));
        assert_eq!(waits[..4], expected);
        assert_eq!(waits[4], None);
        assert!(pause_after(Cause::Connection("reset".into()), 1).is_some());
        assert!(pause_after(Cause::TooSlow, 1).is_some());
    }

    #[test]
    fn what_will_not_pass_is_told_at_once() {
        for cause in [
            Cause::NotFound,
            Cause::Status(400, None),
            Cause::Status(501, None),
            Cause::Unreachable,
            Cause::UnknownHost,
        ] {
            assert_eq!(pause_after(cause, 1), None);
        }
        assert_eq!(pause_after(Cause::TooSlow, SILENT_TRIES), None);
        let error = RegistryError::new(&Host::serving("x"), Cause::Status(503, None));
        assert_eq!(pause(&error, 1, Duration::ZERO), None);
    }

    #[test]
    fn a_registry_may_ask_for_time_within_the_users_patience() {
        for cause in [Cause::RateLimited, |wait| Cause::Status(503, wait)] {
            let asks = |seconds| pause_after(cause(Some(Duration::from_secs(seconds))), 1);
            assert_eq!(asks(7), Some(Duration::from_secs(7)));
            assert_eq!(asks(3_600), None);
        }
    }

    #[test]
    fn the_time_to_wait_is_told_in_seconds_or_by_a_date() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        for (text, expected) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = [(header::RETRY_AFTER, text.parse().unwrap())];
            let wait = after(&headers.into_iter().collect(), now);
            assert_eq!(wait, expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(after(&HeaderMap::new(), now), None);
    }
}

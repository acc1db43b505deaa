//! A day of the calendar, as people write it where something is to end.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A day, `YYYY-MM-DD` (RFC 3339, `full-date`), in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date(jiff::civil::Date);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no date; it is written YYYY-MM-DD, as in 2026-12-31")]
pub struct DateError(String);

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl Date {
    /// The day of this moment, in seconds since the Unix epoch; `None` beyond the calendar.
    pub fn of(seconds: i64) -> Option<Self> {
        let moment = jiff::Timestamp::from_second(seconds).ok()?;
        Some(Self(moment.to_zoned(jiff::tz::TimeZone::UTC).date()))
    }

    /// Whether the whole day has passed at `now`, in seconds since the Unix epoch. What lies beyond
    /// the calendar has passed.
    pub fn is_over(self, now: i64) -> bool {
        let now = jiff::Timestamp::from_second(now);
        now.map_or(true, |now| {
            now.to_zoned(jiff::tz::TimeZone::UTC).date() > self.0
        })
    }
}

impl FromStr for Date {
    type Err = DateError;

    /// Takes that one form and no other: what looks nearly like a date should not end by surprise.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let day = text.parse().ok().filter(|_| text.len() == 10);
        day.map(Self).ok_or_else(|| DateError(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_to_its_end() {
        let day: Date = "2026-12-31".parse().unwrap();
        let midnight = 1_798_761_600;
        assert!(!day.is_over(midnight - 1));
        assert!(day.is_over(midnight));
        assert!(day.is_over(i64::MAX));
        assert_eq!(day.to_string(), "2026-12-31");
    }

    #[test]
    fn nothing_else_is_a_day() {
        let wrong = [
            "",
            "2026-13-01",
            "2026-02-30",
            "2026-1-1",
            "20261231",
            "2026-12-31T00:00:00",
            "31.12.2026",
            "2026-W01-1",
            "soon",
        ];
        for text in wrong {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }
}

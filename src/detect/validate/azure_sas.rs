//! Shared access signatures of Azure: the fields of a query, one of which says until when it holds
//! (`se`, see Microsoft's "Create an account SAS").

use super::{Evidence, Proof};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Reads until when a signature holds. Without a date a policy that is stored at the service tells.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let Some((day, end)) = end(evidence.matched) else {
        return Proof::neutral("it names no end of its own");
    };
    let proof = match end < evidence.now {
        true => Proof::spent(format!("it expired on {day}")),
        false => Proof::neutral(format!("it is good until {day}")),
    };
    proof.expiring(end)
}

/// The last day of a signature, and the last second of that day in UTC.
fn end(query: &[u8]) -> Option<(Date, i64)> {
    let text = std::str::from_utf8(query).ok()?;
    let text = text.replace("\\u0026", "&");
    let day = text
        .split('&')
        .find_map(|field| field.strip_prefix("se="))?;
    let day: Date = day.get(..10)?.parse().ok()?;
    let next = day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some((day, next.timestamp().as_second() - 1))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Neutral, Spent};
    use super::super::tests::evidence;
    use super::*;

    #[test]
    fn the_end_decides_with_all_of_its_day() {
        let verdict = |query: &str| prove(&evidence(query.as_bytes())).verdict;
        assert_eq!(verdict("sv=2022-11-02&se=2025-12-30&sig=x"), Spent);
        assert_eq!(
            verdict("se=2025-12-31T23%3A00%3A00Z\\u0026sv=2022-11-02\\u0026sig=x"),
            Spent
        );
        assert_eq!(verdict("sv=2022-11-02&se=2026-01-01T00:00Z&sig=x"), Neutral);
        assert_eq!(verdict("sv=2022-11-02&si=policy&sig=x"), Neutral);
        assert_eq!(verdict("sv=2022-11-02&se=tomorrow&sig=x"), Neutral);
    }
}

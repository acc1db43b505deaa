//! Puts the rules together, those of the program and those the user names, and sets the clock that
//! they measure expiry by.

use anyhow::Context;
use residue::detect::Detector;
use residue::ruleset::RuleSet;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The program's rules and those in these files, ready to search; `now` as [`now`] gives it.
pub(super) fn load(files: &[PathBuf], now: i64) -> anyhow::Result<Detector> {
    Ok(Detector::new(RuleSet::with_files(files)?, now)?)
}

/// What expiry is measured against, in seconds since the Unix epoch: `SOURCE_DATE_EPOCH` if it is
/// set, so that a scan can be repeated, else the clock.
pub(super) fn now() -> anyhow::Result<i64> {
    match std::env::var_os("SOURCE_DATE_EPOCH") {
        Some(value) => value
            .to_str()
            .and_then(|text| text.parse().ok())
            .context("SOURCE_DATE_EPOCH is not a number of seconds; unset it or mend it"),
        None => {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            Ok(since.map_or(0, |time| time.as_secs().cast_signed()))
        }
    }
}

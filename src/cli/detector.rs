//! Puts the rules together, those of the program and those the user names, and sets the clock that
//! they measure expiry by.

use anyhow::{Context, ensure};
use residue::detect::{Detector, examples};
use residue::model::Rule;
use residue::ruleset::{self, RuleSet};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// The program's rules and those in these files, ready to search; `now` as [`now`] gives it.
pub(super) fn load(files: &[PathBuf], now: i64) -> anyhow::Result<Detector> {
    Ok(Detector::new(RuleSet::with_files(files)?, now)?)
}

/// These rules, ready to search, after those of the user were tried: a rule that does not do what its
/// own examples say would miss in silence.
pub(super) fn tried(rules: RuleSet, now: i64) -> anyhow::Result<Detector> {
    let detector = Detector::new(rules, now)?;
    let rules = detector.rules().iter().enumerate();
    let problems: Vec<String> = rules
        .filter(|(_, rule)| ruleset::is_of_user(rule))
        .flat_map(|(number, rule)| problems(&detector, number, rule))
        .collect();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(detector)
}

fn problems(detector: &Detector, number: usize, rule: &Rule) -> Vec<String> {
    if let Err(problem) = detector.compile(number) {
        return vec![problem.to_string()];
    }
    let failed = examples::check(detector, rule).into_iter();
    failed
        .map(|problem| format!("{problem}; `residue rules test` tells why, and docs/rules.md how examples are written"))
        .collect()
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

//! How a baseline follows a report: begins with it, takes over what is new, drops what is gone.

use super::{Baseline, Report};
use crate::model::Fingerprint;
use crate::suppress::SuppressError;
use std::collections::BTreeSet;

/// A baseline of all that a report lists. What is suppressed in another way stays out.
pub fn create(report: &Report) -> Baseline {
    let mut baseline = Baseline::new(&report.name, &report.key_id);
    for (id, rule) in &report.known {
        baseline.add(*id, rule);
    }
    baseline
}

/// Adds what a report lists and keeps the rest; returns how many secrets are new.
///
/// # Errors
/// When the two were made with different keys.
pub fn update(baseline: &mut Baseline, report: &Report) -> Result<usize, SuppressError> {
    baseline.check_key(&report.key_id)?;
    let before = baseline.len();
    for (id, rule) in &report.known {
        baseline.add(*id, rule);
    }
    Ok(baseline.len() - before)
}

/// Drops what a report does not have any more, suppressed or not; returns how many secrets went.
///
/// # Errors
/// When the two were made with different keys, or the report did not see everything.
pub fn prune(baseline: &mut Baseline, report: &Report) -> Result<usize, SuppressError> {
    baseline.check_key(&report.key_id)?;
    if !report.complete {
        return Err(SuppressError::Incomplete {
            file: report.name.clone(),
        });
    }
    let known = report.known.iter().map(|(id, _)| *id);
    let there: BTreeSet<Fingerprint> = known.chain(report.allowed.iter().copied()).collect();
    let before = baseline.len();
    baseline.entries.retain(|id, _| there.contains(id));
    Ok(before - baseline.len())
}

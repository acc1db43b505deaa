//! Which entries had an effect, so that those without one can be told: a list that only grows is
//! soon believed by nobody.

use super::{Ignores, Suppressor};
use crate::model::{Coverage, Fingerprint, Kind, Shortfall};
use std::collections::BTreeSet;

/// What fitted something in one scan.
pub(super) struct Used {
    /// For each entry of each ignore file, whether it fitted a place.
    pub(super) ignores: Vec<Vec<bool>>,
    /// The secrets that the baseline has.
    pub(super) baseline: BTreeSet<Fingerprint>,
}

impl Used {
    /// Nothing yet.
    pub(super) fn of(suppressor: &Suppressor) -> Self {
        let ignores = suppressor.ignores.iter();
        Self {
            ignores: ignores
                .map(|ignores| vec![false; ignores.entries().len()])
                .collect(),
            baseline: BTreeSet::new(),
        }
    }

    /// Records the entries that are over, and those that nothing needed.
    pub(super) fn tell(&self, suppressor: &Suppressor, coverage: &Coverage) {
        for (ignores, used) in suppressor.ignores.iter().zip(&self.ignores) {
            tell_entries(suppressor, ignores, used, coverage);
        }
        let Some(baseline) = suppressor.baseline.as_ref().filter(|_| suppressor.whole) else {
            return;
        };
        let all = baseline.len();
        let unused = all - self.baseline.len();
        if unused > 0 {
            let detail = format!(
                "{unused} of {all} entries were not found any more; `residue baseline prune` drops them"
            );
            let place = baseline.suppression().source.clone();
            coverage.record(Shortfall::new(Kind::UnusedSuppression, place, detail));
        }
    }
}

fn tell_entries(suppressor: &Suppressor, ignores: &Ignores, used: &[bool], coverage: &Coverage) {
    let tells_unused = suppressor.whole && ignores.is_whole();
    for ((_, suppression), &used) in ignores.entries().zip(used) {
        let (kind, detail) = if suppressor.is_over(suppression) {
            let day = suppression.until.map(|day| format!(" until {day}"));
            let detail = format!("the entry held{}", day.unwrap_or_default());
            (Kind::ExpiredSuppression, detail)
        } else if tells_unused && !used {
            let detail = "the entry fits nothing that was found".to_owned();
            (Kind::UnusedSuppression, detail)
        } else {
            continue;
        };
        coverage.record(Shortfall::new(kind, suppression.source.clone(), detail));
    }
}

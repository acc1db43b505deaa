//! Gathers the matches of all threads by blob. The pieces of a large file are searched at different
//! times by different threads, so overlaps and companions are settled when everything is in.

use crate::detect::Match;
use crate::model::{Coverage, Kind, Origin, Shortfall};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The matches found so far, up to a number that bounds the memory.
pub(super) struct Collector {
    matches: Mutex<BTreeMap<Origin, Vec<Match>>>,
    kept: AtomicUsize,
    lost: AtomicUsize,
    most: usize,
}

impl Collector {
    /// Keeps at most about this many matches; whole pieces are kept or lost.
    pub(super) fn new(most: usize) -> Self {
        Self {
            matches: Mutex::default(),
            kept: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
            most,
        }
    }

    /// Adds what was found in a piece of this blob.
    pub(super) fn add(&self, origin: &Origin, found: Vec<Match>) {
        if found.is_empty() {
            return;
        }
        if self.kept.fetch_add(found.len(), Ordering::Relaxed) >= self.most {
            self.lost.fetch_add(found.len(), Ordering::Relaxed);
            return;
        }
        let mut matches = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
        matches.entry(origin.clone()).or_default().extend(found);
    }

    /// All matches, by blob in a stable order; what had to be given up is recorded as a gap.
    pub(super) fn finish(self, coverage: &Coverage) -> BTreeMap<Origin, Vec<Match>> {
        let lost = self.lost.into_inner();
        if lost > 0 {
            let detail = format!(
                "{lost} more matches were not kept; the limit is {}",
                self.most
            );
            coverage.record(Shortfall::new(Kind::Limit, "scan", detail));
        }
        self.matches
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

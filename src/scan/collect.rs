//! Gathers the matches of all threads by blob. The pieces of a large file are searched at different
//! times by different threads, so overlaps and companions are settled when everything is in.

use crate::model::{Coverage, Kind, Match, Origin, Shortfall};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The matches found so far, up to a number that bounds the memory.
pub(super) struct Collector {
    gathered: Mutex<Gathered>,
    most: usize,
}

#[derive(Default)]
struct Gathered {
    matches: BTreeMap<Origin, Vec<Match>>,
    kept: usize,
    lost: usize,
}

impl Collector {
    /// Keeps this many matches in the end, and at most about twice as many until then.
    pub(super) fn new(most: usize) -> Self {
        Self {
            gathered: Mutex::default(),
            most,
        }
    }

    /// Adds what was found in a piece of this blob.
    pub(super) fn add(&self, origin: &Origin, found: Vec<Match>) {
        if found.is_empty() {
            return;
        }
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.kept += found.len();
        let of_blob = gathered.matches.entry(origin.clone()).or_default();
        of_blob.extend(found);
        if gathered.kept / 2 > self.most {
            gathered.cut(self.most);
        }
    }

    /// All matches, by blob in a stable order; what had to be given up is recorded as a gap.
    pub(super) fn finish(self, coverage: &Coverage) -> BTreeMap<Origin, Vec<Match>> {
        let gathered = self.gathered.into_inner();
        let mut gathered = gathered.unwrap_or_else(PoisonError::into_inner);
        gathered.cut(self.most);
        let lost = gathered.lost;
        if lost > 0 {
            let detail = format!(
                "{lost} more matches were not kept; the limit is {}",
                self.most
            );
            coverage.record(Shortfall::new(Kind::Limit, "scan", detail));
        }
        gathered.matches
    }
}

impl Gathered {
    /// Gives up all but the first `most` matches, counted in the order of blobs and places: so what
    /// is kept does not depend on which thread was faster.
    fn cut(&mut self, most: usize) {
        let mut room = most;
        for found in self.matches.values_mut() {
            if found.len() > room {
                found.sort_by_key(|found| (found.span.start, found.span.end, found.rule));
                found.truncate(room);
            }
            room -= found.len();
        }
        self.matches.retain(|_, found| !found.is_empty());
        let kept = most - room;
        self.lost += self.kept - kept;
        self.kept = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, DocumentId, Judged, Position, Secret};
    use std::sync::Arc;

    fn found(at: u64) -> Match {
        Match {
            rule: 0,
            span: at..at + 7,
            carried: false,
            position: Position {
                offset: at,
                line: 1,
                column: at + 1,
            },
            judged: Arc::new(Judged {
                secret: Secret::new(b"hunter2"),
                normalised: None,
                confidence: Confidence::High,
                reasons: Vec::new(),
                parts: Vec::new(),
                remarks: Vec::new(),
                allowed: Vec::new(),
            }),
            aliases: Vec::new(),
        }
    }

    #[test]
    fn what_is_kept_of_too_many_does_not_depend_on_the_order() {
        let pieces: Vec<(u32, u64)> = (0..40)
            .map(|number| (number % 4, u64::from(number)))
            .collect();
        let kept = |order: &mut dyn Iterator<Item = &(u32, u64)>| {
            let collector = Collector::new(15);
            for &(blob, at) in order {
                collector.add(&Origin::Document(DocumentId(blob)), vec![found(at)]);
            }
            let coverage = Coverage::default();
            let matches = collector.finish(&coverage);
            let offsets = |found: Vec<Match>| {
                let mut offsets: Vec<u64> = found.iter().map(|found| found.span.start).collect();
                offsets.sort_unstable();
                offsets
            };
            let kept: Vec<_> = matches
                .into_iter()
                .map(|(origin, found)| (origin, offsets(found)))
                .collect();
            (kept, coverage.shortfalls())
        };
        let (forwards, gap) = kept(&mut pieces.iter());
        assert_eq!(
            forwards.iter().map(|(_, found)| found.len()).sum::<usize>(),
            15
        );
        assert!(gap[0].0.detail.starts_with("25 more matches"), "{gap:?}");
        assert_eq!(kept(&mut pieces.iter().rev()), (forwards, gap));
    }
}

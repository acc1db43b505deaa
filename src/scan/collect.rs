//! Gathers the matches of all threads by blob. The pieces of a large file are searched at different
//! times by different threads, so overlaps and companions are settled when everything is in.

use super::key_pairs::KeyHolders;
use super::recipes::{Noted, Recipes};
use crate::model::{Coverage, Kind, Match, Origin, Shortfall};
use crate::unpack::sums::FileSums;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Matches in further versions of a text that are kept for each one that was judged where it stands.
/// They share what was judged, and a secret in a file of a thousand versions has a thousand.
const CARRIED: u64 = 20;

/// All that was found.
#[derive(Default)]
pub(super) struct Found {
    /// The matches, by blob in a stable order.
    pub(super) matches: BTreeMap<Origin, Vec<Match>>,
    /// The hashes of blobs among them that are files and were in memory as a whole.
    pub(super) sums: BTreeMap<Origin, FileSums>,
    /// What holds public keys.
    pub(super) key_holders: KeyHolders,
    /// The recipes that name files.
    pub(super) recipes: Recipes,
}

/// The matches found so far, up to a number that bounds the memory.
pub(super) struct Collector {
    gathered: Mutex<Gathered>,
    most: Tally,
}

#[derive(Default)]
struct Gathered {
    matches: BTreeMap<Origin, Vec<Match>>,
    sums: BTreeMap<Origin, FileSums>,
    key_holders: KeyHolders,
    recipes: Recipes,
    kept: Tally,
    lost: Tally,
}

/// Numbers of matches: of those judged where they stand, and of those that came along with copied
/// bytes. Each kind has a bound of its own, so that neither takes the other's room.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    judged: u64,
    carried: u64,
}

impl Tally {
    /// Room for what a scan keeps: this many matches, and [`CARRIED`] times as many that came along.
    pub(super) const fn of_scan(most: u64) -> Self {
        Self {
            judged: most,
            carried: most.saturating_mul(CARRIED),
        }
    }

    /// The number that a match counts towards.
    fn of(&mut self, found: &Match) -> &mut u64 {
        if found.carried {
            &mut self.carried
        } else {
            &mut self.judged
        }
    }

    /// Counts a match out of this room, if there is any left for its kind.
    pub(super) fn take(&mut self, found: &Match) -> bool {
        let room = self.of(found);
        let taken = *room > 0;
        *room -= u64::from(taken);
        taken
    }
}

impl Collector {
    /// Keeps this many matches in the end, [`CARRIED`] times as many of those that came along, and
    /// at most about twice as many until then.
    pub(super) fn new(most: u64) -> Self {
        Self {
            gathered: Mutex::default(),
            most: Tally::of_scan(most),
        }
    }

    /// Adds what was found in a piece of this blob.
    pub(super) fn add(&self, origin: &Origin, mut found: Vec<Match>) {
        if found.is_empty() {
            return;
        }
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|found| !gathered.key_holders.take(origin, found));
        if found.is_empty() {
            return;
        }
        for found in &found {
            *gathered.kept.of(found) += 1;
        }
        let of_blob = gathered.matches.entry(origin.clone()).or_default();
        of_blob.extend(found);
        let (kept, most) = (gathered.kept, self.most);
        if kept.judged / 2 > most.judged || kept.carried / 2 > most.carried {
            gathered.cut(most);
        }
    }

    /// Adds the hashes of a file in which something was found.
    pub(super) fn add_sums(&self, origin: &Origin, sums: FileSums) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.matches.contains_key(origin) {
            gathered.sums.insert(origin.clone(), sums);
        }
    }

    /// Adds a recipe that names files.
    pub(super) fn add_recipe(&self, origin: &Origin, noted: Noted) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.recipes.add(origin.clone(), noted);
    }

    /// All matches; what had to be given up is recorded as a gap.
    pub(super) fn finish(self, coverage: &Coverage) -> Found {
        let gathered = self.gathered.into_inner();
        let mut gathered = gathered.unwrap_or_else(PoisonError::into_inner);
        gathered.cut(self.most);
        let (lost, most) = (gathered.lost, self.most);
        for (lost, what, most) in [
            (lost.judged, "matches", most.judged),
            (
                lost.carried,
                "matches in further versions of a text",
                most.carried,
            ),
        ] {
            if lost > 0 {
                let detail =
                    format!("{lost} more {what} than {most} were not kept (--limit matches)");
                coverage.record(Shortfall::new(Kind::Limit, "scan", detail));
            }
        }
        Found {
            matches: gathered.matches,
            sums: gathered.sums,
            key_holders: gathered.key_holders,
            recipes: gathered.recipes,
        }
    }
}

impl Gathered {
    /// Gives up all but the first `most` matches of each kind, counted in the order of blobs and
    /// places: so what is kept does not depend on which thread was faster.
    fn cut(&mut self, most: Tally) {
        let (mut room, mut kept) = (most, Tally::default());
        for found in self.matches.values_mut() {
            if found.len() as u64 > room.judged.min(room.carried) {
                found.sort_by_key(|f| (f.span.start, f.span.end, f.rule, f.carried));
            }
            found.retain(|found| room.take(found));
            for found in &*found {
                *kept.of(found) += 1;
            }
        }
        self.matches.retain(|_, found| !found.is_empty());
        self.sums
            .retain(|origin, _| self.matches.contains_key(origin));
        self.lost.judged += self.kept.judged - kept.judged;
        self.lost.carried += self.kept.carried - kept.carried;
        self.kept = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, DocumentId, Judged, Position, Secret};
    use std::sync::Arc;

    fn found(at: u64, carried: bool) -> Match {
        Match {
            rule: 0,
            span: at..at + 7,
            carried,
            position: Position {
                offset: at,
                line: 1,
                column: at + 1,
            },
            judged: Arc::new(Judged {
                secret: Secret::new(b"hunter2"),
                normalised: None,
                confidence: Confidence::High,
                is_example: false,
                reasons: Vec::new(),
                parts: Vec::new(),
                public_key: None,
                encodings: Vec::new(),
                expires: Vec::new(),
                written: None,
                remarks: Vec::new(),
                allowed: Vec::new(),
            }),
            aliases: Vec::new(),
            setting: None,
        }
    }

    /// What a collector keeps when it may keep `most`, by blob, and what it says of the rest.
    fn kept<'a>(
        most: u64,
        added: impl Iterator<Item = &'a (u32, Match)>,
    ) -> (Vec<(Origin, Vec<u64>)>, Vec<String>) {
        let collector = Collector::new(most);
        for (blob, found) in added {
            collector.add(&Origin::Document(DocumentId(*blob)), vec![found.clone()]);
        }
        let coverage = Coverage::default();
        let offsets = |found: Vec<Match>| {
            let mut offsets: Vec<u64> = found.iter().map(|found| found.span.start).collect();
            offsets.sort_unstable();
            offsets
        };
        let matches = collector.finish(&coverage).matches.into_iter();
        let matches = matches.map(|(origin, found)| (origin, offsets(found)));
        let shortfalls = coverage.shortfalls().into_iter();
        (
            matches.collect(),
            shortfalls.map(|(gap, _)| gap.detail).collect(),
        )
    }

    fn count(kept: &[(Origin, Vec<u64>)]) -> usize {
        kept.iter().map(|(_, offsets)| offsets.len()).sum()
    }

    #[test]
    fn what_is_kept_of_too_many_does_not_depend_on_the_order() {
        let all = (0..40).map(|number| (number % 4, found(u64::from(number), false)));
        let all: Vec<_> = all.collect();
        let (forwards, gaps) = kept(15, all.iter());
        assert_eq!(count(&forwards), 15);
        assert!(gaps[0].starts_with("25 more matches than"), "{gaps:?}");
        assert_eq!(kept(15, all.iter().rev()), (forwards, gaps));
    }

    #[test]
    fn matches_that_came_along_have_room_of_their_own() {
        let carried = |number: u32| !number.is_multiple_of(50);
        let all = (0..250).map(|number| (number % 4, found(number.into(), carried(number))));
        let all: Vec<_> = all.collect();
        assert_eq!(
            count(&kept(13, all.iter()).0),
            250,
            "245 and 5 are few enough"
        );
        let (forwards, gaps) = kept(3, all.iter());
        assert_eq!(count(&forwards) as u64, 3 * CARRIED + 3);
        assert_eq!(
            gaps,
            [
                "185 more matches in further versions of a text than 60 were not kept (--limit matches)",
                "2 more matches than 3 were not kept (--limit matches)",
            ]
        );
        assert_eq!(kept(3, all.iter().rev()), (forwards, gaps));
    }
}

//! What was looked at and what was not. Every report carries it, and a *gap* in it fails a gate:
//! nothing that was not read may pass for clean.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why something was not read, or not in full. The names are those of `--allow-gap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A format's own rules are broken: bad checksum, not JSON, wrong types.
    Corrupt,
    /// The input ends before it should.
    Truncated,
    /// A digest or size does not agree with the content.
    Mismatch,
    /// Something that is referred to is not there.
    Missing,
    /// The operating system refused to read it.
    Unreadable,
    /// A codec or format that this build does not know.
    Unsupported,
    /// One of the limits bit.
    Limit,
    /// The time that was allowed ran out.
    Timeout,
    /// Somebody ended the scan early.
    Interrupted,
    /// The whole target could not be reached or is not an image.
    Target,
    /// A platform that an index names and the layout does not hold.
    PlatformAbsent,
    /// A layer that is only to be had from elsewhere (`urls`), which nobody fetches.
    ForeignLayer,
    /// Encrypted content.
    Encrypted,
    /// A parser failed; the raw bytes were scanned all the same.
    RawOnly,
    /// Readers of the format disagree about these bytes; every reading was scanned.
    Ambiguous,
    /// Files that the user asked to leave out.
    Excluded,
    /// A fifo, device or socket that was named: reading it might never end.
    SpecialFile,
    /// A shallow clone: the history before its boundary was never fetched.
    Shallow,
    /// Secrets in objects that no reference reaches.
    Unreachable,
    /// Files that git-lfs keeps elsewhere, and that were never fetched.
    LfsAbsent,
    /// A history without a single commit in it.
    NoCommits,
    /// A suppression whose time is over; it suppressed nothing.
    ExpiredSuppression,
    /// A suppression that nothing needed any more.
    UnusedSuppression,
    /// What a configuration in the scanned tree asks for and may not have.
    UntrustedConfig,
    /// A path that leads out of what is scanned, which nobody follows.
    OutOfBounds,
    /// A Dockerfile that was named and that no image was built by.
    UnusedDockerfile,
    /// Processes of other users, which this one may not look at.
    OtherUser,
}

/// Whether a shortfall fails a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Asked for and not read: the scan is incomplete.
    Gap,
    /// Rightly left aside, or read another way.
    Note,
}

/// Every kind with its name and class: the one table that flags, help and reports derive from.
const KINDS: [(Kind, &str, Class); 27] = [
    (Kind::Corrupt, "corrupt", Class::Gap),
    (Kind::Truncated, "truncated", Class::Gap),
    (Kind::Mismatch, "mismatch", Class::Gap),
    (Kind::Missing, "missing", Class::Gap),
    (Kind::Unreadable, "unreadable", Class::Gap),
    (Kind::Unsupported, "unsupported", Class::Gap),
    (Kind::Limit, "limit", Class::Gap),
    (Kind::Timeout, "timeout", Class::Gap),
    (Kind::Interrupted, "interrupted", Class::Gap),
    (Kind::Target, "target", Class::Gap),
    (Kind::PlatformAbsent, "platform-absent", Class::Note),
    (Kind::ForeignLayer, "foreign-layer", Class::Note),
    (Kind::Encrypted, "encrypted", Class::Note),
    (Kind::RawOnly, "raw-only", Class::Note),
    (Kind::Ambiguous, "ambiguous", Class::Note),
    (Kind::Excluded, "excluded", Class::Note),
    (Kind::SpecialFile, "special-file", Class::Note),
    (Kind::Shallow, "shallow", Class::Note),
    (Kind::Unreachable, "unreachable", Class::Note),
    (Kind::LfsAbsent, "lfs-absent", Class::Note),
    (Kind::NoCommits, "no-commits", Class::Gap),
    (Kind::ExpiredSuppression, "expired-suppression", Class::Note),
    (Kind::UnusedSuppression, "unused-suppression", Class::Note),
    (Kind::UntrustedConfig, "untrusted-config", Class::Note),
    (Kind::OutOfBounds, "out-of-bounds", Class::Note),
    (Kind::UnusedDockerfile, "unused-dockerfile", Class::Note),
    (Kind::OtherUser, "other-user", Class::Note),
];

impl Kind {
    /// All kinds, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|&(kind, ..)| kind)
    }

    /// The word used in flags and reports.
    pub const fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    /// Whether this kind is a gap by itself.
    pub const fn class(self) -> Class {
        KINDS[self as usize].2
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|entry| entry.1 == name)
            .map(|entry| entry.0)
    }
}

/// One thing that was not read, or not in full.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortfall {
    /// Why.
    pub kind: Kind,
    /// Where: a target, layer or path, as people know it.
    pub place: String,
    /// What happened, in one sentence without the place.
    pub detail: String,
}

impl Shortfall {
    /// A shortfall at `place`.
    pub fn new(kind: Kind, place: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            place: place.into(),
            detail: detail.into(),
        }
    }
}

/// What is counted while scanning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Images, counting each platform.
    Images,
    /// Distinct layers read.
    Layers,
    /// Manifests, configs and attestations read.
    Documents,
    /// Git objects read: blobs, trees, commits and tags, each once.
    Objects,
    /// Git commits among them.
    Commits,
    /// Files: tar entries with content, files on disk, records of standard input.
    Files,
    /// Bytes searched, after decompression.
    Bytes,
}

impl Counter {
    /// All counters, in report order.
    pub const ALL: [Self; 7] = [
        Self::Images,
        Self::Layers,
        Self::Documents,
        Self::Objects,
        Self::Commits,
        Self::Files,
        Self::Bytes,
    ];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Layers => "layers",
            Self::Documents => "documents",
            Self::Objects => "objects",
            Self::Commits => "commits",
            Self::Files => "files",
            Self::Bytes => "bytes",
        }
    }
}

/// Most shortfalls that are kept one by one; the rest is counted.
const KEPT: usize = 1_000;

/// The ledger that all threads write to.
#[derive(Debug, Default)]
pub struct Coverage {
    counters: [AtomicU64; Counter::ALL.len()],
    shortfalls: Mutex<BTreeMap<Shortfall, u64>>,
    unlisted: [AtomicU64; KINDS.len()],
}

impl Coverage {
    /// Adds to a counter.
    pub fn count(&self, counter: Counter, by: u64) {
        self.counters[counter as usize].fetch_add(by, Ordering::Relaxed);
    }

    /// Reads a counter.
    pub fn counted(&self, counter: Counter) -> u64 {
        self.counters[counter as usize].load(Ordering::Relaxed)
    }

    /// Records what was not read. Equal ones are counted; of more than a thousand different ones
    /// only the number per kind is kept, so that a hostile input cannot fill the memory. Those that
    /// come first in the report stay, whatever order threads record them in.
    pub fn record(&self, shortfall: Shortfall) {
        let mut kept = self.kept();
        *kept.entry(shortfall).or_default() += 1;
        if kept.len() > KEPT
            && let Some((last, times)) = kept.pop_last()
        {
            self.unlisted[last.kind as usize].fetch_add(times, Ordering::Relaxed);
        }
    }

    /// Whether something was not read for this reason.
    pub fn has(&self, kind: Kind) -> bool {
        let is_unlisted = self.unlisted[kind as usize].load(Ordering::Relaxed) > 0;
        is_unlisted || self.kept().keys().any(|shortfall| shortfall.kind == kind)
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Shortfall, u64>> {
        self.shortfalls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What was recorded, sorted, with how often; what is beyond the list comes as one entry for
    /// each kind.
    pub fn shortfalls(&self) -> Vec<(Shortfall, u64)> {
        let kept = self.kept();
        let unlisted = Kind::all().filter_map(|kind| {
            let more = self.unlisted[kind as usize].load(Ordering::Relaxed);
            (more > 0).then(|| {
                (
                    Shortfall::new(kind, "elsewhere", "more of the same kind"),
                    more,
                )
            })
        });
        kept.iter()
            .map(|(shortfall, &times)| (shortfall.clone(), times))
            .chain(unlisted)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for (index, &(kind, name, _)) in KINDS.iter().enumerate() {
            assert_eq!(kind as usize, index);
            assert_eq!(Kind::from_name(name), Some(kind));
        }
        for (index, counter) in Counter::ALL.into_iter().enumerate() {
            assert_eq!(counter as usize, index);
        }
    }

    #[test]
    fn a_flood_of_shortfalls_is_counted_and_not_kept() {
        let coverage = Coverage::default();
        for number in 0..KEPT + 5 {
            coverage.record(Shortfall::new(
                Kind::Corrupt,
                format!("entry {number}"),
                "bad",
            ));
        }
        coverage.record(Shortfall::new(Kind::Corrupt, "entry 0", "bad"));
        let all = coverage.shortfalls();
        assert_eq!(all.len(), KEPT + 1);
        assert_eq!(all[0].1, 2);
        assert_eq!(all.last().map(|last| last.1), Some(5));
    }

    #[test]
    fn what_is_kept_of_a_flood_does_not_depend_on_its_order() {
        let numbers: Vec<usize> = (0..2 * KEPT).chain(0..KEPT / 2).collect();
        let told = |numbers: &mut dyn Iterator<Item = &usize>| {
            let coverage = Coverage::default();
            for number in numbers {
                let place = format!("entry {number}");
                coverage.record(Shortfall::new(Kind::Corrupt, place, "bad"));
            }
            coverage.shortfalls()
        };
        let forwards = told(&mut numbers.iter());
        assert_eq!(forwards, told(&mut numbers.iter().rev()));
        let total: u64 = forwards.iter().map(|(_, times)| times).sum();
        assert_eq!(total, numbers.len() as u64);
    }
}

//! A whole scan of something small, as the program does it.

use residue::detect::Detector;
use residue::model::{Identity, Limits, Options, Outcome};
use residue::ruleset::RuleSet;
use residue::scan::{Scan, Stop};
use residue::source::Source;
use residue::suppress::Suppressor;
use residue::unpack::batch::Context;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The rules of the program.
pub static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    let rules = RuleSet::builtin().expect("a tested build has rules");
    Detector::new(rules, 0).expect("and they compile")
});

/// One thread, and limits that a small input can reach.
pub static OPTIONS: LazyLock<Options> = LazyLock::new(|| Options {
    threads: 1,
    limits: Limits {
        stream_bytes: 4 << 20,
        ratio: 100,
        ratio_floor: 1 << 20,
        entries: 1000,
        entry_metadata: 16 << 10,
        document_bytes: 64 << 10,
        window_bytes: 8 << 20,
        memory: Limits::LEAST_MEMORY,
        matches: 100,
        ..Limits::default()
    },
    ..Options::default()
});

/// What a detector needs around a match.
pub fn context() -> Context {
    let (before, after) = DETECTOR.context();
    Context { before, after }
}

/// Scans, and insists that nothing inside has failed.
pub fn scan(source: &dyn Source) -> Outcome {
    let scan = Scan {
        detector: &DETECTOR,
        options: &OPTIONS,
        identity: &Identity::default(),
        suppressor: &Suppressor::default(),
        stop: &Stop::default(),
    };
    let outcome = scan.run(source).expect("a thread can be started");
    for (shortfall, _) in outcome.coverage.shortfalls() {
        assert!(!shortfall.detail.contains("failed inside"), "{shortfall:?}");
    }
    outcome
}

/// A folder in memory, where the system has such.
pub fn folder() -> TempDir {
    let shared = Path::new("/dev/shm");
    match shared.is_dir() {
        true => TempDir::new_in(shared),
        false => TempDir::new(),
    }
    .expect("a folder can be made")
}

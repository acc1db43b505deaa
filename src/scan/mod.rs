//! The whole story: a source reads, threads search what it reads, matches become findings, findings
//! learn where they stand.
//!
//! A scan never fails half-way. What could not be read is in the outcome's coverage, and what was
//! found before is kept.

mod assemble;
mod collect;
mod costs;
pub mod explain;
mod key_doubts;
mod key_pairs;
mod members;
mod noted;
mod recipes;
mod record;
mod spot;
mod stop;
mod turns;
mod vague;
mod vendored;
mod work;

pub use costs::costs;
pub use record::purpose;
pub use stop::Stop;

use crate::detect::Detector;
use crate::model::{Coverage, Identity, Options, Outcome};
use crate::source::Source;
use crate::suppress::Suppressor;
use collect::Collector;
use members::WithMembers;
use work::Work;

/// What a scan needs beside the source.
pub struct Scan<'a> {
    /// The rules, ready to run.
    pub detector: &'a Detector,
    /// The user's decisions.
    pub options: &'a Options,
    /// Makes the fingerprints.
    pub identity: &'a Identity,
    /// Says what is known or allowed.
    pub suppressor: &'a Suppressor,
    /// Ends the scan early, from outside or when the time is up.
    pub stop: &'a Stop,
}

/// Threads that could not be started; nothing was scanned.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the worker threads: {0}; try a smaller --threads")]
pub struct ThreadError(#[from] rayon::ThreadPoolBuildError);

impl Scan<'_> {
    /// Reads the source and returns everything that was found and everything that was not read.
    ///
    /// # Errors
    /// Only when no worker threads can be started.
    pub fn run(&self, source: &dyn Source) -> Result<Outcome, ThreadError> {
        let source = &WithMembers(source);
        let coverage = Coverage::default();
        for note in &self.options.notes {
            coverage.record(note.clone());
        }
        let collector = Collector::new(self.options.limits.matches);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .build()?;
        pool.scope(|scope| source.read(&Work::new(scope, self, &coverage, &collector)));
        let is_told = self.tell_stop(&coverage);
        let found = collector.finish(&coverage);
        let mut findings = assemble::findings(self, source, found, &coverage);
        self.suppressor.judge(&mut findings, &coverage);
        if !is_told {
            // What comes after reading may have been cut short as well.
            self.tell_stop(&coverage);
        }
        Ok(Outcome {
            targets: source.targets(),
            findings,
            coverage,
            identity: self.identity.clone(),
        })
    }

    /// Records that the scan came to an early end, if it did.
    fn tell_stop(&self, coverage: &Coverage) -> bool {
        let shortfall = self.stop.shortfall();
        let is_over = shortfall.is_some();
        shortfall.into_iter().for_each(|it| coverage.record(it));
        is_over
    }
}

//! A scan that measures and finds nothing: one thread, the same reading, and the clock of each rule.

use super::ThreadError;
use crate::detect::Detector;
use crate::detect::Scratch;
use crate::detect::cost::Costs;
use crate::model::{Batch, Counter, Coverage, Shortfall};
use crate::source::Source;
use crate::unpack::Sink;
use std::sync::{Mutex, PoisonError};

/// Searches a source on one thread; what the rules cost, and what could not be read.
///
/// # Errors
/// Only when the thread cannot be started.
pub fn costs(detector: &Detector, source: &dyn Source) -> Result<(Costs, Coverage), ThreadError> {
    let till = Till {
        detector,
        counted: Mutex::default(),
        coverage: Coverage::default(),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    pool.install(|| source.read(&till));
    let counted = till.counted.into_inner();
    let (costs, _) = counted.unwrap_or_else(PoisonError::into_inner);
    Ok((costs, till.coverage))
}

/// The sink that adds up.
struct Till<'a> {
    detector: &'a Detector,
    counted: Mutex<(Costs, Scratch)>,
    coverage: Coverage,
}

impl Sink for Till<'_> {
    fn batch(&self, batch: Batch) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (costs, scratch) = &mut *counted;
        for piece in &batch.pieces {
            let text = &batch.bytes[piece.range.clone()];
            self.detector.cost(piece, text, scratch, costs);
        }
    }

    fn shortfall(&self, shortfall: Shortfall) {
        self.coverage.record(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        self.coverage.count(counter, by);
    }

    fn stopped(&self) -> bool {
        false
    }
}

//! Sharing out the work. Whoever reads hands full buffers to the pool and reads on; when enough
//! buffers wait, the reader searches the next one itself. So memory is bounded without any thread of the
//! pool ever blocking, and one is idle only when there is nothing to do. Threads outside of the pool, which
//! are those that fetch, take turns in that.

use super::Scan;
use super::collect::Collector;
use super::noted::Noted;
use super::recipes;
use super::record::Recording;
use super::turns::Turns;
use crate::detect::Scratch;
use crate::model::{
    Batch, Counter, Coverage, Derived, Kind, LayerId, Limits, Match, Origin, Piece, Shortfall,
    Trace,
};
use crate::recipe::Recipe;
use crate::recipe::yaml::Yaml;
use crate::unpack::sums::FileSums;
use crate::unpack::{Keep, Recorder, Sink};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The sink of a scan: counts, records, and spreads the searching over the pool.
pub(super) struct Work<'s, 'scope> {
    scope: &'s rayon::Scope<'scope>,
    shared: Arc<Shared<'scope>>,
    /// Where what is found is noted as well. Whoever lets go of it last completes it.
    recording: Option<Arc<Recording>>,
}

/// What queued work refers to.
struct Shared<'a> {
    scan: &'a Scan<'a>,
    coverage: &'a Coverage,
    collector: &'a Collector,
    waiting: AtomicU64,
    most_waiting: u64,
    turns: Turns,
    buffers: Mutex<Vec<Vec<u8>>>,
    scratches: Mutex<Vec<Scratch>>,
}

/// Buffers that may wait for each thread.
const WAITING_PER_THREAD: u64 = 4;

impl<'s, 'scope> Work<'s, 'scope> {
    /// A sink that spawns on this scope.
    pub(super) fn new(
        scope: &'s rayon::Scope<'scope>,
        scan: &'scope Scan<'scope>,
        coverage: &'scope Coverage,
        collector: &'scope Collector,
    ) -> Self {
        let threads = rayon::current_num_threads();
        let enough = WAITING_PER_THREAD * threads as u64 * Limits::BATCH as u64;
        let shared = Shared {
            scan,
            coverage,
            collector,
            waiting: AtomicU64::new(0),
            most_waiting: enough.min(scan.options.limits.memory / 4),
            turns: Turns::new(threads),
            buffers: Mutex::default(),
            scratches: Mutex::default(),
        };
        Self {
            scope,
            shared: Arc::new(shared),
            recording: None,
        }
    }
}

impl Sink for Work<'_, '_> {
    fn batch(&self, batch: Batch) {
        let size = batch.bytes.capacity() as u64;
        let waiting = self.shared.waiting.fetch_add(size, Ordering::Relaxed) + size;
        let shared = Arc::clone(&self.shared);
        let recording = self.recording.clone();
        let search = move || {
            shared.search(batch, recording.as_deref());
            shared.waiting.fetch_sub(size, Ordering::Relaxed);
            shared.let_go(recording);
        };
        if waiting > self.shared.most_waiting {
            let is_outside = rayon::current_thread_index().is_none();
            let _turn = is_outside.then(|| self.shared.turns.take());
            search();
        } else {
            self.scope.spawn(move |_| search());
        }
    }

    fn search(&self, piece: &Piece, text: &[u8], derived: Option<Derived<'_>>) -> Trace {
        let trace = self.shared.trace(piece, text, derived);
        match (&self.recording, trace) {
            (Some(recording), Some(trace)) => {
                recording.add(&piece.origin, &trace.matches, None);
                trace
            }
            (Some(recording), None) => {
                recording.spoil();
                Trace::default()
            }
            (None, trace) => trace.unwrap_or_default(),
        }
    }

    fn shortfall(&self, shortfall: Shortfall) {
        self.shared.coverage.record(shortfall);
    }

    fn count(&self, counter: Counter, by: u64) {
        self.shared.coverage.count(counter, by);
    }

    fn stopped(&self) -> bool {
        self.shared.scan.stop.is_set()
    }

    fn buffer(&self) -> Vec<u8> {
        let used = locked(&self.shared.buffers).pop();
        used.unwrap_or_else(|| Vec::with_capacity(Limits::BATCH))
    }

    fn record(&self) -> Option<Box<dyn Recorder + '_>> {
        let most = self.shared.scan.options.limits.matches;
        Some(Box::new(Work {
            scope: self.scope,
            shared: Arc::clone(&self.shared),
            recording: Some(Arc::new(Recording::of(most))),
        }))
    }

    fn replay(&self, layer: Option<LayerId>, noted: &[u8]) -> bool {
        let scan = self.shared.scan;
        let noted = Noted::read(noted, scan.detector.rules().len(), scan.options.now);
        let Some(texts) = noted.and_then(|noted| noted.told(layer)) else {
            return false;
        };
        for (origin, matches, sums) in texts {
            self.shared.collector.add(&origin, matches);
            if let Some(sums) = sums {
                self.shared.collector.add_sums(&origin, sums);
            }
        }
        true
    }
}

impl Recorder for Work<'_, '_> {
    fn finish(self: Box<Self>, keep: Keep) {
        if let Some(recording) = &self.recording {
            recording.keep(keep);
        }
        self.shared.let_go(self.recording);
    }
}

impl Shared<'_> {
    /// Searches every piece of a batch, also when the scan is to stop: what was read is told.
    fn search(&self, batch: Batch, recording: Option<&Recording>) {
        let mut scratch = locked(&self.scratches).pop().unwrap_or_default();
        for piece in &batch.pieces {
            let text = &batch.bytes[piece.range.clone()];
            let mut found: Vec<Match> = Vec::new();
            let search = AssertUnwindSafe(|| {
                self.scan
                    .detector
                    .search(piece, text, &mut scratch, &mut found);
            });
            if catch_unwind(search).is_err() {
                scratch = Scratch::default();
                self.broken(&piece.origin);
                recording.inspect(|recording| recording.spoil());
            }
            if piece.is_blob
                && let Some(noted) = settle(&piece.origin, &mut found, text)
            {
                self.collector.add_recipe(&piece.origin, noted);
            }
            let has_sums = !found.is_empty() && piece.is_blob && piece.origin.is_content();
            let sums = has_sums.then(|| FileSums::of(text));
            if let Some(recording) = recording {
                recording.add(&piece.origin, &found, sums);
            }
            self.collector.add(&piece.origin, found);
            if let Some(sums) = sums {
                self.collector.add_sums(&piece.origin, sums);
            }
        }
        locked(&self.scratches).push(scratch);
        self.keep(batch.bytes);
    }

    /// Searches a text that others are made from, or that is made from another; `None` if that failed.
    fn trace(&self, piece: &Piece, text: &[u8], derived: Option<Derived<'_>>) -> Option<Trace> {
        let mut scratch = locked(&self.scratches).pop().unwrap_or_default();
        let detector = self.scan.detector;
        let search = AssertUnwindSafe(|| detector.trace(piece, text, derived, &mut scratch));
        let Ok(mut trace) = catch_unwind(search) else {
            self.broken(&piece.origin);
            return None;
        };
        settle(&piece.origin, &mut trace.matches, text);
        self.collector.add(&piece.origin, trace.matches.clone());
        locked(&self.scratches).push(scratch);
        Some(trace)
    }

    /// Completes a recording, if nobody else adds to it any more.
    fn let_go(&self, recording: Option<Arc<Recording>>) {
        if let Some(recording) = recording.and_then(Arc::into_inner) {
            let rules = self.scan.detector.rules();
            recording.complete(rules, self.scan.identity, self.scan.options.now);
        }
    }

    /// A defect of ours costs one piece, is told, and loses nothing that was found before it.
    fn broken(&self, origin: &Origin) {
        let detail = "the search failed inside; please report it, with the file if you can";
        let place = String::from_utf8_lossy(origin.path().unwrap_or(b"a document"));
        self.coverage
            .record(Shortfall::new(Kind::Corrupt, place, detail));
    }

    /// Keeps a buffer for the next reader, unless it is an odd one.
    fn keep(&self, buffer: Vec<u8>) {
        if buffer.capacity() == Limits::BATCH {
            locked(&self.buffers).push(buffer);
        }
    }
}

/// Notes on matches in a text, which is a whole blob, what they are if it is a recipe; and tells what the
/// recipe names, if it is a file on disk.
///
/// Libraries parse them; where one fails inside, the place stays without a setting.
fn settle(origin: &Origin, found: &mut [Match], text: &[u8]) -> Option<recipes::Noted> {
    let is_file = matches!(origin, Origin::File { .. }) && origin.is_content();
    let may_name = is_file && recipes::may_be_noted(origin, text);
    if found.is_empty() && !may_name {
        return None;
    }
    let settle = AssertUnwindSafe(|| {
        let text = str::from_utf8(text).ok()?;
        let recipe = Recipe::of(text);
        let is_value = is_file && recipe.is_none() && !found.is_empty();
        let values = is_value.then(|| Yaml::parse(text)).flatten();
        for one in found {
            let offset = one.span.start as usize;
            one.setting = match (&recipe, &values) {
                (Some(recipe), _) => recipe.setting(text, offset),
                (None, Some(values)) => values.setting(offset),
                (None, None) => None,
            };
        }
        may_name.then(|| recipes::Noted::of(origin, recipe.as_ref(), text))?
    });
    catch_unwind(settle).ok()?
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

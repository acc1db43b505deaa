//! A scan that keeps what a scan throws away: every rule that came near, with the step that stopped
//! it. It reads through the same sources as any scan, so what it tells holds for archives and
//! UTF-16 too. Patterns that did not match are listed for one line; of a whole source they are
//! counted by rule, since there may be one at every word.

use super::members::WithMembers;
use crate::detect::explain::{Approach, Fate, Refusal, Step, fates};
use crate::detect::{Detector, Scratch};
use crate::model::{
    Allowlist, Batch, Counter, Coverage, Kind, Match, Origin, Place, Position, Remark, Secret,
    Shortfall,
};
use crate::source::Source;
use crate::unpack::Sink;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most approaches that are kept beside those that are only counted.
const MOST: usize = 100_000;

/// What a rule came to at a place.
#[derive(Debug)]
pub struct Explained {
    /// Path of the text, as its source calls it.
    pub path: Vec<u8>,
    /// Number of the rule in its set.
    pub rule: usize,
    /// Where the secret begins or, if the pattern does not match, the literal.
    pub position: Position,
    /// What it came to.
    pub end: End,
}

/// How the way of a rule ended.
#[derive(Debug)]
pub enum End {
    /// The pattern does not match in the window around the literal.
    Pattern {
        /// The literal as the rule spells it.
        literal: Vec<u8>,
        /// Most bytes of a match before the literal.
        before: usize,
        /// Longest match, in bytes.
        length: usize,
        /// At how many places; the position is that of the first.
        times: usize,
    },
    /// The text around the match speaks against it.
    Refused {
        /// What would have been the secret.
        secret: Secret,
        /// Why it is none.
        why: Refusal,
    },
    /// It is a match, and this became of it.
    Settled(Match, Fate),
    /// The rule's own `path` or its allowlist's says that it does not count here.
    Elsewhere(Match),
    /// An allowlist of the configuration suppresses it.
    Allowed(Match, Allowlist),
    /// A comment beside it suppresses it, where such comments count.
    Remarked(Match, Remark),
}

/// Everything that rules came to, and what could not be read.
#[derive(Debug)]
pub struct Explanation {
    /// By path, place and rule.
    pub ends: Vec<Explained>,
    /// What was read and what was not.
    pub coverage: Coverage,
}

/// Explains a source; of `line`, if it is given, and else of everything.
pub fn explain(detector: &Detector, source: &dyn Source, line: Option<u64>) -> Explanation {
    let notes = Notes {
        detector,
        line,
        noted: Mutex::default(),
        coverage: Coverage::default(),
    };
    let source = &WithMembers(source);
    source.read(&notes);
    let Notes {
        noted, coverage, ..
    } = notes;
    let noted = noted.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut ends = Vec::new();
    for (origin, of_blob) in noted.blobs {
        let mut blob = Blob {
            detector,
            source,
            origin: &origin,
            ends: Vec::new(),
        };
        blob.settle(of_blob);
        ends.append(&mut blob.ends);
    }
    ends.retain(|end| line.is_none_or(|line| end.position.line == line));
    ends.sort_by(|a, b| (&a.path, a.position, a.rule).cmp(&(&b.path, b.position, b.rule)));
    // Several literals of a rule can stand in one match.
    ends.dedup_by(|b, a| (&b.path, b.position, b.rule) == (&a.path, a.position, a.rule));
    Explanation { ends, coverage }
}

/// The sink: what rules came to while the source is read.
struct Notes<'a> {
    detector: &'a Detector,
    line: Option<u64>,
    noted: Mutex<Noted>,
    coverage: Coverage,
}

#[derive(Default)]
struct Noted {
    blobs: BTreeMap<Origin, OfBlob>,
    kept: usize,
}

/// What rules came to in one blob.
#[derive(Default)]
struct OfBlob {
    approaches: Vec<Approach>,
    /// Places where the pattern does not match, by rule: the first and how many.
    counted: BTreeMap<usize, (Approach, usize)>,
}

impl Notes<'_> {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an approach, or counts it. Matches of other lines are kept too: they may be companions
    /// or winners of what stands on this one.
    fn keep(&self, noted: &mut Noted, origin: &Origin, approach: Approach) {
        let is_miss = matches!(approach.step, Step::Pattern { .. });
        let is_here = self.line.is_none_or(|line| approach.position.line == line);
        if is_miss && !is_here {
            return;
        }
        if noted.kept >= MOST {
            let detail = format!("more than {MOST} places; name a line");
            let place = String::from_utf8_lossy(origin.path().unwrap_or_default());
            self.coverage
                .record(Shortfall::new(Kind::Limit, place, detail));
            return;
        }
        let of_blob = noted.blobs.entry(origin.clone()).or_default();
        if is_miss && self.line.is_none() {
            let counted = of_blob.counted.entry(approach.rule);
            counted.or_insert((approach, 0)).1 += 1;
        } else {
            noted.kept += 1;
            of_blob.approaches.push(approach);
        }
    }
}

impl Sink for Notes<'_> {
    fn batch(&self, batch: Batch) {
        let mut scratch = Scratch::default();
        for piece in &batch.pieces {
            let text = &batch.bytes[piece.range.clone()];
            let approaches = self.detector.explain(piece, text, &mut scratch);
            let mut noted = self.noted();
            for approach in approaches {
                self.keep(&mut noted, &piece.origin, approach);
            }
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

/// One blob that has been read in full.
struct Blob<'a> {
    detector: &'a Detector,
    source: &'a dyn Source,
    origin: &'a Origin,
    ends: Vec<Explained>,
}

impl Blob<'_> {
    fn settle(&mut self, of_blob: OfBlob) {
        let mut matches = Vec::new();
        for (approach, times) in of_blob.counted.into_values() {
            self.stopped(approach, times);
        }
        for approach in of_blob.approaches {
            match approach.step {
                Step::Matched(found) => matches.push(found),
                _ => self.stopped(approach, 1),
            }
        }
        let places = match matches.is_empty() {
            true => Vec::new(),
            false => self.source.places(self.origin),
        };
        for (found, fate) in fates(matches, self.detector.rules()) {
            let (rule, position) = (found.rule, found.position);
            let end = self.placed(found, fate, places.first());
            self.push(rule, position, end);
        }
    }

    fn stopped(&mut self, approach: Approach, times: usize) {
        let end = match approach.step {
            Step::Pattern { before, length } => End::Pattern {
                literal: approach.literal,
                before,
                length,
                times,
            },
            Step::Refused { secret, why } => End::Refused { secret, why },
            Step::Matched(_) => return,
        };
        self.push(approach.rule, approach.position, end);
    }

    /// What the place of a match adds to what became of it.
    fn placed(&self, found: Match, fate: Fate, place: Option<&Place>) -> End {
        let Some(place) = place.filter(|_| fate == Fate::Found) else {
            return End::Settled(found, fate);
        };
        if !self.detector.applies_at(found.rule, &place.full_path()) {
            return End::Elsewhere(found);
        }
        if let Some(list) = self.detector.allowlist(&found, place) {
            let list = list.clone();
            return End::Allowed(found, list);
        }
        let id = &self.detector.rules()[found.rule].id;
        let speaks = |remark: &&Remark| remark.rules.is_empty() || remark.rules.contains(id);
        match found.judged.remarks.iter().find(speaks).cloned() {
            Some(remark) => End::Remarked(found, remark),
            None => End::Settled(found, fate),
        }
    }

    fn push(&mut self, rule: usize, position: Position, end: End) {
        let path = self.origin.path().unwrap_or_default().to_vec();
        self.ends.push(Explained {
            path,
            rule,
            position,
            end,
        });
    }
}

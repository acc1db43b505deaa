//! The search of one text. Where something may be new, the prefilter looks for literals and each is
//! put to the rule that waits for it; where bytes came from a text that was searched before, its
//! literals come along, and only those that can see anything new are put to their rule again.

use super::confirm::{Answer, Confirmed, Hit};
use super::lines::Lines;
use super::run::Run;
use super::views::Nesting;
use super::{Detector, Scratch};
use crate::model::{Derived, Judged, LedTo, Match, Piece, Position, Secret, Trace, Traced};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A search under way.
pub(super) struct Search<'a> {
    pub(super) detector: &'a Detector,
    pub(super) piece: &'a Piece,
    pub(super) text: &'a [u8],
    lines: Lines<'a>,
    pub(super) scratch: &'a mut Scratch,
    pub(super) trace: Trace,
    pub(super) nesting: Nesting,
}

impl<'a> Search<'a> {
    /// Begins to search `text`, the bytes of `piece`.
    pub(super) fn new(
        detector: &'a Detector,
        piece: &'a Piece,
        text: &'a [u8],
        scratch: &'a mut Scratch,
    ) -> Self {
        scratch.prepare(detector);
        Self {
            detector,
            piece,
            text,
            lines: Lines::new(text, piece.start),
            scratch,
            trace: Trace {
                length: text.len(),
                ..Trace::default()
            },
            nesting: Nesting::default(),
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Trace {
        self.trace
    }

    /// Searches for literals that start in this range.
    pub(super) fn fresh(&mut self, starts: Range<usize>) {
        if starts.is_empty() {
            return;
        }
        let (waiting, hits) = (&self.detector.waiting, &mut self.trace.hits);
        let first = hits.len();
        let mut hit = |literal: usize, at| {
            hits.extend(waiting.of_literal(literal).map(|anchor| Traced {
                at,
                anchor,
                led_to: LedTo::Nothing,
            }));
        };
        self.detector.everywhere.find(self.text, &starts, &mut hit);
        self.detector.prefilter.find(self.text, starts, &mut hit);
        hits[first..].sort_unstable_by_key(|hit| (hit.at, hit.anchor));
        for index in first..self.trace.hits.len() {
            let Traced { at, anchor, .. } = self.trace.hits[index];
            self.trace.hits[index].led_to = self.ask(at, anchor);
        }
    }

    /// Searches a text that is made from another.
    pub(super) fn derived(&mut self, derived: Derived<'_>) {
        self.trace.hits.reserve(derived.base.hits.len());
        let longest = self.detector.waiting.longest();
        let mut done = 0;
        for run in Run::all(derived, self.text.len()) {
            let starts = run.starts(longest);
            if !starts.is_empty() {
                self.fresh(done..starts.start);
                done = starts.end;
                self.carry(&run, starts.len(), derived.base);
            }
        }
        self.fresh(done..self.text.len());
    }

    /// Takes over the literals that start in the first `length` bytes of a run.
    fn carry(&mut self, run: &Run, length: usize, base: &Trace) {
        let first = base.hits.partition_point(|hit| hit.at < run.from);
        let hits = base.hits[first..].iter();
        for hit in hits.take_while(|hit| hit.at - run.from < length) {
            let at = run.moved(hit.at);
            let reach = self.detector.waiting.anchor(hit.anchor).reach(hit.led_to);
            let led_to = match hit.led_to {
                _ if !run.holds(at, reach) => self.ask(at, hit.anchor),
                LedTo::Match(number) => self.take_over(&base.matches[number as usize], run),
                known => known,
            };
            let anchor = hit.anchor;
            self.trace.hits.push(Traced { at, anchor, led_to });
        }
    }

    /// Adds a match of the other text, whose judgement holds in this one too.
    pub(super) fn take_over(&mut self, found: &Match, run: &Run) -> LedTo {
        let moved = |at: u64| at - run.from as u64 + run.to as u64;
        let span = moved(found.span.start)..moved(found.span.end);
        let position = self.lines.position(span.start as usize, span.start);
        self.add(Match {
            rule: found.rule,
            position,
            span,
            carried: true,
            judged: Arc::clone(&found.judged),
            aliases: Vec::new(),
            setting: None,
        })
    }

    /// Puts a literal's place to the rule that waits for it.
    fn ask(&mut self, at: usize, anchor: u32) -> LedTo {
        let anchor = self.detector.waiting.anchor(anchor);
        let hit = anchor.hit(at);
        match self
            .detector
            .confirm(anchor.rule, self.text, hit, self.scratch)
        {
            Answer::Nothing => LedTo::Nothing,
            Answer::Refusal(_) => LedTo::Refusal,
            Answer::Match(found) => self.add_confirmed(anchor.rule, *found),
        }
    }

    /// Rules without a pattern of their own are about the path: here the whole text is the path.
    pub(super) fn path(&mut self) {
        for &rule in &self.detector.path_rules {
            let whole = Hit {
                at: 0,
                before: 0,
                length: self.text.len(),
            };
            let answer = self.detector.confirm(rule, self.text, whole, self.scratch);
            if let Answer::Match(found) = answer {
                self.add_confirmed(rule, *found);
            }
        }
    }

    fn add_confirmed(&mut self, rule: usize, found: Confirmed) -> LedTo {
        let (span, position) = self.place(&found.span);
        let judged = Judged {
            secret: match self.detector.rules.rules()[rule].regex {
                Some(_) => Secret::new(&self.text[found.span.clone()]),
                None => Secret::name(&self.text[found.span.clone()]),
            },
            normalised: found.normalised,
            confidence: found.confidence,
            is_example: found.is_example,
            reasons: found.reasons,
            parts: found.parts,
            public_key: found.public_key,
            encodings: found.encodings.into_iter().map(Cow::Borrowed).collect(),
            expires: found.expires,
            written: None,
            remarks: found.remarks,
            allowed: found.allowed,
        };
        self.add(Match {
            rule,
            position,
            span,
            carried: false,
            judged: Arc::new(judged),
            aliases: Vec::new(),
            setting: None,
        })
    }

    /// The place in the blob of some bytes of the text.
    pub(super) fn place(&mut self, range: &Range<usize>) -> (Range<u64>, Position) {
        let width = self.piece.encoding.width();
        let in_blob = |at: usize| self.piece.offset + at as u64 * width;
        let span = in_blob(range.start)..in_blob(range.end);
        let position = self.lines.position(range.start, span.start);
        (span, position)
    }

    pub(super) fn add(&mut self, found: Match) -> LedTo {
        let number = self.trace.matches.len() as u32;
        self.trace.matches.push(found);
        LedTo::Match(number)
    }
}

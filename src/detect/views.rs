//! The search of what is encoded in a text. Each claim's view is searched like a text of its own, views
//! inside it too, and what is found is brought back to the bytes that it came from.

use super::NEIGHBOURHOOD;
use super::decode::{self, Claim, View};
use super::gates::Candidate;
use super::remarks;
use super::run::Run;
use super::search::Search;
use super::waiting::Reach;
use crate::model::{Derived, LedTo, Limits, Match, Piece, Secret, Trace, Viewed};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// The least that an encoded place may decode to, in bytes, however short it is.
const LEAST_ROOM: usize = 16 << 10;

/// How deep a text lies inside another, and what it may still cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nesting {
    depth: usize,
    /// Bytes that views inside it may still take, all together. Of a text that is no view itself each
    /// claim has its own, so that what comes of one does not depend on others.
    room: Option<usize>,
}

/// How far a claim's start is told by the bytes around it.
const START: Reach = Reach {
    back: decode::BACK,
    ahead: decode::AHEAD,
};

/// The most that anything encoded looks at.
pub(super) const FURTHEST: Reach = Reach {
    back: decode::BACK,
    ahead: decode::FURTHEST + NEIGHBOURHOOD,
};

impl<'a> Search<'a> {
    /// Searches what is encoded in this text and starts in this range.
    pub(super) fn views(&mut self, starts: Range<usize>) {
        if self.nesting.depth < Limits::ENCODED_DEPTH && !starts.is_empty() {
            for claim in decode::claims(self.text, starts) {
                self.open(&claim);
            }
        }
    }

    /// Searches what is encoded in a text that is made from another.
    pub(super) fn derived_views(&mut self, derived: Derived<'_>) {
        let mut done = 0;
        for run in Run::all(derived, self.text.len()) {
            let starts = run.held(START);
            if !starts.is_empty() {
                self.views(done..starts.start);
                done = starts.end;
                self.carry_views(&run, starts, derived.base);
            }
        }
        self.views(done..self.text.len());
    }

    /// Takes over what is encoded in a run and starts in this range of it.
    fn carry_views(&mut self, run: &Run, starts: Range<usize>, base: &Trace) {
        let from = starts.start - run.to + run.from;
        let first = base.views.partition_point(|view| view.at < from);
        let of_run = base.views[first..].iter();
        let length = of_run
            .take_while(|view| view.at - from < starts.len())
            .count();
        for at_one_place in
            base.views[first..first + length].chunk_by(|one, next| one.at == next.at)
        {
            let at = run.moved(at_one_place[0].at);
            let holds = |viewed: &Viewed| {
                let ahead = viewed.seen + NEIGHBOURHOOD;
                run.holds(at, Reach { ahead, ..START })
            };
            if at_one_place.iter().all(holds) {
                let carry = |viewed| self.take_over_view(at, viewed, run, base);
                at_one_place.iter().for_each(carry);
            } else {
                self.views(at..at + 1);
            }
        }
    }

    fn take_over_view(&mut self, at: usize, viewed: &Viewed, run: &Run, base: &Trace) {
        let first = self.trace.matches.len();
        for found in &base.matches[viewed.matches.clone()] {
            self.take_over(found, run);
        }
        self.trace.views.push(Viewed {
            at,
            seen: viewed.seen,
            matches: first..self.trace.matches.len(),
        });
    }

    /// Makes a claim readable and searches that.
    fn open(&mut self, claim: &Claim) {
        let first = self.trace.matches.len();
        let own = LEAST_ROOM.max(claim.range().len() * Limits::ENCODED_RATIO);
        let room = self.nesting.room.unwrap_or(own);
        if let Some(view) = claim.view(self.text, room) {
            let left = room.saturating_sub(view.text().len());
            let (trace, left) = self.look_into(&view, left);
            self.nesting.room = self.nesting.room.map(|_| left);
            self.bring_back(claim, &view, trace);
        }
        self.trace.views.push(Viewed {
            at: claim.start,
            seen: claim.seen,
            matches: first..self.trace.matches.len(),
        });
    }

    /// Searches a view; tells also what room is left.
    fn look_into(&mut self, view: &View, room: usize) -> (Trace, usize) {
        let text = view.text();
        let piece = Piece::whole(self.piece.origin.clone(), 0..text.len());
        let mut search = Search::new(self.detector, &piece, text, self.scratch);
        search.nesting = Nesting {
            depth: self.nesting.depth + 1,
            room: Some(room),
        };
        search.fresh(0..text.len());
        search.views(0..text.len());
        let left = search.nesting.room.unwrap_or(0);
        (search.finish(), left)
    }

    /// Adds the matches of a view at the places that they came from.
    fn bring_back(&mut self, claim: &Claim, view: &View, trace: Trace) {
        let wanted = wanted(view, &trace);
        if !wanted.contains(&true) {
            return;
        }
        let origins = if view.is_packed() {
            self.shared_origins(claim, &trace.matches)
        } else {
            self.exact_origins(view, &trace.matches)
        };
        let remarks = remarks::near(&self.around(claim));
        let found = trace.matches.into_iter().zip(origins).zip(wanted);
        for ((mut found, origin), _) in found.filter(|(_, wanted)| *wanted) {
            let judged = Arc::make_mut(&mut found.judged);
            judged.encodings.splice(
                0..0,
                view.encodings().iter().map(|name| Cow::Borrowed(*name)),
            );
            judged.remarks.extend_from_slice(&remarks);
            judged.remarks.sort();
            judged.remarks.dedup();
            judged.written = Some(origin.written);
            (found.span, found.position) = self.place(&origin.range);
            self.add(found);
        }
    }

    fn exact_origins(&self, view: &View, matches: &[Match]) -> Vec<Origin> {
        let origin = |found: &Match| {
            let range = view.origin(&(found.span.start as usize..found.span.end as usize));
            let written = Arc::new(Secret::new(&self.text[range.clone()]));
            Origin { range, written }
        };
        matches.iter().map(origin).collect()
    }

    /// The bytes of a compressed text have no places of their own. So that what stands apart in it is
    /// not taken for two readings of one thing, its matches get a byte each of the encoded ones, in
    /// their order; those that overlap share one.
    fn shared_origins(&self, claim: &Claim, matches: &[Match]) -> Vec<Origin> {
        let range = claim.range();
        let whole = Arc::new(Secret::new(&self.text[range.clone()]));
        let origin = |slot: usize| {
            let start = range.start + slot.min(range.len() - 1);
            Origin {
                range: start..start + 1,
                written: Arc::clone(&whole),
            }
        };
        slots(matches).into_iter().map(origin).collect()
    }

    /// The claim with the text around it, where comments speak of what it holds.
    fn around(&self, claim: &Claim) -> Candidate<'a> {
        let range = claim.range();
        let start = range.start.saturating_sub(NEIGHBOURHOOD);
        let end = self.text.len().min(range.end + NEIGHBOURHOOD);
        let matched = range.start - start..range.end - start;
        Candidate {
            text: &self.text[start..end],
            secret: matched.clone(),
            matched,
        }
    }
}

/// Where a match of a view comes from.
struct Origin {
    range: Range<usize>,
    /// What stands there.
    written: Arc<Secret>,
}

/// Which matches of a view owe something to what was undone; the others are found as they stand.
fn wanted(view: &View, trace: &Trace) -> Vec<bool> {
    let mut wanted = vec![false; trace.matches.len()];
    for hit in &trace.hits {
        if let LedTo::Match(number) = hit.led_to {
            let span = &trace.matches[number as usize].span;
            let start = hit.at.min(span.start as usize);
            wanted[number as usize] = view.is_decoded(&(start..span.end as usize));
        }
    }
    for inner in &trace.views {
        let is_decoded = view.is_decoded(&(inner.at..inner.at + inner.seen));
        wanted[inner.matches.clone()].fill(is_decoded);
    }
    wanted
}

/// Numbers the matches by their places, those that overlap alike.
fn slots(matches: &[Match]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..matches.len()).collect();
    order.sort_by_key(|&number| matches[number].span.start);
    let mut slots = vec![0; matches.len()];
    let (mut slot, mut end) = (0, 0);
    for number in order {
        let span = &matches[number].span;
        slot += usize::from(end > 0 && span.start >= end);
        end = end.max(span.end);
        slots[number] = slot;
    }
    slots
}

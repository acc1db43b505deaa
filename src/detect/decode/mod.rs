//! Text inside text: what is written in base64, in hex digits or with escapes is made readable, as a
//! *view* that is searched like any other text.
//!
//! A *claim* is a place where something encoded begins. Whether there is one depends on no more than
//! [`BACK`] bytes before it and [`AHEAD`] behind its start, and what it holds on no more than
//! [`Claim::seen`] says; so the views of a text do not depend on how it was cut or made.

mod block;
mod classes;
mod digits;
mod escape;
mod mark;
mod packed;
mod reading;
mod runs;
mod view;

pub(super) use reading::reading;
pub(super) use view::View;

use crate::model::Limits;
use std::ops::Range;

/// Bytes before a claim that have a say in whether it is one and in what its view shows.
pub(super) const BACK: usize = 512;
/// Bytes from its start on that have a say in whether it is one.
pub(super) const AHEAD: usize = 384;
/// The most that [`Claim::seen`] can be.
pub(super) const FURTHEST: usize = Limits::ENCODED + 1024;

/// The name of base64 in reports.
pub(super) const BASE64: &str = digits::Digits::Base64.name();

/// How something is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Code {
    /// Runs of digits, on one line or on several of equal length.
    Digits(digits::Digits),
    /// Escapes between plain text.
    Escapes(mark::Mark),
}

/// A place where something encoded begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Offset of its first byte.
    pub(super) start: usize,
    /// Bytes from its start on that have a say in what it holds.
    pub(super) seen: usize,
    /// Its encoded bytes: the lines of a block, or all from the first escape to the last.
    parts: Vec<Range<usize>>,
    code: Code,
}

impl Claim {
    /// What it holds, made readable, in at most `room` bytes. A claim that turns out to be none has
    /// no view.
    pub(super) fn view(&self, text: &[u8], room: usize) -> Option<View> {
        match self.code {
            Code::Digits(digits) => View::of_block(text, &self.parts, digits, room),
            Code::Escapes(mark) => {
                let whole = self.parts.first()?.clone();
                (whole.len() < room).then(|| escape::view(text, whole, mark))
            }
        }
    }

    /// The bytes from its start to its end.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.parts.last().map_or(self.start, |part| part.end)
    }
}

/// The claims that start in this range, in the order of their starts.
pub(super) fn claims(text: &[u8], starts: Range<usize>) -> Vec<Claim> {
    let mut found = Vec::new();
    let mut blocks = block::Blocks::new(text, starts.clone());
    let mut escapes = escape::Escapes::new(text, starts.clone());
    let seen = starts.start.saturating_sub(escape::GAP)..starts.end + runs::SHORTEST;
    classes::each(text, seen, |begin, classes| {
        blocks.look(begin, classes.digits, &mut found);
        escapes.look(begin, classes.escapes, &mut found);
    });
    found.sort_by_key(|claim| (claim.start, claim.code));
    found
}

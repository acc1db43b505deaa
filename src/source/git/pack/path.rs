//! The way from the root of a family down to the object that is being made. On it lie the objects
//! from which more is to be made; an object whose last child has been entered is not on it anymore.

use crate::model::{Match, Trace, Traced};

/// An object that more is to be made from.
pub(super) struct Step<'f> {
    pub(super) number: u32,
    /// Its content, unless that was given up to make room.
    pub(super) content: Option<Vec<u8>>,
    /// What its visit returned, if it was visited and that was not given up.
    pub(super) trace: Option<Trace>,
    /// Whether its content does not have its name, and what is made from it may be wrong too.
    pub(super) is_doubtful: bool,
    /// What is still to be made from it.
    pub(super) waiting: &'f [u32],
}

/// The objects above the one that is being made, from the top.
#[derive(Default)]
pub(super) struct Path<'f>(Vec<Step<'f>>);

impl<'f> Path<'f> {
    pub(super) fn push(&mut self, step: Step<'f>) {
        self.0.push(step);
    }

    pub(super) fn pop(&mut self) -> Option<Step<'f>> {
        self.0.pop()
    }

    /// The object that the next one is made from.
    pub(super) fn last(&mut self) -> Option<&mut Step<'f>> {
        self.0.last_mut()
    }

    /// The content of an object, if it is held.
    pub(super) fn content(&self, number: u32) -> Option<&[u8]> {
        let step = self.0.iter().rev().find(|step| step.number == number);
        step.and_then(|step| step.content.as_deref())
    }

    /// Bytes that are held.
    pub(super) fn bytes(&self) -> u64 {
        let bytes = |step: &Step<'_>| {
            let content = step.content.as_ref().map_or(0, Vec::capacity);
            content + step.trace.as_ref().map_or(0, trace_bytes)
        };
        self.0.iter().map(|step| bytes(step) as u64).sum()
    }

    /// Gives up something of an object above the last one, first contents, which can be made anew,
    /// and then traces, without which what is made from them is searched in full. Those at the top
    /// go first, because they are needed last. False if nothing is left.
    pub(super) fn give_up(&mut self) -> bool {
        let above = self.0.len().saturating_sub(1);
        let above = &mut self.0[..above];
        let content = above.iter_mut().find_map(|step| step.content.take());
        content.is_some() || above.iter_mut().any(|step| step.trace.take().is_some())
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Bytes that a trace takes, without what its matches share with others.
const fn trace_bytes(trace: &Trace) -> usize {
    trace.hits.capacity() * size_of::<Traced>() + trace.matches.capacity() * size_of::<Match>()
}

//! Changes to a text, gathered in any order and made at once.

use std::ops::Range;

/// Bytes and what stands there instead.
#[derive(Debug, Default)]
pub(super) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Takes bytes out.
    pub(super) fn remove(&mut self, at: Range<usize>) {
        self.replace(at, String::new());
    }

    /// Puts something in.
    pub(super) fn insert(&mut self, at: usize, new: String) {
        self.replace(at..at, new);
    }

    /// Puts something in the place of bytes.
    pub(super) fn replace(&mut self, at: Range<usize>, new: String) {
        self.0.push((at, new));
    }

    /// The text with all changes. Of two that overlap, the one that begins first counts, of those that
    /// begin together the longer one; what is put in at one place keeps its order.
    pub(super) fn applied(mut self, text: &str) -> String {
        let order = |(at, _): &(Range<usize>, String)| {
            let is_replacement = !at.is_empty();
            (at.start, is_replacement, std::cmp::Reverse(at.end))
        };
        self.0.sort_by_key(order);
        let (mut new, mut done) = (String::with_capacity(text.len()), 0);
        for (at, words) in self.0 {
            if at.start >= done {
                new.push_str(&text[done..at.start]);
                new.push_str(&words);
                done = at.end;
            }
        }
        new.push_str(&text[done..]);
        new
    }
}

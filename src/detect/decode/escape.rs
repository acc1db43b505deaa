//! Text with escapes in it. Escapes of one family that stand near each other are one claim, and its
//! view shows them resolved, with what stands around them on their lines: the escape may hide a
//! name, its operator or a part of the value.

use super::mark::Mark;
use super::view::{View, line_before};
use super::{Claim, Code};
use crate::model::Limits;
use std::ops::Range;

/// Most bytes from one escape to the next of the same claim; a line of a mail is shorter.
pub(super) const GAP: usize = 96;
/// Most bytes behind the last escape.
const TAIL: usize = 256;
/// Longest escape, in bytes.
const LONGEST: usize = 8;

/// Finds the escapes of a text that start in a range, chunk by chunk.
pub(super) struct Escapes<'a> {
    text: &'a [u8],
    starts: Range<usize>,
    /// The last escape of each family.
    last: [Option<usize>; 4],
}

impl<'a> Escapes<'a> {
    /// Begins a search for claims that start in `starts`. It has to be shown [`GAP`] bytes before them.
    pub(super) fn new(text: &'a [u8], starts: Range<usize>) -> Self {
        let last = [None; 4];
        Self { text, starts, last }
    }

    /// Adds the claims that begin with one of these bytes of the chunk that begins here.
    pub(super) fn look(&mut self, begin: usize, mut escapes: u64, found: &mut Vec<Claim>) {
        while escapes != 0 {
            let at = begin + escapes.trailing_zeros() as usize;
            escapes &= escapes - 1;
            let mark = Mark::of(self.text[at]);
            if at < self.starts.end && mark.is_obstacle(self.text, at) {
                let last = self.last[mark as usize].replace(at);
                if self.starts.contains(&at) && last.is_none_or(|last| at - last > GAP) {
                    found.push(claim(self.text, at, mark));
                }
            }
        }
    }
}

fn claim(text: &[u8], start: usize, mark: Mark) -> Claim {
    let whole = start..end(text, start, mark);
    Claim {
        start,
        seen: whole.len() + TAIL.max(GAP + LONGEST),
        parts: vec![whole],
        code: Code::Escapes(mark),
    }
}

/// The end of the last escape of the claim that begins at `start`.
fn end(text: &[u8], start: usize, mark: Mark) -> usize {
    let most = text.len().min(start + Limits::ENCODED);
    let mut last = start;
    loop {
        let near = &text[last + 1..most.min(last + 1 + GAP)];
        let mut next = memchr::memchr_iter(mark.byte(), near).map(|at| last + 1 + at);
        match next.find(|&at| mark.is_obstacle(text, at)) {
            Some(at) => last = at,
            None => break,
        }
    }
    last + mark.read(&text[last..]).map_or(1, |escape| escape.1)
}

/// The view of these escapes.
pub(super) fn view(text: &[u8], escapes: Range<usize>, mark: Mark) -> View {
    let after = &text[escapes.end..text.len().min(escapes.end + TAIL)];
    let tail = memchr::memchr(b'\n', after).unwrap_or(after.len());
    let mut view = View::new(mark.name());
    let mut done = line_before(text, escapes.start).start;
    let end = escapes.end + tail;
    for at in memchr::memchr_iter(mark.byte(), &text[escapes.start..end]) {
        let at = escapes.start + at;
        let escape = mark.read(&text[at..end]).filter(|_| at >= done);
        if let Some((byte, length)) = escape {
            view.plain(text, done..at);
            view.decoded(at..at + length, byte.as_slice());
            done = at + length;
        }
    }
    view.plain(text, done.min(end)..end);
    view
}

#[cfg(test)]
mod tests {
    use super::super::claims;
    use super::*;

    fn views(text: &str) -> Vec<String> {
        let found = claims(text.as_bytes(), 0..text.len());
        let view = |claim: &Claim| claim.view(text.as_bytes(), usize::MAX).unwrap();
        let shown = |claim| String::from_utf8_lossy(view(claim).text()).into_owned();
        found.iter().map(shown).collect()
    }

    #[test]
    fn the_line_around_escapes_is_shown_with_them_resolved() {
        for (text, shown) in [
            ("a\nq=key%3Dabc%2Bdef&x\nb", "q=key=abc+def&x"),
            (
                r#"{"url": "https:\/\/u\u003ap@h\/"}"#,
                r#"{"url": "https://u:p@h/"}"#,
            ),
            ("<a v=\"x=&quot;y&amp;z&quot;\"/>", "<a v=\"x=\"y&z\"\"/>"),
            (r#"{\\\"k\\\":\\\"v"}"#, r#"{\"k\":\"v"}"#),
        ] {
            assert_eq!(views(text), [shown]);
        }
    }

    #[test]
    fn soft_line_breaks_join_what_they_part() {
        let text = format!("{}=\nrest=20of it\n", "x".repeat(72));
        assert_eq!(views(&text), [format!("{}rest of it", "x".repeat(72))]);
    }

    #[test]
    fn escapes_far_from_each_other_are_claims_of_their_own() {
        let far = " ".repeat(GAP + 1);
        assert_eq!(views(&format!("%3D{far}%3D")).len(), 2);
        assert_eq!(views(&format!("%3D{}%3D", &far[4..])).len(), 1);
        assert_eq!(views("100% of & = \\d{4} &lt;").len(), 0);
    }
}

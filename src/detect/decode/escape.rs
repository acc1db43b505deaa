//! Text with escapes in it. Escapes of one family that stand near each other are one claim, and its
//! view shows them resolved, with what stands around them on their lines: the escape may hide a
//! name, its operator or a part of the value.

use super::mark::Mark;
use super::view::{View, line_before};
use super::{Claim, Code};
use crate::detect::wide::widest;
use crate::model::Limits;
use std::ops::Range;

/// Most bytes from one escape to the next of the same claim; a line of a mail is shorter.
const GAP: usize = 96;
/// Most bytes behind the last escape.
const TAIL: usize = 256;
/// Longest escape, in bytes.
const LONGEST: usize = 8;

/// Bytes that are looked at in one go, and one more.
const CHUNK: usize = 64;
const SEEN: usize = CHUNK + 1;
/// Chunks that are judged in one go.
const BLOCK: usize = 32;

/// Adds the claims of escapes that start in this range.
pub(super) fn find(text: &[u8], starts: Range<usize>, found: &mut Vec<Claim>) {
    let from = starts.start.saturating_sub(GAP);
    let mut last = [None; 4];
    for begin in chunks_of_interest(text, from..starts.end) {
        let chunk = &text[begin..starts.end.min(begin + CHUNK)];
        let common = memchr::memchr3_iter(b'%', b'\\', b'&', chunk);
        for at in common.chain(memchr::memchr_iter(b'=', chunk)) {
            let at = begin + at;
            let mark = Mark::of(text[at]);
            if !mark.is_obstacle(text, at) {
                continue;
            }
            let last = &mut last[mark as usize];
            if starts.contains(&at) && last.is_none_or(|last| at - last > GAP) {
                found.push(claim(text, at, mark));
            }
            *last = Some(at);
        }
    }
}

/// Where chunks begin that may hold an obstacle, in a range of the text.
fn chunks_of_interest(text: &[u8], range: Range<usize>) -> impl Iterator<Item = usize> {
    let end = range.end;
    range.step_by(BLOCK * CHUNK).flat_map(move |block| {
        let chunks = (block..end.min(block + BLOCK * CHUNK)).step_by(CHUNK);
        let mut interest = [false; BLOCK];
        widest(|| {
            for (interest, begin) in interest.iter_mut().zip(chunks.clone()) {
                // Of the last bytes nobody says anything.
                *interest = text[begin..].first_chunk().is_none_or(may_hold_obstacle);
            }
        });
        chunks
            .zip(interest)
            .filter_map(|(begin, interest)| interest.then_some(begin))
    })
}

/// Whether one of the first [`CHUNK`] bytes may begin an obstacle; for certain not if this says no.
/// Written so that the compiler makes vector instructions of it.
#[inline(always)]
fn may_hold_obstacle(seen: &[u8; SEEN]) -> bool {
    let mut any = 0;
    for (&byte, &next) in seen.iter().zip(&seen[1..]) {
        let is = |wanted: u8| u8::from(byte == wanted);
        let goes_on = |wanted: u8| u8::from(next == wanted);
        any |= is(b'%') & u8::from(next.wrapping_sub(b'0') < 8);
        any |= is(b'\\') & (goes_on(b'u') | goes_on(b'x') | goes_on(b'/') | goes_on(b'\\'));
        any |= is(b'\\') & (goes_on(b'n') | u8::from(next.wrapping_sub(b'0') < 2));
        any |= is(b'&') & (goes_on(b'#') | goes_on(b'q') | goes_on(b'a'));
        any |= is(b'=') & (goes_on(b'3') | goes_on(b'\n') | goes_on(b'\r'));
    }
    any != 0
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
    use super::*;

    fn views(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        find(text.as_bytes(), 0..text.len(), &mut found);
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

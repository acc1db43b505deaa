//! Wide text between other bytes: strings of UTF-16 in programs for Windows, registry hives and databases,
//! of UTF-32 in programs that use `wchar_t`. Whoever prints them sees the secret, but to a byte-wise
//! detector every second byte is in its way.
//!
//! A run is a sequence of wide units that are printable ASCII. No more than one word of eight bytes is
//! looked at in every sixteen: in a run that is worth reading one of them lies within it, whatever it is
//! aligned to, and next to nothing else looks like that.

use super::text::{ByteOrder, Unit, Wide};
use std::ops::Range;

/// Fewest units that are a run. A secret of fewer is none without its name.
pub const SHORTEST: usize = 12;
/// A word is looked at every so many bytes.
const STEP: usize = 16;
/// Bytes of which it is found out together whether any of them is worth a closer look.
const BLOCK: usize = 128;
/// The even bytes of a word.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;

/// Wide text that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where it stands.
    pub range: Range<usize>,
    /// What its units are.
    pub wide: Wide,
}

/// All runs of a text, in order. Each is full of zeros, and most texts have none.
pub fn of(text: &[u8]) -> impl Iterator<Item = Run> {
    let zero = memchr::memchr(0, text).unwrap_or(text.len());
    let (mut at, mut floor) = (zero.saturating_sub(Unit::Four.width()), 0);
    std::iter::from_fn(move || {
        loop {
            let (first, unit) = likely(text, at)?;
            let run = grown(text, floor, first, unit);
            if run.range.len() >= SHORTEST * unit.width() {
                (at, floor) = (run.range.end, run.range.end);
                return Some(run);
            }
            at = first + STEP - unit.width();
        }
    })
}

/// The run in the middle of which a place lies.
pub fn around(text: &[u8], at: usize) -> Option<Run> {
    [Unit::Two, Unit::Four].into_iter().find_map(|unit| {
        let width = unit.width();
        let mut firsts = at.saturating_sub(width - 1)..=at;
        let first = firsts.find(|&first| is_unit(text, first, width))?;
        let run = grown(text, 0, first, unit);
        (run.range.len() >= SHORTEST * width).then_some(run)
    })
}

/// The first character from `at` on that may belong to a run.
fn likely(text: &[u8], at: usize) -> Option<(usize, Unit)> {
    let rest = text.get(at..)?;
    let (blocks, _) = rest.as_chunks::<BLOCK>();
    let whole = blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| is_likely(block));
    let whole = whole.map(|(number, block)| (number * BLOCK, &block[..]));
    let last = blocks.len() * BLOCK;
    whole
        .chain([(last, &rest[last..])])
        .find_map(|(start, block)| {
            let mut words = block.chunks(STEP).enumerate();
            words.find_map(|(number, chunk)| {
                let (first, unit) = units(chunk.first_chunk()?)?;
                Some((at + start + number * STEP + first, unit))
            })
        })
}

/// Whether one of the words of a block may be nothing but units. It takes no branch on any of them.
fn is_likely(block: &[u8; BLOCK]) -> bool {
    let (chunks, _) = block.as_chunks::<STEP>();
    chunks.iter().fold(false, |is_likely, chunk| {
        let (words, _) = chunk.as_chunks();
        let word = u64::from_le_bytes(words[0]);
        let is_gapped = (word & EVEN == 0) | (word & !EVEN == 0);
        let is_full = (word as u32 != 0) & (word >> 32 != 0);
        is_likely | (is_gapped & is_full)
    })
}

/// Where the first unit of a word begins, if it is nothing but units.
fn units(word: &[u8; 8]) -> Option<(usize, Unit)> {
    let first = word.iter().position(|&byte| byte != 0)?;
    let is_of = |width: usize| {
        let mut bytes = word.iter().enumerate();
        bytes.all(|(at, &byte)| match at % width == first % width {
            true => is_printable(byte),
            false => byte == 0,
        })
    };
    let unit = [Unit::Two, Unit::Four]
        .into_iter()
        .find(|unit| is_of(unit.width()))?;
    Some((first, unit))
}

/// The run that a character belongs to, with all units in front of it, down to `floor`, and behind it.
///
/// Seen from here both orders look the same: characters with zeros between them. It is the high byte that
/// comes first if zeros stand in front of the first character too, and then the last one has none behind it.
/// Where the text begins nobody knows, and both have their last character.
fn grown(text: &[u8], floor: usize, first: usize, unit: Unit) -> Run {
    let width = unit.width();
    let (mut start, mut end) = (first, first);
    while start >= floor + width && is_unit(text, start - width, width) {
        start -= width;
    }
    while is_unit(text, end, width) {
        end += width;
    }
    let high = width - 1;
    let has_last = text.get(end).copied().is_some_and(is_printable);
    let zeros = start
        .checked_sub(high)
        .filter(|&from| from >= floor)
        .map(|from| &text[from..start]);
    let (range, order) = match zeros {
        None => (start..end + usize::from(has_last), ByteOrder::Little),
        Some(zeros) if zeros.iter().any(|&byte| byte != 0) => (start..end, ByteOrder::Little),
        Some(_) if has_last => (start - high..end + 1, ByteOrder::Big),
        Some(_) => (start - high..end - high, ByteOrder::Big),
    };
    let wide = Wide {
        unit,
        order,
        mark: false,
    };
    Run { range, wide }
}

/// Whether a character and the zeros behind it stand there.
fn is_unit(text: &[u8], at: usize, width: usize) -> bool {
    let unit = text.get(at..).and_then(|rest| rest.get(..width));
    unit.is_some_and(|unit| is_printable(unit[0]) && unit[1..].iter().all(|&byte| byte == 0))
}

const fn is_printable(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(text: &str, wide: Wide) -> Vec<u8> {
        let width = wide.unit.width();
        let unit = |character: char| {
            let bytes = u32::from(character).to_le_bytes();
            let mut unit = bytes[..width].to_vec();
            if wide.order == ByteOrder::Big {
                unit.reverse();
            }
            unit
        };
        text.chars().flat_map(unit).collect()
    }

    fn any_wide() -> impl Strategy<Value = Wide> {
        let unit = prop::sample::select(vec![Unit::Two, Unit::Four]);
        let order = prop::sample::select(vec![ByteOrder::Little, ByteOrder::Big]);
        (unit, order).prop_map(|(unit, order)| Wide {
            unit,
            order,
            mark: false,
        })
    }

    proptest! {
        #[test]
        fn a_run_is_found_whatever_it_is_aligned_to(
            wide in any_wide(),
            text in "[ -~]{12,60}",
            before in prop::collection::vec(0x80..=0xff_u8, 0..40),
            after in prop::collection::vec(0x80..=0xff_u8, 0..40),
        ) {
            let inner = written(&text, wide);
            let range = before.len()..before.len() + inner.len();
            let bytes = [before, inner, after].concat();
            let found: Vec<Run> = of(&bytes).collect();
            prop_assert_eq!(&found, &[Run { range: range.clone(), wide }]);
            let middle = range.start + range.len() / 2;
            prop_assert_eq!(around(&bytes, middle), found.into_iter().next());
        }

        #[test]
        fn runs_are_in_order_and_apart(
            bytes in prop::collection::vec(prop::sample::select(&b"\0\0\0ab\xff"[..]), 0..600),
        ) {
            let mut end = 0;
            for run in of(&bytes) {
                prop_assert!(run.range.start >= end && run.range.end <= bytes.len());
                prop_assert!(run.range.len() >= SHORTEST * run.wide.unit.width());
                let mut units = bytes[run.range.clone()].chunks_exact(run.wide.unit.width());
                prop_assert!(units.all(|unit| run.wide.ascii(unit).is_some()));
                end = run.range.end;
            }
        }
    }

    #[test]
    fn numbers_and_zeros_are_no_text() {
        let numbers: Vec<u8> = (0..400_u32).flat_map(u32::to_le_bytes).collect();
        assert!(of(&numbers).all(|run| run.range.len() < 4 * 100));
        assert_eq!(of(&[0; 500]).count(), 0);
        assert_eq!(of(b"plain text that goes on for a while").count(), 0);
        assert_eq!(of(b"").count(), 0);
    }
}

//! What stands around a value. Examples, documentation and code are told by their words and marks,
//! never by a file's name.

use super::super::Candidate;
use super::super::key;
use super::super::words::Words;
use super::{Evidence, Feature};

/// Most words of a kind that are counted.
const MOST: usize = 4;
/// Bytes to each side that are looked at for what is no text.
const NEAR: usize = 64;

static SAMPLE: Words =
    Words::new("example examples sample samples demo tutorial usage doc docs documentation");
static ACCOUNT: Words =
    Words::new("user username login email host hostname port database db server account smtp");
static KEYWORDS: Words = Words::new(
    "def function func fn class import from public private static const var let return self this new \
struct package void if else for",
);
const MARKUP: [&[u8]; 7] = [b"```", b"::\n", b"<code", b"<pre", b".. ", b":param", b"</"];

/// Looks at the neighbourhood without the value itself.
pub(super) fn look(evidence: &mut Evidence, candidate: &Candidate<'_>) {
    let sides = [
        &candidate.text[..candidate.secret.start],
        &candidate.text[candidate.secret.end..],
    ];
    let has = |mark: &[u8]| {
        sides
            .iter()
            .any(|side| memchr::memmem::find(side, mark).is_some())
    };
    count_words(evidence, sides);
    evidence.note(Feature::Markup, MARKUP.into_iter().any(has));
    evidence.note(Feature::Recurs, has(candidate.value()));
    evidence.set(Feature::Binary, binary(sides));
}

fn count_words(evidence: &mut Evidence, sides: [&[u8]; 2]) {
    for (feature, list) in [
        (Feature::Sample, &SAMPLE),
        (Feature::Account, &ACCOUNT),
        (Feature::Keywords, &KEYWORDS),
    ] {
        let words = sides.into_iter().flat_map(key::words);
        let count = words.filter(|word| list.has(word)).take(MOST).count();
        evidence.set(feature, count as f32 / MOST as f32);
    }
}

/// Share of control bytes in the nearest bytes to both sides, twenty times; 1 at most.
fn binary([before, after]: [&[u8]; 2]) -> f32 {
    let near = [
        &before[before.len().saturating_sub(NEAR)..],
        &after[..after.len().min(NEAR)],
    ];
    let bytes = || near.into_iter().flatten();
    let control = bytes().filter(|byte| byte.is_ascii_control() && !b"\t\n\r\x1b".contains(byte));
    (control.count() as f32 * 20.0 / bytes().count().max(1) as f32).min(1.0)
}

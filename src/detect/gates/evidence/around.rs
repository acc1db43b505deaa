//! What stands around a value. Examples, documentation and code are told by their words and marks,
//! never by a file's name.

use super::super::Candidate;
use super::super::key;
use super::super::site::{line_after, line_before};
use super::super::testing;
use super::super::words::Words;
use super::{Evidence, Feature, weights};

/// Most words of a kind that are counted.
const MOST: usize = 4;
/// Most hexadecimal values of other names that settings have.
const FEW: usize = 2;
/// Shortest hexadecimal value of a test vector, in digits.
const VECTOR: usize = 16;
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

/// What can be seen here.
pub(super) const FEATURES: [Feature; 9] = [
    Feature::Sample,
    Feature::Account,
    Feature::Keywords,
    Feature::Markup,
    Feature::Recurs,
    Feature::Binary,
    Feature::Testing,
    Feature::Vectors,
    Feature::Comment,
];

/// The most that what is seen here can add to the log-odds of a secret.
pub(super) fn most() -> f32 {
    let weights = FEATURES.map(|feature| weights::WEIGHTS[feature as usize]);
    weights.into_iter().map(|weight| weight.max(0.0)).sum()
}

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
    evidence.set(Feature::Testing, testing::share(candidate));
    evidence.set(Feature::Vectors, vectors(sides));
    evidence.note(Feature::Comment, is_comment(sides[0]));
}

fn count_words(evidence: &mut Evidence, sides: [&[u8]; 2]) {
    let kinds = [
        (Feature::Sample, &SAMPLE),
        (Feature::Account, &ACCOUNT),
        (Feature::Keywords, &KEYWORDS),
    ];
    let mut counts = kinds.map(|_| 0);
    for word in sides.into_iter().flat_map(key::words) {
        for (count, (_, list)) in counts.iter_mut().zip(kinds) {
            *count += usize::from(list.has(word));
        }
    }
    for (count, (feature, _)) in counts.into_iter().zip(kinds) {
        evidence.set(feature, count.min(MOST) as f32 / MOST as f32);
    }
}

/// Lines of other names with values in hexadecimal, as lists of test vectors have them, beyond the two
/// that settings have as well.
fn vectors([before, after]: [&[u8]; 2]) -> f32 {
    let before = &before[..before.len() - line_before(before).len()];
    let after = &after[line_after(after).len()..];
    let lines = [before, after].into_iter();
    let lines = lines.flat_map(|side| side.split(|&byte| byte == b'\n'));
    let count = lines.filter(|line| is_vector(line)).take(MOST).count();
    count.saturating_sub(FEW) as f32 / (MOST - FEW) as f32
}

/// A name, `=` or `:`, and nothing but an even number of hexadecimal digits.
fn is_vector(line: &[u8]) -> bool {
    let Some(at) = memchr::memchr2(b'=', b':', line) else {
        return false;
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_- ".contains(byte);
    let (name, value) = (line[..at].trim_ascii(), line[at + 1..].trim_ascii());
    !name.is_empty()
        && name.iter().all(is_name)
        && value.len() >= VECTOR
        && value.len().is_multiple_of(2)
        && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether the line up to the value begins as comments do.
fn is_comment(before: &[u8]) -> bool {
    const MARKS: [&[u8]; 6] = [b"#", b"//", b";", b"--", b"* ", b"/*"];
    let line = line_before(before).trim_ascii_start();
    MARKS.iter().any(|mark| line.starts_with(mark))
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

//! The rules of the program on texts that look like real ones, in which lines come, go, move and
//! change.

use super::chain::{Link, Part};
use crate::detect::Detector;
use crate::ruleset::{RuleSet, template};
use proptest::prelude::*;
use std::sync::LazyLock;

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(RuleSet::builtin().unwrap(), 0).unwrap());

/// A made-up secret, or near-secret, of each example of each rule.
static EXAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let examples = DETECTOR.rules().iter().flat_map(|rule| {
        let templates = rule.hits.iter().chain(&rule.misses).enumerate();
        templates
            .map(|(index, text)| template::expand(text, template::seed(&rule.id, index)).unwrap())
    });
    examples.collect()
});

/// Lines that hold no secret, and some that make one of what stands beside them.
const LINES: [&str; 12] = [
    "",
    "# settings of the shop",
    "host: db.example.com",
    "    return session.get(url, timeout=30)",
    "password:",
    "const token = \"",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "aws_access_key_id =",
    "export SECRET_KEY=",
    "    fn secret(&self) -> Option<&Secret> { self.token.as_ref() }",
    "{\"name\": \"user\", \"api_key\": null}",
];

fn line() -> impl Strategy<Value = Vec<u8>> {
    let example = any::<proptest::sample::Index>().prop_map(|index| index.get(&EXAMPLES).clone());
    let plain = proptest::sample::select(LINES.to_vec()).prop_map(|line| line.as_bytes().to_vec());
    let blank = (1_usize..40).prop_map(|n| "# nothing of note\n".repeat(n).into_bytes());
    let line = prop_oneof![3 => example, 4 => plain, 2 => blank];
    line.prop_map(|line| [line.as_slice(), b"\n"].concat())
}

/// A change of a text; places are shares of its length.
#[derive(Debug, Clone)]
enum Change {
    Insert(f64, Vec<u8>),
    Delete(f64, usize),
    Replace(f64, u8),
    Move(f64, f64, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        (place(), line()).prop_map(|(at, line)| Change::Insert(at, line)),
        (place(), 1_usize..120).prop_map(|(at, length)| Change::Delete(at, length)),
        (place(), proptest::sample::select(b"aZ0 \n\"'=_-".to_vec()))
            .prop_map(|(at, byte)| Change::Replace(at, byte)),
        (place(), place(), 1_usize..400).prop_map(|(a, b, length)| Change::Move(a, b, length)),
    ]
}

impl Change {
    /// What it makes of a text: at the begin of a line where whole lines are concerned.
    fn parts(&self, text: &[u8]) -> Vec<Part> {
        let at = |share: f64| (share * text.len() as f64) as usize;
        let line = |share: f64| memchr::memrchr(b'\n', &text[..at(share)]).map_or(0, |end| end + 1);
        let rest = |from: usize| Part::Copy(from, usize::MAX);
        match self {
            Self::Insert(share, new) => {
                let here = line(*share);
                vec![Part::Copy(0, here), Part::Insert(new.clone()), rest(here)]
            }
            Self::Delete(share, length) => {
                vec![Part::Copy(0, at(*share)), rest(at(*share) + length)]
            }
            Self::Replace(share, byte) => {
                let here = at(*share);
                vec![
                    Part::Copy(0, here),
                    Part::Insert(vec![*byte]),
                    rest(here + 1),
                ]
            }
            Self::Move(from, to, length) => {
                let (from, to) = (line(*from), line(*to));
                let end = (from + length).min(text.len());
                let taken = Part::Copy(from, end - from);
                match () {
                    () if to <= from => {
                        vec![
                            Part::Copy(0, to),
                            taken,
                            Part::Copy(to, from - to),
                            rest(end),
                        ]
                    }
                    () if to >= end => {
                        vec![
                            Part::Copy(0, from),
                            Part::Copy(end, to - end),
                            taken,
                            rest(to),
                        ]
                    }
                    () => vec![Part::Copy(0, end), taken, rest(end)],
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The rules of the program, through chains of changes as a file's history has them.
    #[test]
    fn a_history_is_searched_as_if_each_version_were_searched_whole(
        lines in proptest::collection::vec(line(), 1..40),
        changes in proptest::collection::vec(change(), 5..12),
    ) {
        let mut link = Link::first(&DETECTOR, &lines.concat());
        for change in changes {
            link.then(&change.parts(&link.text));
            link.check();
        }
    }
}

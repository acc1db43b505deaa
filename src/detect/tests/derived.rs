//! Texts over a small alphabet that is rich in literals, made from each other in every way.

use super::chain::{Link, Part};
use super::detector;
use crate::detect::{Detector, NEIGHBOURHOOD};
use proptest::prelude::*;
use std::sync::LazyLock;

/// Patterns with all that can look beyond its match: assertions, text edges, text in front of the
/// literal, shared literals, keywords, lines, gates and companions; and one without a literal.
const RULES: &str = r#"
    [[rules]]
    id = "word"
    regex = '\bword_(?P<secret>[a-z]{4,12})\b'
    [[rules]]
    id = "pair"
    regex = '[a-z]{0,6}user=(?P<user>[a-z]{1,9});secret=([a-z]{2,9})'
    required = [{ id = "word", within_lines = 1, optional = true }]
    [[rules]]
    id = "insists"
    regex = 'need=([a-z]{2,9})'
    required = [{ id = "word", within_lines = 2 }]
    [[rules]]
    id = "near"
    regex = 'word_([a-z]{2,3})-'
    keywords = ["keyword"]
    [[rules]]
    id = "line"
    regex = '(?m)^edge:([a-z]{1,9})$'
    [[rules]]
    id = "text"
    regex = '\A[a-z]{0,5}edge:([a-z]{1,9})\z'
    [[rules]]
    id = "far"
    regex = '[0-9][a-z .]{3,90}user=([a-z]{1,3})!'
    keywords = ["keyword"]
    [[rules]]
    id = "long"
    regex = 'the_longest_literal([a-z]{1,4})'
    [[rules]]
    id = "two"
    regex = '(?:both=|[a-z]both_)(?:[a-z]both_){0,2}([a-z]{1,40})'
    [[rules]]
    id = "allowed"
    regex = 'free=([a-z]{1,9})'
    allowlists = [{ regexTarget = "line", regexes = ["noscan"] }]
    [[rules]]
    id = "assigned"
    regex = 'passwd[ =]{1,3}([0-9A-Za-z]{6,20})'
    gate = "assignment"
    [[rules]]
    id = "everywhere"
    regex = '\b[jqu][a-z]{0,2}[!;][a-z]{0,9}'
"#;

/// What texts are made of. Long blanks bring text to both sides of where the gates still see it.
const WORDS: [&str; 50] = [
    "word_",
    "7",
    "user=ab!",
    "the_longest_literal",
    "the_longest_litera",
    "l",
    "abcd",
    "user=",
    "joe",
    ";secret=",
    "q",
    "\n",
    " ",
    "word_abcdefghijkl",
    "b",
    "!",
    "user=u;secret=tt",
    "need=",
    "need=xyz",
    "word_abc-",
    "keyword",
    "edge:",
    "edge:ab",
    "\nedge:cd\n",
    "both=",
    "aboth_",
    "aboth_c",
    "both=d",
    "free=",
    "free=ok",
    "noscan",
    "passwd=",
    "passwd = x9Kq2Lw8Zr",
    "my_",
    "-",
    "wo",
    "rd_",
    "us",
    "er=",
    "a",
    "zzzz",
    // Encoded: two words, a line and what may follow it, one that is encoded twice, and escapes.
    "d29yZF9hYmNkZSB3b3JkX2ZnaGlq",
    "d29yZF9hYmNkZSB1c2VyPWFiISBrZXl3b3JkX2FiY2Rl\n",
    "bmVlZHMgbmVlZD14eXogYm90aD1kIHRoZV9sb25nZXN0",
    "\\n",
    "enpkWE5sY2oxMU8zTmxZM0psZEQxMGRDQjNiM0prWDJGaVkyUT0=",
    "776f72645f6b6c6d6e6f202020",
    "%5F",
    "\\u005f",
    "user%3Djoe%3Bsecret&#61;q&#x71;",
];

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| detector(RULES));

fn words() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        30 => proptest::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
        1 => (0_usize..70).prop_map(|n| ". ".repeat(n)),
        1 => (200_usize..270).prop_map(|n| ". ".repeat(n)),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat().into_bytes())
}

/// Few new bytes, or none, the way edits are.
fn few() -> impl Strategy<Value = Vec<u8>> {
    let word = proptest::sample::select(WORDS.to_vec());
    proptest::collection::vec(word, 0..3).prop_map(|words| words.concat().into_bytes())
}

/// Copies in any order, of overlapping sources, with anything between them.
fn jumbled() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        3 => (0_usize..900, 0_usize..900).prop_map(|(from, length)| Part::Copy(from, length)),
        2 => few().prop_map(Part::Insert),
    ];
    proptest::collection::vec(part, 0..10)
}

/// Cuts at any places; at each, some bytes are left out and some are new. Often neither, so that
/// copies follow each other.
fn edited() -> impl Strategy<Value = Vec<Part>> {
    let left_out = prop_oneof![2 => Just(0_usize), 1 => 1_usize..9];
    let new = prop_oneof![1 => Just(Vec::new()), 1 => few()];
    let cuts = proptest::collection::vec((0_usize..900, left_out, new), 0..4);
    cuts.prop_map(|mut cuts| {
        cuts.sort_by_key(|cut| cut.0);
        let (mut parts, mut done) = (Vec::new(), 0);
        for (at, left_out, new) in cuts {
            parts.push(Part::Copy(done, at.saturating_sub(done)));
            parts.push(Part::Insert(new));
            done = at.max(done) + left_out;
        }
        parts.push(Part::Copy(done, usize::MAX));
        parts
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    /// However texts are made from each other, what is found in each is what a search of it finds.
    #[test]
    fn a_derived_trace_is_that_of_the_whole_text(
        text in words(),
        deltas in proptest::collection::vec(prop_oneof![edited(), jumbled()], 1..6),
    ) {
        let mut link = Link::first(&DETECTOR, &text);
        for delta in deltas {
            link.then(&delta);
            link.check();
        }
    }
}

/// One edit: `new` in place of so many bytes at an offset.
fn edit(link: &mut Link<'_>, at: usize, left_out: usize, new: &str) {
    link.then(&[
        Part::Copy(0, at),
        Part::Insert(new.into()),
        Part::Copy(at + left_out, usize::MAX),
    ]);
    link.check();
}

fn secrets(link: &Link<'_>) -> Vec<String> {
    link.secrets()
        .into_iter()
        .map(|(secret, _)| secret)
        .collect()
}

/// A text in which the secret `abcde` stands behind this many bytes and in front of as many.
fn amid(distance: usize) -> (Link<'static>, usize) {
    let blank = ".".repeat(distance);
    let text = format!("{blank} word_abcde {blank}");
    (Link::first(&DETECTOR, text.as_bytes()), distance + 1)
}

#[test]
fn a_match_far_from_every_edit_comes_along_and_one_near_is_judged_anew() {
    let longest = "word_".len() + 12;
    let carried = |distance: usize, at: usize| {
        let (mut link, _) = amid(distance);
        edit(&mut link, at, 0, "#");
        assert_eq!(secrets(&link), ["abcde"]);
        link.secrets()[0].1
    };
    // One byte less, and the edge of what the gates see is the edit's.
    assert!(carried(NEIGHBOURHOOD - 1, 0));
    assert!(!carried(NEIGHBOURHOOD - 2, 0));
    let (link, at) = amid(2 * NEIGHBOURHOOD);
    assert!(carried(2 * NEIGHBOURHOOD, at + longest + NEIGHBOURHOOD));
    assert!(!carried(
        2 * NEIGHBOURHOOD,
        at + longest + NEIGHBOURHOOD - 1
    ));
    assert!(carried(2 * NEIGHBOURHOOD, link.text.len()));
}

#[test]
fn a_match_that_comes_along_shares_its_judgement_and_has_a_place_of_its_own() {
    let (mut link, at) = amid(2 * NEIGHBOURHOOD);
    let before = link.trace.matches[0].clone();
    edit(&mut link, 0, 0, "one\ntwo\n");
    let after = &link.trace.matches[0];
    assert!(std::sync::Arc::ptr_eq(&before.judged, &after.judged));
    assert_eq!(after.span.start, before.span.start + 8);
    assert_eq!(
        (after.position.line, after.position.column),
        (3, at as u64 + 6)
    );
}

#[test]
fn an_edit_beside_a_match_makes_and_kills_it() {
    let (mut link, at) = amid(1_000);
    edit(&mut link, at, 0, "x");
    assert!(secrets(&link).is_empty(), "no word begins there now");
    edit(&mut link, at, 1, "");
    assert_eq!(secrets(&link), ["abcde"]);
    let end = at + "word_abcde".len();
    edit(&mut link, end, 0, "_");
    assert!(secrets(&link).is_empty(), "no word ends there now");
    edit(&mut link, end, 1, "");
    assert_eq!(secrets(&link), ["abcde"]);
}

#[test]
fn a_seam_through_a_literal_makes_and_kills_it() {
    let (mut link, at) = amid(1_000);
    for cut in at + 1..at + 5 {
        edit(&mut link, cut, 0, "-");
        assert!(secrets(&link).is_empty());
        // What joins is nothing but two copies.
        edit(&mut link, cut, 1, "");
        assert_eq!(secrets(&link), ["abcde"]);
    }
}

#[test]
fn a_seam_anywhere_in_the_longest_literal_kills_it() {
    let literal = "the_longest_literal";
    let blank = ".".repeat(1_000);
    let mut link = Link::first(&DETECTOR, format!("{blank}{literal}abc{blank}").as_bytes());
    for cut in 1_001..1_000 + literal.len() {
        edit(&mut link, cut, 0, "-");
        assert!(secrets(&link).is_empty());
        edit(&mut link, cut, 1, "");
        assert_eq!(secrets(&link), ["abc"]);
    }
}

#[test]
fn what_stands_far_in_front_of_a_literal_decides() {
    let (far, near) = (".".repeat(1_000), ".".repeat(80));
    let mut link = Link::first(&DETECTOR, format!("{far}7{near}user=ab!{far}").as_bytes());
    assert!(secrets(&link).is_empty());
    edit(&mut link, 480, 0, "keyword");
    assert!(secrets(&link).is_empty(), "not yet in sight");
    edit(&mut link, 487, 20, "");
    assert_eq!(secrets(&link), ["ab"]);
    edit(&mut link, 987, 1, "8");
    assert_eq!(secrets(&link), ["ab"]);
    edit(&mut link, 987, 1, "x");
    assert!(secrets(&link).is_empty(), "no digit, no match");
    edit(&mut link, 987, 1, "9");
    assert_eq!(secrets(&link), ["ab"]);
}

#[test]
fn a_word_in_the_neighbourhood_decides() {
    let text = format!("word_abc-{}keyword{}", ".".repeat(480), ".".repeat(900));
    let mut link = Link::first(&DETECTOR, text.as_bytes());
    assert_eq!(secrets(&link), ["abc"]);
    edit(&mut link, 300, 0, &".".repeat(40));
    assert!(secrets(&link).is_empty(), "the keyword is out of sight");
    edit(&mut link, 300, 40, "");
    assert_eq!(secrets(&link), ["abc"]);
}

#[test]
fn the_edges_of_the_text_count_as_what_can_be_seen() {
    let mut link = Link::first(&DETECTOR, b"edge:abc");
    let here = |link: &Link<'_>| {
        link.trace
            .matches
            .iter()
            .map(|found| found.rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(here(&link), [4, 5]);
    edit(&mut link, 8, 0, "\n");
    assert_eq!(
        here(&link),
        [4],
        "behind it is a line's end, no more a text's"
    );
    edit(&mut link, 8, 1, "");
    assert_eq!(here(&link), [4, 5]);
    edit(&mut link, 0, 0, "\n");
    assert_eq!(here(&link), [4], "nor does the text begin with it");
    edit(&mut link, 0, 1, "");
    assert_eq!(here(&link), [4, 5]);
}

#[test]
fn what_the_other_search_did_not_see_is_searched() {
    let (mut link, _) = amid(1_000);
    link.trace = crate::model::Trace::default();
    link.then(&[Part::Copy(0, usize::MAX)]);
    link.check();
    assert_eq!(link.secrets(), [("abcde".to_owned(), false)]);
}

#[test]
fn many_copies_and_many_hits_take_no_more_than_their_sum() {
    let text = "word_ab. ".repeat(100_000);
    let mut link = Link::first(&DETECTOR, text.as_bytes());
    let nines = (0..100_000).rev().map(|number| Part::Copy(9 * number, 9));
    let started = std::time::Instant::now();
    link.then(&nines.collect::<Vec<_>>());
    let whole = link.whole();
    assert_eq!(link.trace.hits, whole.hits);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

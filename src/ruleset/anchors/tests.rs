//! What regexes promise.

use super::*;

fn derived(pattern: &str) -> (Vec<(String, usize)>, usize) {
    let window = derive(pattern).unwrap();
    let anchors = window.anchors.into_iter();
    (
        anchors
            .map(|a| (String::from_utf8(a.literal).unwrap(), a.before))
            .collect(),
        window.length,
    )
}

#[test]
fn a_prefix_is_an_anchor_at_the_start() {
    assert_eq!(
        derived(r"\bghp_[0-9A-Za-z]{36}\b"),
        (vec![("ghp_".into(), 0)], 40)
    );
    assert_eq!(
        derived(r"(?P<secret>glpat-[\w-]{20})").0,
        vec![("glpat-".into(), 0)]
    );
}

#[test]
fn case_and_alternatives_are_written_out() {
    let (anchors, _) = derived(r"(?i)(?:passwd|api_?key)\s{0,3}=\s{0,3}(\S{8,20})");
    let anchors: Vec<_> = anchors.iter().map(|a| a.0.as_str()).collect();
    assert_eq!(anchors, ["api_key", "apikey", "passwd"]);
}

#[test]
fn an_infix_is_found_where_the_prefix_is_too_short() {
    let (anchors, length) = derived(r"sk-[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}");
    assert_eq!((anchors, length), (vec![("t3blbkfj".into(), 23)], 51));
}

#[test]
fn what_follows_from_an_anchor_on_is_known_where_all_stand_alike() {
    let tail = |pattern: &str| tail(&parse(pattern).unwrap(), &derive(pattern).unwrap());
    assert_eq!(
        tail("[a-z]{2,9}-(?P<x>some|other)[0-9]x"),
        Some(parse("-(?:some|other)[0-9]x").unwrap())
    );
    assert_eq!(tail("some[a-z]{2,9}"), None, "nothing stands before it");
    assert_eq!(tail("[a-z]{2,9}(?:some|[0-9]tulip)x"), None, "not alike");
}

#[test]
fn a_short_prefix_is_extended_over_the_class_behind_it() {
    let (anchors, _) = derived(r"\bhf_([0-9a-f]{34})");
    assert_eq!(anchors.len(), 16);
    assert!(anchors.contains(&("hf_a".into(), 0)));
    let (anchors, _) = derived(r"[a-z]{3}[0-9]Q~[a-z]{31}");
    assert_eq!(
        (anchors.len(), anchors[0].clone()),
        (260, ("0q~a".into(), 3))
    );
}

#[test]
fn a_word_goes_on_to_the_space_that_must_follow() {
    let anchors = |pattern: &str| derived(pattern).0;
    assert_eq!(
        anchors(r"create[ \t]{1,4}user"),
        vec![("create\t".into(), 0), ("create ".into(), 0)]
    );
    assert_eq!(
        anchors(r"create[ \t]{0,4}user").len(),
        1,
        "none need follow"
    );
    assert_eq!(
        anchors("create[0-9]{1,4}user").len(),
        1,
        "too many may follow"
    );
}

#[test]
fn branches_with_literals_of_their_own_are_united() {
    let (anchors, _) = derived(r"(?:AKIA[A-Z2-7]{16}|xASIA[A-Z2-7]{16})");
    assert_eq!(anchors, vec![("akia".into(), 0), ("xasia".into(), 0)]);
}

#[test]
fn what_cannot_be_searched_for_is_refused() {
    assert_eq!(derive(r"[a-f0-9]{32}"), Err(AnchorError::NoLiteral));
    assert_eq!(derive(r"(?:token|[a-z]{5})=x"), Err(AnchorError::NoLiteral));
    assert_eq!(derive(r"token=\w+"), Err(AnchorError::Unbounded));
    assert_eq!(derive(r"token.{0,30000}"), Err(AnchorError::Unbounded));
    assert!(matches!(derive(r"token("), Err(AnchorError::Syntax(_))));
}

#[test]
fn the_separator_of_urls_is_an_anchor() {
    assert_eq!(
        derived(r"[a-z]{2,8}://\w{1,9}:(\w{1,9})@").0,
        vec![("://".into(), 8)]
    );
}

//! Searching as a whole: places, companions, and that cutting changes nothing.

mod chain;
mod derived;
mod encoded;
mod real;

use super::*;
use crate::model::{DocumentId, LineStart, Origin};
use crate::ruleset::RuleSet;
use proptest::prelude::*;
use std::ops::Range;
use std::path::Path;

const RULES: &str = r#"
        [[rules]]
        id = "acme-key"
        regex = '\bacme_(?P<secret>[a-z]{4,12})\b'
        [[rules]]
        id = "acme-pair"
        regex = '[a-z]{0,6}user=(?P<user>[a-z]{1,9});secret=([a-z]{2,9})'
        required = [{ id = "acme-key", within_lines = 1, optional = true }]
        [[rules]]
        id = "everywhere"
        regex = '\b[jq][a-z]{0,2} [ab]'
    "#;

fn detector(rules: &str) -> Detector {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), rules).unwrap();
    let mut rules = crate::ruleset::read(Path::new(file.path())).unwrap();
    for rule in &mut rules {
        rule.everywhere = crate::ruleset::searchable(rule).is_err();
    }
    Detector::new(RuleSet::new(rules).unwrap(), 0).unwrap()
}

/// Searches the fresh range of a text with just the context that the detector asks for.
fn search(detector: &Detector, text: &[u8], fresh: Range<usize>, found: &mut Vec<Match>) {
    let (before, after) = detector.context();
    let start = fresh.start.saturating_sub(before);
    let end = text.len().min(fresh.end + after);
    let mut piece = Piece::whole(Origin::Document(DocumentId(0)), 0..end - start);
    piece.fresh = std::iter::once(fresh.start - start..fresh.end - start).collect();
    piece.offset = start as u64;
    piece.start = LineStart::default().after(&text[..start]);
    detector.search(&piece, &text[start..end], &mut Scratch::default(), found);
}

fn described(detector: &Detector, found: Vec<Match>) -> Vec<String> {
    let found = resolve(found, detector.rules()).into_iter();
    found
        .map(|m| {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {:?}",
                m.rule, m.span, m.position, m.judged.parts, m.judged.remarks, m.judged.encodings
            )
        })
        .collect()
}

#[test]
fn a_secret_is_found_at_its_line_and_column() {
    let (detector, mut found) = (detector(RULES), Vec::new());
    let text = b"one\n two acme_qwert.";
    search(&detector, text, 0..text.len(), &mut found);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].position.line, found[0].position.column), (2, 11));
    assert_eq!(found[0].judged.secret.expose(), b"qwert");
}

#[test]
fn a_companion_becomes_a_part_and_its_lack_is_said() {
    let detector = detector(RULES);
    let run = |text: &[u8]| {
        let mut found = Vec::new();
        search(&detector, text, 0..text.len(), &mut found);
        resolve(found, detector.rules())
    };
    let pair = run(b"acme_abcdef\nuser=joe;secret=hidden");
    assert_eq!(pair.len(), 1);
    let names: Vec<_> = pair[0]
        .judged
        .parts
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    assert_eq!(names, ["user", "acme-key"]);
    let far = run(b"acme_abcdef\n\n\nuser=joe;secret=hidden");
    assert_eq!(far.len(), 2);
    assert!(far[1].judged.confidence < pair[0].judged.confidence);
}

#[test]
fn a_rule_that_names_an_unknown_gate_is_refused() {
    let rule = "[[rules]]\nid = \"x\"\nregex = 'abcd'\ngate = \"nope\"";
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), rule).unwrap();
    let rules = crate::ruleset::read(file.path()).unwrap();
    let error = Detector::new(RuleSet::new(rules).unwrap(), 0)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("there is no gate `nope`"), "{error}");
}

proptest! {
    /// However a text is cut, its findings are the same.
    #[test]
    fn any_cutting_gives_identical_findings(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "acme_", "abcd", "user=", "joe", ";secret=", "q", "\n", " ", "acme_abcdefghijkl", "user=u;secret=tt",
            "YWNtZV9xd2VydCB1c2VyPWpvZTtzZWNyZXQ9aGlkZGVu", "ZW4gYWNtZV9xd2VydCBhbmQgYWNtZV95eGN2YiBhbmQg\n",
            "acme%5Fqwert", "\\u005fabcd", "IGFjbWVfYXNkZg==",
            " # residue:allow why\n", "# pragma: allowlist nextline secret\n", " gitleaks:allow ",
        ]), 0..60),
        cuts in proptest::collection::vec(0_usize..400, 0..5),
    ) {
        let (text, detector) = (parts.concat().into_bytes(), detector(RULES));
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let (mut whole, mut cut) = (Vec::new(), Vec::new());
        search(&detector, &text, 0..text.len(), &mut whole);
        for pair in cuts.windows(2) {
            search(&detector, &text, pair[0]..pair[1], &mut cut);
        }
        prop_assert_eq!(described(&detector, cut), described(&detector, whole));
    }
}

//! Recall: fresh secrets, written the way people write them, must be shown at the default confidence.
//!
//! Some are written by hand: important kinds, in places that are known to hold them. The others are
//! generated: a secret of every rule of the program ([`kinds`]) in every encoding ([`encoded`]), in the
//! syntax of every file ([`written`]), and at every place of an image, a repository and a folder
//! ([`stored`]). Each context is a group of its own; `docs/recall.md` says what is missed and why.
//!
//! Secrets are made up when the test runs, the same ones each time.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::print_stdout, reason = "the shares are there to be read")]

#[path = "../kit/mod.rs"]
mod kit;

mod assigned;
mod encoded;
mod files;
mod formats;
mod image;
mod keys;
mod kinds;
mod repository;
mod stored;
mod tokens;
mod written;

use residue::detect::{Detector, Scratch, resolve};
use residue::model::{Confidence, DocumentId, Match, Origin, Piece};
use residue::ruleset::{RuleSet, template};
use std::cell::RefCell;
use std::sync::LazyLock;

/// Stands for the secret in a place that is written by hand.
const SECRET: &str = "@@";
/// Share of a group that may be missed, in percent.
const MOST_MISSED: usize = 1;
/// The same of passwords that people make of words; of some nobody can tell that they are any.
const MOST_WORDS_MISSED: usize = 2;

/// The rules of the program, ready to search.
static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    let rules = RuleSet::builtin().expect("the rules load");
    Detector::new(rules, 0).expect("gates and validators exist")
});

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What is found in a text.
fn search(text: &[u8]) -> Vec<Match> {
    let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
    let mut found = Vec::new();
    SCRATCH.with_borrow_mut(|scratch| DETECTOR.search(&piece, text, scratch, &mut found));
    resolve(found, DETECTOR.rules())
}

/// Secrets in one kind of context, and whether each was shown.
struct Group {
    name: String,
    cases: Vec<(String, bool)>,
    most_missed: usize,
}

impl Group {
    fn new(name: impl Into<String>, cases: impl Iterator<Item = (String, bool)>) -> Self {
        let (name, cases) = (name.into(), cases.collect());
        Self {
            name,
            cases,
            most_missed: MOST_MISSED,
        }
    }

    /// The same of what people make up.
    fn of_words(self) -> Self {
        Self {
            most_missed: MOST_WORDS_MISSED,
            ..self
        }
    }

    /// What was missed, if it is more than may be.
    fn failure(&self) -> Option<String> {
        let missed = self.cases.iter().filter(|case| !case.1);
        let missed: Vec<&str> = missed.map(|case| case.0.as_str()).collect();
        let (few, all) = (missed.len(), self.cases.len());
        assert!(all > 0, "{} has no cases", self.name);
        (few * 100 > all * self.most_missed).then(|| {
            format!(
                "{}: {few} of {all} missed\n  {}",
                self.name,
                missed.join("\n  ")
            )
        })
    }
}

/// Insists on every group. `--nocapture` shows the shares, of which the documentation has a table.
fn hold(groups: &[Group]) {
    for group in groups {
        let found = group.cases.iter().filter(|case| case.1).count();
        let missed = group
            .cases
            .iter()
            .filter(|case| !case.1)
            .map(|case| case.0.as_str());
        println!(
            "{found:5} of {:5}  {}: {:?}",
            group.cases.len(),
            group.name,
            missed.collect::<Vec<_>>()
        );
    }
    let failures: Vec<String> = groups.iter().filter_map(Group::failure).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A secret in a place that is written by hand.
struct Case {
    text: String,
    /// The secret as it stands there.
    written: String,
    /// The secret itself, where escapes or encodings hide it.
    plain: String,
}

impl Case {
    /// Puts the secret into the place as it is.
    fn new(place: &str, secret: &str) -> Self {
        Self::written_as(place, secret, secret.to_owned())
    }

    /// Puts a written form of the secret into the place.
    fn written_as(place: &str, secret: &str, written: String) -> Self {
        Self {
            text: place.replace(SECRET, &written),
            plain: secret.to_owned(),
            written,
        }
    }

    fn is_found(&self) -> bool {
        search(self.text.as_bytes())
            .iter()
            .any(|found| self.is_it(found))
    }

    fn is_it(&self, found: &Match) -> bool {
        let judged = &found.judged;
        let shown = [judged.secret.expose(), judged.identity().expose()];
        let shown = shown.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let is_shown = |text: &String| {
            shown.iter().any(|shown| shown == text) || lines_of(&shown[0]) == lines_of(text)
        };
        judged.confidence >= Confidence::Medium
            && (is_shown(&self.written) || is_shown(&self.plain))
    }
}

/// A text with line ends as they are in files, whatever stands for them.
fn lines_of(text: &str) -> String {
    text.replace("\\r", "")
        .replace("\\n", "\n")
        .replace('\r', "")
}

/// Expands a template; every index has a secret of its own.
fn made(template: &str, index: usize) -> String {
    let bytes = template::expand(template, template::seed("recall", index)).expect("a template");
    String::from_utf8(bytes).expect("templates are text")
}

fn group(name: &str, cases: &[Case]) -> Group {
    let told = |case: &Case| (format!("{:?}", case.text), case.is_found());
    Group::new(name, cases.iter().map(told))
}

#[test]
fn tokens_of_providers_are_found_wherever_they_stand() {
    hold(&[group("tokens", &tokens::cases())]);
}

#[test]
fn passwords_and_keys_are_found_by_the_name_they_are_assigned_to() {
    hold(&[group("assigned", &assigned::cases()).of_words()]);
}

#[test]
fn files_that_exist_to_hold_credentials_are_read() {
    hold(&[group("files", &files::cases()).of_words()]);
}

#[test]
fn configuration_of_programs_and_machines_is_read() {
    hold(&[group("formats", &formats::cases())]);
}

#[test]
fn private_keys_are_found_however_they_are_written() {
    hold(&[group("keys", &keys::cases())]);
}

#[test]
fn a_fresh_secret_of_every_rule_is_found_in_every_text_that_the_rule_is_for() {
    hold(&[kinds::as_they_stand()]);
}

#[test]
fn every_kind_is_found_in_every_encoding() {
    hold(&encoded::groups());
}

#[test]
fn every_kind_is_found_in_the_syntax_of_every_file() {
    hold(&written::groups());
}

#[test]
fn every_kind_is_found_at_every_place_of_an_image() {
    hold(&image::groups());
}

#[test]
fn every_kind_is_found_at_every_place_of_a_repository() {
    hold(&repository::groups());
}

#[test]
fn every_kind_is_found_in_files_of_two_bytes_a_character() {
    hold(&stored::wide_files());
}

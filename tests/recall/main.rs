//! Recall: fresh secrets of every important kind, written the way people write them, must be shown
//! at the default confidence. Each case is a secret, a place, and the outcome asked of the detector.
//!
//! A place is text with [`SECRET`] where the secret goes. Secrets are made up when the test runs,
//! the same ones each time.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod assigned;
mod files;
mod formats;
mod keys;
mod tokens;

use residue::detect::{Detector, Scratch, resolve};
use residue::model::{Confidence, DocumentId, Match, Origin, Piece};
use residue::ruleset::{RuleSet, template};

/// Stands for the secret in a place.
const SECRET: &str = "@@";
/// Share of the cases that may be missed, in percent.
const MOST_MISSED: usize = 2;

/// A secret in its place.
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

    fn is_found(&self, detector: &Detector) -> bool {
        let text = self.text.as_bytes();
        let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
        let mut found = Vec::new();
        detector.search(&piece, text, &mut Scratch::default(), &mut found);
        resolve(found, detector.rules())
            .iter()
            .any(|found| self.is_it(found))
    }

    fn is_it(&self, found: &Match) -> bool {
        found.judged.confidence >= Confidence::Medium
            && (found.judged.secret.expose() == self.written.as_bytes()
                || found.judged.secret.expose() == self.plain.as_bytes()
                || found.judged.identity() == self.plain.as_bytes())
    }
}

/// Expands a template; every index has a secret of its own.
fn made(template: &str, index: usize) -> String {
    let bytes = template::expand(template, template::seed("recall", index)).expect("a template");
    String::from_utf8(bytes).expect("templates are text")
}

fn holds(cases: &[Case]) {
    let rules = RuleSet::builtin().expect("the rules load");
    let detector = Detector::new(rules, 0).expect("gates and validators exist");
    let missed: Vec<String> = cases
        .iter()
        .filter(|case| !case.is_found(&detector))
        .map(|case| format!("{:?}", case.text))
        .collect();
    assert!(
        missed.len() * 100 <= cases.len() * MOST_MISSED,
        "{} of {} missed\n{}",
        missed.len(),
        cases.len(),
        missed.join("\n")
    );
}

#[test]
fn tokens_of_providers_are_found_wherever_they_stand() {
    holds(&tokens::cases());
}

#[test]
fn passwords_and_keys_are_found_by_the_name_they_are_assigned_to() {
    holds(&assigned::cases());
}

#[test]
fn files_that_exist_to_hold_credentials_are_read() {
    holds(&files::cases());
}

#[test]
fn configuration_of_programs_and_machines_is_read() {
    holds(&formats::cases());
}

#[test]
fn private_keys_are_found_however_they_are_written() {
    holds(&keys::cases());
}

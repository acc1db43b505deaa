//! How a value stands in its line, and what joins it to its name.

use super::super::Candidate;
use super::super::key::Key;
use super::super::site::Site;
use super::{Evidence, Feature};

/// Looks at the place of a value behind a name.
pub(super) fn look(evidence: &mut Evidence, candidate: &Candidate<'_>, key: &Key<'_>, site: Site) {
    let between = &candidate.text[key.start + key.name.len()..candidate.secret.start];
    let has = |mark: &[u8]| memchr::memmem::find(between, mark).is_some();
    let is_quote = |at: Option<&u8>| at.is_some_and(|byte| b"\"'".contains(byte));
    let are_quoted = is_quote(between.first()) && is_quote(between.last());
    let is_variable = site == Site::Assigned && key.is_shouted();
    evidence.note(of(site), true);
    evidence.note(Feature::EnvironmentVariable, is_variable);
    evidence.note(Feature::Arrow, has(b"=>"));
    evidence.note(Feature::Json, are_quoted && has(b":"));
    evidence.note(Feature::Typed, between.iter().any(u8::is_ascii_alphabetic));
}

/// The feature of a site; prose is refused before anything is weighed.
fn of(site: Site) -> Feature {
    match site {
        Site::Quoted => Feature::Quoted,
        Site::Argument => Feature::Argument,
        Site::Assigned => Feature::Assigned,
        Site::Loose => Feature::Loose,
        Site::Code | Site::Prose => Feature::Code,
    }
}

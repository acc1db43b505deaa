//! A `.gitleaksignore`: places, `[COMMIT:]FILE:RULE:LINE`. With a report of ours they become
//! fingerprints. Without one they become a rule at a path, which is weaker in both directions: it
//! lets other secrets of that rule in that file pass, and only if our rule has the same name.

use super::draft::Draft;
use super::{Foreign, Help, Wrong};
use crate::ruleset;
use crate::suppress::ignore::Entry;

/// A place in a work tree, or of a commit that is of no use to us.
struct Place<'a> {
    file: String,
    rule: &'a str,
    line: u64,
}

/// Whether every line is such a place.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let mut lines = lines(foreign.text).map(|(_, line)| line).peekable();
    lines.peek().is_some() && lines.all(|line| place(line).is_some())
}

/// The lines with an entry, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let lines = (1..).zip(text.lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn place(line: &str) -> Option<Place<'_>> {
    let (rest, number) = line.rsplit_once(':')?;
    let (path, rule) = rest.rsplit_once(':')?;
    let is_commit = |name: &str| name.len() >= 40 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let file = match path.split_once(':') {
        Some((commit, file)) if is_commit(commit) => file,
        _ => path,
    };
    Some(Place {
        file: file.replace('\\', "/"),
        rule,
        line: number.parse().ok()?,
    })
    .filter(|place| !place.file.is_empty() && !rule.is_empty())
}

/// Reads the places.
pub(super) fn read(foreign: &Foreign<'_>, help: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let ours = ruleset::embedded().unwrap_or_default();
    for (number, line) in lines(foreign.text) {
        let Some(place) = place(line) else { continue };
        let at = match &help.shown {
            Some(shown) => shown.at(&place.file, place.line).to_vec(),
            None => Vec::new(),
        };
        for fingerprint in &at {
            draft.ignore(Entry {
                fingerprint: Some(*fingerprint),
                reason: format!("{} in gitleaks", place.rule),
                ..Entry::default()
            });
        }
        if at.is_empty() {
            let is_ours = ours.iter().any(|rule| rule.id == place.rule);
            weak(number, &place, is_ours, draft);
        }
    }
    Ok(())
}

/// Carries a place over as a rule at a path.
fn weak(number: u64, place: &Place<'_>, is_ours: bool, draft: &mut Draft) {
    let Place { file, rule, line } = place;
    draft.ignore(Entry {
        rule: Some((*rule).to_owned()),
        path: Some(format!("/{}", globset::escape(file))),
        reason: format!("line {line} in gitleaks"),
        ..Entry::default()
    });
    let known = match is_ours {
        true => "",
        false => "; and there is no built-in rule of that name",
    };
    draft.warn(format!(
        "line {number}: a line number is no identity, so the entry became `{rule}` in all of \
         {file}, which is weak; --report with a fresh report makes fingerprints{known}"
    ));
}

//! The block of one secret: what it is, why we think so, where it stands, what to do.

use super::history;
use super::page::{BAD, BOLD, DIM, PLAIN, Page, WARN, margin};
use crate::model::Severity;
use crate::report::view::{Finding, KeyPair, Layer, Occurrence, Secret, Vendored};
use crate::report::visible::visible;
use anstyle::Style;
use std::io;

/// Most places that are shown of one secret.
const SHOWN: usize = 10;
/// What to do where a rule does not say.
const ROTATE: &str = "Revoke it where it was issued and replace it with a new one.";

/// Writes the block up to the advice. `several` says that the report covers more than one image, so
/// that places have to name theirs.
pub(super) fn write(finding: &Finding, several: bool, page: &mut Page<'_>) -> io::Result<()> {
    headline(finding, page)?;
    facts(finding, page)?;
    places(finding, several, page)
}

fn headline(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let badge = format!(" {} ", finding.severity.name().to_uppercase());
    let example = if finding.example { " · example" } else { "" };
    let known = if finding.known { " · known" } else { "" };
    let change = finding
        .change
        .map_or_else(String::new, |change| format!(" · {change}"));
    let about = format!(
        "  {} · {} confidence{example}{known}{change}",
        finding.rule, finding.confidence
    );
    page.line(&[
        (colour(finding.severity).invert(), &badge),
        (PLAIN, " "),
        (BOLD, &finding.title),
        (DIM, &about),
    ])
}

fn facts(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    page.field("secret", PLAIN, &value(&finding.secret))?;
    for (number, part) in finding.parts.iter().enumerate() {
        let label = if number == 0 { "with" } else { "" };
        page.field(
            label,
            PLAIN,
            &format!("{} {}", part.name, value(&part.value)),
        )?;
    }
    if let Some(pair) = &finding.key_pair {
        key_pair(pair, page)?;
    }
    page.field("id", DIM, &finding.fingerprint)?;
    for (number, reason) in finding.reasons.iter().enumerate() {
        page.field(if number == 0 { "why" } else { "" }, PLAIN, reason)?;
    }
    if !finding.aliases.is_empty() {
        page.field("also", PLAIN, &finding.aliases.join(", "))?;
    }
    Ok(())
}

/// The public half's names, and who holds it.
fn key_pair(pair: &KeyPair, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(ssh) = &pair.ssh {
        page.field("public", PLAIN, ssh)?;
    }
    let label = if pair.ssh.is_some() { "" } else { "public" };
    page.field(label, DIM, &format!("SPKI SHA-256 {}", pair.spki_sha256))?;
    for (number, holder) in pair.held.iter().enumerate() {
        let label = if number == 0 { "held by" } else { "" };
        let text = format!("{}: {}", holder.path, holder.said);
        page.field(label, PLAIN, &text)?;
    }
    Ok(())
}

/// A secret as far as it may be shown, with its length.
fn value(secret: &Secret) -> String {
    let shown = match &secret.plain {
        Some(plain) => visible(plain.as_bytes()),
        None => secret.masked.clone(),
    };
    format!("{shown} ({} bytes)", secret.length)
}

fn places(finding: &Finding, several: bool, page: &mut Page<'_>) -> io::Result<()> {
    let shown = &finding.occurrences[..finding.occurrences.len().min(SHOWN)];
    let columns = shown.iter().map(|place| kind(place).len()).max();
    let (mut label, nested) = ("found in", if several { "  " } else { "" });
    for image in shown.chunk_by(|one, next| title(one) == title(next)) {
        if several {
            page.field(label, PLAIN, &title(&image[0]))?;
            label = "";
        }
        for places in image.chunk_by(are_alike) {
            let kind = format!("{nested}{:<1$}", kind(&places[0]), columns.unwrap_or(0) + 2);
            group(&(margin(label) + &kind), places, page)?;
            label = "";
        }
    }
    match finding.occurrences.len() - shown.len() {
        0 => Ok(()),
        more => page.field(
            "",
            DIM,
            &format!("and {more} more; the json format lists all"),
        ),
    }?;
    match finding.suppressed_occurrences.len() {
        0 => Ok(()),
        left_out => page.field("", DIM, &format!("{left_out} suppressed")),
    }
}

/// Whether the same is to be said of two places.
fn are_alike(one: &Occurrence, next: &Occurrence) -> bool {
    let told = |place: &Occurrence| {
        let later = place.changed_by.as_ref().map(|layer| layer.index);
        let removed = place.git.as_ref().and_then(|git| git.removed.as_ref());
        let removed = removed.map(|commit| commit.id.clone());
        (
            kind(place),
            place.state,
            later,
            place.commit.clone(),
            removed,
            place.vendored.as_ref().map(Vendored::told),
            (place.inherited.clone(), place.dockerfile.clone()),
        )
    };
    told(one) == told(next)
}

/// Places in one layer with one fate, or in one document: first each of them, then what is to be
/// said of all.
fn group(lead: &str, places: &[Occurrence], page: &mut Page<'_>) -> io::Result<()> {
    let indent = " ".repeat(lead.len());
    for (number, place) in places.iter().enumerate() {
        let lead = if number == 0 { lead } else { &*indent };
        let encoding = place.encoding();
        let encoding = encoding.map_or_else(String::new, |how| format!("  in {how}"));
        page.line(&[(PLAIN, lead), (BOLD, &place.spot()), (DIM, &encoding)])?;
    }
    if let Some(layer) = &places[0].layer {
        origin(layer, &indent, page)?;
        fate(&places[0], layer, &indent, page)?;
    }
    if let Some(line) = &places[0].dockerfile {
        page.wrapped((PLAIN, &indent), BOLD, &format!("put there by {line}"))?;
    }
    if let Some(git) = &places[0].git {
        history::write(git, &indent, page)?;
    }
    if let Some(package) = &places[0].vendored {
        page.wrapped((PLAIN, &indent), PLAIN, &package.told())?;
    }
    match &places[0].inherited {
        Some(base) => page.wrapped((PLAIN, &indent), PLAIN, &format!("inherited from {base}")),
        None => Ok(()),
    }
}

/// The image of a place.
fn title(place: &Occurrence) -> String {
    match &place.platform {
        Some(platform) => format!("{} ({platform})", place.target),
        None => place.target.clone(),
    }
}

/// The kind of a place: its layer, or the document it is in.
fn kind(place: &Occurrence) -> String {
    match &place.layer {
        Some(layer) if place.kind == "file" && place.git.is_some() => {
            format!("layer {}, history", layer.index)
        }
        Some(layer) if place.kind == "file" => format!("layer {}", layer.index),
        Some(layer) => format!("layer {}, {}", layer.index, place.kind),
        None if place.is_staged() => "staged".to_owned(),
        None if place.git.is_some() && place.kind == "file" => "history".to_owned(),
        None => place.kind.to_owned(),
    }
}

/// The layer's digest and who made it.
fn origin(layer: &Layer, indent: &str, page: &mut Page<'_>) -> io::Result<()> {
    let text = match &layer.brief {
        Some(brief) => format!("{} {brief}", layer.short_digest()),
        None => layer.short_digest().to_owned(),
    };
    page.wrapped((PLAIN, indent), DIM, &text)
}

/// What became of the file.
fn fate(place: &Occurrence, layer: &Layer, indent: &str, page: &mut Page<'_>) -> io::Result<()> {
    let (style, text): (Style, String) = match (place.state, &place.changed_by) {
        (Some(state), Some(later)) => (WARN, hidden(state, later, layer)),
        (Some(state), None) => (PLAIN, format!("{state} in the final image")),
        (None, _) => return Ok(()),
    };
    page.wrapped((PLAIN, indent), style, &text)
}

fn hidden(state: &str, later: &Layer, layer: &Layer) -> String {
    let by = match &later.brief {
        Some(brief) => format!(" by {brief}"),
        None => String::new(),
    };
    format!(
        "{state} in layer {}{by} - still recoverable from layer {}",
        later.index, layer.index
    )
}

/// Writes what to do, in full.
pub(super) fn advice(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let rotate = match finding.remediation.as_str() {
        "" => ROTATE,
        text => text,
    };
    page.field("do", PLAIN, rotate)?;
    match &finding.reference {
        Some(address) => page.field("see", DIM, address),
        None => Ok(()),
    }
}

/// Writes how it would be done right at its places.
pub(super) fn places_advice(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    for (number, text) in finding.advice.iter().enumerate() {
        page.field(if number == 0 { "then" } else { "" }, PLAIN, text)?;
    }
    Ok(())
}

/// Points to the advice that an earlier finding of the same rule was given.
pub(super) fn advice_above(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let text = format!("the same as for the {} above", finding.rule);
    page.field("do", DIM, &text)
}

/// The colour of a severity.
pub(super) fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => WARN.bold(),
        Severity::Low => BOLD,
    }
}

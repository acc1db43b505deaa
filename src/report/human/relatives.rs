//! How what was found stands to other images: what comes from a base, and what has become of an older
//! image's secrets.

use super::page::{DIM, PLAIN, Page};
use super::summary::LISTED;
use crate::report::View;
use crate::report::view::Occurrence;
use std::io;

/// How many come from base images.
pub(super) fn inherited(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let findings = view.findings.iter();
    match findings.filter(|finding| finding.is_inherited()).count() {
        0 => Ok(()),
        number => page.field("", DIM, &format!("{number} inherited from base images")),
    }
}

/// What became of the secrets of an older image, and which of them are gone.
pub(super) fn since(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let Some(since) = &view.since else {
        return Ok(());
    };
    let counts = [
        (since.new, "new"),
        (since.moved, "moved"),
        (since.gone.len(), "gone"),
        (since.unchanged, "unchanged"),
    ];
    let counts = counts.map(|(number, change)| format!("{number} {change}"));
    page.field(
        "since",
        PLAIN,
        &format!("{}: {}", since.target, counts.join(", ")),
    )?;
    for finding in since.gone.iter().take(LISTED) {
        let place = finding.occurrences.first().map(Occurrence::spot);
        let place = place.unwrap_or_default();
        let text = format!(
            "gone: {} {} in {place}",
            finding.title, finding.secret.masked
        );
        page.field("", DIM, &text)?;
    }
    match since.gone.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => page.field(
            "",
            DIM,
            &format!("and {more} more; the json format lists all"),
        ),
    }
}

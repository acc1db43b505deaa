//! The table of a fleet: how far each secret has spread over the images of a run. The blocks above it
//! tell where exactly; this tells which secret to replace first, and which layer to rebuild once.

use super::page::{BOLD, DIM, PLAIN, Page, margin};
use crate::report::View;
use crate::report::view::{Finding, Occurrence};
use std::collections::BTreeSet;
use std::io;

/// Most secrets in the table.
const ROWS: usize = 100;
/// Most names of images beneath a secret.
const NAMES: usize = 6;
/// Columns of a secret's name.
const WIDTH: usize = 48;
/// Digits of a fingerprint that people quote.
const DIGITS: usize = 12;

/// In how many different things a secret stands.
struct Spread<'v> {
    images: usize,
    tags: BTreeSet<&'v str>,
    platforms: usize,
    layers: usize,
}

impl<'v> Spread<'v> {
    fn of(finding: &'v Finding) -> Self {
        let places = || finding.occurrences.iter().filter(|place| place.in_image());
        let image = |place: &'v Occurrence| match &place.image_digest {
            Some(digest) => (digest.as_str(), None),
            None => (place.target.as_str(), place.platform.as_deref()),
        };
        let platforms = places().filter_map(|place| place.platform.as_deref());
        let layers = places().filter_map(|place| Some(place.layer.as_ref()?.digest.as_str()));
        Self {
            images: number(places().map(image)),
            tags: places().map(|place| place.target.as_str()).collect(),
            platforms: number(platforms),
            layers: number(layers),
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.tags.iter().take(NAMES).copied().collect();
        match self.tags.len().saturating_sub(NAMES) {
            0 => names.join(", "),
            more => format!("{} and {more} more", names.join(", ")),
        }
    }
}

fn number<T: Ord>(things: impl Iterator<Item = T>) -> usize {
    things.collect::<BTreeSet<T>>().len()
}

/// Writes the table, if more than one image was scanned and something was found in them.
pub(super) fn write(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let images: usize = view.targets.iter().map(|target| target.images.len()).sum();
    let spreads = view.findings.iter().map(|one| (one, Spread::of(one)));
    let rows: Vec<_> = spreads.filter(|(_, spread)| spread.images > 0).collect();
    if images < 2 || rows.is_empty() {
        return Ok(());
    }
    let head = format!(
        "{:<WIDTH$}{:>8}{:>8}{:>11}{:>8}",
        "in images", "images", "tags", "platforms", "layers"
    );
    page.line(&[(DIM, "  "), (DIM, &head)])?;
    for (finding, spread) in rows.iter().take(ROWS) {
        row(finding, spread, page)?;
    }
    match rows.len().saturating_sub(ROWS) {
        0 => {}
        more => page.field(
            "",
            DIM,
            &format!("and {more} more; the json format lists all"),
        )?,
    }
    page.blank()
}

fn row(finding: &Finding, spread: &Spread<'_>, page: &mut Page<'_>) -> io::Result<()> {
    let id = finding.fingerprint.get(..DIGITS);
    let name = format!("{} {}", id.unwrap_or_default(), finding.rule);
    let counts = format!(
        "{:>8}{:>8}{:>11}{:>8}",
        spread.images,
        spread.tags.len(),
        spread.platforms,
        spread.layers
    );
    let name = format!("{name:<WIDTH$}");
    page.line(&[(PLAIN, "  "), (BOLD, &name), (PLAIN, &counts)])?;
    page.wrapped((PLAIN, &margin("")), DIM, &spread.names())
}

#[cfg(test)]
mod tests {
    use crate::model::Policy;
    use crate::report::{View, sample};

    #[test]
    fn one_image_needs_no_table() {
        let mut outcome = sample::outcome();
        let view = View::new(&outcome, &Policy::default(), false);
        assert!(sample::rendered("human", &view).contains("in images"));
        outcome.targets.truncate(1);
        outcome.targets[0].images.truncate(1);
        let view = View::new(&outcome, &Policy::default(), false);
        assert!(!sample::rendered("human", &view).contains("in images"));
    }
}

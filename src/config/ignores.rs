//! What the files ignore: the `ignores` of a configuration, written as in an ignore file, and the
//! ignore files of the scanned tree themselves. Paths in what comes with a tree begin at the folder
//! that the file lies in.

use super::content::Content;
use super::layer::Layer;
use super::{ConfigError, Lookup};
use crate::model::SuppressionKind;
use crate::suppress::ignore::{self, FILE, Root, Scope};
use crate::suppress::{Ignores, SuppressError};
use std::collections::BTreeMap;
use std::path::Path;

/// Takes the entries of a layer, if it has any; `roots` are the targets.
///
/// # Errors
/// When a glob makes no sense.
pub(super) fn of(layer: &mut Layer, roots: &[Root]) -> Result<Option<Ignores>, SuppressError> {
    let entries = std::mem::take(&mut layer.ignores);
    if entries.is_empty() {
        return Ok(None);
    }
    let scope = match &layer.folder {
        None => Scope::Everywhere,
        Some(folder) => Scope::Below(below(folder, roots)),
    };
    Ignores::new(SuppressionKind::Ignore, &layer.name, entries, scope).map(Some)
}

/// The ignore files of the scanned tree, from the disk or from the revision that is given.
///
/// # Errors
/// When one is there and cannot be read, or a line in it makes no sense.
pub(super) fn of_tree(
    lookup: &Lookup<'_>,
    revision: Option<&Content>,
) -> Result<Vec<Ignores>, ConfigError> {
    let Some(tree) = revision else {
        let roots = if lookup.ignore_tree {
            &[]
        } else {
            lookup.roots
        };
        return Ok(ignore::of_tree(roots)?);
    };
    for folder in tree.folders() {
        let path = folder.join(FILE);
        if let Some(text) = tree.text(&path)? {
            let scope = Scope::Below(below(&tree.top().join(folder), lookup.roots));
            return Ok(vec![Ignores::parse(&tree.shown(&path), &text, scope)?]);
        }
    }
    Ok(Vec::new())
}

/// The targets in a folder, with what leads to them from there.
fn below(folder: &Path, roots: &[Root]) -> BTreeMap<String, Vec<u8>> {
    let targets = roots.iter().filter_map(|root| {
        let real = root.folder.canonicalize().ok()?;
        let rest = real.strip_prefix(folder).ok()?.iter();
        let prefix = rest.flat_map(|part| [part.as_encoded_bytes(), b"/"].concat());
        Some((root.target.clone(), prefix.collect()))
    });
    targets.collect()
}

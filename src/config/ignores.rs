//! The `ignores` of a file: entries as in an ignore file, and like there, paths in a scanned tree's
//! file begin at the folder that the file lies in.

use super::layer::Layer;
use crate::model::SuppressionKind;
use crate::suppress::ignore::{Root, Scope};
use crate::suppress::{Ignores, SuppressError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Takes the entries of a layer, if it has any; `roots` are the targets.
///
/// # Errors
/// When a glob makes no sense.
pub(super) fn of(layer: &mut Layer, roots: &[PathBuf]) -> Result<Option<Ignores>, SuppressError> {
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

/// The targets in a folder, with what leads to them from there.
fn below(folder: &Path, roots: &[PathBuf]) -> BTreeMap<String, Vec<u8>> {
    let roots = roots.iter().map(|path| Root::of(path));
    let targets = roots.filter_map(|root| {
        let real = root.folder.canonicalize().ok()?;
        let rest = real.strip_prefix(folder).ok()?.iter();
        let prefix = rest.flat_map(|part| [part.as_encoded_bytes(), b"/"].concat());
        Some((root.target, prefix.collect()))
    });
    targets.collect()
}

//! What the next commit would bring: the content of the index, and not the files on disk, where it
//! differs from HEAD. With `git add -p` the two are not the same.

use super::changes::Change;
use super::trees::Trees;
use gix::ObjectId;
use gix::index::Entry;
use gix::index::entry::{Flags, Mode};
use std::path::Path;

/// What an index holds that its HEAD does not, by path.
///
/// # Errors
/// What is wrong with the index, in one sentence. That there is none is no error: nothing is staged.
pub(super) fn changes(
    index: &Path,
    hash: gix::hash::Kind,
    head: Option<ObjectId>,
    trees: &mut Trees<'_>,
) -> Result<Vec<Change>, String> {
    if !index.exists() {
        return Ok(Vec::new());
    }
    let options = gix::index::decode::Options::default();
    let file = gix::index::File::at(index, hash, true, options).map_err(|e| e.to_string())?;
    let state = &*file;
    // A submodule's commit is in another repository, and a sparse folder is that of HEAD.
    let is_content = |mode: Mode| !mode.is_submodule() && !mode.is_sparse();
    let entries = state.entries().iter();
    let entries = entries.filter(|entry| is_content(entry.mode));
    let changes = entries.filter_map(|entry| {
        let path: &[u8] = entry.path(state);
        let before = head.and_then(|tree| trees.at(tree, path));
        let before = before.filter(|node| !node.is_tree).map(|node| node.id);
        (before != Some(entry.id)).then(|| Change {
            commit: None,
            path: path.into(),
            now: Some(entry.id),
            before: vec![before],
        })
    });
    Ok(changes.collect())
}

/// The objects that an index names and that have to be there; those of files that are announced with
/// `git add --intent-to-add` need not.
///
/// # Errors
/// What is wrong with the index, in one sentence. That there is none is no error.
pub(super) fn named(index: &Path, hash: gix::hash::Kind) -> Result<Vec<ObjectId>, String> {
    if !index.exists() {
        return Ok(Vec::new());
    }
    let options = gix::index::decode::Options::default();
    let file = gix::index::File::at(index, hash, true, options).map_err(|e| e.to_string())?;
    let is_stored =
        |entry: &&Entry| !entry.mode.is_submodule() && !entry.flags.contains(Flags::INTENT_TO_ADD);
    let entries = file.entries().iter().filter(is_stored);
    Ok(entries.map(|entry| entry.id).collect())
}

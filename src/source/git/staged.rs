//! What the next commit would bring: the content of the index, and not the files on disk, where it
//! differs from what the commit builds on. With `git add -p` the two are not the same.
//!
//! An index notes the name of the tree that a folder of it makes, until something in the folder is
//! staged. What a parent of the commit has by the same name is left out unread, so the work grows with
//! what is staged and not with the repository. Git makes the commit from the same notes.

use super::Bytes;
use super::changes::Change;
use super::trees::{DEEPEST, Trees};
use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::index::entry::{Flags, Stage};
use gix::index::extension::Tree;
use gix::index::{Entry, State};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

/// What an index holds, by path, that the trees which it builds on do not, and what it holds no more.
///
/// # Errors
/// What is wrong with the index, in one sentence. That there is none is no error: nothing is staged.
pub(super) fn changes(
    index: &Index,
    hash: gix::hash::Kind,
    heads: &[ObjectId],
    trees: &mut Trees<'_>,
) -> Result<Vec<Change>, String> {
    let Some(file) = index.open(hash)? else {
        return Ok(Vec::new());
    };
    let mut comparison = Comparison {
        index: &file,
        heads,
        trees,
        same: Vec::new(),
        changes: Vec::new(),
    };
    comparison.folders();
    comparison.entries();
    Ok(comparison.changes)
}

/// An index that has not been looked into yet.
#[derive(Debug, Clone)]
pub(super) enum Index {
    /// On disk, if it is there.
    At(PathBuf),
    /// In memory.
    Held(Bytes),
}

impl Index {
    /// Reads it; a repository in which nothing was ever staged has none.
    fn open(&self, hash: gix::hash::Kind) -> Result<Option<State>, String> {
        let options = gix::index::decode::Options::default();
        let state = match self {
            Self::At(path) if !path.exists() => return Ok(None),
            Self::At(path) => gix::index::File::at(path, hash, true, options).map(State::from),
            Self::Held(bytes) => {
                let unknown = State::new(hash).timestamp();
                State::from_bytes(bytes, unknown, hash, options).map(|(state, _)| state)
            }
        };
        state.map(Some).map_err(|error| error.to_string())
    }
}

/// An index beside the trees that it builds on.
struct Comparison<'i, 't, 'r> {
    index: &'i State,
    heads: &'i [ObjectId],
    trees: &'t mut Trees<'r>,
    /// Entries that stand in one of the trees just so.
    same: Vec<Range<usize>>,
    changes: Vec<Change>,
}

/// What stands at a path in each of the trees.
type Before = Vec<Option<ObjectId>>;

/// What stands under a name.
struct There {
    folders: Before,
    files: Before,
}

/// A folder in each of the trees.
struct Folder<'i> {
    /// Its path; unless it is the root it ends with a slash.
    path: Vec<u8>,
    before: Before,
    /// What the index knows of its tree.
    noted: Option<&'i Tree>,
}

impl<'i> Comparison<'i, '_, '_> {
    /// Looks for folders that are the same, and for files that are gone.
    fn folders(&mut self) {
        let root = Folder {
            path: Vec::new(),
            before: self.heads.iter().copied().map(Some).collect(),
            noted: self.index.tree(),
        };
        // Folders may be nested deeper than a thread's stack.
        let mut waiting = vec![root];
        while let Some(folder) = waiting.pop() {
            let is_same = |tree: &Tree| folder.before.contains(&Some(tree.id));
            match folder.noted.filter(|tree| tree.num_entries.is_some()) {
                Some(tree) if is_same(tree) => self.same.push(self.below(&folder.path)),
                _ => self.folder(&folder, &mut waiting),
            }
        }
    }

    fn folder(&mut self, folder: &Folder<'i>, waiting: &mut Vec<Folder<'i>>) {
        let names = self.names(&folder.before);
        // What repeats itself without end is not searched for what is gone.
        let depth = folder.path.iter().filter(|&&byte| byte == b'/').count();
        if depth > DEEPEST || !self.trees.takes(folder.before.clone(), names.len()) {
            return;
        }
        for (name, there) in names {
            let mut path = [&folder.path, &*name].concat();
            if there.files.iter().any(Option::is_some) && !self.has(&path) {
                self.changes.push(Change {
                    commit: None,
                    path: path.as_slice().into(),
                    now: None,
                    before: there.files,
                });
            }
            path.push(b'/');
            // A sparse index has an entry for a folder as it is in HEAD.
            if there.folders.iter().any(Option::is_some) && !self.has(&path) {
                let children = folder.noted.map_or(&[][..], |tree| &tree.children);
                waiting.push(Folder {
                    path,
                    before: there.folders,
                    noted: children.iter().find(|child| *child.name == *name),
                });
            }
        }
    }

    /// Whether the index has an entry of that path.
    fn has(&self, path: &[u8]) -> bool {
        self.index.entry_range(path.as_bstr()).is_some()
    }

    /// All names in a folder, and what each tree has there.
    fn names(&mut self, before: &[Option<ObjectId>]) -> BTreeMap<Box<[u8]>, There> {
        let mut names: BTreeMap<Box<[u8]>, There> = BTreeMap::new();
        for (number, &tree) in before.iter().enumerate() {
            let entries = tree.and_then(|tree| self.trees.entries(tree));
            for entry in entries.iter().flat_map(|entries| entries.iter()) {
                let there = names.entry(entry.name.clone()).or_insert_with(|| There {
                    folders: vec![None; before.len()],
                    files: vec![None; before.len()],
                });
                let side = match entry.node.is_tree {
                    true => &mut there.folders,
                    false => &mut there.files,
                };
                side[number] = Some(entry.node.id);
            }
        }
        names
    }

    /// The entries below a folder, whose path ends with a slash, if it is not the root.
    fn below(&self, folder: &[u8]) -> Range<usize> {
        match folder {
            b"" => 0..self.index.entries().len(),
            _ => {
                let range = self.index.prefixed_entries_range(folder.as_bstr());
                range.unwrap_or_default()
            }
        }
    }

    /// Looks at every entry that is not known to be the same.
    fn entries(&mut self) {
        self.same.sort_unstable_by_key(|range| range.start);
        let index = self.index;
        let mut same = std::mem::take(&mut self.same).into_iter().peekable();
        for (number, entry) in index.entries().iter().enumerate() {
            while same.next_if(|range| range.end <= number).is_some() {}
            let is_same = same.peek().is_some_and(|range| range.contains(&number));
            // A submodule's commit is in another repository, and a sparse folder is that of HEAD.
            if !is_same && !entry.mode.is_submodule() && !entry.mode.is_sparse() {
                self.entry(entry);
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let path: &[u8] = entry.path(self.index);
        // What a merge could not settle is worth a look, whichever side it comes from.
        let heads = match entry.stage() {
            Stage::Unconflicted => self.heads,
            _ => &self.heads[..self.heads.len().min(1)],
        };
        let trees = &mut *self.trees;
        let before = heads.iter().map(|&tree| {
            let node = trees.at(tree, path).filter(|node| !node.is_tree);
            node.map(|node| node.id)
        });
        let before: Before = before.collect();
        if !before.contains(&Some(entry.id)) {
            self.changes.push(Change {
                commit: None,
                path: path.into(),
                now: Some(entry.id),
                before,
            });
        }
    }
}

/// The files of an index that are checked out, by their paths from the top of the work tree.
///
/// # Errors
/// What is wrong with the index, in one sentence.
pub(super) fn tracked(index: &Index, hash: gix::hash::Kind) -> Result<Vec<PathBuf>, String> {
    let Some(file) = index.open(hash)? else {
        return Ok(Vec::new());
    };
    let is_here = |entry: &&Entry| {
        !entry.mode.is_submodule()
            && !entry.mode.is_sparse()
            && !entry.flags.contains(Flags::SKIP_WORKTREE)
    };
    let entries = file.entries().iter().filter(is_here);
    let paths = entries.map(|entry| {
        let path = gix::path::from_bstr(entry.path(&file));
        path.map(Cow::into_owned).map_err(|e| e.to_string())
    });
    let mut paths = paths.collect::<Result<Vec<PathBuf>, String>>()?;
    // A conflict has several entries of one path.
    paths.dedup();
    Ok(paths)
}

/// The objects that an index names and that have to be there; those of files that are announced with
/// `git add --intent-to-add` need not.
///
/// # Errors
/// What is wrong with the index, in one sentence. That there is none is no error.
pub(super) fn named(index: &Index, hash: gix::hash::Kind) -> Result<Vec<ObjectId>, String> {
    let Some(file) = index.open(hash)? else {
        return Ok(Vec::new());
    };
    let is_stored =
        |entry: &&Entry| !entry.mode.is_submodule() && !entry.flags.contains(Flags::INTENT_TO_ADD);
    let entries = file.entries().iter().filter(is_stored);
    Ok(entries.map(|entry| entry.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gix::hash::Kind::{Sha1, Sha256};
    use proptest::prelude::*;

    /// An index of one file, gitformat-index(5), and with room for extensions.
    fn sound() -> Vec<u8> {
        let mut index = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
        index.extend([0; 24]);
        index.extend(0o100_644_u32.to_be_bytes());
        index.extend([0; 12]);
        index.extend([7; 20]);
        index.extend(b"\0\x01a\0");
        index.extend(b"TREE\0\0\0\x19\x001 0\n");
        index.extend([9; 20]);
        index.extend([0; 20]);
        index
    }

    #[test]
    fn an_index_in_memory_names_its_objects() {
        let ids = named(&Index::Held(sound().into()), Sha1).unwrap();
        assert_eq!(ids, [ObjectId::from_bytes_or_panic(&[7; 20])]);
    }

    proptest! {
        /// Whatever an image holds in place of an index: it is read or refused.
        #[test]
        fn no_index_is_the_end_of_a_scan(
            at in 0_usize..130,
            noise in prop::collection::vec(any::<u8>(), 0..12),
            cut in 0_usize..160,
        ) {
            let mut index = sound();
            let at = at.min(index.len());
            let end = (at + noise.len()).min(index.len());
            index.splice(at..end, noise);
            index.truncate(cut.max(12));
            for hash in [Sha1, Sha256] {
                let _ = named(&Index::Held(index.clone().into()), hash);
            }
        }
    }
}

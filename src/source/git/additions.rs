//! What each tree has that the tree it is stored against has not: a line or two, where a folder of a
//! history has hundreds. It is noted while packs are read, so that afterwards nobody has to make or
//! read a million trees to learn which of them lead to a few objects.
//!
//! What always holds: an entry of a noted tree is noted with it, or stands at the same place of one
//! copy as in the tree that it is noted against, together with the entry before it.

use crate::model::Copied;
use gix::hashtable::HashMap;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryRef;
use gix::{ObjectId, oid};
use std::ops::Range;

/// An entry of a tree, and where in the tree it stands.
pub(super) type Placed<'a> = (Range<usize>, EntryRef<'a>);

/// The trees that are noted.
pub(super) struct Additions {
    numbers: HashMap<ObjectId, u32>,
    trees: Vec<Tree>,
    /// Copies of all trees, one tree's after the other's.
    copies: Vec<Copied>,
    /// New entries, as they are written.
    written: Vec<u8>,
    /// Where each of them begins in its tree.
    starts: Vec<u32>,
    /// Bytes there may be.
    room: usize,
}

/// A tree: where in the lists its own things end; they begin where those of the last tree end.
#[derive(Debug, Clone, Copy, Default)]
struct Tree {
    base: Option<u32>,
    copies: usize,
    written: usize,
    starts: usize,
}

impl Additions {
    /// Notes at most so many bytes.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            numbers: HashMap::default(),
            trees: Vec::new(),
            copies: Vec::new(),
            written: Vec::new(),
            starts: Vec::new(),
            room,
        }
    }

    /// Notes a tree that was made from `base` with these copies, and its new entries. Not if its base
    /// is not noted, or if there is no room.
    pub(super) fn add(
        &mut self,
        id: ObjectId,
        base: Option<(&oid, &[Copied])>,
        tree: &[u8],
        new: &[Range<usize>],
    ) {
        let number = base.map(|(base, _)| self.number(base));
        let is_lost = number == Some(None) || tree.len() > u32::MAX as usize;
        if is_lost || self.bytes() > self.room {
            return;
        }
        let next = self.trees.len() as u32;
        if *self.numbers.entry(id).or_insert(next) != next {
            return;
        }
        self.copies
            .extend_from_slice(base.map_or(&[], |(_, copies)| copies));
        for entry in new {
            self.starts.push(entry.start as u32);
            self.written.extend_from_slice(&tree[entry.clone()]);
        }
        self.trees.push(Tree {
            base: number.flatten(),
            copies: self.copies.len(),
            written: self.written.len(),
            starts: self.starts.len(),
        });
    }

    fn bytes(&self) -> usize {
        let lists = size_of_val(&*self.trees) + size_of_val(&*self.copies);
        lists + size_of_val(&*self.starts) + self.written.len()
    }

    /// How many trees are noted. A tree's number is never less than that of its base.
    pub(super) const fn len(&self) -> usize {
        self.trees.len()
    }

    /// The number of a tree, if it is noted.
    pub(super) fn number(&self, id: &oid) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// The tree that this one is noted against.
    pub(super) fn base(&self, tree: u32) -> Option<u32> {
        self.trees[tree as usize].base
    }

    /// What a tree has from its base, in its own order.
    pub(super) fn copies(&self, tree: u32) -> &[Copied] {
        &self.copies[self.before(tree).copies..self.trees[tree as usize].copies]
    }

    /// What a tree has of its own, in its order.
    pub(super) fn entries(
        &self,
        tree: u32,
        hash: gix::hash::Kind,
    ) -> impl Iterator<Item = Placed<'_>> {
        let (begin, end) = (self.before(tree), self.trees[tree as usize]);
        let written = &self.written[begin.written..end.written];
        let starts = &self.starts[begin.starts..end.starts];
        let entries = TreeRefIter::from_bytes(written, hash).map_while(Result::ok);
        let mut done = 0;
        starts.iter().zip(entries).map(move |(&start, entry)| {
            let length = end_of(&entry, written) - done;
            done += length;
            (start as usize..start as usize + length, entry)
        })
    }

    fn before(&self, tree: u32) -> Tree {
        let before = tree.checked_sub(1);
        before.map_or_else(Tree::default, |before| self.trees[before as usize])
    }
}

/// What a tree is that cannot be read.
const NO_TREE: &str = "it is no tree";

/// Where an entry of a tree ends.
fn end_of(entry: &EntryRef<'_>, tree: &[u8]) -> usize {
    let name = entry.oid.as_bytes();
    name.as_ptr().addr() - tree.as_ptr().addr() + name.len()
}

/// Calls `new` with each entry that is not copied together with the one before it. Where a copy
/// begins, a name may begin that is the end of another one in the base.
///
/// # Errors
/// When it is no tree.
pub(super) fn new_entries<'a>(
    tree: &'a [u8],
    copies: &[Copied],
    hash: gix::hash::Kind,
    new: &mut dyn FnMut(Placed<'a>),
) -> Result<(), &'static str> {
    let mut copies = copies.iter().peekable();
    // Nothing stands before the first entry, and only at the same place of the base nothing does.
    let (mut before, mut at) = (0, 0);
    while at < tree.len() {
        let name = memchr::memchr(0, &tree[at..]).ok_or(NO_TREE)?;
        let end = at + name + 1 + hash.len_in_bytes();
        while copies.next_if(|copy| copy.to + copy.length < end).is_some() {}
        let is_first = |copy: &Copied| at == 0 && copy.from > 0;
        let is_known = copies
            .peek()
            .is_some_and(|copy| copy.to <= before && !is_first(copy));
        if !is_known {
            let written = tree.get(at..end).ok_or(NO_TREE)?;
            let entry = TreeRefIter::from_bytes(written, hash).next();
            new((at..end, entry.ok_or(NO_TREE)?.map_err(|_| NO_TREE)?));
        }
        (before, at) = (at, end);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn tree(names: &[&str]) -> Vec<u8> {
        let entry = |name: &&str| [b"100644 ", name.as_bytes(), b"\0", &[b'1'; 20]].concat();
        names.iter().flat_map(entry).collect()
    }

    fn names(tree: &[u8], copies: &[Copied]) -> Vec<String> {
        let mut names = Vec::new();
        let mut note = |(_, entry): Placed<'_>| names.push(entry.filename.to_string());
        new_entries(tree, copies, HASH, &mut note).unwrap();
        names
    }

    #[test]
    fn what_is_copied_with_the_entry_before_it_is_not_new() {
        let text = tree(&["a", "b", "c", "d"]);
        let entry = text.len() / 4;
        let copy = |from, to, length| Copied { from, to, length };
        assert_eq!(names(&text, &[]), ["a", "b", "c", "d"]);
        assert_eq!(names(&text, &[copy(0, 0, text.len())]), [""; 0]);
        let moved = copy(entry, 0, text.len());
        assert_eq!(names(&text, &[moved]), ["a"]);
        let ends = copy(9, 9, text.len() - 9);
        assert_eq!(names(&text, &[ends]), ["a", "b"], "`a` is copied in part");
        let cut = [copy(0, 0, 2 * entry - 1), copy(90, 2 * entry, 2 * entry)];
        assert_eq!(names(&text, &cut), ["b", "c"]);
    }

    #[test]
    fn entries_come_back_as_they_were_noted() {
        let base = tree(&["a", "b", "c"]);
        let length = base.len() / 3;
        let (first, second) = (
            ObjectId::from_bytes_or_panic(&[1; 20]),
            ObjectId::from_bytes_or_panic(&[2; 20]),
        );
        let mut additions = Additions::with_room(1 << 20);
        let all = [0..length, length..2 * length, 2 * length..3 * length];
        additions.add(first, None, &base, &all);
        let copies = [Copied {
            from: 0,
            to: 0,
            length: base.len(),
        }];
        let text = tree(&["a", "b", "c", "dd"]);
        let last = 3 * length..text.len();
        additions.add(
            second,
            Some((&first, &copies)),
            &text,
            std::slice::from_ref(&last),
        );
        let number = additions.number(&second).unwrap();
        assert_eq!(additions.base(number), additions.number(&first));
        assert_eq!(additions.copies(number), copies);
        let placed: Vec<_> = additions.entries(number, HASH).collect();
        assert_eq!(placed.len(), 1);
        assert_eq!((&placed[0].0, placed[0].1.filename), (&last, "dd".into()));
    }

    #[test]
    fn a_tree_whose_base_is_not_noted_is_not_noted() {
        let [id, base] = [1, 2].map(|byte| ObjectId::from_bytes_or_panic(&[byte; 20]));
        let mut additions = Additions::with_room(1 << 20);
        additions.add(id, Some((&base, &[])), b"", &[]);
        assert_eq!(additions.number(&id), None);
    }
}

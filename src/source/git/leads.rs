//! Which entries of noted trees may lead to some wanted objects. A tree that has none of its own and
//! none from its base leads nowhere; of the others only those entries are told, and no tree is made or
//! read for it.
//!
//! It errs on one side: an entry that leads nowhere may be told, one that leads anywhere always is.
//! What is below a tree that is not noted is unknown, and may be anything.

use super::additions::{Additions, Placed};
use gix::ObjectId;
use gix::hashtable::HashSet;
use gix::objs::tree::EntryRef;
use std::ops::Range;
use std::rc::Rc;

/// Rounds in which folders are led to. Each takes in as many levels of folders as happen to lie in the
/// order of the notes, and few projects have twenty; beyond that every tree may lead anywhere.
const ROUNDS: usize = 50;
/// Entries that are held for trees that are noted against them.
const HELD: usize = 1 << 20;

/// An answer for each noted tree, on one thread.
pub(super) struct Leads<'r> {
    additions: &'r Additions,
    hash: gix::hash::Kind,
    wanted: &'r HashSet<ObjectId>,
    /// Whether a tree has or may have from its base what leads anywhere.
    leads: Vec<bool>,
    /// The entries of each tree that do, as far as they were asked for.
    known: Vec<Option<Rc<[Placed<'r>]>>>,
    held: usize,
}

impl<'r> Leads<'r> {
    /// Looks for ways to the `wanted` objects.
    pub(super) fn new(
        additions: &'r Additions,
        hash: gix::hash::Kind,
        wanted: &'r HashSet<ObjectId>,
    ) -> Self {
        let mut leads = Self {
            leads: vec![false; additions.len()],
            known: vec![None; additions.len()],
            held: 0,
            additions,
            hash,
            wanted,
        };
        leads.spread();
        leads
    }

    /// Marks the trees with wanted or unknown objects, and then those that lead to marked ones.
    fn spread(&mut self) {
        let mut folders: Vec<Vec<u32>> = vec![Vec::new(); self.leads.len()];
        for (tree, folders) in folders.iter_mut().enumerate() {
            for (_, entry) in self.additions.entries(tree as u32, self.hash) {
                match self.folder(&entry) {
                    Some(Some(folder)) => folders.push(folder),
                    Some(None) => self.leads[tree] = true,
                    None => {}
                }
                self.leads[tree] |= self.wanted.contains(entry.oid);
            }
        }
        for _ in 0..ROUNDS {
            let mut is_done = true;
            for (tree, folders) in folders.iter().enumerate() {
                let base = self.additions.base(tree as u32);
                let mut from = folders.iter().copied().chain(base);
                if !self.leads[tree] && from.any(|other| self.leads[other as usize]) {
                    self.leads[tree] = true;
                    is_done = false;
                }
            }
            if is_done {
                return;
            }
        }
        self.leads.fill(true);
    }

    /// The number of an entry that is a folder; none if that is not noted.
    fn folder(&self, entry: &EntryRef<'_>) -> Option<Option<u32>> {
        let is_folder = entry.mode.is_tree();
        is_folder.then(|| self.additions.number(entry.oid))
    }

    fn may_lead(&self, entry: &EntryRef<'_>) -> bool {
        let below = match self.folder(entry) {
            Some(Some(folder)) => self.leads[folder as usize],
            Some(None) => true,
            None => false,
        };
        below || self.wanted.contains(entry.oid)
    }

    /// The entries of a tree that may lead anywhere, in its order; `None` if it is not noted.
    pub(super) fn of(&mut self, id: &gix::oid) -> Option<Rc<[Placed<'r>]>> {
        let mut tree = self.additions.number(id)?;
        let mut waiting = Vec::new();
        let mut entries = loop {
            match &self.known[tree as usize] {
                _ if !self.leads[tree as usize] => break Rc::from([]),
                Some(known) => break Rc::clone(known),
                None => waiting.push(tree),
            }
            match self.additions.base(tree) {
                Some(base) => tree = base,
                None => break Rc::from([]),
            }
        };
        while let Some(tree) = waiting.pop() {
            entries = Rc::from(self.grown(tree, &entries));
            self.hold(tree, &entries);
        }
        Some(entries)
    }

    /// The entries of a tree, from those of its base.
    fn grown(&self, tree: u32, base: &[Placed<'r>]) -> Vec<Placed<'r>> {
        let additions = self.additions;
        let new: Vec<Placed<'r>> = additions.entries(tree, self.hash).collect();
        let mut entries = Vec::with_capacity(base.len() + new.len());
        for copy in additions.copies(tree) {
            let first = base.partition_point(|(place, _)| place.start < copy.from);
            let whole = base[first..]
                .iter()
                .take_while(|(place, _)| place.end <= copy.from + copy.length);
            let moved = |at: usize| at - copy.from + copy.to;
            entries
                .extend(whole.map(|(place, entry)| (moved(place.start)..moved(place.end), *entry)));
        }
        // The first entry of a copy is new, because it may have another name here.
        let is_new = |place: &Range<usize>| {
            let found = new.binary_search_by_key(&place.end, |(place, _)| place.end);
            found.is_ok()
        };
        entries.retain(|(place, _)| !is_new(place));
        entries.extend(
            new.iter()
                .filter(|(_, entry)| self.may_lead(entry))
                .cloned(),
        );
        entries.sort_by_key(|(place, _)| place.start);
        entries
    }

    fn hold(&mut self, tree: u32, entries: &Rc<[Placed<'r>]>) {
        if self.held + entries.len() > HELD {
            self.known.fill(None);
            self.held = 0;
        }
        self.held += entries.len();
        self.known[tree as usize] = Some(Rc::clone(entries));
    }
}

#[cfg(test)]
mod tests {
    use super::super::additions::new_entries;
    use super::*;
    use crate::model::Copied;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const HASH: gix::hash::Kind = gix::hash::Kind::Sha1;

    /// A name that is told by a number; its bytes are all the same, or hold zeros.
    fn id(number: usize) -> ObjectId {
        let mut bytes = [number as u8 + 1; 20];
        bytes[..number % 5].fill(0);
        ObjectId::from_bytes_or_panic(&bytes)
    }

    /// An entry by its name and by what stands there: a tree made before, or a file.
    type Line = (u8, Result<usize, usize>);

    fn written(lines: &[Line]) -> Vec<u8> {
        let line = |&(name, node): &Line| {
            let (mode, id) = match node {
                Ok(tree) => ("40000", id(tree)),
                Err(file) => ("100644", id(100 + file)),
            };
            [
                mode.as_bytes(),
                b" ",
                &vec![b'n'; name.into()],
                b"\0",
                id.as_bytes(),
            ]
            .concat()
        };
        lines.iter().flat_map(line).collect()
    }

    /// What two texts have in common at their beginning and at their end, as a delta would say it.
    fn copies(base: &[u8], text: &[u8]) -> Vec<Copied> {
        let same = |(a, b): &(&u8, &u8)| a == b;
        let begin = base.iter().zip(text).take_while(same).count();
        let most = base.len().min(text.len()) - begin;
        let end = base.iter().rev().zip(text.iter().rev());
        let end = end.take(most).take_while(same).count();
        let copy = |from, to, length| Copied { from, to, length };
        let both = [
            copy(0, 0, begin),
            copy(base.len() - end, text.len() - end, end),
        ];
        both.into_iter().filter(|copy| copy.length > 0).collect()
    }

    /// Lines that lead to a wanted file, for each tree.
    fn leading(trees: &[Vec<Line>], wanted: usize) -> Vec<BTreeSet<Line>> {
        let mut leading: Vec<BTreeSet<Line>> = Vec::new();
        for tree in trees {
            let leads = |line: &&Line| match line.1 {
                Ok(tree) => !leading[tree].is_empty(),
                Err(file) => file == wanted,
            };
            leading.push(tree.iter().filter(leads).copied().collect());
        }
        leading
    }

    proptest! {
        #[test]
        fn all_that_leads_anywhere_is_told_and_nothing_that_is_not_there(
            changes in prop::collection::vec(
                (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1_u8..4, 0_usize..6, 0_u8..4),
                1..40,
            ),
            wanted in 0_usize..6,
        ) {
            let mut trees: Vec<Vec<Line>> = Vec::new();
            let mut additions = Additions::with_room(1 << 20);
            for (base, place, name, node, what) in changes {
                let base = (!trees.is_empty() && what > 0).then(|| base.index(trees.len()));
                let mut tree = base.map(|base| trees[base].clone()).unwrap_or_default();
                let line = match node < 3 && !trees.is_empty() {
                    true => (name, Ok(place.index(trees.len()))),
                    false => (name, Err(node)),
                };
                let at = place.index(tree.len() + 1);
                match what {
                    3 if at < tree.len() => drop(tree.remove(at)),
                    2 if at < tree.len() => tree[at] = line,
                    _ => tree.insert(at, line),
                }
                let text = written(&tree);
                let before = base.map(|base| (id(base), copies(&written(&trees[base]), &text)));
                let before = before.as_ref().map(|(id, copies)| (&**id, &copies[..]));
                let mut new = Vec::new();
                let copied = before.map_or(&[][..], |(_, copies)| copies);
                new_entries(&text, copied, HASH, &mut |(place, _)| new.push(place)).unwrap();
                additions.add(id(trees.len()), before, &text, &new);
                trees.push(tree);
            }
            let wanted_id = HashSet::from_iter([id(100 + wanted)]);
            let mut leads = Leads::new(&additions, HASH, &wanted_id);
            for (number, must) in leading(&trees, wanted).iter().enumerate().rev() {
                let text = written(&trees[number]);
                let told = leads.of(&id(number)).unwrap();
                let told: Vec<&[u8]> = told
                    .iter()
                    .inspect(|(place, entry)| {
                        let there = &text[place.clone()];
                        assert!(there.ends_with(entry.oid.as_bytes()));
                        assert_eq!(there.len(), entry.filename.len() + if entry.mode.is_tree() { 27 } else { 28 });
                    })
                    .map(|(place, _)| &text[place.clone()])
                    .collect();
                for line in must {
                    prop_assert!(told.contains(&&written(&[*line])[..]));
                }
                prop_assert!(told.len() <= trees[number].len());
            }
        }
    }
}

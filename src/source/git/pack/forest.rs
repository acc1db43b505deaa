//! Which object is made from which: a tree for each object that is stored in full. It is told from
//! the headers of the entries alone.

use super::entries::{Base, Entries};
use gix::oid;
use rayon::prelude::*;
use std::cmp::Reverse;

/// No entry: there are never as many.
const NONE: u32 = u32::MAX;

/// The families of a pack. Takes 17 bytes for each entry, and 4 more while it is made.
pub(super) struct Forest {
    /// What each entry is made from, or [`NONE`].
    bases: Vec<u32>,
    /// Where the children of each entry begin in [`Self::children`].
    starts: Vec<u32>,
    /// All children; those of one entry lie together, and the one with the most below it is last.
    children: Vec<u32>,
    /// Objects to visit in the tree below each entry, itself included.
    wanted: Vec<u32>,
    elsewhere: Vec<bool>,
    /// Where families begin, the largest first.
    roots: Vec<u32>,
    circular: Vec<u32>,
}

impl Forest {
    pub(super) fn new(entries: &Entries<'_>, elsewhere: &(dyn Fn(&oid) -> bool + Sync)) -> Self {
        let numbers = (0..entries.len()).into_par_iter();
        let (bases, elsewhere): (Vec<_>, Vec<_>) = numbers
            .map(|number| (base(entries, number), elsewhere(entries.id(number))))
            .unzip();
        let (starts, children) = by_base(&bases);
        let mut forest = Self {
            wanted: elsewhere
                .iter()
                .map(|&elsewhere| u32::from(!elsewhere))
                .collect(),
            bases,
            starts,
            children,
            elsewhere,
            roots: Vec::new(),
            circular: Vec::new(),
        };
        forest.weigh();
        forest.sort(entries);
        forest
    }

    /// The roots of all families that have something to visit.
    pub(super) fn roots(&self) -> &[u32] {
        &self.roots
    }

    /// Objects that are wanted and belong to no family: their bases go round in a circle.
    pub(super) fn circular(&self) -> &[u32] {
        &self.circular
    }

    /// The entries that nothing to visit is made from.
    pub(super) fn idle(&self) -> Vec<u32> {
        let numbers = (0..).zip(&self.wanted);
        let idle = numbers.filter(|&(_, &wanted)| wanted == 0);
        idle.map(|(number, _)| number).collect()
    }

    /// What an entry is made from, if that is in this pack.
    pub(super) fn base(&self, number: u32) -> Option<u32> {
        Some(self.bases[number as usize]).filter(|&base| base != NONE)
    }

    /// What is made from an entry and leads to something to visit, the largest tree last.
    pub(super) fn children(&self, number: u32) -> &[u32] {
        let all = &self.children[self.range(number)];
        let idle = all.partition_point(|&child| self.wanted[child as usize] == 0);
        &all[idle..]
    }

    /// Whether an object is visited in another store.
    pub(super) fn is_elsewhere(&self, number: u32) -> bool {
        self.elsewhere[number as usize]
    }

    fn range(&self, number: u32) -> std::ops::Range<usize> {
        let start = number as usize;
        self.starts[start] as usize..self.starts[start + 1] as usize
    }

    /// Adds up what is wanted, from the leaves to the roots, and finds out what no root leads to.
    fn weigh(&mut self) {
        let numbers = 0..self.bases.len() as u32;
        let mut order: Vec<u32> = numbers
            .clone()
            .filter(|&number| self.base(number).is_none())
            .collect();
        self.roots.clone_from(&order);
        let mut next = 0;
        while let Some(&number) = order.get(next) {
            order.extend_from_slice(&self.children[self.range(number)]);
            next += 1;
        }
        for &number in order.iter().rev() {
            if let Some(base) = self.base(number) {
                self.wanted[base as usize] += self.wanted[number as usize];
            }
        }
        if order.len() < self.bases.len() {
            let mut is_reached = vec![false; self.bases.len()];
            for number in order {
                is_reached[number as usize] = true;
            }
            self.circular = numbers
                .filter(|&number| !is_reached[number as usize] && !self.is_elsewhere(number))
                .collect();
        }
    }

    /// Puts the smaller trees before the larger ones among siblings. A base is given up before its
    /// last child is entered, so of the objects above any other at most as many are held as the
    /// number of objects can be halved.
    ///
    /// Families of about the same size stay in the order of the pack, so that it is read in order.
    fn sort(&mut self, entries: &Entries<'_>) {
        let wanted = &self.wanted;
        for range in self.starts.windows(2) {
            self.children[range[0] as usize..range[1] as usize]
                .sort_unstable_by_key(|&child| (wanted[child as usize], child));
        }
        let weight = |&root: &u32| {
            let size = entries.stored(root).map_or(0, |stored| stored.size);
            let bytes = size.saturating_mul(wanted[root as usize].into());
            (Reverse(bytes.checked_ilog2()), root)
        };
        self.roots.retain(|&root| wanted[root as usize] > 0);
        self.roots.sort_by_cached_key(weight);
    }
}

fn base(entries: &Entries<'_>, number: u32) -> u32 {
    match entries.stored(number).map(|stored| entries.base(&stored)) {
        Ok(Base::Entry(base)) => base,
        _ => NONE,
    }
}

/// Gathers the entries by what they are made from: where the children of each begin, and all
/// children.
fn by_base(bases: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0; bases.len() + 1];
    let inside = || bases.iter().filter(|&&base| base != NONE);
    for &base in inside() {
        starts[base as usize + 1] += 1;
    }
    for index in 0..bases.len() {
        starts[index + 1] += starts[index];
    }
    let mut ends = starts.clone();
    let mut children = vec![NONE; inside().count()];
    for (child, &base) in (0..).zip(bases).filter(|&(_, &base)| base != NONE) {
        let end = &mut ends[base as usize];
        children[*end as usize] = child;
        *end += 1;
    }
    (starts, children)
}

//! Which files of a directory a package manager put where they stand, and nobody changed since.
//! Records speak of a target's files by their paths in it, so each target is a tree of its own.

use super::hardlinks::Name;
use super::read::open;
use super::roots::Roots;
use super::{list, locked};
use crate::model::{Coverage, Limits, Origin, Package, TargetId};
use crate::source::Hit;
use crate::source::packages::{Draft, FileKey, Room, Stack, Table};
use crate::unpack::sums::FileSums;
use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, Mutex, OnceLock};

/// What records of packages say, and the hashes of the files that they are asked about.
pub(super) struct Installed {
    room: Arc<Room>,
    /// What the threads have met so far.
    met: Mutex<Table>,
    known: OnceLock<Known>,
}

/// All records, and the hashes of the files with matches that they speak of.
struct Known {
    table: Table,
    sums: HashMap<Origin, FileSums>,
}

impl Installed {
    /// Nothing yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            room: Room::of(limits),
            met: Mutex::default(),
            known: OnceLock::new(),
        }
    }

    /// In which a thread writes down what it meets.
    pub(super) fn draft(&self) -> Draft {
        Draft::new(&self.room)
    }

    /// Takes in what a thread has met.
    pub(super) fn add(&self, table: Table) {
        if !table.is_empty() {
            locked(&self.met).merge(table);
        }
    }

    /// Ends the collecting, and keeps the hashes of the files with matches.
    pub(super) fn recognise(&self, hits: &[Hit<'_>], reread: &dyn Fn(&Origin) -> Option<FileSums>) {
        let table = std::mem::take(&mut *locked(&self.met));
        let sums = hits.iter().filter_map(|hit| {
            let again = || {
                let is_worth_it = hit.is_shown && lists(&table, hit.origin);
                is_worth_it.then(|| reread(hit.origin))?
            };
            Some((hit.origin.clone(), hit.sums.copied().or_else(again)?))
        });
        let sums = sums.collect();
        // Nobody asks twice; the first answers stay.
        let _ = self.known.set(Known { table, sums });
    }

    /// The package that installed the content of this origin under this name.
    pub(super) fn package(
        &self,
        origin: &Origin,
        target: TargetId,
        path: &[u8],
    ) -> Option<Arc<Package>> {
        let known = self.known.get()?;
        let sums = known.sums.get(origin)?;
        let package = stack(&known.table).package(&FileKey::of(target.0, path), sums);
        package.map(Arc::new)
    }

    /// Records which records of packages were not read.
    pub(super) fn tell_unread(&self, coverage: &Coverage) {
        let known = self.known.get().into_iter();
        for unread in known.flat_map(|known| known.table.unread()) {
            coverage.record(unread.shortfall());
        }
    }
}

/// Whether a record speaks of a file on disk.
fn lists(table: &Table, origin: &Origin) -> bool {
    match origin {
        Origin::File { target, path, .. } if origin.is_content() => {
            stack(table).lists(&FileKey::of(target.0, path))
        }
        _ => false,
    }
}

/// Files on disk are all in one layer.
fn stack(table: &Table) -> Stack<'_> {
    Stack::new(std::iter::once((0, table)), |_, _| true)
}

impl Roots {
    /// The hashes of a file that was too large to be hashed as it was searched. What cannot be read any
    /// more has none.
    pub(super) fn sums(&self, origin: &Origin) -> Option<FileSums> {
        let Origin::File { target, path, .. } = origin else {
            return None;
        };
        let mut file = open(&self.name(*target, path)?).ok()?;
        FileSums::read(|buffer| file.read(buffer)).ok()
    }

    /// The file that reports know by this path.
    fn name(&self, target: TargetId, path: &Arc<[u8]>) -> Option<Name> {
        let roots = self.roots.iter().filter(|root| root.target == target);
        let mut found = roots.filter_map(|root| {
            let shown = root.shown.as_os_str().as_encoded_bytes();
            let rest = path.strip_prefix(shown)?;
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            let real = match rest {
                b"" => root.path.clone(),
                _ => root.path.join(list::path(rest)),
            };
            let follow = rest.is_empty() && root.by_itself;
            let path = Arc::clone(path);
            Some(Name {
                target,
                path,
                real,
                follow,
            })
        });
        found.find(|name| name.real.is_file())
    }
}

//! Files of several names. They are put aside while walking and read afterwards, each by its first
//! name: so they are read once, and the result does not depend on which name a thread met first.

use super::locked;
use crate::model::{EntryPart, TargetId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// A name of a file. Ordered as reports show them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// The target that holds it.
    pub(super) target: TargetId,
    /// The path in the target.
    pub(super) path: Arc<[u8]>,
    /// The path to open.
    pub(super) real: PathBuf,
    /// Whether a user named this very path, and so means what a link there leads to.
    pub(super) follow: bool,
}

/// What a file system knows a file by: device and inode.
pub(super) type Inode = (u64, u64);

/// All files of several names.
#[derive(Default)]
pub(super) struct HardLinks {
    met: Mutex<BTreeMap<Inode, BTreeSet<Name>>>,
    settled: OnceLock<Settled>,
}

/// The names of each file, by its first one.
type Settled = BTreeMap<(TargetId, Arc<[u8]>), Vec<Name>>;

impl HardLinks {
    /// Adds a name of a file.
    pub(super) fn add(&self, inode: Inode, name: Name) {
        locked(&self.met).entry(inode).or_default().insert(name);
    }

    /// Ends the collecting; returns the first name of each file.
    pub(super) fn settle(&self) -> Vec<Name> {
        let met = std::mem::take(&mut *locked(&self.met));
        let groups = met.into_values().map(Vec::from_iter);
        let settled = self.settled.get_or_init(|| {
            let keyed = groups.filter_map(|names: Vec<Name>| {
                let first = names.first()?;
                Some(((first.target, Arc::clone(&first.path)), names))
            });
            keyed.collect()
        });
        settled
            .values()
            .filter_map(|names| names.first().cloned())
            .collect()
    }

    /// All names under which the content stands that was read by this one; none if it has no other.
    pub(super) fn names(&self, target: TargetId, path: &Arc<[u8]>, part: EntryPart) -> &[Name] {
        let settled = self.settled.get().filter(|_| part == EntryPart::Content);
        settled
            .and_then(|settled| settled.get(&(target, Arc::clone(path))))
            .map_or(&[], Vec::as_slice)
    }
}

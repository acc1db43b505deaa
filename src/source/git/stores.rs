//! Where objects lie: packs and loose files in one or more object directories, those that a
//! repository borrows from others included. Every object is read once, however often it is stored.

use super::loose::{self, Loose};
use super::pack::{Doubt, Kept, Object, ObjectError, Pack, Visit};
use super::places::{Folder, Places};
use super::reader::{Reader, Text};
use crate::model::{Derived, Kind, Limits, Meter, Shortfall, Trace};
use crate::unpack::Sink;
use crate::unpack::decode::shortfall_kind;
use gix::{ObjectId, objs};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All objects of a repository.
pub(super) struct Stores {
    /// The largest first, so that the few that are asked about an object are the likeliest to have it.
    packs: Vec<Pack>,
    pub(super) places: Places,
}

impl Stores {
    /// Opens every store below the object directories.
    pub(super) fn open(directories: &[PathBuf], hash: gix::hash::Kind, sink: &dyn Sink) -> Self {
        let mut packs = Vec::new();
        let mut loose = Vec::new();
        for directory in directories {
            packs.extend(open_packs(&directory.join("pack"), hash, sink));
            let (ids, problems) = loose::list(directory, hash);
            for problem in problems {
                tell(sink, Kind::Unreadable, directory, &problem);
            }
            loose.push(Folder {
                path: directory.clone(),
                ids,
            });
        }
        packs.sort_by_key(|pack| std::cmp::Reverse(pack.listing().len()));
        Self {
            places: Places::new(&packs, loose),
            packs,
        }
    }

    /// Reads every object once, on all threads of the pool. Returns what was kept of each pack: the
    /// trees, if the reader takes notes.
    pub(super) fn read(
        &self,
        reader: &Reader<'_>,
        limits: &Limits,
        meter: Box<dyn Meter>,
    ) -> Vec<Kept> {
        let mut reading = Reading {
            reader,
            meter: Mutex::new(meter),
            lost: Mutex::default(),
            keeps: reader.notes.is_some(),
        };
        let mut trees: Vec<Kept> = Vec::new();
        for (number, pack) in self.packs.iter().enumerate() {
            let is_elsewhere = |id: &gix::oid| self.places.is_before(number, id);
            trees.push(pack.visit(&reading, &is_elsewhere, limits.memory / 2));
            // What lies in the many small packs beside full ones is soon decompressed again.
            let kept: usize = trees.iter().map(Kept::bytes).sum();
            reading.keeps &= (kept as u64) < limits.memory / 8;
        }
        let loose = &self.places.loose;
        for (number, folder) in loose.iter().enumerate() {
            let before = &loose[..number];
            let is_first = |id: &&ObjectId| {
                self.places.packed(id).is_none() && !before.iter().any(|folder| folder.has(id))
            };
            folder.ids.par_iter().filter(is_first).for_each(|id| {
                if !reader.sink.stopped() {
                    folder.read(id, reader, limits);
                }
            });
        }
        reading.keeps = false;
        self.rescue(&reading, limits);
        trees
    }

    /// Looks in the other stores for what a damaged pack could not give, and tells what is lost.
    fn rescue(&self, reading: &Reading<'_>, limits: &Limits) {
        let wanted: BTreeSet<ObjectId> = reading.lost().keys().copied().collect();
        if wanted.is_empty() {
            return;
        }
        let is_elsewhere = |id: &gix::oid| !wanted.contains(id);
        let several = self.packs.iter().filter(|_| self.packs.len() > 1);
        for pack in several.filter(|pack| wanted.iter().any(|id| pack.listing().contains(id))) {
            pack.visit(reading, &is_elsewhere, limits.memory / 2);
        }
        let lost = std::mem::take(&mut *reading.lost());
        for (id, why) in lost {
            let Some((kind, why)) = why else { continue };
            match self.places.loose.iter().find(|folder| folder.has(&id)) {
                Some(folder) => folder.read(&id, reading.reader, limits),
                None => reading.reader.failed(&id, kind, &why),
            }
        }
    }
}

impl Folder {
    fn read(&self, id: &ObjectId, reader: &Reader<'_>, limits: &Limits) {
        let failed = |error: std::io::Error| {
            let (kind, why) = shortfall_kind(&error);
            reader.failed(id, kind, &why);
        };
        match loose::open(&self.path, id) {
            Err(error) => failed(error),
            Ok(Loose {
                kind,
                size,
                mut content,
            }) => {
                if size > limits.memory / 8 {
                    return reader.large(*id, kind, &mut content).unwrap_or_else(failed);
                }
                let mut data = Vec::with_capacity(size as usize);
                // One byte more, so that the end is seen and its checksum compared.
                let result = content.take(size + 1).read_to_end(&mut data);
                let end = data.len().min(size as usize);
                // What could be read in spite of damage is searched all the same.
                let data = &data[..end];
                reader.object(
                    &Text {
                        id: *id,
                        kind,
                        data,
                    },
                    None,
                );
                match result {
                    Err(error) => failed(error),
                    Ok(length) if (length as u64) < size => {
                        reader.failed(id, Kind::Truncated, "it ends too early");
                    }
                    Ok(_) if objs::compute_hash(id.kind(), kind, data).ok() != Some(*id) => {
                        reader.failed(id, Kind::Mismatch, "its content is not what its name says");
                    }
                    Ok(_) => {}
                }
            }
        }
    }
}

/// The packs of a folder; one that cannot be read is told.
fn open_packs(folder: &Path, hash: gix::hash::Kind, sink: &dyn Sink) -> Vec<Pack> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            tell(sink, Kind::Unreadable, folder, &error.to_string());
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let packs = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "pack"));
    let opened = packs.filter_map(|path| {
        let index = path.with_extension("idx");
        match Pack::open(&index, hash) {
            Ok(pack) => Some(pack),
            Err(error) => {
                tell(sink, Kind::Unreadable, path, &error.to_string());
                None
            }
        }
    });
    opened.collect()
}

fn tell(sink: &dyn Sink, kind: Kind, path: &Path, why: &str) {
    sink.shortfall(Shortfall::new(kind, path.to_string_lossy(), why));
}

type Lost = BTreeMap<ObjectId, Option<(Kind, String)>>;

/// Reads packs for a [`Reader`].
struct Reading<'r> {
    reader: &'r Reader<'r>,
    meter: Mutex<Box<dyn Meter>>,
    /// What a pack could not give, and why not; nothing once another pack could.
    lost: Mutex<Lost>,
    /// Whether trees are kept.
    keeps: bool,
}

impl Reading<'_> {
    fn lost(&self) -> MutexGuard<'_, Lost> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An object was read that another pack may have lost.
    fn found(&self, id: &gix::oid) {
        let mut lost = self.lost();
        if let Some(why) = lost.get_mut(id) {
            *why = None;
        }
    }
}

impl Visit for Reading<'_> {
    fn object(&self, object: &Object<'_>, derived: Option<Derived<'_>>) -> Trace {
        let text = Text {
            id: object.id,
            kind: object.kind,
            data: object.data,
        };
        if object.elsewhere {
            return self.reader.search(&text, derived);
        }
        self.found(&object.id);
        let trace = self.reader.object(&text, derived);
        let meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
        meter.advance(object.data.len() as u64);
        trace
    }

    fn large(&self, id: &gix::oid, kind: gix::objs::Kind, _: u64, content: &mut dyn Read) {
        self.found(id);
        // An error is told by the pack.
        let _ = self.reader.large(id.to_owned(), kind, content);
    }

    fn failed(&self, id: &gix::oid, error: &ObjectError) {
        let why = (error.kind(), error.to_string());
        self.lost().entry(id.to_owned()).or_insert(Some(why));
    }

    fn doubtful(&self, pack: &Path, doubt: &Doubt) {
        let place = pack.to_string_lossy();
        let shortfall = Shortfall::new(doubt.kind(), place, doubt.to_string());
        self.reader.sink.shortfall(shortfall);
    }

    fn keeps(&self, kind: objs::Kind) -> bool {
        self.keeps && kind == objs::Kind::Tree
    }

    fn stopped(&self) -> bool {
        self.reader.sink.stopped()
    }
}

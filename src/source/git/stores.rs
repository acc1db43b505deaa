//! Where objects lie: packs and loose files in one or more object directories, those that a
//! repository borrows from others included, or in memory. Every object is read once, however often it
//! is stored.

use super::loose::Loose;
use super::objects::{Lookup, Object};
use super::pack::{self, Listing, Pack};
use super::places::{Folder, Places};
use super::reader::Reader;
use super::visitor::{Visitor, search};
use crate::model::{Kind, Limits, Meter, Shortfall};
use crate::unpack::Sink;
use gix::{ObjectId, objs};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

/// All objects of a repository.
pub(super) struct Stores {
    hash: gix::hash::Kind,
    /// The largest first, so that the few that are asked about an object are the likeliest to have it.
    /// One that passes by later is not here.
    packs: Vec<Option<Pack>>,
    pub(super) places: Arc<Places>,
}

/// Shows packs that pass by, with their numbers, one after the other.
pub(super) type Late<'l> = dyn FnMut(&mut dyn FnMut(usize, &Pack)) + 'l;

impl Stores {
    /// Opens every store below the object directories.
    pub(super) fn open(directories: &[PathBuf], hash: gix::hash::Kind, sink: &dyn Sink) -> Self {
        let mut packs = Vec::new();
        let mut loose = Vec::new();
        for directory in directories {
            packs.extend(open_packs(&directory.join("pack"), hash, sink));
            let (folder, problems) = Folder::on_disk(directory, hash);
            for problem in problems {
                tell(sink, Kind::Unreadable, directory, &problem);
            }
            loose.push(folder);
        }
        packs.sort_by_key(|pack| std::cmp::Reverse(pack.listing().len()));
        Self::of(hash, packs, Vec::new(), loose)
    }

    /// These packs, those of which there is no more than the list, because they pass by later, and loose
    /// objects.
    pub(super) fn of(
        hash: gix::hash::Kind,
        packs: Vec<Pack>,
        late: Vec<Listing>,
        loose: Vec<Folder>,
    ) -> Self {
        let here = packs.iter().map(|pack| pack.listing().clone());
        let places = Places::new(here.chain(late.iter().cloned()).collect(), loose);
        let here = packs.into_iter().map(Some);
        Self {
            hash,
            packs: here.chain(late.iter().map(|_| None)).collect(),
            places: Arc::new(places),
        }
    }

    /// Reads every object once, on all threads of the pool.
    pub(super) fn read(
        &self,
        reader: &Reader<'_>,
        limits: &Limits,
        meter: Box<dyn Meter>,
        late: &mut Late<'_>,
    ) {
        let reading = Visitor {
            stores: self,
            reader,
            meter: Mutex::new(meter),
            unmetered: AtomicU64::new(0),
            lost: Mutex::default(),
        };
        let mut visit = |number: usize, pack: &Pack| {
            let is_elsewhere = |id: &gix::oid| self.places.is_before(number, id);
            pack.visit(&reading, &is_elsewhere, limits.memory / 2);
        };
        for (number, pack) in self.packs.iter().enumerate() {
            if let Some(pack) = pack {
                visit(number, pack);
            }
        }
        late(&mut visit);
        let loose = &self.places.loose;
        for (number, folder) in loose.iter().enumerate() {
            let before = &loose[..number];
            let is_first = |id: &&ObjectId| {
                self.places.packed(id).is_none() && !before.iter().any(|folder| folder.has(id))
            };
            folder.ids.par_iter().filter(is_first).for_each(|id| {
                if !reader.sink.stopped()
                    && let Some(opened) = folder.open(id)
                {
                    search(id, opened, reader, limits);
                }
            });
        }
        self.rescue(&reading, limits);
    }

    /// Looks in the other stores for what a damaged pack could not give, and tells what is lost.
    fn rescue(&self, reading: &Visitor<'_>, limits: &Limits) {
        let wanted: BTreeSet<ObjectId> = reading.lost().keys().copied().collect();
        if wanted.is_empty() {
            return;
        }
        let is_elsewhere = |id: &gix::oid| !wanted.contains(id);
        let several = self.packs.iter().flatten();
        let several = several.filter(|_| self.packs.len() > 1);
        for pack in several.filter(|pack| wanted.iter().any(|id| pack.listing().contains(id))) {
            pack.visit(reading, &is_elsewhere, limits.memory / 2);
        }
        let lost = std::mem::take(&mut *reading.lost());
        for (id, why) in lost {
            let Some((kind, why)) = why else { continue };
            match self.loose(&id) {
                Some(opened) => search(&id, opened, reading.reader, limits),
                None => reading.reader.failed(&id, kind, &why),
            }
        }
    }

    /// Opens a loose object, if one of that name is here.
    fn loose(&self, id: &ObjectId) -> Option<io::Result<Loose>> {
        let mut folders = self.places.loose.iter();
        folders.find_map(|folder| folder.has(id).then(|| folder.open(id))?)
    }

    /// An object, from whatever store can give it.
    pub(super) fn object(&self, id: &gix::oid) -> Option<Object> {
        let packs = self.places.all_packs(id);
        let mut packs = packs.filter_map(|number| self.packs[number].as_ref());
        if let Some((kind, data)) = packs.find_map(|pack| pack.object(id)) {
            return Some(Object { kind, data });
        }
        let loose = self.loose(&id.to_owned())?.ok()?;
        let mut data = Vec::new();
        let content = loose.content.take(pack::LOOKED_UP as u64);
        { content }.read_to_end(&mut data).ok()?;
        let kind = loose.kind;
        (data.len() as u64 == loose.size).then_some(Object { kind, data })
    }
}

impl Lookup for Arc<Stores> {
    fn find(&self, id: ObjectId) -> Result<Option<Object>, String> {
        match self.object(&id) {
            None if self.places.contain(&id) => Err("it is here and cannot be read".to_owned()),
            found => Ok(found),
        }
    }

    fn kind(&self, id: ObjectId) -> Option<objs::Kind> {
        self.object(&id).map(|object| object.kind)
    }

    fn hash(&self) -> gix::hash::Kind {
        self.hash
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

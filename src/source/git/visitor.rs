//! What becomes of the objects of a store: those of packs on the walk that makes them, and loose ones by
//! themselves. What one store cannot give may lie in another, so what is lost is told in the end.

use super::loose::Loose;
use super::pack::{self, Doubt, ObjectError, Visit};
use super::reader::{Reader, Text};
use super::stores::Stores;
use crate::model::{Derived, Kind, Limits, Meter, Shortfall, Trace};
use crate::unpack::decode::shortfall_kind;
use gix::{ObjectId, objs};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Searches a loose object.
pub(super) fn search(
    id: &ObjectId,
    opened: io::Result<Loose>,
    reader: &Reader<'_>,
    limits: &Limits,
) {
    let failed = |error: io::Error| {
        let (kind, why) = shortfall_kind(&error);
        reader.failed(id, kind, &why);
    };
    let Loose {
        kind,
        size,
        mut content,
    } = match opened {
        Ok(loose) => loose,
        Err(error) => return failed(error),
    };
    if size > limits.memory / 8 {
        return reader.large(*id, kind, &mut content).unwrap_or_else(failed);
    }
    let mut data = Vec::with_capacity(size as usize);
    // One byte more, so that the end is seen and its checksum compared.
    let result = content.take(size + 1).read_to_end(&mut data);
    // What could be read in spite of damage is searched all the same.
    let data = &data[..data.len().min(size as usize)];
    let text = Text {
        id: *id,
        kind,
        base: None,
        data,
    };
    reader.object(&text, None);
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

/// Objects, why they could not be read, and nothing where another store could give them.
type Lost = BTreeMap<ObjectId, Option<(Kind, String)>>;

/// Bytes after which the meter is told.
const METERED: u64 = 1 << 20;

/// Reads packs for a [`Reader`].
pub(super) struct Visitor<'r> {
    pub(super) stores: &'r Stores,
    pub(super) reader: &'r Reader<'r>,
    pub(super) meter: Mutex<Box<dyn Meter>>,
    /// Bytes that the meter was not told of yet.
    pub(super) unmetered: AtomicU64,
    /// What a pack could not give, and why not; nothing once another pack could.
    pub(super) lost: Mutex<Lost>,
}

impl Visitor<'_> {
    pub(super) fn lost(&self) -> MutexGuard<'_, Lost> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An object was read that another pack may have lost.
    fn found(&self, id: &gix::oid) {
        let mut lost = self.lost();
        if let Some(why) = lost.get_mut(id) {
            *why = None;
        }
    }

    /// Tells the meter of bytes: many at once, since it looks at the clock each time and most
    /// objects are small.
    fn advance(&self, bytes: u64) {
        if self.unmetered.fetch_add(bytes, Ordering::Relaxed) + bytes >= METERED {
            let meter = self.meter.lock().unwrap_or_else(PoisonError::into_inner);
            meter.advance(self.unmetered.swap(0, Ordering::Relaxed));
        }
    }
}

impl Visit for Visitor<'_> {
    fn object(&self, object: &pack::Object<'_>, derived: Option<Derived<'_>>) -> Trace {
        let text = Text {
            id: object.id,
            kind: object.kind,
            base: object.base,
            data: object.data,
        };
        if object.elsewhere {
            return self.reader.search(&text, derived);
        }
        self.found(&object.id);
        let trace = self.reader.object(&text, derived);
        self.advance(object.data.len() as u64);
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
        let place = format!("{}{}", self.reader.within, pack.display());
        let shortfall = Shortfall::new(doubt.kind(), place, doubt.to_string());
        self.reader.sink.shortfall(shortfall);
    }

    fn outside(&self, id: &gix::oid) -> Option<(objs::Kind, Vec<u8>)> {
        let object = self.stores.object(id)?;
        Some((object.kind, object.data))
    }

    fn stopped(&self) -> bool {
        self.reader.sink.stopped()
    }
}

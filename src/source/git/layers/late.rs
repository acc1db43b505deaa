//! The second reading of a layer, for packs and objects that there was no memory for while it passed. One
//! of them is held at a time.

use super::Work;
use super::gather::{Everything, Found};
use super::pool::{Late, Pool, path};
use crate::model::{EntryPart, Kind, LayerId, Limits, Shortfall};
use crate::source::git::Bytes;
use crate::source::git::loose;
use crate::source::git::pack::Pack;
use crate::source::git::reader::Reader;
use crate::source::git::visitor::search;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

/// Layers that are read once more in one scan. A hostile image could ask for it again and again.
const MOST: u32 = 16;

/// A file of a layer.
pub(in crate::source) type File = (Arc<[u8]>, EntryPart);

/// Reads layers once more.
pub(in crate::source) trait Again {
    /// Shows the wanted files of a layer, as far as they are still there.
    ///
    /// # Errors
    /// Why the layer cannot be read again, or not to its end.
    fn files(
        &self,
        layer: LayerId,
        wanted: &dyn Fn(&File) -> bool,
        show: &mut dyn FnMut(&File, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// Reads what passed by without being kept.
pub(super) struct Rereading<'r> {
    all: &'r Everything,
    work: &'r Work<'r>,
    left: Cell<u32>,
}

impl<'r> Rereading<'r> {
    pub(super) fn new(all: &'r Everything, work: &'r Work<'r>) -> Self {
        Self {
            all,
            work,
            left: Cell::new(MOST),
        }
    }

    /// Reads what a pool lacks: shows packs to `visit`, and searches objects.
    pub(super) fn read(
        &self,
        pool: &Pool,
        reader: &Reader<'_>,
        limits: &Limits,
        visit: &mut dyn FnMut(usize, &Pack),
    ) {
        let mut layers: BTreeMap<LayerId, BTreeMap<File, (Found, Late)>> = BTreeMap::new();
        for (&found, &late) in &pool.late {
            let piece = self.all.piece(found);
            let file = (Arc::clone(&piece.path), piece.part);
            let of_layer = layers.entry(found.layer).or_default();
            of_layer.insert(file, (found, late));
        }
        for (layer, mut wanted) in layers {
            let result = self.layer(layer, &mut wanted, &mut |found, late, content| {
                let file = self.file(found, content, limits)?;
                match late {
                    Late::Loose(id) => {
                        let opened = loose::read(Cursor::new(file));
                        search(&id, opened, reader, limits);
                    }
                    Late::Pack(number) => {
                        let path = path(self.all.piece(found));
                        let pack = Pack::held(file, &path, pool.listing(number));
                        visit(number, &pack.map_err(io::Error::other)?);
                    }
                }
                Ok(())
            });
            // That the scan was stopped is told once.
            if self.work.sink.stopped() {
                return;
            }
            let why = result.err().map(|error| error.to_string());
            for (found, _) in wanted.into_values() {
                self.tell(
                    found,
                    why.as_deref().unwrap_or("it is not in the layer any more"),
                );
            }
        }
    }

    /// Goes through a layer; what is left in `wanted` was not to be had.
    fn layer(
        &self,
        layer: LayerId,
        wanted: &mut BTreeMap<File, (Found, Late)>,
        take: &mut dyn FnMut(Found, Late, &mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(io::Error::other(
                "too many layers would have to be read again",
            ));
        };
        self.left.set(left);
        let names: std::collections::BTreeSet<File> = wanted.keys().cloned().collect();
        let is_wanted = |file: &File| names.contains(file);
        self.work
            .again
            .files(layer, &is_wanted, &mut |file, content| {
                if let Some((found, late)) = wanted.remove(file)
                    && let Err(error) = take(found, late, content)
                {
                    self.tell(found, &error.to_string());
                }
                Ok(())
            })
    }

    /// A file in memory.
    fn file(&self, found: Found, content: &mut dyn Read, limits: &Limits) -> io::Result<Bytes> {
        let size = self.all.piece(found).size;
        if size > limits.memory {
            let why = format!("it has {size} bytes, and {} may be held", limits.memory);
            return Err(io::Error::other(why));
        }
        let mut bytes = Vec::new();
        content.take(size).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    fn tell(&self, found: Found, why: &str) {
        let detail = format!(
            "its objects were not read: there was no memory left to keep it as it passed by, and {why}; a \
             larger --max-memory helps"
        );
        let place = self.all.place(found);
        let shortfall = Shortfall::new(Kind::Limit, place, detail);
        self.work.sink.shortfall(shortfall);
    }
}

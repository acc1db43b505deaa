//! Searching the objects of a repository, whatever store they come from. Trees, commits and tags are
//! texts like blobs: a tree holds names, a commit who wrote it and why.

use super::lfs;
use super::memory::Notes;
use super::named::{Named, Said};
use crate::model::{Counter, Derived, EntryPart, Kind, Origin, Piece, Shortfall, TargetId, Trace};
use crate::unpack::Sink;
use crate::unpack::batch::{self, Batcher, Context};
use crate::unpack::open::{self, Bounds, Unpacker};
use gix::objs;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Hands objects to the search.
pub(super) struct Reader<'s> {
    pub(super) sink: &'s dyn Sink,
    pub(super) context: Context,
    pub(super) bounds: Bounds<'s>,
    /// Search every object in full, also where a delta says what is new in it.
    pub(super) whole: bool,
    /// What objects may refer to; nothing is looked for without it.
    pub(super) named: Option<Named<'s>>,
    /// What is to be remembered of the objects, if anything is.
    pub(super) notes: Option<&'s Notes>,
    /// Whether a content that git-lfs keeps is here, by its name.
    pub(super) has_lfs: &'s (dyn Fn(&str) -> bool + Sync),
    /// What stands in front of an object's name in what is told of it.
    pub(super) within: &'s str,
    /// Pointers to files that are not in that store.
    pub(super) lfs: AtomicU64,
    /// Commits that were read.
    pub(super) commits: AtomicU64,
}

/// An object in memory.
pub(super) struct Text<'a> {
    pub(super) id: gix::ObjectId,
    pub(super) kind: objs::Kind,
    /// What it is derived from.
    pub(super) base: Option<gix::ObjectId>,
    pub(super) data: &'a [u8],
}

impl Reader<'_> {
    /// Searches an object that is in memory and counts it.
    pub(super) fn object(&self, text: &Text<'_>, derived: Option<Derived<'_>>) -> Trace {
        self.count(text.kind, text.data.len() as u64);
        if let Some(named) = &self.named {
            let copies = derived.map_or(&[][..], |derived| derived.copies);
            if matches!(text.kind, objs::Kind::Commit | objs::Kind::Tag) {
                self.note(|notes| notes.text(text));
            }
            match named.by(text, copies) {
                Ok(Said::Commit(commit)) => self.note(|notes| notes.commit(text.id, commit)),
                Ok(Said::Tree(new)) => self.note(|notes| notes.tree(text, copies, &new)),
                Ok(Said::Other) => {}
                Err(why) => self.failed(&text.id, Kind::Corrupt, why),
            }
        }
        if text.kind == objs::Kind::Blob
            && lfs::pointer(text.data).is_some_and(|name| !(self.has_lfs)(&name))
        {
            self.lfs.fetch_add(1, Ordering::Relaxed);
        }
        self.search(text, derived.filter(|_| !self.whole))
    }

    /// Searches an object and leaves the counting to the store that counts it.
    pub(super) fn search(&self, text: &Text<'_>, derived: Option<Derived<'_>>) -> Trace {
        let origin = Origin::Object(super::name(&text.id));
        if text.kind == objs::Kind::Blob && self.bounds.open(text.data, derived, self.sink) {
            self.open(text, &origin);
            // Nothing is known of its text, so that what is made from it is searched in full.
            return Trace::default();
        }
        if text.kind == objs::Kind::Blob
            && let Some(wide) = batch::wide(&origin, text.data)
        {
            for piece in &wide.pieces {
                self.sink
                    .search(piece, &wide.bytes[piece.range.clone()], None);
            }
        }
        let piece = Piece::whole(origin, 0..text.data.len());
        let trace = self.sink.search(&piece, text.data, derived);
        if !trace.matches.is_empty() {
            self.note(|notes| {
                notes.hit(text.id, text.kind);
                notes.text(text);
            });
        }
        trace
    }

    /// Opens an archive, or something compressed.
    fn open(&self, text: &Text<'_>, origin: &Origin) {
        let mut unpacker = Unpacker::new(self.sink, self.context, self.bounds.clone());
        let file = open::File {
            origin,
            size: Some(text.data.len() as u64),
            place: &|| format!("{}object {}", self.within, text.id),
        };
        let mut data = text.data;
        // Reading from memory cannot fail.
        let _ = unpacker.file(&file, &mut |buffer| data.read(buffer));
        unpacker.finish();
        self.note(|notes| notes.hit(text.id, text.kind));
    }

    /// Searches an object too large to be held.
    ///
    /// # Errors
    /// What ended the reading too early; what was read before is searched.
    pub(super) fn large(
        &self,
        id: gix::ObjectId,
        kind: objs::Kind,
        content: &mut dyn Read,
    ) -> io::Result<()> {
        let mut unpacker = Unpacker::new(self.sink, self.context, self.bounds.clone());
        let file = open::File {
            origin: &Origin::Object(super::name(&id)),
            size: None,
            place: &|| format!("{}object {id}", self.within),
        };
        // The unpacker counts the bytes.
        let (_, result) = unpacker.file(&file, &mut |buffer| content.read(buffer));
        unpacker.finish();
        self.count(kind, 0);
        self.note(|notes| notes.hit(id, kind));
        result
    }

    fn note(&self, what: impl FnOnce(&Notes)) {
        if let Some(notes) = self.notes {
            what(notes);
        }
    }

    /// Searches the paths that are new where no tree holds them yet.
    pub(super) fn names<'p>(&self, paths: impl Iterator<Item = &'p Arc<[u8]>>) {
        let mut batcher = Batcher::new(self.sink, self.context);
        for path in paths {
            let origin = Origin::File {
                target: TargetId(0),
                path: Arc::clone(path),
                part: EntryPart::Name,
            };
            batcher.text(origin, path);
        }
        batcher.finish();
    }

    /// Tells of an object that could not be read.
    pub(super) fn failed(&self, id: &gix::ObjectId, kind: Kind, why: &str) {
        self.note(|notes| notes.forget(id));
        self.sink.shortfall(Shortfall::new(
            kind,
            format!("{}object {id}", self.within),
            format!("cannot be read: {why}"),
        ));
    }

    fn count(&self, kind: objs::Kind, bytes: u64) {
        self.sink.count(Counter::Objects, 1);
        if kind == objs::Kind::Commit {
            self.commits.fetch_add(1, Ordering::Relaxed);
            self.sink.count(Counter::Commits, 1);
        }
        if bytes > 0 {
            self.sink.count(Counter::Bytes, bytes);
        }
    }

    /// Tells what is not here.
    pub(super) fn finish(&self, place: &str, is_partial: bool) {
        let pointers = self.lfs.load(Ordering::Relaxed);
        if pointers > 0 {
            let detail = format!(
                "{pointers} files are kept by git-lfs and not in this clone; `git lfs fetch --all` gets them"
            );
            self.sink
                .shortfall(Shortfall::new(Kind::LfsAbsent, place, detail));
        }
        if let Some(named) = &self.named {
            named.tell(self.sink, place, is_partial);
        }
    }
}

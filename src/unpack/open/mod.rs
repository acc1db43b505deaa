//! Opens what files hold: archives and compressed streams, known by their content, and those inside
//! them, down to a bounded depth. This is the one door through which contents of files go.
//!
//! Every byte of a file is searched either as it stands or as what it decodes to. An opener
//! (`kinds`) hands out the members that it understands, and what belongs to none: headers, gaps,
//! what follows the end, all after a damage. Members come back in through the same door, one level
//! deeper. What is no archive costs a few comparisons of its first bytes, and stays in the buffer
//! that it was read into; there it is looked through for what may stand behind something else
//! (`behind`).

mod ar;
mod behind;
mod cpio;
mod inflate;
mod kinds;
mod members;
mod nest;
mod rpm;
mod sevenz;
mod stream;
mod tap;
mod tar;
mod zip;
mod zlib;

use self::kinds::Opener;
use self::members::Members;
use self::nest::Nest;
use self::tap::Tap;
use super::Sink;
use super::batch::{Batcher, Context, Ended, Fill, Stop};
use super::memory::Memory;
use super::peek::Peek;
use super::sniff::HEAD;
use crate::model::{Derived, Kind, Limits, Origin, Shortfall};
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;

/// Stored bytes of an archive that are read at once.
const BUFFER: usize = 64 << 10;

/// What opening may cost.
#[derive(Debug, Clone)]
pub struct Bounds<'a> {
    /// The caps.
    pub limits: &'a Limits,
    /// Where windows and what has to be held are taken from.
    pub memory: Arc<Memory>,
}

impl<'a> Bounds<'a> {
    /// These caps, with a memory of their own.
    pub fn new(limits: &'a Limits) -> Self {
        let memory = Arc::new(Memory::new(limits.memory));
        Self { limits, memory }
    }

    /// Whether a file of this content is opened, which then is a [`Unpacker::file`]'s work. What was
    /// copied from another that was searched, and not opened, is not looked through again.
    pub fn open(&self, content: &[u8], derived: Option<Derived<'_>>, sink: &dyn Sink) -> bool {
        let Stop { find, reach } = behind::stop(content);
        let has_archive = || match derived {
            None => find(content).is_some(),
            // With the byte in front of what is found, which may be looked at.
            Some(derived) => derived
                .seams(content.len(), reach + 1)
                .any(|seam| find(&content[seam]).is_some()),
        };
        (kinds::of(content, true).is_some() || has_archive()) && self.are_open(sink)
    }

    /// Whether archives are opened at all; it is told of each if they are not.
    fn are_open(&self, sink: &dyn Sink) -> bool {
        let is_open = self.limits.depth > 0;
        if !is_open {
            sink.shortfall(Shortfall::new(Kind::Excluded, "archives", CLOSED));
        }
        is_open
    }
}

/// Takes contents of files, opens what can be opened, and hands the text to a sink in batches.
pub struct Unpacker<'s> {
    sink: &'s dyn Sink,
    bounds: Bounds<'s>,
    batcher: Batcher<'s>,
}

/// A file, or a member of an archive, that is to be searched.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// What its text is stamped with.
    pub origin: &'a Origin,
    /// Its size, if it is known; a wrong one does no harm.
    pub size: Option<u64>,
    /// What people know it by.
    pub place: &'a dyn Fn() -> String,
}

/// How deep a file lies.
#[derive(Clone, Copy)]
struct Level<'n> {
    nest: &'n Nest<'n>,
    depth: usize,
}

impl<'s> Unpacker<'s> {
    /// Hands batches to `sink`, with at least `context` around every fresh byte.
    pub fn new(sink: &'s dyn Sink, context: Context, bounds: Bounds<'s>) -> Self {
        let bounds = Bounds {
            memory: bounds.memory.for_a_nest(),
            ..bounds
        };
        // A header that is cut by the end of a buffer is seen in the next one.
        let context = Context {
            after: context.after.max(behind::REACH),
            ..context
        };
        Self {
            sink,
            bounds,
            batcher: Batcher::new(sink, context),
        }
    }

    /// Adds a small text that is a whole blob and no file: a name, a value.
    pub fn text(&mut self, origin: Origin, text: &[u8]) {
        self.batcher.text(origin, text);
    }

    /// Adds bytes that belong to no file and are searched as they stand, like a file otherwise.
    pub fn raw(
        &mut self,
        origin: &Origin,
        read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> (u64, io::Result<()>) {
        self.batcher.blob(origin, None, read)
    }

    /// Adds a file that `read` yields piece by piece, 0 at its end. Returns how many bytes were read,
    /// and the error of `read` that ended it; what is wrong inside it is told to the sink.
    pub fn file(
        &mut self,
        file: &File<'_>,
        read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> (u64, io::Result<()>) {
        let nest = Nest::new(self.bounds.limits);
        let level = Level {
            nest: &nest,
            depth: 0,
        };
        let mut counted = |buffer: &mut [u8]| {
            let count = read(buffer)?;
            nest.read(count as u64);
            Ok(count)
        };
        self.enter(level, file, &mut counted)
    }

    /// Hands over what is left.
    pub fn finish(self) {
        self.batcher.finish();
    }

    fn enter(
        &mut self,
        level: Level<'_>,
        file: &File<'_>,
        read: Fill<'_>,
    ) -> (u64, io::Result<()>) {
        let head = self.batcher.begin(file.size, HEAD, read);
        let begun = self.batcher.begun(&head);
        let (opener, stop) = (kinds::of(begun, head.is_all()), behind::stop(begun));
        let opener = opener.filter(|_| self.may_open(level, file));
        let Some(opener) = opener else {
            let ended = self.batcher.go_on(file.origin, head, Some(stop), read);
            if ended.rest.is_none() {
                return (ended.total, ended.end.unwrap_or(Ok(())));
            }
            let opener: Option<Opener> = self.may_open(level, file).then_some(behind::open);
            return self.open(opener, level, file, (ended, read));
        };
        let all = self.batcher.withdraw(head);
        self.open(Some(opener), level, file, (all, read))
    }

    /// Whether archives are opened at this depth; it is told if they are not.
    fn may_open(&self, level: Level<'_>, file: &File<'_>) -> bool {
        let most = self.bounds.limits.depth;
        if level.depth < most || most == 0 {
            return self.bounds.are_open(self.sink);
        }
        let detail = format!("is an archive {most} deep in others; searched as it stands");
        let shortfall = Shortfall::new(Kind::Limit, (file.place)(), detail);
        self.sink.shortfall(shortfall);
        false
    }

    /// Opens a file, or what is left of it behind the bytes that were searched; without an opener that
    /// is searched as it stands.
    fn open(
        &mut self,
        opener: Option<Opener>,
        level: Level<'_>,
        file: &File<'_>,
        (front, read): (Ended, Fill<'_>),
    ) -> (u64, io::Result<()>) {
        let mut outside = None;
        let tap = Tap::new(read, front.end, &mut outside);
        let tap = BufReader::with_capacity(BUFFER, tap);
        let rest = Cursor::new(front.rest.unwrap_or_default()).chain(tap);
        let mut input = Peek::behind(front.total, Box::new(rest) as Box<_>);
        let mut members = Members::new(self, level, file);
        if let Some(opener) = opener {
            let result = opener(&mut input, &mut members);
            // Behind an archive of any kind may stand a zip.
            if members.goes_on(result) {
                let result = zip::open_behind(&mut input, &mut members);
                members.goes_on(result);
            }
        }
        let rest = input.consumed();
        // What the error says was told, or comes out of the tap.
        let _ = members.raw(rest, &mut |buffer| input.read(buffer));
        let total = input.consumed();
        drop(input);
        (total, outside.map_or(Ok(()), Err))
    }
}

/// Said of every archive when none is to be opened.
const CLOSED: &str =
    "archives and compressed files were searched as they stand, as the depth 0 asks";

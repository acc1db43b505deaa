//! What an opener has to do with: it hands out names, members and bytes that belong to none, and tells
//! what is wrong.

use super::nest::{Nest, is_exceeded};
use super::tap::is_from_outside;
use super::{Bounds, File, Level, Unpacker};
use crate::model::{Counter, EntryPart, Kind, Origin, Shortfall};
use crate::unpack::aside::Asides;
use crate::unpack::batch::Fill;
use crate::unpack::decode::shortfall_kind;
use std::io;
use std::sync::Arc;

/// The members of one archive.
pub(super) struct Members<'u, 's> {
    unpacker: &'u mut Unpacker<'s>,
    level: Level<'u>,
    outer: Arc<Origin>,
    place: &'u dyn Fn() -> String,
    /// Members so far.
    number: u32,
}

/// A member that was entered.
pub(super) struct Member {
    path: Arc<[u8]>,
    number: u32,
}

impl<'u, 's> Members<'u, 's> {
    pub(super) fn new(unpacker: &'u mut Unpacker<'s>, level: Level<'u>, file: &File<'u>) -> Self {
        Self {
            unpacker,
            level,
            outer: Arc::new(file.origin.clone()),
            place: file.place,
            number: 0,
        }
    }

    /// What opening may cost.
    pub(super) fn bounds(&self) -> &Bounds<'s> {
        &self.unpacker.bounds
    }

    /// Whether to stop.
    pub(super) fn stopped(&self) -> bool {
        self.unpacker.sink.stopped()
    }

    fn nest(&self) -> &Nest<'u> {
        self.level.nest
    }

    /// Enters the next member and searches its path.
    ///
    /// # Errors
    /// When there are too many.
    pub(super) fn enter(&mut self, path: &[u8]) -> io::Result<Member> {
        self.nest().member()?;
        let member = Member {
            path: path.into(),
            number: self.number,
        };
        self.number = self.number.wrapping_add(1);
        self.text(&member, EntryPart::Name, path);
        Ok(member)
    }

    /// Searches a short text of a member that is not its content.
    pub(super) fn text(&mut self, member: &Member, part: EntryPart, text: &[u8]) {
        if !text.is_empty() {
            let origin = self.origin(member, part);
            self.unpacker.text(origin, text);
        }
    }

    /// Searches the content of a member, which may be an archive itself. What is wrong with it is
    /// told.
    ///
    /// # Errors
    /// Those after which there is nothing more to be had from the archive: a limit of the whole nest,
    /// and an archive that cannot be read on.
    pub(super) fn content(
        &mut self,
        member: &Member,
        size: Option<u64>,
        read: Fill<'_>,
    ) -> io::Result<()> {
        self.unpacker.sink.count(Counter::Files, 1);
        let result = self.inner(member, size, read);
        self.judge(result, &|| self.place_of(member))
    }

    /// Searches what the whole archive decodes to.
    ///
    /// # Errors
    /// Those of `read`; they are the caller's to tell.
    pub(super) fn stream(&mut self, read: Fill<'_>) -> io::Result<()> {
        let member = Member {
            path: Arc::default(),
            number: self.number,
        };
        self.number = self.number.wrapping_add(1);
        self.inner(&member, None, read)
    }

    fn inner(&mut self, member: &Member, size: Option<u64>, read: Fill<'_>) -> io::Result<()> {
        let nest = self.level.nest;
        let mut counted = |buffer: &mut [u8]| {
            let count = read(buffer)?;
            nest.produce(count as u64)?;
            Ok(count)
        };
        let origin = self.origin(member, EntryPart::Content);
        let (outer, path) = (self.place, Arc::clone(&member.path));
        let file = File {
            origin: &origin,
            size,
            place: &|| inside(outer(), &path),
        };
        let level = Level {
            depth: self.level.depth + 1,
            ..self.level
        };
        self.unpacker.enter(level, &file, &mut counted).1
    }

    /// Searches bytes of the archive that belong to no member, from `offset` on, as they stand.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn raw(&mut self, offset: u64, read: Fill<'_>) -> io::Result<()> {
        self.unpacker.batcher.part(&self.outer, offset, read)
    }

    /// What takes bytes of the archive from whoever decodes a stream in it.
    pub(super) fn asides(&self) -> Asides<'s> {
        let Unpacker { sink, batcher, .. } = &*self.unpacker;
        Asides::new(*sink, batcher.context(), Origin::clone(&self.outer))
    }

    /// Tells of something that is wrong with the archive, or was left aside.
    pub(super) fn tell(&self, kind: Kind, detail: impl Into<String>) {
        let shortfall = Shortfall::new(kind, (self.place)(), detail);
        self.unpacker.sink.shortfall(shortfall);
    }

    /// Tells of something about one member.
    pub(super) fn tell_of(&self, member: &Member, kind: Kind, detail: impl Into<String>) {
        let shortfall = Shortfall::new(kind, self.place_of(member), detail);
        self.unpacker.sink.shortfall(shortfall);
    }

    /// Tells of the error that ended the archive, if one did, and returns whether more is to be had of
    /// what it left.
    pub(super) fn goes_on(&self, result: io::Result<()>) -> bool {
        self.judge(result, self.place).is_ok()
    }

    /// Tells of an error where it is to be told, and returns it if nothing more is to be had.
    fn judge(&self, result: io::Result<()>, place: &dyn Fn() -> String) -> io::Result<()> {
        let Err(error) = result else { return Ok(()) };
        if is_from_outside(&error) {
            return Err(error);
        }
        let sink = self.unpacker.sink;
        if is_exceeded(&error) {
            if self.nest().is_first() {
                sink.shortfall(Shortfall::new(Kind::Limit, place(), error.to_string()));
            }
            return Err(error);
        }
        let (kind, detail) = shortfall_kind(&error);
        sink.shortfall(Shortfall::new(softened(kind), place(), detail));
        Ok(())
    }

    fn origin(&self, member: &Member, part: EntryPart) -> Origin {
        Origin::Member {
            outer: Arc::clone(&self.outer),
            path: Arc::clone(&member.path),
            number: member.number,
            part,
        }
    }

    fn place_of(&self, member: &Member) -> String {
        inside((self.place)(), &member.path)
    }
}

/// What people know a member by.
fn inside(mut outer: String, path: &[u8]) -> String {
    if !path.is_empty() {
        outer.push_str(Origin::INSIDE);
        outer.push_str(&String::from_utf8_lossy(path));
    }
    outer
}

/// How the coverage calls what is wrong with a file: damage is a note, because no reader gets more out
/// of it, and what cannot be decoded is searched as it stands.
pub(super) const fn softened(kind: Kind) -> Kind {
    match kind {
        Kind::Corrupt | Kind::Truncated => Kind::RawOnly,
        other => other,
    }
}

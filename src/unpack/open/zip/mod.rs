//! Zip archives (PKWARE APPNOTE.TXT 6.3.10): also jar, war, ear, whl, nupkg, apk, ipa, docx, xlsx and
//! crx, which are zips by other names.
//!
//! Members are read as they pass by, by the headers in front of them. What the central directory behind
//! them says is compared with what was seen, because readers go by the one or by the other, and a
//! difference hides a member from half of them. Whatever stands before, between and behind is searched
//! as it stands, up to the next thing that is a header.

mod directory;
mod local;
mod seek;

pub(super) use self::seek::has_member;

use self::directory::Directory;
use self::local::{Data, Local};
use self::seek::Next;
use super::inflate::Inflate;
use super::members::{Member, Members};
use super::stream;
use crate::model::Kind;
use crate::unpack::decode::Input;
use crate::unpack::peek::Peek;
use flate2::Decompress;
use std::io::{self, Read};

/// Whether a file that begins so is a zip: by the header of a member, or the end of an empty directory.
pub(super) fn is_zip(head: &[u8]) -> bool {
    Local::parse(head).is_some() || head.starts_with(directory::END)
}

/// Opens what follows something else, as a program that unpacks itself.
pub(super) fn open_behind(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    seek::raw_to_header(Next::Member, input, members)?;
    open(input, members)
}

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    Zip {
        input,
        members,
        seen: Directory::default(),
        inflate: Decompress::new(false),
    }
    .walk()
}

/// A zip that is being read.
struct Zip<'z, 'r, 'm, 's> {
    input: &'z mut Input<'r>,
    members: &'z mut Members<'m, 's>,
    /// What was seen since the last directory.
    seen: Directory,
    /// Used for one member after the other.
    inflate: Decompress,
}

impl Zip<'_, '_, '_, '_> {
    fn walk(&mut self) -> io::Result<()> {
        let mut is_closed = false;
        let mut is_first = true;
        while !self.members.stopped() {
            let head = self.input.peek(Local::LENGTH)?;
            if head.is_empty() {
                break;
            }
            if let Some(local) = Local::parse(head) {
                self.member(local)?;
                is_closed = false;
            } else if directory::is_record(head) && (self.next() != Next::Member || is_first) {
                let seen = std::mem::take(&mut self.seen);
                seen.compare_with_directory(self.input, self.members)?;
                is_closed = true;
            } else {
                if std::mem::take(&mut is_closed) {
                    let offset = self.input.consumed();
                    let detail = format!("something follows the end of the zip, at byte {offset}");
                    self.members.tell(Kind::Ambiguous, detail);
                }
                seek::raw_to_header(self.next(), self.input, self.members)?;
            }
            is_first = false;
        }
        Ok(())
    }

    /// What is to be expected where nothing stands that makes sense.
    fn next(&self) -> Next {
        match self.seen.is_empty() {
            true => Next::Member,
            false => Next::MemberOrDirectory,
        }
    }

    fn member(&mut self, mut local: Local) -> io::Result<()> {
        let path = local.read(self.input, self.members)?;
        self.seen.saw(local.offset, &path);
        let member = self.members.enter(&path)?;
        match local.data() {
            Data::None => Ok(()),
            Data::Stored(size) => self.stored(&member, size),
            Data::Deflated => self.deflated(&local, &member),
            Data::Stream(size) => self.packed(&member, size),
            Data::Encrypted => self.closed(
                &local,
                &member,
                (Kind::Encrypted, "is encrypted, searched as it stands"),
            ),
            Data::Unknown(method) => {
                let detail =
                    format!("is packed by method {method}, which this build does not read");
                self.closed(&local, &member, (Kind::Unsupported, &detail))
            }
            Data::Unsized => {
                let detail = "is stored without its size, searched as it stands";
                self.closed(&local, &member, (Kind::RawOnly, detail))
            }
        }
    }

    fn stored(&mut self, member: &Member, size: u64) -> io::Result<()> {
        let mut body = self.input.take(size);
        self.members
            .content(member, Some(size), &mut |buffer| body.read(buffer))?;
        let left = body.limit();
        if left > 0 && !self.members.stopped() {
            let detail = format!("the zip ends {left} bytes inside this member");
            self.members.tell_of(member, Kind::RawOnly, detail);
        }
        Ok(())
    }

    /// A deflated member ends where it says so; its sizes are told before or behind it.
    fn deflated(&mut self, local: &Local, member: &Member) -> io::Result<()> {
        let (start, packed) = (self.input.consumed(), local.packed_size());
        self.inflate.reset(false);
        let mut inflate = Inflate::new(self.input, &mut self.inflate, packed);
        self.members
            .content(member, local.size(), &mut |buffer| inflate.read(buffer))?;
        let used = self.input.consumed() - start;
        let left = match packed {
            // What is left of it belongs to nothing.
            Some(packed) => packed - used,
            None => local::descriptor(self.input, used, self.inflate.total_out())?,
        };
        raw(left, self.input, self.members)
    }

    /// A member that is a stream of another codec.
    fn packed(&mut self, member: &Member, size: u64) -> io::Result<()> {
        let end = self.input.consumed().saturating_add(size);
        let mut part: Input<'_> = Peek::new(Box::new(self.input.take(size)));
        let members = &mut *self.members;
        let result = stream::decoded(&mut part, &members.bounds().clone(), |decoded| {
            members.content(member, None, &mut |buffer| decoded.read(buffer))
        });
        let ahead = part.into_ahead();
        self.input.put_back(&ahead);
        result?;
        raw(end - self.input.consumed(), self.input, self.members)
    }

    /// A member that cannot be read, as far as it is known to go.
    fn closed(&mut self, local: &Local, member: &Member, why: (Kind, &str)) -> io::Result<()> {
        self.members.tell_of(member, why.0, why.1);
        match local.packed_size() {
            Some(size) => raw(size, self.input, self.members),
            None => seek::raw_to_header(self.next(), self.input, self.members),
        }
    }
}

/// Searches the next bytes as they stand.
fn raw(size: u64, input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let offset = input.consumed();
    let mut part = input.take(size);
    members.raw(offset, &mut |buffer| part.read(buffer))
}

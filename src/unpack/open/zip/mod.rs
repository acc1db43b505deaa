//! Zip archives (PKWARE APPNOTE.TXT 6.3.10): also jar, war, ear, whl, nupkg, apk, ipa, docx, xlsx and
//! crx, which are zips by other names.
//!
//! Members are read as they pass by, by the headers in front of them. What the central directory behind
//! them says is compared with what was seen, because readers go by the one or by the other, and a
//! difference hides a member from half of them. Whatever stands before, between and behind is searched
//! as it stands, up to the next thing that is a header. Because readers look for the directory at the end of
//! a file, a zip may stand behind anything: a program that unpacks itself with it, a picture, a document.

mod directory;
mod local;
mod seek;

pub(super) use self::seek::MEMBER;

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

/// Opens a file that is a zip.
pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    Zip::new(input, members).walk(true)
}

/// Opens the zips in what is left of a file of another kind.
pub(super) fn open_behind(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    Zip::new(input, members).walk(false)
}

/// Opens a zip at the front of the input, and leaves there what makes no sense in a zip.
pub(super) fn open_part(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut zip = Zip::new(input, members);
    while !zip.members.stopped() && zip.step(false)? {}
    Ok(())
}

/// A zip that is being read.
struct Zip<'z, 'r, 'm, 's> {
    input: &'z mut Input<'r>,
    members: &'z mut Members<'m, 's>,
    /// What was seen since the last directory.
    seen: Directory,
    /// Whether a directory was the last thing that was seen.
    is_closed: bool,
    /// Used for one member after the other.
    inflate: Decompress,
}

impl<'z, 'r, 'm, 's> Zip<'z, 'r, 'm, 's> {
    fn new(input: &'z mut Input<'r>, members: &'z mut Members<'m, 's>) -> Self {
        Self {
            input,
            members,
            seen: Directory::default(),
            is_closed: false,
            inflate: Decompress::new(false),
        }
    }

    /// Reads up to the end of the file, of which the zip may be the whole.
    fn walk(&mut self, is_whole: bool) -> io::Result<()> {
        let mut is_first = is_whole;
        while !self.members.stopped() {
            if self.step(std::mem::take(&mut is_first))? {
                continue;
            }
            if self.input.peek(1)?.is_empty() {
                break;
            }
            if std::mem::take(&mut self.is_closed) && is_whole {
                let offset = self.input.consumed();
                let detail = format!("something follows the end of the zip, at byte {offset}");
                self.members.tell(Kind::Ambiguous, detail);
            }
            seek::raw_to_header(self.next(), self.input, self.members)?;
        }
        Ok(())
    }

    /// Reads a member or a directory, whichever is at the front of the input; `false` if neither is. A
    /// directory stands behind members, unless it is the first thing there is.
    fn step(&mut self, is_first: bool) -> io::Result<bool> {
        let head = self.input.peek(Local::LENGTH)?;
        if let Some(local) = Local::parse(head) {
            self.member(local)?;
            self.is_closed = false;
            return Ok(true);
        }
        let is_directory = directory::is_record(head) && (self.next() != Next::Member || is_first);
        if is_directory {
            let seen = std::mem::take(&mut self.seen);
            seen.compare_with_directory(self.input, self.members)?;
            self.is_closed = true;
        }
        Ok(is_directory)
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
        let start = self.input.consumed();
        let end = start.saturating_add(size);
        let mut part: Input<'_> = Peek::behind(start, Box::new(self.input.take(size)));
        let members = &mut *self.members;
        let (bounds, asides) = (members.bounds().clone(), members.asides());
        let result = stream::decoded(&mut part, &bounds, asides, |decoded| {
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

//! Finding the next header where none stands: in files of any kind, which may hold a zip, behind damage,
//! and in gaps.

use super::directory;
use super::local::{HEADER, Local};
use crate::unpack::batch::Stop;
use crate::unpack::decode::Input;
use crate::unpack::open::members::Members;
use memchr::memmem::{self, Finder};
use std::io::{self, BufRead, Read};
use std::sync::LazyLock;

/// What all headers of a zip begin with.
const MAGIC: &[u8] = b"PK";

/// A member's header, at which a file of another kind is read as a zip.
pub(in crate::unpack::open) const MEMBER: Stop = Stop {
    find: member,
    reach: Local::GLANCE,
};

/// Made once: many of the files that it looks through are smaller than itself.
static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(HEADER));

/// Where the first header of a member stands in a text. Of its magic number two bytes stand in no text
/// that people write, so the search runs at the speed of memory.
fn member(text: &[u8]) -> Option<usize> {
    let mut places = FINDER.find_iter(text);
    places.find(|&at| Local::is_likely(&text[at..]))
}

/// What is to be expected next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A member.
    Member,
    /// A member, or the directory of those that were seen.
    MemberOrDirectory,
}

/// Searches everything up to the next header as it stands, at least one byte.
pub(super) fn raw_to_header(
    next: Next,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> io::Result<()> {
    let offset = input.consumed();
    let mut is_first = true;
    members.raw(offset, &mut |buffer| {
        let ahead = match std::mem::take(&mut is_first) {
            true => input.fill_buf()?.len().min(1),
            false => up_to_header(next, input)?,
        };
        let count = ahead.min(buffer.len());
        (&mut *input).take(count as u64).read(buffer)
    })
}

/// Bytes in the buffer of the input up to something like a header; 0 in front of one and at the end.
fn up_to_header(next: Next, input: &mut Input<'_>) -> io::Result<usize> {
    let head = input.peek(Local::GLANCE)?;
    let is_directory = next == Next::MemberOrDirectory && directory::is_record(head);
    if is_directory || Local::is_likely(head) {
        return Ok(0);
    }
    let chunk = input.fill_buf()?;
    let magic = memmem::find(chunk.get(1..).unwrap_or_default(), MAGIC);
    let split = chunk.last() == Some(&MAGIC[0]);
    Ok(match magic {
        Some(at) => at + 1,
        // It may be the first half of one.
        None if split => (chunk.len() - 1).max(1),
        None => chunk.len(),
    })
}

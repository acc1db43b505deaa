//! Finding the next header where none stands: behind a program that unpacks itself, behind damage, and
//! in gaps.

use super::directory;
use super::local::{HEADER, Local};
use crate::unpack::decode::Input;
use crate::unpack::open::members::Members;
use memchr::memmem;
use std::io::{self, BufRead, Read};

/// What all headers of a zip begin with.
const MAGIC: &[u8] = b"PK";

/// Whether a member's header stands somewhere in a text.
pub(in crate::unpack::open) fn has_member(text: &[u8]) -> bool {
    memmem::find_iter(text, HEADER).any(|at| Local::is_likely(&text[at..]))
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

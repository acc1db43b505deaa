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
    memmem::find_iter(text, HEADER).any(|at| Local::parse(&text[at..]).is_some())
}

/// Searches everything up to the next header as it stands, at least one byte.
pub(super) fn raw_to_header(
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> io::Result<()> {
    let offset = input.consumed();
    let mut is_first = true;
    members.raw(offset, &mut |buffer| {
        let ahead = match std::mem::take(&mut is_first) {
            true => input.fill_buf()?.len().min(1),
            false => up_to_header(input)?,
        };
        let count = ahead.min(buffer.len());
        (&mut *input).take(count as u64).read(buffer)
    })
}

/// Bytes in the buffer of the input up to something like a header; 0 in front of one and at the end.
fn up_to_header(input: &mut Input<'_>) -> io::Result<usize> {
    let is_header = |head: &[u8]| Local::parse(head).is_some() || directory::is_record(head);
    let head = input.peek(Local::LENGTH)?;
    if is_header(head) {
        return Ok(0);
    }
    let chunk = input.fill_buf()?;
    let next = memmem::find(chunk.get(1..).unwrap_or_default(), MAGIC);
    let split = chunk.last() == Some(&MAGIC[0]);
    Ok(match next {
        Some(at) => at + 1,
        // It may be the first half of one.
        None if split => (chunk.len() - 1).max(1),
        None => chunk.len(),
    })
}

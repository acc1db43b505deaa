//! RPM packages: a lead, two headers that hold the metadata and the scripts, and a compressed cpio
//! archive (rpm.org, "RPM Package format V4").

use super::members::{Members, softened};
use crate::model::Kind;
use crate::unpack::decode::Input;
use std::io::{self, Read};

/// What a package begins with.
pub(super) const MAGIC: &[u8] = b"\xed\xab\xee\xdb";
/// Bytes of the lead.
const LEAD: usize = 96;
/// What each of the two headers begins with.
const HEADER: &[u8] = b"\x8e\xad\xe8\x01";
/// Bytes of what a header says about itself.
const INTRO: usize = 16;

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut offset = 0;
    raw(LEAD as u64, &mut offset, input, members)?;
    // The signature's header is padded to eight bytes, the other is not.
    for align in [8, 1] {
        let intro = input.peek(INTRO)?;
        let Some(size) = size(intro) else {
            let detail = format!("no valid rpm header at byte {offset}; searched as it stands");
            members.tell(softened(Kind::Corrupt), detail);
            return Ok(());
        };
        raw(size.next_multiple_of(align), &mut offset, input, members)?;
    }
    members.stream(&mut |buffer| input.read(buffer))
}

/// Searches the next bytes as they stand.
fn raw(
    bytes: u64,
    offset: &mut u64,
    input: &mut Input<'_>,
    members: &mut Members<'_, '_>,
) -> io::Result<()> {
    let mut part = input.by_ref().take(bytes);
    members.raw(*offset, &mut |buffer| part.read(buffer))?;
    *offset += bytes;
    Ok(())
}

/// Bytes of a header: its intro, an index of 16 bytes for each entry, and the values.
fn size(intro: &[u8]) -> Option<u64> {
    let number = |from: usize| {
        let bytes = intro.get(from..from + 4)?;
        bytes.try_into().ok().map(u32::from_be_bytes)
    };
    let (entries, values) = (number(8)?, number(12)?);
    intro
        .starts_with(HEADER)
        .then_some(INTRO as u64 + 16 * u64::from(entries) + u64::from(values))
}

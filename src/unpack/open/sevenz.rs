//! 7z archives. What says where members lie stands at the end, so that an archive is held in memory as
//! a whole, under the budget, and is a gap where it does not fit.

use super::members::{Members, softened};
use crate::model::Kind;
use crate::unpack::decode::{DecodeError, Input};
use crate::unpack::memory::Reservation;
use memchr::memmem;
use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, Error, Password};
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";
/// Bytes of what stands in front of the packed members.
const SIGNATURE: u64 = 32;
/// Bytes that are taken in at first.
const FIRST: u64 = 1 << 20;

/// Whether an archive begins here: its first bytes have a checksum (7zFormat.txt, "SignatureHeader").
pub(super) fn is_start(text: &[u8]) -> bool {
    let checked = text.get(12..32).filter(|_| text.starts_with(MAGIC));
    checked.is_some_and(|checked| text[8..12] == crc32fast::hash(checked).to_le_bytes())
}

/// Where the first archive begins in a text. What unpacks one has its magic number as well.
pub(super) fn find(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, MAGIC).find(|&at| is_start(&text[at..]))
}

pub(super) fn open(input: &mut Input<'_>, members: &mut Members<'_, '_>) -> io::Result<()> {
    // A half of what a nest may have for the archive, the other for its decoders.
    let most = members.bounds().limits.memory / 4;
    let memory = Arc::clone(&members.bounds().memory);
    let reserve = |bytes| memory.reserve(bytes).map_err(DecodeError::from);
    let _decoders = reserve(most)?;
    let mut held: Vec<Reservation> = Vec::new();
    let mut data = Vec::new();
    let is_whole = loop {
        let step = FIRST.max(data.len() as u64);
        if data.len() as u64 + step > most {
            break false;
        }
        held.push(reserve(step)?);
        if (input.take(step).read_to_end(&mut data)? as u64) < step {
            break true;
        }
    };
    if !is_whole {
        let mut all = (&data[..]).chain(input);
        members.raw(0, &mut |buffer| all.read(buffer))?;
        let what = format!("the 7z archive does not fit into {most} bytes; searched as it stands");
        return Err(DecodeError::Limit { what }.into());
    }
    // A defect of the library costs one archive.
    let unpack = AssertUnwindSafe(|| unpack(&data, most, members));
    let decoded = catch_unwind(unpack).unwrap_or_else(|_| {
        let detail = "reading the 7z archive failed inside; please report it";
        members.tell(Kind::Corrupt, detail);
        Ok(0..0)
    })?;
    for part in [0..decoded.start, decoded.end..data.len()] {
        let mut bytes = &data[part.clone()];
        members.raw(part.start as u64, &mut |buffer| bytes.read(buffer))?;
    }
    Ok(())
}

/// Hands out the members, and returns the bytes that were decoded for it: none, if not all could be.
fn unpack(data: &[u8], most: u64, members: &mut Members<'_, '_>) -> io::Result<Range<usize>> {
    let mut source = Cursor::new(data);
    let most = usize::try_from(most >> 10).unwrap_or(usize::MAX);
    let password = Password::empty();
    let archive = match Archive::read_with_memory_limit(&mut source, &password, most) {
        Ok(archive) => archive,
        Err(error) => {
            tell(&error, members);
            return Ok(0..0);
        }
    };
    for file in archive.files.iter().filter(|file| !file.has_stream) {
        members.enter(file.name.as_bytes())?;
    }
    let mut decoded = packed(&archive, data.len());
    for number in 0..archive.blocks.len() {
        let block =
            BlockDecoder::new_with_memory_limit(1, most, number, &archive, &password, &mut source);
        if let Err(error) = self::block(block, members)? {
            tell(&error, members);
            decoded = 0..0;
        }
        if members.stopped() {
            break;
        }
    }
    Ok(decoded)
}

/// Hands out the members that are packed together.
fn block(
    block: BlockDecoder<'_, Cursor<&[u8]>>,
    members: &mut Members<'_, '_>,
) -> io::Result<Result<bool, Error>> {
    let mut result = Ok(());
    let done = block.for_each_entries(&mut |file: &ArchiveEntry, reader: &mut dyn Read| {
        if !file.has_stream {
            return Ok(true);
        }
        result = members.enter(file.name.as_bytes()).and_then(|member| {
            members.content(&member, Some(file.size), &mut |buffer| reader.read(buffer))
        });
        Ok(result.is_ok() && !members.stopped())
    });
    result.map(|()| done)
}

/// Where the members' packed bytes lie.
fn packed(archive: &Archive, size: usize) -> Range<usize> {
    let at = |offset: u64| usize::try_from(offset).map_or(size, |offset| offset.min(size));
    let start = archive.pack_pos().saturating_add(SIGNATURE);
    let packed = archive.pack_sizes().iter();
    let end = packed.fold(start, |end, size| end.saturating_add(*size));
    at(start)..at(end)
}

/// Tells why an archive, or a part of it, cannot be read.
fn tell(error: &Error, members: &Members<'_, '_>) {
    let kind = match error {
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => Kind::Encrypted,
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Kind::Encrypted,
        Error::MaxMemLimited { .. } => Kind::Limit,
        Error::Unsupported(_)
        | Error::ExternalUnsupported
        | Error::UnsupportedVersion { .. }
        | Error::UnsupportedCompressionMethod(_) => Kind::Unsupported,
        _ => softened(Kind::Corrupt),
    };
    members.tell(
        kind,
        format!("the 7z archive cannot be read in full: {error}"),
    );
}

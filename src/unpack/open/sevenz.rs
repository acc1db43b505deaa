//! 7z archives. What says where members lie stands at the end, so that an archive is held in memory as
//! a whole, under the budget, and is a gap where it does not fit. All of it is searched as it stands as
//! well, which costs little beside LZMA and leaves nothing out that belongs to no member.

use super::members::{Members, softened};
use crate::model::Kind;
use crate::unpack::decode::{DecodeError, Input};
use crate::unpack::memory::Reservation;
use sevenz_rust2::{Archive, BlockDecoder, Error, Password};
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What an archive begins with.
pub(super) const MAGIC: &[u8] = b"7z\xbc\xaf\x27\x1c";
/// Bytes that are taken in at first.
const FIRST: u64 = 1 << 20;

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
    let mut all = (&data[..]).chain(&mut *input);
    members.raw(0, &mut |buffer| all.read(buffer))?;
    if !is_whole {
        let what = format!("the 7z archive does not fit into {most} bytes; searched as it stands");
        return Err(DecodeError::Limit { what }.into());
    }
    // A defect of the library costs one archive.
    let unpack = AssertUnwindSafe(|| unpack(data, most, members));
    catch_unwind(unpack).unwrap_or_else(|_| {
        members.tell(
            Kind::Corrupt,
            "reading the 7z archive failed inside; please report it",
        );
        Ok(())
    })
}

fn unpack(data: Vec<u8>, most: u64, members: &mut Members<'_, '_>) -> io::Result<()> {
    let mut source = Cursor::new(data);
    let (password, most) = (
        Password::empty(),
        usize::try_from(most >> 10).unwrap_or(usize::MAX),
    );
    let archive = match Archive::read_with_memory_limit(&mut source, &password, most) {
        Ok(archive) => archive,
        Err(error) => {
            tell(&error, members);
            return Ok(());
        }
    };
    for file in archive.files.iter().filter(|file| !file.has_stream) {
        members.enter(file.name.as_bytes())?;
    }
    for block in 0..archive.blocks.len() {
        let decoder =
            BlockDecoder::new_with_memory_limit(1, most, block, &archive, &password, &mut source);
        let mut result = Ok(());
        let done = decoder.for_each_entries(
            &mut |file: &sevenz_rust2::ArchiveEntry, reader: &mut dyn Read| {
                if !file.has_stream {
                    return Ok(true);
                }
                result = members.enter(file.name.as_bytes()).and_then(|member| {
                    members.content(&member, Some(file.size), &mut |buffer| reader.read(buffer))
                });
                Ok(result.is_ok() && !members.stopped())
            },
        );
        result?;
        if let Err(error) = done {
            tell(&error, members);
        }
        if members.stopped() {
            break;
        }
    }
    Ok(())
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

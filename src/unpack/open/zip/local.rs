//! The header in front of a member (APPNOTE 4.3.7), and what may stand behind it (4.3.9).

use super::raw;
use crate::unpack::decode::Input;
use crate::unpack::open::members::Members;
use std::io::{self, BufRead};

/// What a member's header begins with.
pub(super) const HEADER: &[u8] = b"PK\x03\x04";
/// What the sizes behind a member mostly begin with.
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// Stands for a size that the zip64 field tells (4.5.3).
const IN_ZIP64: u64 = 0xffff_ffff;
/// The field of sizes beyond 4 GiB.
const ZIP64: u16 = 1;
/// The newest version of the format, times ten.
const NEWEST: u8 = 63;

/// Bytes of the longest path that is taken for one.
const LONGEST_PATH: usize = 4096;

/// A member's header.
pub(super) struct Local {
    /// Where it stands in the file.
    pub(super) offset: u64,
    flags: u16,
    method: u16,
    packed: u64,
    size: u64,
    path: usize,
    extra: usize,
}

/// How a member's content is stored.
pub(super) enum Data {
    /// There is none.
    None,
    /// As it is, so many bytes.
    Stored(u64),
    /// By deflate.
    Deflated,
    /// As a stream that begins with a magic number, of so many bytes.
    Stream(u64),
    /// Encrypted.
    Encrypted,
    /// By a method of this number.
    Unknown(u16),
    /// As it is, up to a place that nothing tells.
    Unsized,
}

impl Local {
    /// Bytes of a header, without path and extra fields.
    pub(super) const LENGTH: usize = 30;
    /// Bytes that [`Self::is_likely`] looks at.
    pub(super) const GLANCE: usize = Self::LENGTH + 64;

    /// Whether a header stands where none was to be expected: its magic number is in every program that
    /// reads zips, so that all else has to make sense as well, the date and the path too.
    pub(super) fn is_likely(head: &[u8]) -> bool {
        const OLDEST: u8 = 10;
        let Some(local) = Self::parse(head) else {
            return false;
        };
        let date = u16::from_le_bytes([head[12], head[13]]);
        let (month, day) = (date >> 5 & 15, date & 31);
        let is_date = date == 0 || (1..=12).contains(&month) && day > 0;
        let path = &head[Self::LENGTH..];
        let path = &path[..path.len().min(local.path)];
        let is_path = !path.is_empty() && !path.iter().any(u8::is_ascii_control);
        let is_known = head[4] >= OLDEST && head[5] == 0 && local.flags >> 14 == 0;
        is_known && is_date && is_path
    }

    /// Reads a header; `None` if there is none, or nothing that makes sense.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let head = head.get(..Self::LENGTH)?.strip_prefix(HEADER)?;
        let short = |from: usize| u16::from_le_bytes([head[from - 4], head[from - 3]]);
        let long = |from: usize| u64::from(short(from)) | u64::from(short(from + 2)) << 16;
        let local = Self {
            offset: 0,
            flags: short(6),
            method: short(8),
            packed: long(18),
            size: long(22),
            path: short(26).into(),
            extra: short(28).into(),
        };
        let version = short(4).to_le_bytes()[0];
        let makes_sense = version <= NEWEST
            && (1..=LONGEST_PATH).contains(&local.path)
            && matches!(local.method, 0..=6 | 8..=10 | 12 | 14 | 16 | 18..=20 | 93..=99);
        makes_sense.then_some(local)
    }

    /// Passes over the header, and returns the path. The extra fields are searched as they stand.
    pub(super) fn read(
        &mut self,
        input: &mut Input<'_>,
        members: &mut Members<'_, '_>,
    ) -> io::Result<Vec<u8>> {
        self.offset = input.consumed();
        input.consume(Self::LENGTH);
        let path = input.peek(self.path)?.to_vec();
        input.consume(path.len());
        let extra = input.peek(self.extra)?;
        for (id, field) in fields(extra) {
            if id == ZIP64 {
                self.take_zip64(field);
            }
        }
        raw(self.extra as u64, input, members)?;
        Ok(path)
    }

    /// Takes the sizes that do not fit into the header, in its order.
    fn take_zip64(&mut self, field: &[u8]) {
        let mut numbers = field.chunks_exact(8).map(|bytes| {
            let bytes = bytes.try_into().unwrap_or_default();
            u64::from_le_bytes(bytes)
        });
        for size in [&mut self.size, &mut self.packed] {
            if *size == IN_ZIP64
                && let Some(number) = numbers.next()
            {
                *size = number;
            }
        }
    }

    /// How the content is stored.
    pub(super) const fn data(&self) -> Data {
        const ENCRYPTED: u16 = 1;
        match (self.method, self.packed_size()) {
            (_, Some(0)) => Data::None,
            _ if self.flags & ENCRYPTED != 0 => Data::Encrypted,
            (0, Some(size)) => Data::Stored(size),
            (0, None) => Data::Unsized,
            (8, _) => Data::Deflated,
            // bzip2, zstd by two numbers, and xz.
            (12 | 20 | 93 | 95, Some(size)) => Data::Stream(size),
            (method, _) => Data::Unknown(method),
        }
    }

    /// Bytes that the content takes in the archive, if the header says so.
    pub(super) const fn packed_size(&self) -> Option<u64> {
        const TOLD_BEHIND: u16 = 8;
        if self.flags & TOLD_BEHIND != 0 && self.packed == 0 {
            return None;
        }
        Some(self.packed)
    }

    /// Bytes of the content, if the header says so.
    pub(super) fn size(&self) -> Option<u64> {
        self.packed_size().map(|_| self.size)
    }
}

/// Bytes of what tells the sizes behind a member, if it is there and of this one: with or without a
/// magic number, the checksum, and two numbers of four bytes or eight.
pub(super) fn descriptor(input: &mut Input<'_>, packed: u64, size: u64) -> io::Result<u64> {
    let head = input.peek(24)?;
    let start = if head.starts_with(DESCRIPTOR) { 8 } else { 4 };
    let short = [packed as u32, size as u32].map(u32::to_le_bytes).concat();
    let long = [packed, size].map(u64::to_le_bytes).concat();
    let told = head.get(start..).unwrap_or_default();
    let fitting = [long, short]
        .into_iter()
        .find(|sizes| told.starts_with(sizes));
    Ok(fitting.map_or(0, |sizes| (start + sizes.len()) as u64))
}

/// The extra fields of a member (4.5.1).
fn fields(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = extra.split_first_chunk::<4>()?;
        let id = u16::from_le_bytes([head[0], head[1]]);
        let length = u16::from_le_bytes([head[2], head[3]]).into();
        let (field, rest) = rest.split_at_checked(length)?;
        extra = rest;
        Some((id, field))
    })
}

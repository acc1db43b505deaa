//! Maps of sparse files: the old GNU header, and pax formats 0.0, 0.1 and 1.0 (GNU tar manual,
//! "Storing Sparse Files"). Only the stored data are ever read; a hole may be exbibytes large and
//! holds nothing.

use super::event::Region;
use super::extension::Extension;
use super::header::{self, BLOCK};
use crate::unpack::peek::Peek;
use std::io::{self, BufRead};
use tar_core::{GnuSparseHeader, Header};

/// How a body stands for a file's content.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// It is the content.
    Dense,
    /// It is the data between holes.
    Sparse {
        /// Where the data belong.
        regions: Vec<Region>,
        /// Bytes at the start of the body that the map took; they are consumed.
        stored: u64,
    },
    /// It should be sparse, and the map can't be read.
    Unreadable,
}

/// Finds the layout of the entry whose header was just consumed; a map may have `limit` bytes, and
/// one in the body not more than the body has, `size`.
pub(super) fn layout<R: BufRead>(
    header: &Header,
    extension: &Extension,
    input: &mut Peek<R>,
    (size, limit): (u64, usize),
) -> io::Result<Layout> {
    if header.entry_type().is_gnu_sparse() {
        return old_gnu(header, input, limit);
    }
    if extension.number(tar_core::PAX_GNU_SPARSE_MAJOR) == Some(1) {
        return version_1(input, size, limit);
    }
    Ok(version_0(extension))
}

/// Bytes of one region in an old GNU header: offset and length.
const SLOT: usize = 24;
/// Regions of a block that continues such a header; a flag follows them.
const SLOTS: usize = 21;

/// Four regions in the header, then blocks of 21 while the flag says so. None of it counts as part
/// of the body.
fn old_gnu<R: BufRead>(header: &Header, input: &mut Peek<R>, limit: usize) -> io::Result<Layout> {
    let Some(gnu) = header.try_as_gnu() else {
        return Ok(Layout::Unreadable);
    };
    let mut slots = gnu.sparse.to_vec();
    let mut more = gnu.isextended[0] != 0;
    while more {
        let block = input.peek(BLOCK)?.first_chunk::<BLOCK>();
        let Some(block) = block.filter(|_| slots.len() * SLOT < limit) else {
            return Ok(Layout::Unreadable);
        };
        let (stored, flag) = block.split_at(SLOTS * SLOT);
        slots.extend(stored.as_chunks::<SLOT>().0.iter().map(slot));
        more = flag[0] != 0;
        input.consume(BLOCK);
    }
    let used = slots.iter().filter(|slot| !slot.is_empty());
    let regions = used.map(|slot| {
        slot.to_sparse_entry().map(|entry| Region {
            offset: entry.offset,
            length: entry.length,
        })
    });
    Ok(sparse(regions.collect::<Result<_, _>>().ok()))
}

fn slot(bytes: &[u8; SLOT]) -> GnuSparseHeader {
    let mut slot = GnuSparseHeader::default();
    slot.offset.copy_from_slice(&bytes[..SLOT / 2]);
    slot.numbytes.copy_from_slice(&bytes[SLOT / 2..]);
    slot
}

fn sparse(regions: Option<Vec<Region>>) -> Layout {
    regions.map_or(Layout::Unreadable, |regions| Layout::Sparse {
        regions,
        stored: 0,
    })
}

/// 0.0 repeats two keys for each region, 0.1 has one key with all numbers.
fn version_0(extension: &Extension) -> Layout {
    let numbers: Vec<&[u8]> = match extension.value(tar_core::PAX_GNU_SPARSE_MAP) {
        Some(map) => map.split(|&byte| byte == b',').collect(),
        None => {
            let offsets = extension.values(tar_core::PAX_GNU_SPARSE_OFFSET);
            let lengths = extension.values(tar_core::PAX_GNU_SPARSE_NUMBYTES);
            offsets.zip(lengths).flat_map(<[_; 2]>::from).collect()
        }
    };
    if numbers.is_empty() {
        return Layout::Dense;
    }
    let numbers: Option<Vec<u64>> = numbers.into_iter().map(number).collect();
    sparse(numbers.and_then(|numbers| pairs(&numbers)))
}

/// Decimal lines at the start of the body: how many regions, then offset and length of each,
/// filled up to a block. What fills it up is zeros, or it would be passed over unseen.
fn version_1<R: BufRead>(input: &mut Peek<R>, size: u64, limit: usize) -> io::Result<Layout> {
    let mut want = BLOCK;
    loop {
        let head = input.peek(want)?;
        if let Some((regions, used)) = parse_lines(head) {
            let stored = used.next_multiple_of(BLOCK);
            let is_filled_up = head
                .get(used..stored)
                .is_some_and(|rest| rest.iter().all(|&byte| byte == 0));
            let stored = stored as u64;
            if !is_filled_up || stored > size.saturating_add(header::padding(size)) {
                return Ok(Layout::Unreadable);
            }
            input.skip(stored)?;
            return Ok(Layout::Sparse { regions, stored });
        }
        let goes_on = head.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'\n'));
        if !goes_on || head.len() < want || want >= limit {
            return Ok(Layout::Unreadable);
        }
        want *= 2;
    }
}

/// The regions and the length of their text; `None` if it is not all there.
fn parse_lines(text: &[u8]) -> Option<(Vec<Region>, usize)> {
    let mut used = 0;
    let mut line = || {
        let rest = &text[used..];
        let end = memchr::memchr(b'\n', rest)?;
        used += end + 1;
        number(&rest[..end])
    };
    let count = line()?.checked_mul(2)?;
    let numbers: Vec<u64> = (0..count).map_while(|_| line()).collect();
    if numbers.len() as u64 != count {
        return None;
    }
    Some((pairs(&numbers)?, used))
}

fn pairs(numbers: &[u64]) -> Option<Vec<Region>> {
    let (pairs, rest) = numbers.as_chunks::<2>();
    rest.is_empty().then(|| {
        pairs
            .iter()
            .map(|&[offset, length]| Region { offset, length })
            .collect()
    })
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::pax;
    use super::*;

    const REGIONS: [Region; 2] = [
        Region {
            offset: 0,
            length: 5,
        },
        Region {
            offset: 1 << 60,
            length: 7,
        },
    ];

    fn found(regions: &[Region], stored: u64) -> Layout {
        Layout::Sparse {
            regions: regions.to_vec(),
            stored,
        }
    }

    fn of_records(records: &[(&str, &str)]) -> Layout {
        let mut extension = Extension::default();
        assert!(extension.pax(&pax(records)));
        version_0(&extension)
    }

    #[test]
    fn version_0_0_repeats_its_keys() {
        let records = [
            ("GNU.sparse.offset", "0"),
            ("GNU.sparse.numbytes", "5"),
            ("GNU.sparse.offset", "1152921504606846976"),
            ("GNU.sparse.numbytes", "7"),
        ];
        assert_eq!(of_records(&records), found(&REGIONS, 0));
    }

    #[test]
    fn version_0_1_has_one_list() {
        let map = |map| of_records(&[("GNU.sparse.map", map)]);
        assert_eq!(map("0,5,1152921504606846976,7"), found(&REGIONS, 0));
        assert_eq!(map("0,5,1"), Layout::Unreadable);
        assert_eq!(map("0,five"), Layout::Unreadable);
        assert_eq!(of_records(&[("path", "a/b")]), Layout::Dense);
    }

    #[test]
    fn version_1_stands_in_front_of_the_data() {
        let mut body = b"2\n0\n5\n1152921504606846976\n7\n".to_vec();
        body.resize(BLOCK, 0);
        body.extend_from_slice(b"data");
        let mut input = Peek::new(&body[..]);
        let layout = version_1(&mut input, 512 + 12, 1 << 20).unwrap();
        assert_eq!(layout, found(&REGIONS, BLOCK as u64));
        assert_eq!(input.peek(9).unwrap(), b"data");
    }

    #[test]
    fn a_map_takes_nothing_but_itself() {
        let mut body = b"0\n".to_vec();
        body.resize(BLOCK, 0);
        let read = |body: &[u8], size| version_1(&mut Peek::new(body), size, 1 << 20).unwrap();
        assert_eq!(read(&body, 1), found(&[], BLOCK as u64));
        assert_eq!(read(&body, 0), Layout::Unreadable, "the next header");
        body[BLOCK - 1] = b'x';
        assert_eq!(read(&body, 512), Layout::Unreadable, "hidden behind it");
    }

    #[test]
    fn a_map_may_span_blocks_and_has_a_limit() {
        let regions: Vec<Region> = (0..600)
            .map(|index| Region {
                offset: index * 8192,
                length: 4096,
            })
            .collect();
        let mut text = format!("{}\n", regions.len());
        for region in &regions {
            text += &format!("{}\n{}\n", region.offset, region.length);
        }
        let padded = text.len().next_multiple_of(BLOCK);
        let mut body = text.into_bytes();
        body.resize(padded + 100, 0);
        let layout = version_1(&mut Peek::new(&body[..]), body.len() as u64, 1 << 20).unwrap();
        assert_eq!(layout, found(&regions, padded as u64));
        let mut input = Peek::new(&body[..]);
        assert_eq!(
            version_1(&mut input, body.len() as u64, 1024).unwrap(),
            Layout::Unreadable
        );
        assert_eq!(input.consumed(), 0, "the body is read as it is");
    }
}

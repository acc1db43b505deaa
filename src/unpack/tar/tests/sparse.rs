//! Sparse files in all formats.

use super::property::oracle;
use super::*;
use tar_core::SparseEntry;

/// An old GNU header with `regions` of one block each, and the data of all of them.
fn old_gnu_sparse(regions: u64) -> Vec<u8> {
    let slots: Vec<SparseEntry> = (0..regions)
        .map(|index| SparseEntry {
            offset: index * 1024,
            length: 512,
        })
        .collect();
    let mut header = Header::new_gnu();
    header.set_path(b"sparse").unwrap();
    header.set_entry_type(EntryType::GnuSparse);
    header.set_size(regions * 512).unwrap();
    let (first, more) = slots.split_at(slots.len().min(4));
    let gnu = header.as_gnu_mut();
    for (slot, entry) in gnu.sparse.iter_mut().zip(first) {
        slot.set(entry);
    }
    gnu.set_real_size(regions * 1024 - 512);
    gnu.set_is_extended(!more.is_empty());
    header.set_checksum();
    let mut archive = header.as_bytes().to_vec();
    let chunks = more.chunks(21);
    let last = chunks.len().saturating_sub(1);
    for (index, chunk) in chunks.enumerate() {
        let mut block = tar_core::GnuExtSparseHeader::default();
        for (slot, entry) in block.sparse.iter_mut().zip(chunk) {
            slot.set(entry);
        }
        let start = archive.len();
        for slot in block.sparse {
            archive.extend_from_slice(&slot.offset);
            archive.extend_from_slice(&slot.numbytes);
        }
        archive.resize(start + BLOCK, 0);
        archive[start + 504] = u8::from(index < last);
    }
    for index in 0..regions {
        archive.extend_from_slice(format!("{index:512}").as_bytes());
    }
    archive
}

#[test]
fn old_gnu_sparse_files_give_their_data_without_holes() {
    for regions in [1, 4, 5, 60] {
        let archive = [old_gnu_sparse(regions), entry("after", b'0', b"x"), end()].concat();
        let seen = read(&archive);
        assert_eq!(paths(&seen), ["sparse", "after"]);
        let (found, body) = entries(&seen)[0];
        assert_eq!(found.sparse.len() as u64, regions);
        let mut expanded = Vec::new();
        let mut data = body;
        for region in &found.sparse {
            expanded.resize(region.offset as usize, 0);
            let (these, rest) = data.split_at(region.length as usize);
            expanded.extend_from_slice(these);
            data = rest;
        }
        assert_eq!(expanded, oracle(&archive)[0].2);
    }
}

#[test]
fn pax_sparse_files_have_their_real_name_and_no_map_in_the_body() {
    let records = pax(&[
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "real"),
        ("GNU.sparse.realsize", "9223372036854775807"),
    ]);
    let mut body = b"1\n4611686018427387904\n6\n".to_vec();
    body.resize(BLOCK, 0);
    body.extend_from_slice(b"secret");
    let archive = [
        entry("x", b'x', &records),
        entry("GNUSparseFile.1/real", b'0', &body),
        entry("after", b'0', b"x"),
    ]
    .concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["real", "after"]);
    let (found, body) = entries(&seen)[0];
    assert_eq!((found.size, body), (6, &b"secret"[..]));
    assert_eq!(found.sparse[0].offset, 1 << 62);
}

#[test]
fn an_unreadable_sparse_map_is_a_note_and_the_body_stays() {
    let records = pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")]);
    let archive = [entry("x", b'x', &records), entry("file", b'0', b"no map")].concat();
    let seen = read(&archive);
    assert_eq!(flaws(&seen), [Kind::RawOnly]);
    assert_eq!(entries(&seen)[0].1, b"no map");
}

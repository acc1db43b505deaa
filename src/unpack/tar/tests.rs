use super::*;
use crate::model::Kind;
use crate::unpack::decode::shortfall_kind;
use proptest::prelude::*;
use tar_core::{EntryType, SparseEntry};

/// Pax records with right lengths.
pub(super) fn pax(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut all = String::new();
    for (key, value) in pairs {
        let bare = format!(" {key}={value}\n");
        let mut length = bare.len() + 1;
        while bare.len() + length.to_string().len() != length {
            length += 1;
        }
        all += &format!("{length}{bare}");
    }
    all.into_bytes()
}

/// A header block of that type flag and declared size.
fn header(name: &str, flag: u8, size: u64) -> Vec<u8> {
    let mut header = Header::new_ustar();
    header.set_path(name.as_bytes()).unwrap();
    header.set_entry_type(EntryType::new(flag));
    header.set_size(size).unwrap();
    header.set_checksum();
    header.as_bytes().to_vec()
}

/// An entry with its body, padded.
fn entry(name: &str, flag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = header(name, flag, body.len() as u64);
    all.extend_from_slice(body);
    all.resize(all.len().next_multiple_of(BLOCK), 0);
    all
}

fn end() -> Vec<u8> {
    vec![0; 2 * BLOCK]
}

/// An event with what was read of its body.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    event: TarEvent,
    body: Vec<u8>,
}

/// All events, with bodies read `step` bytes at a time, and the errors of bodies.
fn read_by(archive: &[u8], step: usize, limits: &Limits) -> (Vec<Seen>, Vec<io::Error>) {
    let mut reader = TarReader::new(archive, limits);
    let mut seen = Vec::new();
    let mut errors = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        let mut body = Vec::new();
        if matches!(event, TarEvent::Entry(_) | TarEvent::Slack { .. }) {
            errors.extend(read_whole_body(&mut reader, step, &mut body).err());
        }
        seen.push(Seen { event, body });
    }
    (seen, errors)
}

fn read_whole_body<R: Read>(
    reader: &mut TarReader<R>,
    step: usize,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    let mut buf = vec![0; step];
    loop {
        match reader.read_body(&mut buf)? {
            0 => return Ok(()),
            count => body.extend_from_slice(&buf[..count]),
        }
    }
}

fn read(archive: &[u8]) -> Vec<Seen> {
    let (seen, errors) = read_by(archive, 1000, &Limits::default());
    assert!(errors.is_empty(), "{errors:?}");
    seen
}

fn entries(seen: &[Seen]) -> Vec<(&TarEntry, &[u8])> {
    seen.iter()
        .filter_map(|seen| match &seen.event {
            TarEvent::Entry(entry) => Some((entry, seen.body.as_slice())),
            _ => None,
        })
        .collect()
}

fn paths(seen: &[Seen]) -> Vec<String> {
    entries(seen)
        .iter()
        .map(|(entry, _)| String::from_utf8_lossy(&entry.path).into_owned())
        .collect()
}

fn flaws(seen: &[Seen]) -> Vec<Kind> {
    seen.iter()
        .filter_map(|seen| match &seen.event {
            TarEvent::Flaw(flaw) => Some(flaw.kind()),
            _ => None,
        })
        .collect()
}

fn slack(seen: &[Seen]) -> Vec<u8> {
    seen.iter()
        .filter(|seen| matches!(seen.event, TarEvent::Slack { .. }))
        .flat_map(|seen| seen.body.clone())
        .collect()
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[derive(Debug, Clone)]
struct Item {
    name: String,
    kind: u8,
    body: Vec<u8>,
    comment: Option<String>,
}

fn any_item() -> impl Strategy<Value = Item> {
    (
        "[a-z]{1,60}(/[a-zé]{1,80}){0,3}",
        prop::sample::select(&b"0125"[..]),
        prop::collection::vec(any::<u8>(), 0..1500),
        prop::option::of("[a-z=\n]{9,700}"),
    )
        .prop_map(|(name, kind, body, comment)| Item {
            name,
            kind,
            body,
            comment,
        })
}

fn build(items: &[Item]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for item in items {
        if let Some(comment) = &item.comment {
            let records = [("comment", comment.as_bytes())];
            builder.append_pax_extensions(records).unwrap();
        }
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::new(item.kind));
        header.set_mode(0o644);
        match item.kind {
            b'0' => {
                header.set_size(item.body.len() as u64);
                builder.append_data(&mut header, &item.name, &item.body[..])
            }
            b'5' => {
                header.set_size(0);
                builder.append_data(&mut header, &item.name, io::empty())
            }
            _ => {
                header.set_size(0);
                let target = item.name.replace('/', "-");
                builder.append_link(&mut header, &item.name, target)
            }
        }
        .unwrap();
    }
    builder.into_inner().unwrap()
}

type Plain = (Vec<u8>, Option<Vec<u8>>, Vec<u8>);

/// The same archive as the `tar` crate reads it.
fn oracle(archive: &[u8]) -> Vec<Plain> {
    let mut archive = tar::Archive::new(archive);
    let read = |entry: io::Result<tar::Entry<'_, _>>| {
        let mut entry: tar::Entry<'_, &[u8]> = entry.unwrap();
        let mut body = Vec::new();
        entry.read_to_end(&mut body).unwrap();
        let link = entry.link_name_bytes().map(|link| link.into_owned());
        (entry.path_bytes().into_owned(), link, body)
    };
    archive.entries().unwrap().map(read).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sound_archives_read_like_the_tar_crate_reads_them(
        items in prop::collection::vec(any_item(), 0..8),
        step in 1..2000_usize,
    ) {
        let archive = build(&items);
        let (seen, errors) = read_by(&archive, step, &Limits::default());
        prop_assert!(errors.is_empty());
        prop_assert_eq!(flaws(&seen), []);
        prop_assert_eq!(slack(&seen), b"");
        let ours: Vec<Plain> = entries(&seen)
            .into_iter()
            .map(|(entry, body)| (entry.path.to_vec(), entry.link_target.clone(), body.to_vec()))
            .collect();
        prop_assert_eq!(ours, oracle(&archive));
        let comments: Vec<_> = entries(&seen)
            .into_iter()
            .map(|(entry, _)| entry.metadata.first().map(|record| record.1.clone()))
            .collect();
        let given: Vec<_> = items
            .into_iter()
            .map(|item| item.comment.map(String::into_bytes))
            .collect();
        prop_assert_eq!(comments, given);
    }

    #[test]
    fn bytes_without_a_header_come_out_as_slack(
        noise in prop::collection::vec(1..=u8::MAX, 1..3000),
        step in 1..2000_usize,
    ) {
        let (seen, errors) = read_by(&noise, step, &Limits::default());
        prop_assert!(errors.is_empty());
        prop_assert_eq!(slack(&seen), noise);
        prop_assert_eq!(flaws(&seen).len(), 1);
    }

    #[test]
    fn damage_never_panics_and_reads_the_same_in_any_steps(
        items in prop::collection::vec(any_item(), 1..5),
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        length in any::<prop::sample::Index>(),
        step in 1..2000_usize,
    ) {
        let mut archive = build(&items);
        for (at, byte) in hits {
            let at = at.index(archive.len());
            archive[at] = byte;
        }
        archive.truncate(length.index(archive.len()) + 1);
        let limits = Limits { entries: 4, entry_metadata: 2048, ..Limits::default() };
        let (seen, errors) = read_by(&archive, step, &limits);
        let (again, _) = read_by(&archive, 1 << 20, &limits);
        prop_assert_eq!(seen, again);
        prop_assert!(errors.iter().all(|err| shortfall_kind(err).0 == Kind::Truncated));
    }

    #[test]
    fn one_bad_checksum_costs_one_header(
        bodies in prop::collection::vec(prop::collection::vec(1..=u8::MAX, 1..1200), 1..6),
        victim in any::<prop::sample::Index>(),
    ) {
        let victim = victim.index(bodies.len());
        let mut archive = Vec::new();
        for (index, body) in bodies.iter().enumerate() {
            let start = archive.len();
            archive.extend(entry(&format!("file{index}"), b'0', body));
            archive[start + 150] ^= u8::from(index == victim);
        }
        archive.extend(end());
        let seen = read(&archive);
        let names: Vec<String> = (0..bodies.len())
            .filter(|&index| index != victim)
            .map(|index| format!("file{index}"))
            .collect();
        prop_assert_eq!(paths(&seen), names);
        prop_assert!(find(&slack(&seen), &bodies[victim]));
        prop_assert_eq!(flaws(&seen), [Kind::Corrupt]);
    }
}

#[test]
fn an_entry_hidden_in_a_link_is_found() {
    let mut hidden = entry("hidden", b'0', &[b's'; 25]);
    assert_eq!(hidden.len(), 1024);
    let mut link = header("lnk", b'1', 1024);
    link.append(&mut hidden);
    let archive = [
        entry("ok", b'0', b""),
        link,
        entry("after", b'0', b""),
        end(),
    ]
    .concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["ok", "lnk", "hidden", "after"]);
    assert_eq!(entries(&seen)[2].1, [b's'; 25]);
    assert_eq!(flaws(&seen), [Kind::Ambiguous]);
}

#[test]
fn the_body_of_a_link_is_content_when_it_is_no_header() {
    let archive = [
        entry("lnk", b'1', b"secret"),
        entry("after", b'0', b"x"),
        end(),
    ]
    .concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["lnk", "after"]);
    assert_eq!(entries(&seen)[0].1, b"secret");
    assert_eq!(flaws(&seen), [Kind::Ambiguous]);
}

#[test]
fn a_directory_of_some_size_at_the_end_has_no_body() {
    let archive = [header("dir/", b'0', 4096), end()].concat();
    let seen = read(&archive);
    let found = entries(&seen)[0].0;
    assert_eq!((found.kind, found.size), (EntryKind::Directory, 0));
}

#[test]
fn what_follows_the_end_marker_is_read_and_told() {
    let first = [entry("one", b'0', b"1"), end(), vec![0; 8 * BLOCK]].concat();
    let archive = [first, entry("two", b'0', b"2"), end(), b"trailing".to_vec()].concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["one", "two"]);
    assert_eq!(slack(&seen), b"trailing");
    assert_eq!(flaws(&seen), [Kind::Ambiguous, Kind::Ambiguous]);
}

#[test]
fn text_in_padding_is_slack_and_no_flaw() {
    let mut archive = entry("file", b'0', b"body");
    archive[BLOCK + 10..BLOCK + 16].copy_from_slice(b"hidden");
    archive.extend(entry("next", b'0', b""));
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["file", "next"]);
    assert!(find(&slack(&seen), b"hidden"));
    assert_eq!(flaws(&seen), []);
}

#[test]
fn unread_bodies_are_passed_over() {
    let archive = [
        entry("a", b'0', &[b'x'; 3000]),
        b"damage".repeat(200)[..1024].to_vec(),
        entry("b", b'0', b"last"),
    ]
    .concat();
    let mut reader = TarReader::new(&archive[..], &Limits::default());
    let mut names = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        if let TarEvent::Entry(entry) = event {
            names.push(entry.path.to_vec());
        }
    }
    assert_eq!(names, [b"a", b"b"]);
}

#[test]
fn a_short_body_is_truncated_whether_read_or_not() {
    let archive = [header("a", b'0', 1 << 32), b"early".to_vec()].concat();
    let (seen, errors) = read_by(&archive, 100, &Limits::default());
    assert_eq!(entries(&seen)[0].1, b"early");
    assert_eq!(shortfall_kind(&errors[0]).0, Kind::Truncated);
    let mut unread = TarReader::new(&archive[..], &Limits::default());
    assert!(matches!(unread.next_event(), Ok(Some(TarEvent::Entry(_)))));
    let told = unread.next_event().unwrap();
    assert!(matches!(
        told,
        Some(TarEvent::Flaw(TarFlaw::Truncated { .. }))
    ));
    assert_eq!(unread.next_event().unwrap(), None);
}

#[test]
fn a_huge_extension_is_a_limit_and_the_entry_stays() {
    let limits = Limits {
        entry_metadata: 4096,
        ..Limits::default()
    };
    let archive = [
        entry("././@LongLink", b'L', &[b'n'; 9000]),
        entry("short", b'0', b"x"),
    ]
    .concat();
    let (seen, _) = read_by(&archive, 500, &limits);
    assert_eq!(paths(&seen), ["short"]);
    assert_eq!(flaws(&seen), [Kind::Limit]);
    assert!(find(&slack(&seen), &[b'n'; 9000]));
}

#[test]
fn endless_extensions_are_a_limit() {
    let archive = entry("x", b'x', b"").repeat(100);
    let limits = Limits {
        entry_metadata: 4096,
        ..Limits::default()
    };
    let (seen, _) = read_by(&archive, 500, &limits);
    assert!(flaws(&seen).contains(&Kind::Limit));
}

#[test]
fn repeated_extensions_do_not_end_the_archive() {
    let archive = [
        entry("x", b'L', b"first-long-name\0"),
        entry("x", b'L', b"second\0"),
        entry("x", b'x', &pax(&[("comment", "overruled comment")])),
        entry("x", b'x', &pax(&[("comment", "the last comment")])),
        entry("short", b'0', b"x"),
        end(),
    ]
    .concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["second"]);
    assert_eq!(flaws(&seen), []);
    let values: Vec<_> = entries(&seen)[0]
        .0
        .metadata
        .iter()
        .map(|record| &record.1)
        .collect();
    assert_eq!(
        values,
        [
            &b"first-long-name"[..],
            b"overruled comment",
            b"the last comment"
        ]
    );
}

#[test]
fn pax_records_overrule_the_header() {
    let records = pax(&[
        ("path", "./real/path"),
        ("linkpath", "target"),
        ("size", "5"),
        ("SCHILY.xattr.user.note", "an attribute value"),
    ]);
    let archive = [
        entry("x", b'x', &records),
        entry("short", b'0', b"12345678"),
    ]
    .concat();
    let seen = read(&archive);
    let (found, body) = entries(&seen)[0];
    assert_eq!(&*found.path, b"real/path");
    assert_eq!(found.link_target.as_deref(), Some(&b"target"[..]));
    assert_eq!((found.size, body), (5, &b"12345"[..]));
    assert_eq!(
        found.metadata,
        [(
            b"SCHILY.xattr.user.note".to_vec(),
            b"an attribute value".to_vec()
        )]
    );
}

#[test]
fn damaged_pax_records_are_a_note_and_searched_raw() {
    let archive = [
        entry("x", b'x', b"99 comment=a secret comment\n"),
        entry("file", b'0', b"x"),
    ]
    .concat();
    let seen = read(&archive);
    assert_eq!(paths(&seen), ["file"]);
    assert_eq!(flaws(&seen), [Kind::RawOnly]);
    assert!(find(
        &entries(&seen)[0].0.metadata[0].1,
        b"a secret comment"
    ));
}

#[test]
fn global_and_orphaned_records_are_told() {
    let comment = |text| entry("x", b'g', &pax(&[("comment", text)]));
    let orphan = entry("x", b'x', &pax(&[("comment", "orphan")]));
    let archive = [comment("global"), entry("a", b'0', b""), orphan, end()].concat();
    let records: Vec<Vec<u8>> = read(&archive)
        .into_iter()
        .filter_map(|seen| match seen.event {
            TarEvent::Records(mut records) => records.pop(),
            _ => None,
        })
        .map(|record| record.1)
        .collect();
    assert_eq!(records, [&b"global"[..], b"orphan"]);
}

#[test]
fn the_rest_after_too_many_entries_is_slack() {
    let archive = [
        entry("a", b'0', b"1"),
        entry("b", b'0', b"2"),
        entry("c", b'0', b"third body"),
        end(),
    ]
    .concat();
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    let (seen, _) = read_by(&archive, 100, &limits);
    assert_eq!(paths(&seen), ["a", "b"]);
    assert_eq!(flaws(&seen), [Kind::Limit]);
    assert!(find(&slack(&seen), b"third body"));
}

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

#[test]
fn every_kind_of_entry_is_told_apart() {
    let flags = *b"0\x007123456ZV";
    let archive = flags.map(|flag| entry("name", flag, b"")).concat();
    let kinds: Vec<EntryKind> = entries(&read(&archive))
        .iter()
        .map(|(entry, _)| entry.kind)
        .collect();
    use EntryKind::{Device, Directory, Fifo, File, HardLink, Other, Symlink};
    assert_eq!(
        kinds,
        [
            File,
            File,
            File,
            HardLink,
            Symlink,
            Device,
            Device,
            Directory,
            Fifo,
            Other(b'Z'),
            Other(b'V')
        ]
    );
}

#[test]
fn an_error_of_the_input_ends_the_archive_once() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let archive = entry("a", b'0', &[1; 5000]);
    let mut reader = TarReader::new((&archive[..2000]).chain(Failing), &Limits::default());
    assert!(reader.next_event().unwrap().is_some());
    let mut body = Vec::new();
    let err = read_whole_body(&mut reader, 300, &mut body).unwrap_err();
    assert_eq!(body.len(), 2000 - BLOCK);
    assert_eq!(shortfall_kind(&err).0, Kind::Unreadable);
    assert_eq!(reader.next_event().unwrap(), None);
}

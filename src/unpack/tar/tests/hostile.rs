//! What readers disagree about, hide, or stumble over.

use super::*;
use crate::unpack::decode::shortfall_kind;

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

#[test]
fn every_kind_of_entry_is_told_apart() {
    let flags = *b"0\x007123456ZV";
    let archive = flags.map(|flag| entry("name", flag, b"")).concat();
    let kinds: Vec<EntryKind> = entries(&read(&archive))
        .iter()
        .map(|(entry, _)| entry.kind)
        .collect();
    use EntryKind::{Device, Directory, Fifo, File, HardLink, Other, Symlink, Whiteout};
    assert_eq!(
        kinds,
        [
            File,
            File,
            File,
            HardLink,
            Symlink,
            Whiteout,
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

//! Long names and pax records.

use super::*;

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

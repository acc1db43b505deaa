//! Tar entries that readers stumble over: between two files, both of which have to be found.

use crate::kit::{Codec, Entry, Layer, Report, Secrets};
use crate::{scan_between, token};

/// Scans what stands between two files of one layer.
#[track_caller]
fn around(oddity: &[u8]) -> Report {
    let mut secrets = Secrets::new("before and after");
    let (before, after) = (secrets.github(), secrets.github());
    let tar = Layer::new()
        .file("before", before.as_str())
        .raw(oddity)
        .file("after", after.as_str())
        .tar();
    let report = scan_between(Codec::Gzip.pack(&tar));
    assert!(
        report.has(&before) && report.has(&after),
        "{:#}",
        report.0["coverage"]
    );
    report
}

/// An entry that is to be read like any other: no gap, and its content is found.
#[track_caller]
fn is_read(make: impl Fn(&str) -> Vec<u8>) {
    let hidden = token("hidden");
    let report = around(&make(&hidden));
    report.expect_gaps(&[]);
    assert!(report.has(&hidden), "{:#}", report.0["coverage"]);
}

#[test]
fn dialects_of_tar_are_read() {
    let file = |token: &str| Entry::file("file", token);
    // v7 has no magic, star's stands at the end, Solaris marks its extended headers with an X.
    is_read(|token| file(token).patch(257, [0; 255]).bytes());
    is_read(|token| {
        file(token)
            .patch(257, "ustar\0")
            .patch(508, "tar\0")
            .bytes()
    });
    is_read(|token| {
        let records = crate::kit::entry::pax_record("path", b"solaris");
        let extended = Entry::new(b'X', "PaxHeaders/0").body(records).bytes();
        [extended, file(token).bytes()].concat()
    });
    is_read(|token| file(token).patch(156, "7").bytes());
    // Contents of a folder, part of a file, label of a volume.
    is_read(|token| {
        Entry::new(b'D', "folder")
            .body(format!("Y{token}\0\0"))
            .bytes()
    });
    is_read(|token| Entry::new(b'M', "part").body(token).bytes());
    is_read(|token| [Entry::new(b'V', "label").bytes(), file(token).bytes()].concat());
}

#[test]
fn a_checksum_of_signed_bytes_is_a_checksum() {
    // Old tars summed up signed bytes: a name of high ones makes the difference.
    is_read(|token| {
        let mut bytes = Entry::file(b"caf\xE9".to_vec(), token).bytes();
        let header = &mut bytes[..512];
        header[148..156].fill(b' ');
        let sum: i64 = header
            .iter()
            .map(|&byte| i64::from(byte.cast_signed()))
            .sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes
    });
}

#[test]
fn extensions_in_any_number_and_order_are_read() {
    let long = |path: &str| Entry::new(b'L', "././@LongLink").body(path).bytes();
    is_read(|token| {
        [
            long("one\0"),
            long("two\0"),
            Entry::file("x", token).bytes(),
        ]
        .concat()
    });
    is_read(|token| [long("no end"), Entry::file("x", token).bytes()].concat());
    is_read(|token| [long("a\0b\0\0"), Entry::file("x", token).bytes()].concat());
    is_read(|token| [long(""), Entry::file("x", token).bytes()].concat());
    is_read(|token| {
        let global = crate::kit::entry::pax_record("mtime", b"1");
        let global = Entry::new(b'g', "global").body(global).bytes();
        [
            global.clone(),
            long("x\0"),
            global,
            Entry::file("x", token).bytes(),
        ]
        .concat()
    });
    is_read(|token| {
        let huge = "99999999999999999999999999999999";
        Entry::file("x", token)
            .pax("mtime", huge)
            .pax("uid", huge)
            .bytes()
    });
}

#[test]
fn zeros_inside_names_and_attributes_hide_nothing() {
    let hidden = token("zeros");
    for entry in [
        Entry::file("x", hidden.as_str()).pax("path", b"a\0b".to_vec()),
        Entry::file("x", "").xattr("user.a", format!("\0{hidden}\0")),
        Entry::file("x", hidden.as_str()).pax("linkpath", b"\0".to_vec()),
    ] {
        assert!(around(&entry.bytes()).has(&hidden));
    }
}

#[test]
fn a_size_in_a_pax_record_outweighs_the_header() {
    is_read(|token| {
        let size = token.len().to_string();
        Entry::file("x", token)
            .declared(0)
            .pax("size", size)
            .bytes()
    });
    let hidden = token("nine gigabytes");
    let entry = Entry::file("x", hidden.as_str()).pax("size", "9000000000");
    let tar = Layer::new().entry(entry).unterminated();
    let report = scan_between(Codec::Gzip.pack(&tar));
    report.expect_gap_among(&["truncated", "limit"]);
    assert!(report.has(&hidden));
}

#[test]
fn a_link_is_followed_nowhere() {
    let hidden = token("links");
    let file = |path: &str| Entry::file(path, hidden.as_str());
    let cases: [(&str, Vec<Entry>); 8] = [
        (
            "a circle",
            vec![
                Entry::symlink("a", "b"),
                Entry::symlink("b", "a"),
                file("c"),
            ],
        ),
        ("itself", vec![Entry::symlink("a", "a"), file("c")]),
        ("out", vec![Entry::symlink("a", "/etc"), file("a/passwd")]),
        ("up", vec![Entry::symlink("a", "../../.."), file("a/b")]),
        ("nowhere", vec![Entry::hardlink("a", "missing"), file("c")]),
        ("later", vec![Entry::hardlink("a", "c"), file("c")]),
        ("itself, hard", vec![Entry::hardlink("a", "a"), file("c")]),
        (
            "replaced",
            vec![file("a"), Entry::symlink("a", "/etc/passwd")],
        ),
    ];
    for (case, entries) in cases {
        let bytes: Vec<u8> = entries.iter().flat_map(Entry::bytes).collect();
        let report = around(&bytes);
        report.expect_gaps(&[]);
        assert!(report.has(&hidden), "{case}");
    }
}

#[test]
fn one_name_may_stand_for_many_things() {
    let mut secrets = Secrets::new("one name");
    let (first, second) = (secrets.github(), secrets.github());
    let entries = [
        Entry::file("a", first.as_str()),
        Entry::dir("a"),
        Entry::file("a/b", second.as_str()),
        Entry::device("a", 0, 0),
        Entry::new(b'6', "a"),
        Entry::new(b'4', "a"),
        Entry::symlink("a", "a/b"),
    ];
    let bytes: Vec<u8> = entries.iter().flat_map(Entry::bytes).collect();
    let report = around(&bytes);
    report.expect_gaps(&[]);
    assert!(report.has(&first) && report.has(&second));
}

#[test]
fn whiteouts_of_every_spelling_are_searched_and_hide_nothing() {
    for name in [
        ".wh.",
        ".wh..",
        ".wh..wh.",
        ".wh..wh.plnk",
        ".wh..wh..opq",
        ".wh..wh.aufs",
        "a/.wh.",
    ] {
        let hidden = token("whiteout");
        let report = around(&Entry::file(name, hidden.as_str()).bytes());
        report.expect_gaps(&[]);
        assert!(report.has(&hidden), "{name}");
    }
}

#[test]
fn a_name_of_a_megabyte_is_told_and_costs_one_entry() {
    let hidden = token("long name");
    let name = "n".repeat(64 << 10);
    let report = around(&Entry::file(name.as_str(), hidden.as_str()).bytes());
    report.expect_gaps(&[]);
    assert!(report.has(&hidden));
    let name = "n".repeat(2 << 20);
    let report = around(&Entry::file(name.as_str(), hidden.as_str()).bytes());
    report.expect_gaps(&["limit"]);
    assert!(report.has(&hidden));
}

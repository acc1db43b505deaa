//! Tars that are broken, odd, or built so that readers disagree: what stands before and after is
//! found, and what a runtime would unpack is never overlooked.

mod kit;

use kit::cli::{image, layout_of, oci, scan, scan_layer, written};
use kit::entry::pax_record;
use kit::{Codec, Entry, Image, Layer, Report, Secrets};

/// A layer with a token before and a token after something odd.
struct Around {
    before: String,
    after: String,
    tar: Vec<u8>,
}

impl Around {
    fn new(oddity: &[u8]) -> Self {
        let mut secrets = Secrets::new("around");
        let (before, after) = (secrets.github(), secrets.github());
        let tar = Layer::new()
            .file("before", before.as_str())
            .raw(oddity)
            .file("after", after.as_str())
            .tar();
        Self { before, after, tar }
    }

    /// Scans it and insists on both tokens.
    #[track_caller]
    fn report(&self) -> Report {
        let report = scan_layer(Codec::Gzip.pack(&self.tar)).expect(1).report();
        assert!(report.has(&self.before), "before: {:#}", report.0);
        assert!(report.has(&self.after), "after: {:#}", report.0);
        report
    }
}

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

#[test]
fn a_header_with_a_wrong_checksum_is_a_gap_and_reading_goes_on() {
    let hidden = token("checksum");
    let odd = Entry::file("odd", hidden.as_str()).broken();
    let report = Around::new(&odd.bytes()).report();
    report.expect_gaps(&["corrupt"]);
    assert!(report.has(&hidden));
}

#[test]
fn bytes_that_are_no_header_are_a_gap_and_reading_goes_on() {
    for garbage in [Secrets::new("noise").bytes(512), vec![b'x'; 5 * 512]] {
        Around::new(&garbage).report().expect_gaps(&["corrupt"]);
    }
}

#[test]
fn a_size_that_is_no_number_is_a_gap_and_reading_goes_on() {
    for size in [
        &b"99999999999\0"[..],
        b"not octal...",
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ] {
        let odd = Entry::file("odd", "").patch(124, size);
        Around::new(&odd.bytes()).report().expect_gaps(&["corrupt"]);
    }
}

#[test]
fn a_declared_size_beyond_the_end_is_a_gap_and_what_is_there_is_searched() {
    for size in [1 << 20, 1 << 33, (1 << 63) - 1] {
        let (before, inside) = (token("before"), token("inside"));
        let tar = Layer::new()
            .file("before", before.as_str())
            .entry(Entry::file("huge", inside.as_str()).patch(124, base256(size)))
            .unterminated();
        let report = scan_layer(Codec::Gzip.pack(&tar)).expect(1).report();
        report.expect_gap_among(&["truncated", "limit", "corrupt"]);
        assert!(report.has(&before) && report.has(&inside), "{size}");
    }
}

/// A number in the base-256 form of GNU tar.
fn base256(number: u64) -> Vec<u8> {
    [&[0x80, 0, 0, 0], number.to_be_bytes().as_slice()].concat()
}

#[test]
fn metadata_beyond_the_limit_is_a_gap_and_costs_no_memory() {
    let endless = vec![b'n'; 64 << 20];
    for odd in [
        Entry::new(b'L', "././@LongLink").body(endless.clone()),
        Entry::new(b'K', "././@LongLink").body(endless.clone()),
        Entry::new(b'x', "PaxHeaders/0").body(pax_record("comment", &endless)),
        Entry::new(b'g', "PaxHeaders/0").body(pax_record("comment", &endless)),
    ] {
        let around = Around::new(&odd.bytes());
        let image_ = Image::new().bytes("COPY . /", Codec::Gzip.pack(&around.tar));
        let dir = written(&layout_of(&image_));
        let run = image([oci(&dir).as_str()]).within(1024).run().expect(1);
        run.report().expect_gaps(&["limit"]);
        assert!(run.report().has(&around.before) && run.report().has(&around.after));
    }
}

#[test]
fn a_pax_header_that_cannot_be_read_is_told_and_reading_goes_on() {
    for records in [
        &b"999999 path=x\n"[..],
        b"x path=y\n",
        b"5 a\n",
        b"12 path=ab\nXX",
        b"0 =\n",
    ] {
        let odd = Entry::file("odd", "content").pax_raw(records);
        let report = Around::new(&odd.bytes()).report();
        let told = [report.gaps(), report.notes()].concat();
        assert!(!told.is_empty(), "{:?}", String::from_utf8_lossy(records));
    }
}

#[test]
fn rare_but_legal_extensions_are_no_gap() {
    let long = "d/".repeat(2_000) + "file";
    let oddities: [Entry; 12] = [
        Entry::file(long.as_str(), "long name"),
        Entry::symlink("link", long.as_str()),
        Entry::file("x", "pax name").pax("path", long.as_str()),
        Entry::file("x", "binary")
            .pax("hdrcharset", "BINARY")
            .pax("path", b"caf\xE9".to_vec()),
        Entry::file("x", "twice")
            .pax("path", "one")
            .pax("path", "two"),
        Entry::file("x", "time").pax("mtime", "-1.5"),
        Entry::new(b'g', "pax_global_header").body(pax_record("comment", b"a commit")),
        Entry::file("x", "contiguous").patch(156, "7"),
        Entry::file("x", "old style").patch(257, [0; 8]),
        Entry::new(b'V', "volume label"),
        Entry::device("dev/null", 1, 3),
        Entry::new(b'6', "pipe"),
    ];
    for odd in oddities {
        Around::new(&odd.bytes()).report().expect_gaps(&[]);
    }
}

#[test]
fn an_unknown_type_is_read_as_a_file() {
    for kind in [b'Z', b'9', 0] {
        let hidden = token("unknown type");
        let odd = Entry::new(kind, "odd").body(hidden.as_str());
        assert!(
            Around::new(&odd.bytes()).report().has(&hidden),
            "type {kind}"
        );
    }
}

#[test]
fn a_sparse_file_has_its_own_name_and_its_holes_cost_nothing() {
    for (kind, make) in [
        (
            "gnu",
            Entry::gnu_sparse as fn(&str, u64, &[(u64, &[u8])]) -> Entry,
        ),
        ("pax", Entry::pax_sparse),
    ] {
        let hidden = token("sparse");
        let size = 7 << 30;
        let odd = make("disk.img", size, &[(4096, hidden.as_bytes()), (size, b"")]);
        let report = Around::new(&odd.bytes()).report();
        let place = report.finding(&hidden).at(0, "disk.img");
        assert_eq!(place.state(), "present", "{kind}");
        report.expect_gaps(&[]);
    }
}

#[test]
fn what_a_lying_sparse_map_points_at_is_searched_all_the_same() {
    let hidden = token("lying map");
    let line = format!("{hidden}\n");
    let data = line.as_bytes();
    for odd in [
        Entry::gnu_sparse("disk.img", 16_384, &[(8192, b"later"), (0, data)]),
        Entry::gnu_sparse(
            "disk.img",
            16_384,
            &[(0, data), (0, b"twice the same place")],
        ),
        Entry::gnu_sparse("disk.img", 1, &[(u64::from(u32::MAX), data)]),
        Entry::gnu_sparse("disk.img", 0, &[]).body(data),
        Entry::pax_sparse("disk.img", 1, &[(u64::MAX, data)]),
        Entry::file("no map", data)
            .pax("GNU.sparse.major", "1")
            .pax("GNU.sparse.minor", "0"),
        Entry::file("no map", data)
            .pax("GNU.sparse.major", "9")
            .pax("GNU.sparse.minor", "9"),
        Entry::file("no map", data).pax("GNU.sparse.map", "not,a,map"),
    ] {
        let report = Around::new(&odd.bytes()).report();
        assert!(report.has(&hidden), "{:#}", report.0["coverage"]);
    }
}

/// Runtimes take a link to have no body, so that what stands there is an entry of its own; other
/// readers skip it by its size.
#[test]
fn an_entry_in_the_body_of_a_link_is_found() {
    for kind in [b'1', b'2', b'5', b'6', b'3'] {
        let hidden = token("link body");
        let inner = Entry::file("hidden", hidden.as_str()).bytes();
        let odd = Entry::new(kind, "odd").link("before").body(inner);
        let report = Around::new(&odd.bytes()).report();
        assert!(report.has(&hidden), "type {}", char::from(kind));
        assert_eq!(report.finding(&hidden).at(0, "hidden").state(), "present");
        assert_eq!(report.notes(), ["ambiguous"], "type {}", char::from(kind));
    }
}

#[test]
fn text_in_the_body_of_a_link_is_found() {
    let hidden = token("link text");
    let odd = Entry::hardlink("odd", "before").body(hidden.as_str());
    assert!(Around::new(&odd.bytes()).report().has(&hidden));
}

#[test]
fn what_stands_after_the_end_marker_is_found() {
    let (shown, entry, text) = (token("shown"), token("second tar"), token("slack"));
    let second = Layer::new().file("second", entry.as_str()).tar();
    let mut tar = Layer::new().file("first", shown.as_str()).tar();
    tar.extend(second);
    tar.extend(text.as_bytes());
    tar.resize(tar.len().next_multiple_of(512), 0);
    let report = scan_layer(Codec::Gzip.pack(&tar)).expect(1).report();
    for token in [&shown, &entry, &text] {
        assert!(report.has(token));
    }
}

#[test]
fn one_block_of_zeros_is_no_end() {
    Around::new(&[0; 512]).report();
}

#[test]
fn an_archive_without_end_marker_is_read_to_its_end() {
    let token = token("no end");
    let tar = Layer::new().file("last", token.as_str()).unterminated();
    assert!(
        scan_layer(Codec::Gzip.pack(&tar))
            .expect(1)
            .report()
            .has(&token)
    );
    let cut = &tar[..512 + token.len()];
    assert!(
        scan_layer(Codec::Gzip.pack(cut))
            .expect(1)
            .report()
            .has(&token)
    );
}

#[test]
fn padding_is_searched() {
    let hidden = token("padding");
    let mut odd = Entry::file("odd", "short").bytes();
    odd[600..600 + hidden.len()].copy_from_slice(hidden.as_bytes());
    assert!(Around::new(&odd).report().has(&hidden));
}

#[test]
fn empty_archives_are_clean() {
    for tar in [vec![0; 1024], vec![0; 512], vec![0; 10_240]] {
        for codec in [Codec::Plain, Codec::Gzip] {
            scan_layer(codec.pack(&tar))
                .expect(0)
                .report()
                .expect_gaps(&[]);
        }
    }
}

#[test]
fn every_name_that_a_header_can_hold_is_reported_as_text() {
    let names: [&[u8]; 12] = [
        b"../../etc/shadow",
        b"/absolute",
        b"",
        b".",
        b"..",
        b"trailing/",
        b"C:\\Users\\a",
        b"caf\xE9",
        b"\x1b[31mred\x07",
        b"line\nbreak",
        "bidi\u{202E}txt.exe".as_bytes(),
        "e\u{301}/\u{e9}".as_bytes(),
    ];
    for name in names {
        let hidden = token("names");
        let odd = Entry::file(name, hidden.as_str());
        let report = Around::new(&odd.bytes()).report();
        let place = report.finding(&hidden).places()[0];
        assert!(
            !place.path().contains(['\u{1b}', '\u{7}', '\n', '\u{202E}']),
            "{name:?}"
        );
    }
}

#[test]
fn a_thousand_layers_and_a_hundred_thousand_entries_are_read() {
    let token = token("many");
    let empty = Layer::new().file("x", "");
    let mut image = Image::new();
    for number in 0..1_000 {
        image = image.layer(&format!("RUN {number}"), &empty);
    }
    let crowd = (0..100_000).fold(Layer::new(), |layer, number| {
        layer.file(&format!("f{number}"), "")
    });
    let image = image.layer("COPY . /", &crowd.file("token", token.as_str()));
    let report = scan(&layout_of(&image)).expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(report.finding(&token).at(1_000, "token").state(), "present");
}

#[test]
fn ten_thousand_directories_deep_is_a_path_like_any_other() {
    let token = token("deep");
    let path = "d/".repeat(10_000) + "token";
    let tar = Layer::new().file(&path, token.as_str()).tar();
    let report = scan_layer(Codec::Gzip.pack(&tar)).expect(1).report();
    report.finding(&token).at(0, &path);
}

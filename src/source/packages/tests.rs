//! Every kind of record, read as it passes by and asked about files; and records that are no good.

use super::*;
use crate::model::{Limits, Package};
use crate::unpack::sums::FileSums;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use proptest::prelude::*;
use std::sync::Arc;

/// The content of the one file that all records of these tests speak of.
const CONTENT: &[u8] = b"installed";

fn sums() -> FileSums {
    FileSums::of(CONTENT)
}

fn md5() -> String {
    HEXLOWER.encode(&sums().md5)
}

fn sha256() -> String {
    HEXLOWER.encode(&sums().sha256)
}

fn wheel_hash() -> String {
    BASE64URL_NOPAD.encode(&sums().sha256)
}

/// The table that these records make, within these limits.
fn limited(records: &[(&str, &[u8])], limits: &Limits) -> Table {
    let mut draft = Draft::new(&Room::of(limits));
    for (path, bytes) in records {
        let Some(mut record) = draft.open(0, &Arc::from(path.as_bytes()), 0) else {
            panic!("{path} is not known as a record");
        };
        // In two pieces, as files come.
        let (front, rest) = bytes.split_at(bytes.len() / 2);
        record.take(front);
        record.take(rest);
        draft.close(record);
    }
    draft.finish()
}

fn table(records: &[(&str, &[u8])]) -> Table {
    limited(records, &Limits::default())
}

fn asked(table: &Table, path: &str) -> Option<Package> {
    let stack = Stack::new(std::iter::once((0, table)), |_, _| true);
    stack.package(&FileKey::of(0, path.as_bytes()), &sums())
}

/// What the records say of the file at this path: the package, and whether it is public.
#[track_caller]
fn told(records: &[(&str, &[u8])], path: &str) -> (String, bool) {
    let package = asked(&table(records), path);
    let package = package.unwrap_or_else(|| panic!("no package has {path}"));
    (package.to_string(), package.is_public)
}

const STATUS: &[u8] = b"Package: other\nVersion: 9\n\n\
    Package: libfoo\nStatus: install ok installed\nMaintainer: Foo Team <foo@lists.debian.org>\n\
    Architecture: amd64\nMulti-Arch: same\nVersion: 1.2-3\nDescription: x\n continued: y\n\n\
    Package: plain\nMaintainer: Acme <it@acme.example>\nMulti-Arch: foreign\nVersion: 7\n";

#[test]
fn dpkg_lists_are_joined_with_the_status() {
    let list = format!("{}  usr/share/foo/key.pem\n", md5());
    let list = list.as_bytes();
    let multi = "var/lib/dpkg/info/libfoo:amd64.md5sums";
    let records = [(multi, list), ("var/lib/dpkg/status", STATUS)];
    let expected = ("libfoo 1.2-3 (dpkg)".to_owned(), true);
    assert_eq!(told(&records, "usr/share/foo/key.pem"), expected);
    assert_eq!(told(&records, "/usr/./share/foo/../foo/key.pem"), expected);

    let records = [
        ("var/lib/dpkg/status", STATUS),
        ("var/lib/dpkg/info/plain.md5sums", list),
    ];
    let expected = ("plain 7 (dpkg)".to_owned(), false);
    assert_eq!(told(&records, "usr/share/foo/key.pem"), expected);

    let alone = [(multi, list)];
    assert_eq!(
        told(&alone, "usr/share/foo/key.pem"),
        ("libfoo (dpkg)".to_owned(), false)
    );
    assert_eq!(asked(&table(&alone), "usr/share/foo/other.pem"), None);
}

#[test]
fn a_root_may_lie_below_a_folder_and_have_a_merged_usr() {
    let list = format!("{}  lib/foo/key.pem\n", md5());
    let records = [("srv/root/var/lib/dpkg/info/foo.md5sums", list.as_bytes())];
    for path in ["srv/root/lib/foo/key.pem", "srv/root/usr/lib/foo/key.pem"] {
        assert_eq!(told(&records, path).0, "foo (dpkg)");
    }
    assert_eq!(asked(&table(&records), "lib/foo/key.pem"), None);
    assert_eq!(
        asked(&table(&records), "srv/root/opt/lib/foo/key.pem"),
        None
    );
}

#[test]
fn distroless_keeps_a_file_for_each_package() {
    let list = format!("{}  ./etc/key.pem\n", md5());
    let records: [(&str, &[u8]); 2] = [
        ("var/lib/dpkg/status.d/base.md5sums", list.as_bytes()),
        (
            "var/lib/dpkg/status.d/base",
            b"Package: base\nVersion: 12.4\nMaintainer: S <s@debian.org>\n",
        ),
    ];
    assert_eq!(
        told(&records, "etc/key.pem"),
        ("base 12.4 (dpkg)".to_owned(), true)
    );
}

#[test]
fn apk_lists_everything_in_one_file() {
    let hash = BASE64.encode(&sums().sha1);
    let text = format!(
        "C:Q1xxxx\nP:musl\nV:1.2.5-r0\nm:T <t@alpinelinux.org>\nF:lib\nR:libc.so\nZ:Q1AAAA\n\n\
         P:foo\nV:3-r1\nU:https://git.acme.example/foo\nF:\nR:top.pem\nZ:Q1{hash}\n\
         F:usr/share/foo\nM:0:0:755\nR:key.pem\na:0:0:600\nZ:Q1{hash}\n"
    );
    for home in ["lib/apk/db/installed", "usr/lib/apk/db/installed"] {
        let records = [(home, text.as_bytes())];
        let expected = ("foo 3-r1 (apk)".to_owned(), false);
        assert_eq!(told(&records, "usr/share/foo/key.pem"), expected);
        assert_eq!(told(&records, "top.pem"), expected);
        let public = text.replace("git.acme.example", "github.com");
        let records = [(home, public.as_bytes())];
        assert!(told(&records, "usr/share/foo/key.pem").1);
    }
}

#[test]
fn a_wheel_is_public_when_its_pages_are_and_nothing_says_otherwise() {
    const SITE: &str = "usr/lib/python3/site-packages";
    let info = |name: &str| format!("{SITE}/foo_bar-1.0.dist-info/{name}");
    let (record, metadata, direct) = (info("RECORD"), info("METADATA"), info("direct_url.json"));
    let hash = wheel_hash();
    let list = format!(
        "foo/tests/key.pem,sha256={hash},9\n\"foo/a,\"\"b\"\".pem\",sha256={hash},9\n\
         ../../../bin/foo,sha256={hash},9\nfoo/x.pyc,,\n"
    );
    let public = b"Metadata-Version: 2.1\nName: foo-bar\nVersion: 1.0\n\
        Project-URL: Source, https://github.com/foo/bar\n\nHome-page: none\n";
    let records: [(&str, &[u8]); 3] = [
        (&record, list.as_bytes()),
        (&metadata, public),
        (&direct, b"{"),
    ];
    let file = |path: &str| format!("{SITE}/{path}");
    for path in ["foo/tests/key.pem", "foo/a,\"b\".pem", "../../../bin/foo"] {
        let expected = ("foo-bar 1.0 (python)".to_owned(), true);
        assert_eq!(told(&records[..2], &file(path)), expected, "{path}");
    }
    assert!(told(&records[..2], "usr/bin/foo").1);
    assert!(!told(&records, &file("foo/tests/key.pem")).1);
    let alone = told(&records[..1], &file("foo/tests/key.pem"));
    assert_eq!(alone, ("foo_bar 1.0 (python)".to_owned(), false));

    let private = [
        &public[..public.len() - 17],
        b"Classifier: Private :: Do Not Upload\n",
    ]
    .concat();
    let records: [(&str, &[u8]); 2] = [(&record, list.as_bytes()), (&metadata, &private)];
    assert!(!told(&records, &file("foo/tests/key.pem")).1);
}

#[test]
fn a_crate_is_public_when_it_came_from_a_registry() {
    let from = |package: &str, publish: &str| {
        let sums = format!(
            r#"{{"files":{{"src/key.pem":"{}"}},"package":{package}}}"#,
            sha256()
        );
        let manifest = format!(
            "[package]\nname = \"foo\"\nversion = \"1.2.3\"\n{publish}\n\
             repository = \"https://github.com/foo/foo\"\n"
        );
        let records: [(&str, &[u8]); 2] = [
            ("app/vendor/foo/.cargo-checksum.json", sums.as_bytes()),
            ("app/vendor/foo/Cargo.toml", manifest.as_bytes()),
        ];
        told(&records, "app/vendor/foo/src/key.pem")
    };
    assert_eq!(from("\"ab\"", ""), ("foo 1.2.3 (cargo)".to_owned(), true));
    assert!(from("\"ab\"", "publish = true").1);
    assert!(!from("\"ab\"", "publish = [\"acme\"]").1);
    assert!(!from("null", "").1);
}

#[test]
fn a_changed_file_belongs_to_no_package() {
    let list = format!("{}  etc/key.pem\n", md5().replace(['0', '1', '2'], "f"));
    let table = table(&[("var/lib/dpkg/info/foo.md5sums", list.as_bytes())]);
    assert_eq!(asked(&table, "etc/key.pem"), None);
}

#[test]
fn only_what_can_be_seen_counts() {
    let list = format!("{}  etc/key.pem\n", md5());
    let list = [("var/lib/dpkg/info/libfoo:amd64.md5sums", list.as_bytes())];
    let (list, status) = (table(&list), table(&[("var/lib/dpkg/status", STATUS)]));
    let key = FileKey::of(0, b"etc/key.pem");
    let seen = |visible: fn(usize) -> bool| {
        let tables = [(1, &status), (0, &list)].into_iter();
        let stack = Stack::new(tables, move |at, _| visible(at));
        assert!(stack.lists(&key));
        stack
            .package(&key, &sums())
            .map(|package| package.to_string())
    };
    assert_eq!(seen(|_| true).as_deref(), Some("libfoo 1.2-3 (dpkg)"));
    assert_eq!(seen(|at| at == 0).as_deref(), Some("libfoo (dpkg)"));
    assert_eq!(seen(|at| at == 1), None);
}

#[test]
fn trees_do_not_mix() {
    let list = format!("{}  etc/key.pem\n", md5());
    let table = table(&[("var/lib/dpkg/info/foo.md5sums", list.as_bytes())]);
    let stack = Stack::new(std::iter::once((0, &table)), |_, _| true);
    assert!(stack.lists(&FileKey::of(0, b"etc/key.pem")));
    assert!(!stack.lists(&FileKey::of(1, b"etc/key.pem")));
}

#[test]
fn tables_are_merged_with_their_packages() {
    let list = |path: &str| format!("{}  {path}\n", md5());
    let (one, two) = (list("etc/one"), list("etc/two"));
    let mut all = table(&[("var/lib/dpkg/info/one.md5sums", one.as_bytes())]);
    all.merge(table(&[("var/lib/dpkg/info/two.md5sums", two.as_bytes())]));
    let name = |path| asked(&all, path).map(|package| package.to_string());
    assert_eq!(name("etc/one").as_deref(), Some("one (dpkg)"));
    assert_eq!(name("etc/two").as_deref(), Some("two (dpkg)"));
}

#[test]
fn what_does_not_fit_is_told_and_the_rest_is_kept() {
    let list = format!("{}  key\n", md5()).repeat(500);
    let lists = ["a", "b", "c", "d"].map(|name| format!("{name}/var/lib/dpkg/info/foo.md5sums"));
    let records = lists
        .each_ref()
        .map(|path| (path.as_str(), list.as_bytes()));
    // A sixteenth of the memory is for a record, an eighth for all tables.
    let limits = |memory: usize| Limits {
        memory: memory as u64,
        ..Limits::default()
    };
    let too_large = limited(&records[..1], &limits(list.len() * 16 - 16));
    assert_eq!(asked(&too_large, "a/key"), None);
    assert_eq!(too_large.unread()[0].shortfall().place, lists[0]);

    let fits = limits(list.len() * 16);
    let one = limited(&records[..1], &fits);
    assert!(asked(&one, "a/key").is_some());
    assert!(one.unread().is_empty());
    let all = limited(&records, &fits);
    assert!(asked(&all, "a/key").is_some());
    assert_eq!(all.unread().last().unwrap().shortfall().place, lists[3]);
}

#[test]
fn other_files_are_no_records() {
    let draft = Draft::new(&Room::of(&Limits::default()));
    for path in [
        "md5sums",
        "xvar/lib/dpkg/status",
        "var/lib/dpkg/info/foo.list",
        "var/lib/dpkg/triggers/status",
        "var/lib/dpkg/status-old",
        "lib/apk/db/installed.new",
        "foo/RECORD",
        "opt/rpm/Packages",
        "Cargo.lock",
        "",
        "/",
    ] {
        assert!(
            draft.open(0, &Arc::from(path.as_bytes()), 0).is_none(),
            "{path}"
        );
    }
}

/// A record of every kind, to be damaged.
const RECORDS: [&str; 10] = [
    "var/lib/dpkg/info/a.md5sums",
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d/a",
    "lib/apk/db/installed",
    "a-1.dist-info/RECORD",
    "a-1.dist-info/METADATA",
    "a-1.dist-info/direct_url.json",
    "a/.cargo-checksum.json",
    "a/Cargo.toml",
    "var/lib/rpm/rpmdb.sqlite",
];

proptest! {
    #[test]
    fn whatever_a_record_holds_it_is_read_or_left(
        which in 0..RECORDS.len(),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        table(&[(RECORDS[which], &bytes)]);
    }

    #[test]
    fn what_almost_is_a_record_is_read_or_left(
        which in 0..RECORDS.len(),
        text in "([PVmUFRZ]:|Q[12]|[0-9a-f]{32}  |(Package|Version|Maintainer|Home-page): |sha256=|[{\\[\"@:,=/.]|\\.\\./|[a-zé<>]{1,4}|\r?\n){0,60}",
    ) {
        let table = table(&[(RECORDS[which], text.as_bytes())]);
        prop_assert!(table.lines.len() <= text.len());
    }
}

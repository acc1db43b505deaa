//! Archives and compressed files, wherever files are read: what is in them is found, with the way to
//! it; so is what stands before, between and behind; and what is not opened is told.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::archive::{ar, cpio, odc, rpm, sevenz};
use kit::cli::{dir, layout_of, put, residue, scan, stdin};
use kit::codec::skippable;
use kit::{Codec, Image, Layer, Repo, Report, Secrets, Store, Zip};
use std::collections::BTreeSet;
use tempfile::TempDir;

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

/// The way to every place of a secret: its path and, in an archive, the member's.
#[track_caller]
fn ways(report: &Report, secret: &str) -> BTreeSet<String> {
    let finding = report.finding(secret);
    let way = |place: &kit::report::Place<'_>| match place.0["member"].as_str() {
        Some(member) => format!("{}!/{member}", place.path()),
        None => place.path().to_owned(),
    };
    finding.places().iter().map(way).collect()
}

#[track_caller]
fn expect_way(report: &Report, secret: &str, way: &str) {
    assert_eq!(ways(report, secret), BTreeSet::from([way.to_owned()]));
}

/// Scans a directory that holds this one file.
fn scan_file(path: &str, content: &[u8], flags: &[&str]) -> (i32, Report) {
    let root = folder(path, content);
    let flags = flags.iter().copied();
    let run = dir(["."].into_iter().chain(flags))
        .within_dir(root.path())
        .run();
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    (run.code, run.report())
}

/// The report on one file, all of which was read.
#[track_caller]
fn read(path: &str, content: &[u8]) -> Report {
    let (_, report) = scan_file(path, content, &[]);
    report.expect_gaps(&[]);
    report
}

fn folder(path: &str, content: &[u8]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    put(&root, path, content);
    root
}

/// Makes an archive of one member.
type Pack = fn(&str, &[u8]) -> Vec<u8>;

/// Every kind: its name, how it is made, and what the way to the member is.
const KINDS: [(&str, Pack, &str); 26] = [
    (
        "tar",
        |name, text| Layer::new().file(name, text).tar(),
        "!/conf/app",
    ),
    ("gz", |_, text| Codec::Gzip.pack(text), ""),
    ("gz-members", |_, text| Codec::GzipMembers.pack(text), ""),
    ("zst", |_, text| Codec::Zstd.pack(text), ""),
    ("zst-frames", |_, text| Codec::ZstdFrames.pack(text), ""),
    ("xz", |_, text| Codec::Xz.pack(text), ""),
    ("bz2", |_, text| Codec::Bzip2.pack(text), ""),
    (
        "tgz",
        |name, text| Codec::Gzip.pack(&Layer::new().file(name, text).tar()),
        "!/conf/app",
    ),
    (
        "zip",
        |name, text| Zip::new().file(name, text).zip(),
        "!/conf/app",
    ),
    (
        "zip-stored",
        |name, text| Zip::new().member(name, Store::Plain, text).zip(),
        "!/conf/app",
    ),
    (
        "zip-streamed",
        |name, text| {
            let zip = Zip::new().member("first", Store::Streamed, "x");
            zip.member(name, Store::Streamed, text).zip()
        },
        "!/conf/app",
    ),
    (
        "zip-xz",
        |name, text| {
            let packed = Codec::Xz.pack(text);
            let zip = Zip::new().member(name, Store::Method(95), packed);
            zip.file("last", "x").zip()
        },
        "!/conf/app",
    ),
    (
        "self-extracting",
        |name, text| {
            Zip::behind(b"#!/bin/sh\nexec unzip $0\n")
                .file(name, text)
                .zip()
        },
        "!/conf/app",
    ),
    (
        "crx",
        |name, text| {
            let header = b"Cr24\x03\0\0\0\x04\0\0\0head";
            Zip::behind(header).file(name, text).zip()
        },
        "!/conf/app",
    ),
    (
        "behind-picture",
        |name, text| {
            let picture =
                b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\0\0\0\0IEND\xaeB`\x82";
            Zip::behind(picture).file(name, text).zip()
        },
        "!/conf/app",
    ),
    (
        "behind-document",
        |name, text| {
            let document =
                b"%PDF-1.7\n1 0 obj <</Length 4>>\nstream\ntext\nendstream\nendobj\n%%EOF\n";
            Zip::behind(document).file(name, text).zip()
        },
        "!/conf/app",
    ),
    (
        "behind-text",
        |name, text| {
            let zip = Zip::behind(&b"just some text\n".repeat(60_000));
            zip.file(name, text).commented("with a comment")
        },
        "!/conf/app",
    ),
    (
        "behind-gzip",
        |name, text| {
            Zip::behind(&Codec::Gzip.pack(b"something else"))
                .file(name, text)
                .zip()
        },
        "!/conf/app",
    ),
    (
        "script-gz",
        |name, text| script(&Codec::Gzip.pack(&Layer::new().file(name, text).tar())),
        "!/conf/app",
    ),
    (
        "script-xz",
        |name, text| script(&Codec::Xz.pack(&Layer::new().file(name, text).tar())),
        "!/conf/app",
    ),
    (
        "script-tar",
        |name, text| script(&Layer::new().file(name, text).tar()),
        "!/conf/app",
    ),
    (
        "program-7z",
        |name, text| {
            let stub = b"MZ is how programs begin, and this one knows 7z\xbc\xaf\x27\x1c as well";
            [&stub.repeat(50)[..], &sevenz(&[(name, text)])].concat()
        },
        "!/conf/app",
    ),
    ("cpio", |name, text| cpio(&[(name, text)]), "!/conf/app"),
    ("odc", |name, text| odc(&[(name, text)]), "!/conf/app"),
    (
        "rpm",
        |name, text| rpm("a package", &Codec::Zstd.pack(&cpio(&[(name, text)]))),
        "!/conf/app",
    ),
    ("7z", |name, text| sevenz(&[(name, text)]), "!/conf/app"),
];

/// A script with an archive behind its last line.
fn script(archive: &[u8]) -> Vec<u8> {
    let lines = "echo what is unpacked here\n".repeat(60);
    let script = format!("#!/bin/sh\n{lines}tail -n +63 $0 | tar x\nexit\n");
    [script.as_bytes(), archive].concat()
}

#[test]
fn every_kind_is_opened_in_directories_layers_and_git() {
    let (root, git) = (tempfile::tempdir().unwrap(), Repo::new());
    let mut layer = Layer::new();
    let mut expected = Vec::new();
    for (kind, pack, way) in KINDS {
        let token = token(kind);
        let archive = pack("conf/app", format!("# settings\nkey: {token}\n").as_bytes());
        let path = format!("in/{kind}");
        put(&root, &path, &archive);
        layer = layer.file(&path, archive.clone());
        git.commit_file(&path, archive);
        expected.push((token, format!("{path}{way}")));
    }
    let on_disk = dir(["."]).within_dir(root.path()).run().expect(1).report();
    let image = scan(&layout_of(&Image::new().layer("COPY in /in", &layer)));
    let in_layer = image.expect(1).report();
    let in_git = git.found(&[]);
    for report in [&on_disk, &in_layer, &in_git] {
        report.expect_gaps(&[]);
        for (token, way) in &expected {
            expect_way(report, token, way);
            let finding = report.finding(token);
            assert!(
                finding
                    .places()
                    .iter()
                    .all(|place| place.position() == (2, 6))
            );
        }
    }
    let place = in_layer.finding(&expected[0].0).places()[0];
    assert_eq!((place.layer(), place.state()), (Some(0), "present"));
    let place = in_git.finding(&expected[0].0).committed("in/tar");
    assert!(place.git("introduced/id").is_string());
}

#[test]
fn a_debian_package_is_opened() {
    let mut secrets = Secrets::new("deb");
    let (script, file) = (secrets.github(), secrets.github());
    let control = Layer::new().file("./postinst", script.as_str()).tar();
    let data = Layer::new().file("./etc/app.conf", file.as_str()).tar();
    let deb = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &Codec::Gzip.pack(&control)),
        ("data.tar.xz", &Codec::Xz.pack(&data)),
    ]);
    let report = read("app.deb", &deb);
    expect_way(&report, &script, "app.deb!/control.tar.gz!/postinst");
    expect_way(&report, &file, "app.deb!/data.tar.xz!/etc/app.conf");
    assert_eq!(report.notes(), [""; 0]);
}

/// A war that holds a jar that holds a compressed tar that holds a file.
fn deep(text: &str) -> Vec<u8> {
    let tar = Codec::Gzip.pack(&Layer::new().file("application.yml", text).tar());
    let jar = Zip::new().file("conf.tgz", tar).zip();
    Zip::new()
        .member("WEB-INF/lib/x.jar", Store::Plain, jar)
        .zip()
}

const DEEP: &str = "app.war!/WEB-INF/lib/x.jar!/conf.tgz!/application.yml";

#[test]
fn archives_inside_archives_show_the_whole_way() {
    let token = token("deep");
    let war = deep(&format!("key: {token}\n"));
    let report = read("app.war", &war);
    expect_way(&report, &token, DEEP);
    let place = report.finding(&token).places()[0];
    assert_eq!(place.path(), "app.war");
    assert_eq!(place.position(), (1, 6));

    let root = folder("app.war", &war);
    let told = |format: &str| {
        let run = residue(["dir", ".", "--format", format]).within_dir(root.path());
        run.run().expect(1).text()
    };
    assert!(told("human").contains(&format!("{DEEP}:1:6")));
    assert!(told("sarif").contains(&format!("\"uri\": \"{DEEP}\"")));
}

#[test]
fn standard_input_may_be_an_archive() {
    let token = token("stdin");
    let report = stdin([], deep(&token)).expect(1).report();
    let way = DEEP.replace("app.war", "stdin");
    expect_way(&report, &token, &way);
}

#[test]
fn depth_is_bounded_and_told() {
    let token = token("depth");
    let war = deep(&token);
    let (code, report) = scan_file("app.war", &war, &["--depth", "2"]);
    report.expect_gaps(&["limit"]);
    assert_eq!((code, report.has(&token)), (3, false));
    let (code, report) = scan_file("app.war", &war, &["--depth", "0"]);
    report.expect_gaps(&[]);
    assert_eq!((code, report.notes()), (0, vec!["excluded"]));
    let (_, report) = scan_file("app.war", &war, &["--depth", "4"]);
    expect_way(&report, &token, DEEP);
}

#[test]
fn what_belongs_to_no_member_is_searched_too() {
    let mut secrets = Secrets::new("around");
    let tokens: Vec<String> = (0..4).map(|_| secrets.github()).collect();
    let [before, between, comment, behind] = &tokens[..] else {
        unreachable!()
    };
    let zip = Zip::behind(format!("#!/bin/sh\n# {before}\n").as_bytes())
        .file("a", "a")
        .raw(format!("\n{between}\n").as_bytes())
        .file("b", "b")
        .commented(comment);
    let zip = [&zip[..], b"\n", behind.as_bytes()].concat();
    let report = read("app", &zip);
    for token in &tokens {
        expect_way(&report, token, "app");
    }
    let place = report.finding(before).places()[0];
    assert_eq!(place.position(), (2, 3));
    assert_eq!(report.notes(), [""; 0]);
    let whole = Zip::new().file("a", "a").zip();
    let report = read("app", &[&whole[..], b"\n", behind.as_bytes()].concat());
    expect_way(&report, behind, "app");
    assert_eq!(report.notes(), ["ambiguous"], "something follows the end");

    let name = secrets.github();
    let gzip = flate2::GzBuilder::new().filename(name.as_str());
    let mut gzip = gzip.write(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, b"text").unwrap();
    let gzip = [&gzip.finish().unwrap()[..], behind.as_bytes()].concat();
    let report = read("x.gz", &gzip);
    expect_way(&report, &name, "x.gz");
    expect_way(&report, behind, "x.gz");
    assert_eq!(report.notes(), ["raw-only"]);

    let package = rpm(&format!("echo {before}"), &Codec::Gzip.pack(&cpio(&[])));
    expect_way(&read("x.rpm", &package), before, "x.rpm");
}

#[test]
fn names_links_and_comments_of_members_are_searched() {
    let mut secrets = Secrets::new("names");
    let (name, target) = (secrets.github(), secrets.github());
    let tar = Layer::new()
        .file(&format!("a/{name}"), "x")
        .symlink("link", &format!("/{target}"))
        .tar();
    let report = read("x.tar", &tar);
    expect_way(&report, &name, &format!("x.tar!/a/{name}"));
    expect_way(&report, &target, "x.tar!/link");
    assert_eq!(report.finding(&name).places()[0].kind(), "metadata");
}

#[test]
fn a_document_goes_on_behind_a_zip_in_it() {
    let mut secrets = Secrets::new("attached");
    let (attached, streamed) = (secrets.github(), secrets.github());
    let zip = Zip::new().file("settings", &attached).zip();
    let mut stream = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut stream, streamed.as_bytes()).unwrap();
    let stream = stream.finish().unwrap();
    let parts: [&[u8]; 5] = [
        b"%PDF-1.7\nstream\n",
        &zip,
        b"\nendstream\nstream\n",
        &stream,
        b"\nendstream\n",
    ];
    let report = read("x.pdf", &parts.concat());
    expect_way(&report, &attached, "x.pdf!/settings");
    let at = parts[..3].iter().map(|part| part.len()).sum::<usize>();
    let way = format!("x.pdf!/stream at byte {at}");
    expect_way(&report, &streamed, &way);
}

#[test]
fn a_zip_that_a_later_version_of_a_file_has_behind_it_is_opened() {
    let token = token("appended");
    let git = Repo::new();
    let text: String = (0..2000).map(|n| format!("line {n} of a text\n")).collect();
    git.commit_file("x", text.as_str());
    let zip = Zip::behind(text.as_bytes()).file("key", &token).zip();
    git.commit_file("x", &zip);
    git.commit_file("x", [&zip[..], b"and more"].concat());
    git.git(&["repack", "-adfq"]);
    expect_way(&git.found(&[]), &token, "x!/key");
}

#[test]
fn what_streams_hold_beside_their_text_is_searched() {
    let mut secrets = Secrets::new("beside");
    let tokens: Vec<String> = (0..4).map(|_| secrets.github()).collect();
    let far = |token: &String| [&b"filler ".repeat(4000)[..], token.as_bytes()].concat();
    let zstd = [
        skippable(&far(&tokens[0])),
        Codec::Zstd.pack(b"text"),
        skippable(tokens[1].as_bytes()),
        Codec::Zstd.pack(&secrets.bytes(40_000)),
        skippable(&far(&tokens[2])),
    ]
    .concat();
    let gzip = flate2::GzBuilder::new().comment(far(&tokens[3]));
    let gzip = gzip.write(Vec::new(), flate2::Compression::fast());
    let gzip = [Codec::Gzip.pack(b"text"), gzip.finish().unwrap()].concat();
    let zip = Zip::new().member("a", Store::Method(93), &zstd);
    for (name, file) in [("x.zst", &zstd), ("x.zip", &zip.zip())] {
        let report = read(name, file);
        for token in &tokens[..3] {
            expect_way(&report, token, name);
        }
    }
    expect_way(&read("x.gz", &gzip), &tokens[3], "x.gz");
}

#[test]
fn members_of_one_name_are_all_found() {
    let mut secrets = Secrets::new("twice");
    let tokens: Vec<String> = (0..3).map(|_| secrets.github()).collect();
    let mut zip = Zip::new();
    for token in &tokens {
        zip = zip.file("same", token);
    }
    let report = read("x.zip", &zip.zip());
    for token in &tokens {
        expect_way(&report, token, "x.zip!/same");
    }
}

#[test]
fn one_secret_inside_and_outside_is_one_finding() {
    let token = token("both");
    let root = folder("a.zip", &Zip::new().file("b", &token).zip());
    put(&root, "b", &token);
    let report = dir(["."]).within_dir(root.path()).run().expect(1).report();
    assert_eq!(report.findings().len(), 1);
    let expected = BTreeSet::from(["a.zip!/b".to_owned(), "b".to_owned()]);
    assert_eq!(ways(&report, &token), expected);
}

#[test]
fn what_the_central_directory_says_otherwise_is_told() {
    let mut secrets = Secrets::new("directory");
    let (hidden, renamed) = (secrets.github(), secrets.github());
    let plain = read("x.zip", &Zip::new().file("a", "a").zip());
    assert_eq!(plain.notes(), [""; 0]);
    let report = read(
        "x.zip",
        &Zip::new().file("a", "a").hidden("b", &hidden).zip(),
    );
    expect_way(&report, &hidden, "x.zip!/b");
    assert_eq!(report.notes(), ["ambiguous"]);
    let report = read("x.zip", &Zip::new().renamed("b", "a", &renamed).zip());
    expect_way(&report, &renamed, "x.zip!/b");
    assert_eq!(report.notes(), ["ambiguous"]);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_found() {
    let token = token("closed");
    let closed = |store: Store| {
        let zip = Zip::new().member("closed", store, "something else");
        scan_file("x.zip", &zip.file("open", &token).zip(), &[])
    };
    let (_, report) = closed(Store::Encrypted);
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), ["encrypted"]);
    expect_way(&report, &token, "x.zip!/open");
    let (_, report) = closed(Store::Method(98));
    report.expect_gaps(&["unsupported"]);
    expect_way(&report, &token, "x.zip!/open");
}

#[test]
fn an_image_that_was_saved_into_a_layer_is_opened() {
    let token = token("saved");
    let inner = Layer::new().file("root/.env", format!("KEY={token}"));
    let image = Image::new().layer("COPY . /", &inner);
    let saved = kit::docker::legacy(&[("app:1", &image)]).tar();
    let outer = Layer::new().file("cache/app.tar", saved);
    let report = scan(&layout_of(&Image::new().layer("RUN", &outer)));
    let report = report.expect(1).report();
    let ways = ways(&report, &token);
    assert_eq!(ways.len(), 1);
    let way = ways.first().unwrap();
    assert!(
        way.starts_with("cache/app.tar!/") && way.ends_with("!/root/.env"),
        "{way}"
    );
}

#[test]
fn archives_that_git_stores_as_deltas_are_opened_each() {
    let (first, second) = (token("first version"), token("second version"));
    let git = Repo::new();
    let noise = Secrets::new("noise").bytes(20_000);
    for token in [&first, &second] {
        let tar = Layer::new()
            .file("noise", noise.clone())
            .file("key", token.as_str());
        git.commit_file("x.tar", tar.tar());
    }
    git.git(&["repack", "-adq"]);
    let report = git.found(&[]);
    for token in [&first, &second] {
        expect_way(&report, token, "x.tar!/key");
        assert!(
            report
                .finding(token)
                .committed("x.tar")
                .git("introduced/id")
                .is_string()
        );
    }
}

#[test]
fn suppressions_by_path_speak_of_the_archive_or_of_the_way() {
    let token = token("ignored");
    let ignored_by = |glob: &str| {
        let root = folder("lib/x.jar", &Zip::new().file("test/key", &token).zip());
        put(&root, ".residueignore", format!("path:{glob} # known\n"));
        dir(["."]).within_dir(root.path()).run().code == 0
    };
    assert!(ignored_by("lib/x.jar"));
    assert!(ignored_by("lib/**"));
    assert!(ignored_by("lib/x.jar!/test/*"));
    assert!(!ignored_by("lib/x.jar!/main/*"));
}

#[test]
fn a_comment_in_an_archive_speaks_for_nobody() {
    let token = token("comment");
    let text = format!("key: {token} # residue:allow\n");
    let root = folder("own", text.as_bytes());
    assert_eq!(dir(["."]).within_dir(root.path()).run().code, 0);
    let report = read("x.zip", &Zip::new().file("own", &text).zip());
    expect_way(&report, &token, "x.zip!/own");
}

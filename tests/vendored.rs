//! What a package manager installed and nobody changed is told, and an example or test key in it is
//! believed one step less.

mod kit;

use kit::archive::cpio;
use kit::cli::{dir, image, layout_of, scan, scan_stream, scan_with, text};
use kit::packages::{self, MANAGERS, Package};
use kit::report::Place;
use kit::{Codec, Image, Layer, Report, Secrets, docker};
use serde_json::json;

fn key(seed: &str) -> String {
    Secrets::new(seed).private_key()
}

fn image_of(layers: &[Layer]) -> Image {
    layers
        .iter()
        .fold(Image::new(), |image, layer| image.layer("RUN step", layer))
}

fn scanned(layers: &[Layer]) -> Report {
    scan(&layout_of(&image_of(layers))).expect(1).report()
}

/// The package of a place, in the words of the human report.
fn package(place: Place<'_>) -> Option<String> {
    let vendored = &place.0["vendored"];
    let word = |field: &str| vendored[field].as_str().unwrap_or("?");
    let told = format!(
        "{} {} ({})",
        word("package"),
        word("version"),
        word("ecosystem")
    );
    (!vendored.is_null()).then_some(told)
}

/// The confidence in a key and the package of its one place.
#[track_caller]
fn judged<'a>(report: &'a Report, key: &str) -> (&'a str, Option<String>) {
    let finding = report.finding(key.trim());
    assert_eq!(finding.places().len(), 1, "{:#}", finding.0);
    (finding.confidence(), package(finding.places()[0]))
}

fn installed_by(manager: &str) -> Option<String> {
    Some(format!("libexample 1.2 ({manager})"))
}

#[test]
fn every_record_lowers_a_test_key_one_step() {
    for (manager, install) in MANAGERS {
        let key = key(manager);
        let report = scanned(&[install(&key).layer()]);
        report.expect_gaps(&[]);
        assert_eq!(judged(&report, &key), ("high", installed_by(manager)));
        let reasons = report.finding(key.trim()).0["reasons"].to_string();
        assert!(
            reasons.contains(&format!("as libexample 1.2 ({manager})")),
            "{reasons}"
        );
    }
}

#[test]
fn the_order_of_file_and_records_does_not_matter() {
    for (manager, install) in MANAGERS {
        let key = key(manager);
        let reversed = install(&key).files().reversed();
        let report = image(["-"]).stdin(reversed.tar()).run().expect(1).report();
        assert_eq!(judged(&report, &key), ("high", installed_by(manager)));
    }
}

#[test]
fn a_key_in_an_archive_goes_by_the_archive() {
    for (manager, install) in MANAGERS {
        let key = key(manager);
        let archive = cpio(&[("a/test.pem", key.as_bytes())]);
        let package = install(std::str::from_utf8(&archive).unwrap());
        let report = scanned(&[package.layer()]);
        assert_eq!(judged(&report, &key), ("high", installed_by(manager)));
        let place = report.finding(key.trim()).places()[0];
        assert_eq!(place.0["member"], "a/test.pem");

        let changed = [&archive[..], b"\n"].concat();
        let changed = Layer::new().file(&package.path, changed).unterminated();
        let report = scanned(&[package.records().raw(&changed)]);
        assert_eq!(judged(&report, &key), ("confirmed", None));
    }
}

#[test]
fn a_changed_file_gets_no_discount() {
    for (manager, install) in MANAGERS {
        let key = key(manager);
        let package = install(&key);
        let changed = Layer::new().file(&package.path, format!("{key}\n"));
        let report = scanned(&[package.records().raw(&changed.unterminated())]);
        assert_eq!(judged(&report, &key), ("confirmed", None));

        let report = scanned(&[package.layer(), changed]);
        let finding = report.finding(key.trim());
        assert_eq!(finding.confidence(), "confirmed");
        assert_eq!(
            package_at(&report, &key, 0, &package),
            installed_by(manager)
        );
        assert_eq!(package_at(&report, &key, 1, &package), None);
    }
}

/// The package of the place in a layer.
fn package_at(report: &Report, key: &str, layer: u64, of: &Package) -> Option<String> {
    package(report.finding(key.trim()).at(layer, &of.path))
}

#[test]
fn a_copy_elsewhere_keeps_the_confidence() {
    let key = key("copy");
    let package = packages::dpkg(&key);
    let report = scanned(&[
        package.layer(),
        Layer::new().file("srv/tls.pem", key.as_str()),
    ]);
    assert_eq!(report.finding(key.trim()).confidence(), "confirmed");
    assert_eq!(package_at(&report, &key, 0, &package), installed_by("dpkg"));
}

#[test]
fn an_untouched_file_may_be_copied_up() {
    let key = key("copied up");
    let package = packages::apk(&key);
    let again = Layer::new().file(&package.path, key.as_str());
    let report = scanned(&[package.layer(), again]);
    assert_eq!(report.finding(key.trim()).confidence(), "high");
    for layer in [0, 1] {
        assert_eq!(
            package_at(&report, &key, layer, &package),
            installed_by("apk")
        );
    }
}

#[test]
fn records_count_as_they_stand_in_the_layer_of_the_file() {
    let mut secrets = Secrets::new("upgrade");
    let (old, new) = (secrets.private_key(), secrets.private_key());
    let (before, after) = (packages::dpkg(&old), packages::dpkg(&new));
    let back = Layer::new().file(&before.path, old.as_str());
    let report = scanned(&[before.layer(), after.layer(), back]);
    assert_eq!(package_at(&report, &old, 0, &before), installed_by("dpkg"));
    assert_eq!(package_at(&report, &new, 1, &after), installed_by("dpkg"));
    assert_eq!(package_at(&report, &old, 2, &before), None);
    assert_eq!(report.finding(new.trim()).confidence(), "high");
    assert_eq!(report.finding(old.trim()).confidence(), "confirmed");
}

#[test]
fn records_of_later_layers_and_deleted_ones_say_nothing() {
    let key = key("gone");
    let package = packages::dpkg(&key);
    let file = Layer::new().file(&package.path, key.as_str());
    let report = scanned(&[file.clone(), package.records()]);
    assert_eq!(judged(&report, &key), ("confirmed", None));

    let removed = Layer::new().whiteout("var/lib/dpkg/info/libexample.md5sums");
    let report = scanned(&[package.records(), removed, file]);
    assert_eq!(judged(&report, &key), ("confirmed", None));
}

#[test]
fn an_assigned_password_is_told_and_not_lowered() {
    let password = Secrets::new("assigned").password();
    let config = format!("db_password = \"{password}\"\n");
    let report = scanned(&[packages::dpkg(&config).layer()]);
    let (confidence, package) = judged(&report, &password);
    assert_eq!(package, installed_by("dpkg"));
    let plain = scanned(&[Layer::new().file("etc/app.conf", config)]);
    assert_eq!(confidence, plain.finding(&password).confidence());
}

#[test]
fn a_package_of_unknown_or_private_origin_gets_no_discount() {
    let key = key("private");
    let unknown = packages::dpkg(&key);
    let status = "Package: libexample\nMaintainer: IT <it@acme.example>\nVersion: 1.2\n";
    let records = unknown.records.clone().put("var/lib/dpkg/status", status);
    let unknown = Package { records, ..unknown };
    let direct = packages::python(&key);
    let place = "usr/lib/python3/site-packages/libexample-1.2.dist-info/direct_url.json";
    let records = direct
        .records
        .clone()
        .put(place, r#"{"url":"file:///src"}"#);
    let direct = Package { records, ..direct };
    for (package, manager) in [(unknown, "dpkg"), (direct, "python")] {
        let report = scanned(&[package.layer()]);
        assert_eq!(judged(&report, &key), ("confirmed", installed_by(manager)));
        let public = &report.finding(key.trim()).places()[0].0["vendored"]["public"];
        assert_eq!(public, &json!(false));
    }
}

#[test]
fn archives_that_pass_only_once_are_recognised_too() {
    let key = key("stream");
    for (manager, install) in MANAGERS {
        let image = image_of(&[install(&key).layer(), Layer::new().file("x", "y")]);
        for archive in [
            docker::legacy(&[("app:1", &image)]),
            docker::hybrid(&[("app:1", &image)]),
        ] {
            let report = scan_stream(archive.tar()).expect(1).report();
            assert_eq!(judged(&report, &key), ("high", installed_by(manager)));
        }
    }
}

#[test]
fn directories_are_recognised_too() {
    for (manager, install) in MANAGERS {
        let (key, root) = (key(manager), tempfile::tempdir().unwrap());
        install(&key).files().write(root.path());
        let report = dir([text(root.path())]).run().expect(1).report();
        assert_eq!(judged(&report, &key), ("high", installed_by(manager)));
    }
}

#[test]
fn a_root_may_lie_below_a_directory_and_other_directories_have_no_say() {
    let (key, all) = (key("below"), tempfile::tempdir().unwrap());
    let package = packages::dpkg(&key);
    package.files().write(&all.path().join("srv/root"));
    let report = dir([text(all.path())]).run().expect(1).report();
    assert_eq!(judged(&report, &key), ("high", installed_by("dpkg")));

    let (records, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    package.records.write(records.path());
    package
        .files()
        .without("var/lib/dpkg/info/libexample.md5sums")
        .write(files.path());
    let report = dir([text(records.path()), text(files.path())]).run();
    assert_eq!(
        judged(&report.expect(1).report(), &key),
        ("confirmed", None)
    );
}

#[test]
fn a_large_file_is_read_once_more_where_that_is_possible() {
    let key = key("large");
    let content = format!("{}\n{key}", "#\n".repeat(1 << 20));
    let package = packages::dpkg(&content);
    // Another file of the path stands in front of it, and is not the one.
    let twice = Layer::new()
        .file(&package.path, "short")
        .raw(&package.layer().unterminated());
    for codec in [Codec::Gzip, Codec::Zstd] {
        let image = Image::new().packed("RUN apt-get install", &twice, codec);
        let report = scan(&layout_of(&image)).expect(1).report();
        assert_eq!(judged(&report, &key), ("high", installed_by("dpkg")));
    }
    let image = image_of(&[twice]);
    let report = scan_stream(docker::legacy(&[("app:1", &image)]).tar())
        .expect(1)
        .report();
    assert_eq!(judged(&report, &key), ("confirmed", None));

    let root = tempfile::tempdir().unwrap();
    package.files().write(root.path());
    let report = dir([text(root.path())]).run().expect(1).report();
    assert_eq!(judged(&report, &key), ("high", installed_by("dpkg")));
}

#[test]
fn a_record_that_is_not_read_is_a_note_and_only_where_something_was_found() {
    let key = key("unread");
    let rpm = Layer::new().file("var/lib/rpm/Packages", "not a database");
    let found = rpm.clone().file("etc/key.pem", key.as_str());
    let report = scanned(&[found]);
    assert_eq!(report.notes(), ["raw-only"]);
    assert_eq!(judged(&report, &key), ("confirmed", None));
    let clean = scan_with(&layout_of(&image_of(&[rpm])), [])
        .expect(0)
        .report();
    assert_eq!(clean.notes(), [""; 0]);
}

#[test]
fn a_path_that_climbs_beyond_the_root_ends_at_it() {
    let key = key("outside");
    let package = packages::python(&key);
    let record = String::from_utf8(
        package
            .records
            .get("usr/lib/python3/site-packages/libexample-1.2.dist-info/RECORD")
            .to_vec(),
    )
    .unwrap();
    let up = "../".repeat(40);
    let record = record.replace("libexample/tests/test.pem", &format!("{up}etc/key.pem"));
    let layer = Layer::new()
        .file("a/libexample-1.2.dist-info/RECORD", record)
        .file("etc/key.pem", key.as_str());
    let report = scanned(&[layer]);
    // As pip resolves it: the root has no folder above it.
    let (confidence, of) = judged(&report, &key);
    assert_eq!((confidence, of), ("confirmed", installed_by("python")));
}

#[test]
fn people_are_told_the_package() {
    let key = key("human");
    let layout = kit::cli::written(&layout_of(&image_of(&[packages::apk(&key).layer()])));
    let run = |format: &str| {
        let target = kit::cli::oci(&layout);
        let run = kit::residue(["image", "--format", format, &target]).run();
        run.expect(1).text()
    };
    assert!(run("human").contains("vendored: libexample 1.2 (apk)"));
    assert!(run("sarif").contains("vendored: libexample 1.2 (apk)"));
    assert!(run("jsonl").contains(r#""vendored":{"package":"libexample","version":"1.2""#));
}

//! What later layers do to a file is told and never hides it.

mod kit;

use kit::cli::scan;
use kit::{Entry, Image, Index, Layer, Report, Secrets};

fn scanned(layers: &[Layer]) -> Report {
    let mut image = Image::new();
    for (index, layer) in layers.iter().enumerate() {
        image = image.layer(&format!("RUN step {index}"), layer);
    }
    let run = scan(&Index::new().tagged("1", &image).layout()).expect(1);
    run.report().expect_gaps(&[]);
    run.report()
}

/// What became of the token that the lowest layer has at `path`.
fn fate<'a>(report: &'a Report, token: &str, path: &str) -> (&'a str, Option<u64>) {
    let place = report.finding(token).at(0, path);
    (place.state(), place.hidden_by())
}

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

#[test]
fn a_whiteout_deletes_a_file_and_everything_below_a_directory() {
    let mut secrets = Secrets::new("whiteout");
    let (file, below, sibling) = (secrets.github(), secrets.github(), secrets.github());
    let base = Layer::new()
        .file("a/file", file.as_str())
        .file("a/dir/deep/file", below.as_str())
        .file("a/dirt", sibling.as_str());
    let report = scanned(&[
        base,
        Layer::new().file("unrelated", ""),
        Layer::new().whiteout("a/file").whiteout("a/dir"),
    ]);
    assert_eq!(fate(&report, &file, "a/file"), ("deleted", Some(2)));
    assert_eq!(
        fate(&report, &below, "a/dir/deep/file"),
        ("deleted", Some(2))
    );
    assert_eq!(fate(&report, &sibling, "a/dirt"), ("present", None));
}

#[test]
fn both_versions_of_an_overwritten_file_are_found() {
    let mut secrets = Secrets::new("overwritten");
    let (old, new) = (secrets.github(), secrets.github());
    let report = scanned(&[
        Layer::new().file("app/.env", old.as_str()),
        Layer::new().file("app/.env", new.as_str()),
    ]);
    assert_eq!(fate(&report, &old, "app/.env"), ("overwritten", Some(1)));
    assert_eq!(report.finding(&new).at(1, "app/.env").state(), "present");
}

#[test]
fn a_copied_up_file_is_one_finding_at_two_places() {
    let token = token("copied up");
    let same = Layer::new().file("app/.env", token.as_str());
    let report = scanned(&[same.clone(), Layer::new().file("x", ""), same]);
    assert_eq!(fate(&report, &token, "app/.env"), ("overwritten", Some(2)));
    assert_eq!(report.finding(&token).at(2, "app/.env").state(), "present");
    assert_eq!(report.finding(&token).places().len(), 2);
}

#[test]
fn an_opaque_directory_deletes_what_lies_below_it_and_spares_its_own_layer() {
    for marker_first in [true, false] {
        let mut secrets = Secrets::new("opaque");
        let (old, new) = (secrets.github(), secrets.github());
        let own = Entry::file("app/new", new.as_str());
        let upper = match marker_first {
            true => Layer::new().opaque("app").entry(own),
            false => Layer::new().entry(own).opaque("app"),
        };
        let report = scanned(&[Layer::new().file("app/old", old.as_str()), upper]);
        assert_eq!(fate(&report, &old, "app/old"), ("deleted", Some(1)));
        assert_eq!(report.finding(&new).at(1, "app/new").state(), "present");
    }
}

#[test]
fn a_whiteout_spares_the_file_of_its_own_layer() {
    for marker_first in [true, false] {
        let mut secrets = Secrets::new("own layer");
        let (old, new) = (secrets.github(), secrets.github());
        let fresh = Layer::new().file("app/.env", new.as_str());
        let upper = match marker_first {
            true => Layer::new().whiteout("app/.env").raw(&fresh.unterminated()),
            false => fresh.whiteout("app/.env"),
        };
        let report = scanned(&[Layer::new().file("app/.env", old.as_str()), upper]);
        assert_ne!(fate(&report, &old, "app/.env").0, "present");
        assert_eq!(report.finding(&new).at(1, "app/.env").state(), "present");
    }
}

#[test]
fn the_first_layer_that_hides_a_file_is_the_one_named() {
    let token = token("first");
    let report = scanned(&[
        Layer::new().file("app/.env", token.as_str()),
        Layer::new().whiteout("app/.env"),
        Layer::new().file("app/.env", "nothing here"),
        Layer::new().opaque("app"),
    ]);
    let place = report.finding(&token).at(0, "app/.env");
    assert_eq!((place.state(), place.hidden_by()), ("deleted", Some(1)));
    assert_eq!(place.0["changed_by"]["instruction"], "RUN step 1");
}

#[test]
fn a_file_in_place_of_a_directory_hides_what_was_in_it() {
    let token = token("replaced");
    let report = scanned(&[
        Layer::new().file("data/dir/.env", token.as_str()),
        Layer::new().file("data/dir", "now a file"),
    ]);
    assert_ne!(fate(&report, &token, "data/dir/.env").0, "present");
}

#[test]
fn a_directory_entry_of_a_later_layer_hides_nothing() {
    let token = token("directory");
    let report = scanned(&[
        Layer::new().dir("data").file("data/.env", token.as_str()),
        Layer::new().dir("data").file("data/other", ""),
    ]);
    assert_eq!(fate(&report, &token, "data/.env"), ("present", None));
}

#[test]
fn a_path_is_the_same_path_however_it_is_spelt() {
    let token = token("spelling");
    for spelling in [
        "./app/.env",
        "/app/.env",
        "app//.env",
        "./././app/.env",
        "app/./.env",
    ] {
        let report = scanned(&[
            Layer::new().file(spelling, token.as_str()),
            Layer::new().whiteout("app/.env"),
        ]);
        let place = report.finding(&token).places()[0];
        assert_eq!(
            (place.state(), place.hidden_by()),
            ("deleted", Some(1)),
            "{spelling}"
        );
    }
}

#[test]
fn whiteouts_of_nothing_change_nothing() {
    let token = token("nothing");
    let odd = Layer::new()
        .whiteout("never/was")
        .file(".wh.", "")
        .file(".wh..wh.plnk", "")
        .file("app/.wh.", "");
    let report = scanned(&[odd.clone().file("app/.env", token.as_str()), odd]);
    assert_eq!(fate(&report, &token, "app/.env"), ("present", None));
}

#[test]
fn text_inside_a_whiteout_marker_is_found() {
    let token = token("marker");
    let report = scanned(&[Layer::new().file("app/.wh.gone", token.as_str())]);
    assert!(report.has(&token));
}

#[test]
fn an_opaque_root_deletes_every_layer_below() {
    let token = token("root");
    let report = scanned(&[
        Layer::new().file("deep/down/.env", token.as_str()),
        Layer::new().file(".wh..wh..opq", ""),
    ]);
    assert_eq!(
        fate(&report, &token, "deep/down/.env"),
        ("deleted", Some(1))
    );
}

#[test]
fn a_layer_is_named_by_digest_diff_id_and_instruction() {
    let token = token("named");
    let image = Image::new()
        .instruction("ENV A=b")
        .layer("COPY one /", &Layer::new().file("one", "1"))
        .instruction("WORKDIR /")
        .layer("COPY two /", &Layer::new().file("two", token.as_str()));
    let layer = image.layers[1].clone();
    let report = scan(&Index::new().tagged("1", &image).layout())
        .expect(1)
        .report();
    let place = report.finding(&token).at(1, "two");
    assert_eq!(place.instruction(), "COPY two /");
    assert_eq!(place.0["layer"]["digest"], layer.blob.digest());
    assert_eq!(place.0["layer"]["diff_id"], kit::image::digest(&layer.tar));
}

#[test]
fn a_history_that_does_not_fit_leaves_the_instruction_unknown() {
    let token = token("no history");
    let layer = Layer::new().file("one", token.as_str());
    let without = Image::new().layer("COPY", &layer).without_history();
    let long = Image::new()
        .layer("COPY", &layer)
        .history_entry(serde_json::json!({"created_by": "one too many"}));
    for image in [without, long] {
        let report = scan(&Index::new().tagged("1", &image).layout())
            .expect(1)
            .report();
        let place = report.finding(&token).at(0, "one");
        assert!(place.0["layer"]["instruction"].is_null());
    }
}

#[test]
fn names_links_and_extended_attributes_are_searched() {
    let mut secrets = Secrets::new("metadata");
    let tokens: Vec<_> = (0..6).map(|_| secrets.github()).collect();
    let layer = Layer::new()
        .file(&format!("backup/{}.txt", tokens[0]), "")
        .symlink("link", &format!("https/{}/x", tokens[1]))
        .hardlink("hard", &tokens[2])
        .entry(Entry::file("attributes", "").xattr("user.token", tokens[3].as_str()))
        .entry(Entry::file("comment", "").pax("comment", tokens[4].as_str()))
        .entry(Entry::file("owner", "").pax("uname", tokens[5].as_str()));
    let report = scanned(&[layer]);
    for token in &tokens {
        report.finding(token).in_the("metadata");
    }
}

#[test]
fn every_entry_of_a_path_that_stands_twice_is_searched() {
    let mut secrets = Secrets::new("twice");
    let (first, second) = (secrets.github(), secrets.github());
    let layer = Layer::new()
        .file("app/.env", first.as_str())
        .file("app/.env", second.as_str());
    let report = scanned(&[layer]);
    assert!(report.has(&first) && report.has(&second));
    assert_eq!(report.finding(&second).at(0, "app/.env").state(), "present");
}

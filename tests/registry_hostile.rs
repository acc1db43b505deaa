//! Registries that misbehave: what breaks is taken up again or told, and what was found before stays.

mod kit;

use kit::cli::image;
use kit::fake::{Answer, Request};
use kit::parcel::{Parcel, expect_secret, scan};
use kit::{Layer, Secrets};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_broken_blob_is_taken_up_where_it_broke() {
    let parcel = Parcel::new("resume");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let registry = parcel.serve(move |request| {
        let breaks = request.is_for(&layer) && request.before == 0;
        breaks.then(|| Answer {
            cut: Some(70_000),
            ..Answer::ok(bytes.clone())
        })
    });
    expect_secret(scan(&registry, &[]), &parcel.secret).expect_gaps(&[]);
    let ranges = registry.asked();
    let ranges: Vec<_> = ranges
        .iter()
        .filter_map(|request| request.headers.get("range"))
        .collect();
    assert_eq!(ranges, ["bytes=70000-"]);
}

#[test]
fn a_registry_without_ranges_is_read_again_from_the_start() {
    let parcel = Parcel::new("no ranges");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let registry = parcel.serve(move |request| {
        request.is_for(&layer).then(|| Answer {
            cut: (request.before == 0).then_some(70_000),
            ..Answer::ok(bytes.clone())
        })
    });
    expect_secret(scan(&registry, &[]), &parcel.secret).expect_gaps(&[]);
}

#[test]
fn a_blob_that_falls_silent_in_the_middle_is_taken_up_there() {
    let parcel = Parcel::new("silence");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let registry = parcel.serve(move |request| {
        let breaks = request.is_for(&layer) && request.before == 0;
        breaks.then(|| Answer {
            cut: Some(70_000),
            silence: Duration::from_secs(20),
            ..Answer::ok(bytes.clone())
        })
    });
    let run = scan(&registry, &["--registry-timeout", "1s"]);
    expect_secret(run, &parcel.secret).expect_gaps(&[]);
}

#[test]
fn a_manifest_that_breaks_is_asked_for_again() {
    let parcel = Parcel::new("manifest");
    let layout = parcel.layout.clone();
    let registry = parcel.serve(move |request| {
        let is_first = request.path.contains("/manifests/") && request.before == 0;
        let name = request.path.rsplit('/').next()?;
        let path = format!("blobs/{}", name.replacen(':', "/", 1));
        let known = layout.entries.iter().any(|entry| entry.0 == path);
        let body = if known {
            layout.get(&path)
        } else {
            &b"{\"cut\":"[..]
        };
        is_first.then(|| Answer {
            cut: Some(5),
            ..Answer::ok(body)
        })
    });
    expect_secret(scan(&registry, &[]), &parcel.secret).expect_gaps(&[]);
}

#[test]
fn a_length_that_is_not_the_named_one_is_a_gap() {
    let parcel = Parcel::new("length");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    for length in [bytes.len() + 10, bytes.len() - 10] {
        let (layer, mut bytes) = (layer.clone(), bytes.clone());
        bytes.resize(length, 0);
        let registry = parcel.serve(move |request| {
            let is_layer = request.is_for(&layer);
            is_layer.then(|| Answer::ok(bytes.clone()))
        });
        let report = scan(&registry, &[]).incomplete();
        assert!(report.gaps().contains(&"mismatch"), "{:?}", report.gaps());
    }
}

#[test]
fn a_blob_that_always_breaks_is_a_gap() {
    let parcel = Parcel::new("always");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let registry = parcel.serve(move |request| {
        request.is_for(&layer).then(|| Answer {
            cut: Some(10),
            ..Answer::ok(bytes.clone())
        })
    });
    let report = scan(&registry, &[]).incomplete();
    assert!(!report.has(&parcel.secret));
}

#[test]
fn content_that_is_not_what_was_named_is_a_gap_and_searched_all_the_same() {
    let parcel = Parcel::new("swapped");
    let other = Secrets::new("swapped in").npm();
    let layer = parcel.layer.clone();
    let tar = Layer::new()
        .file("x", format!("_authToken={other}\n"))
        .tar();
    let registry =
        parcel.serve(move |request| request.is_for(&layer).then(|| Answer::ok(tar.clone())));
    let report = scan(&registry, &[]).incomplete();
    assert!(
        report.gaps().contains(&"mismatch"),
        "{:#}",
        report.0["coverage"]
    );
    assert!(report.has(&other));
}

#[test]
fn a_registry_may_ask_for_a_little_time_and_not_for_much() {
    let parcel = Parcel::new("patience");
    let wait = |status: u16, time: &'static str| {
        parcel.serve(move |request| {
            let answer = Answer::status(status).header("Retry-After", time);
            (request.before == 0 && request.path.contains("/manifests/1")).then_some(answer)
        })
    };
    for status in [408, 429, 503] {
        for time in ["1", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            let run = scan(&wait(status, time), &[]);
            expect_secret(run, &parcel.secret).expect_gaps(&[]);
        }
    }
    for (status, word) in [
        (429, "try again in 3600 s"),
        (503, "asks to come back in 3600 s"),
    ] {
        let run = scan(&wait(status, "3600"), &[]).expect(3);
        run.report().expect_gaps(&["target"]);
        assert!(run.text().contains(word), "{}", run.text());
    }
}

#[test]
fn redirects_in_circles_come_to_an_end() {
    let parcel = Parcel::new("circles");
    let layer = parcel.layer.clone();
    let registry = parcel.serve(move |request| {
        let back = Answer::status(302).header("Location", &request.path);
        request.is_for(&layer).then_some(back)
    });
    let report = scan(&registry, &[]).incomplete();
    assert!(
        report.0["coverage"]
            .to_string()
            .contains("redirects without end")
    );
}

#[test]
fn what_never_ends_or_hardly_moves_is_given_up() {
    let parcel = Parcel::new("endless");
    let endless = parcel.serve(|request| {
        request.path.contains("/manifests/1").then(|| Answer {
            endless: true,
            ..Answer::ok(vec![b' '; 1 << 16])
        })
    });
    let report = scan(&endless, &[]).expect(3).report();
    report.expect_gaps(&["target"]);

    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let slow = parcel.serve(move |request| {
        request.is_for(&layer).then(|| Answer {
            drip: Some(Duration::from_millis(300)),
            ..Answer::ok(bytes.clone())
        })
    });
    let begin = Instant::now();
    let report = scan(&slow, &["--registry-timeout", "1s"]).incomplete();
    assert!(
        report.0["coverage"]
            .to_string()
            .contains("--registry-timeout")
    );
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_registry_that_keeps_silent_does_not_outlast_the_time_of_the_scan() {
    let parcel = Parcel::new("timeout");
    let silent = parcel.serve(|_| {
        std::thread::sleep(Duration::from_secs(40));
        None
    });
    let begin = Instant::now();
    let report = scan(&silent, &["--timeout", "2s"]).incomplete();
    assert!(begin.elapsed() < Duration::from_secs(20));
    assert!(report.0["coverage"].to_string().contains("raise --timeout"));
}

#[test]
fn a_web_page_is_no_registry() {
    let parcel = Parcel::new("page");
    let registry = parcel.serve(|_| Some(Answer::ok("<html>Welcome</html>")));
    let run = scan(&registry, &[]).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("does not answer like a registry"));
    let not_found = |_: &Request| {
        let page = Answer {
            body: b"<html>Not found</html>".to_vec(),
            ..Answer::status(404)
        };
        Some(page.header("Content-Type", "text/html; charset=utf-8"))
    };
    let run = scan(&parcel.serve(not_found), &[]).expect(3);
    assert!(run.text().contains("is this the address of a registry?"));
}

/// A manifest of the parcel that says of its layer that registries need not hold it.
fn with_foreign_layer(parcel: &Parcel, request: &Request) -> Option<Answer> {
    let digest = parcel.layout.get("index.json");
    let index: Value = serde_json::from_slice(digest).ok()?;
    let digest = index["manifests"][0]["digest"].as_str()?;
    let manifest = parcel
        .layout
        .get(&format!("blobs/{}", digest.replacen(':', "/", 1)));
    let mut manifest: Value = serde_json::from_slice(manifest).ok()?;
    let layer = &mut manifest["layers"][0];
    layer["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar".into();
    layer["urls"] = json!(["http://10.0.0.1/layer"]);
    let is_manifest = request.path.ends_with("/manifests/1");
    is_manifest.then(|| Answer::ok(manifest.to_string()))
}

#[test]
fn a_foreign_layer_is_read_where_the_registry_has_it_and_else_is_a_note() {
    let parcel = Arc::new(Parcel::new("foreign"));
    let served = Arc::clone(&parcel);
    let holds = parcel.serve(move |request| with_foreign_layer(&served, request));
    expect_secret(scan(&holds, &[]), &parcel.secret).expect_gaps(&[]);

    let served = Arc::clone(&parcel);
    let lacks = parcel.serve(move |request| match request.is_for(&served.layer) {
        true => Some(Answer::status(404)),
        false => with_foreign_layer(&served, request),
    });
    let report = scan(&lacks, &[]).expect(0).report();
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), ["foreign-layer"]);
}

#[test]
fn the_other_images_of_a_run_are_scanned_when_one_cannot_be_had() {
    let parcel = Parcel::new("others");
    let registry = parcel.serve(|_| None);
    let (there, gone) = (registry.target("app:1"), registry.target("app:none"));
    let report = image([gone.as_str(), there.as_str()])
        .run()
        .expect(1)
        .report();
    report.expect_gaps(&["target"]);
    assert!(report.has(&parcel.secret));
}

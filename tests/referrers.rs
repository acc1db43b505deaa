//! What refers to an image in a registry is read with it, however the registry tells of it; and what it
//! does not tell is a gap.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that cannot be made is a failed test"
)]

mod kit;

use kit::fake::{Answer, Fake, Request};
use kit::image::digest;
use kit::parcel::{Parcel, expect_secret, scan};
use kit::{Bundle, Image, Index, Layer, Secrets};
use serde_json::json;

/// Something that refers to an image: its manifest, and the one blob of it, which leaks.
#[derive(Clone)]
struct Statement {
    secret: String,
    manifest: String,
    body: String,
}

impl Statement {
    fn new(secret: String) -> Self {
        let body = json!({ "predicateType": "x", "predicate": { "env": secret } }).to_string();
        let layer = json!({
            "mediaType": "application/vnd.in-toto+json",
            "digest": digest(body.as_bytes()),
            "size": body.len(),
        });
        let config = json!({
            "mediaType": "application/vnd.oci.empty.v1+json",
            "digest": digest(b"{}"), "size": 2, "data": "e30=",
        });
        let manifest = json!({ "schemaVersion": 2, "config": config, "layers": [layer] });
        Self {
            secret,
            manifest: manifest.to_string(),
            body,
        }
    }

    /// A list that names it.
    fn listed(&self) -> Answer {
        let entry = json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest(self.manifest.as_bytes()), "size": self.manifest.len(),
        });
        Answer::ok(json!({ "schemaVersion": 2, "manifests": [entry] }).to_string())
    }

    /// Its manifest and blob, if they are asked for.
    fn answer(&self, request: &Request) -> Option<Answer> {
        let is_for = |content: &str| request.path.ends_with(&digest(content.as_bytes()));
        if is_for(&self.manifest) && request.path.contains("/manifests/") {
            return Some(Answer::ok(self.manifest.as_str()));
        }
        is_for(&self.body).then(|| Answer::ok(self.body.as_str()))
    }
}

fn three(seed: &str) -> [Statement; 3] {
    let mut secrets = Secrets::new(seed);
    [(); 3].map(|()| Statement::new(secrets.github()))
}

#[test]
fn what_is_listed_page_by_page_and_what_is_tagged_by_cosign_is_scanned() {
    let parcel = Parcel::new("referrers");
    let all = three("attested");
    let served = all.clone();
    let registry = parcel.serve(move |request| {
        let [first, second, tagged] = &served;
        let path = &request.path;
        match () {
            () if path.contains("/referrers/") && path.contains("?page=2") => Some(second.listed()),
            () if path.contains("/referrers/") => {
                let next = format!("<{path}?page=2>; rel=\"next\"");
                Some(first.listed().header("Link", &next))
            }
            () if path.ends_with(".att") => Some(Answer::ok(tagged.manifest.as_str())),
            () => served.iter().find_map(|one| one.answer(request)),
        }
    });
    let report = expect_secret(scan(&registry, &[]), &parcel.secret);
    report.expect_gaps(&[]);
    for Statement { secret, .. } in &all {
        assert_eq!(report.finding(secret).places()[0].kind(), "attestation");
    }
}

/// Images for two platforms, as `app:1`, and the digests of their manifests.
fn platforms() -> (Bundle, [String; 2]) {
    let image = |architecture: &str| {
        let layer = Layer::new().file("architecture", architecture);
        Image::new()
            .set("architecture", architecture)
            .layer("COPY . /", &layer)
    };
    let images = ["amd64", "arm64"].map(image);
    let digests = images.each_ref().map(|image| image.manifest().digest());
    let inner = images.iter().fold(Index::new(), Index::image);
    (Index::new().nested("1", &inner).layout(), digests)
}

#[test]
fn what_is_tagged_by_cosign_for_one_platform_is_scanned() {
    let (layout, [_, arm]) = platforms();
    let end = format!("{}.sbom", arm.replace(':', "-"));
    // Some registries answer no question for the headers.
    for status in [404, 405] {
        let [one, ..] = three("of a platform");
        let (served, end) = (one.clone(), end.clone());
        let registry = Fake::serving(&layout, move |request| {
            if request.path.ends_with(&end) {
                return Some(match request.method == "HEAD" && status == 405 {
                    true => Answer::status(status),
                    false => Answer::ok(served.manifest.as_str()),
                });
            }
            let is_tag = request.path.contains("/manifests/sha256-");
            let absent = is_tag.then(|| {
                Answer::status(if request.method == "HEAD" {
                    status
                } else {
                    404
                })
            });
            absent.or_else(|| served.answer(request))
        });
        let report = expect_secret(scan(&registry, &[]), &one.secret);
        report.expect_gaps(&[]);
        let place = report.finding(&one.secret).places()[0];
        assert_eq!(place.kind(), "attestation");
        assert_eq!(place.0["platform"], "linux/arm64");
        let asked = registry.asked().into_iter();
        let fetched = asked.filter(|request| {
            request.path.contains("/manifests/sha256-")
                && request.path.contains('.')
                && request.method == "GET"
        });
        // What is not there is not fetched, where the headers tell.
        assert_eq!(fetched.count(), if status == 404 { 1 } else { 9 });
    }
}

#[test]
fn a_registry_that_lists_nothing_keeps_them_under_a_tag() {
    for status in [400, 404, 405, 501] {
        let parcel = Parcel::new("fallback");
        let [one, ..] = three("fallen back");
        let served = one.clone();
        let registry = parcel.serve(move |request| {
            if request.path.contains("/referrers/") {
                return Some(Answer::status(status));
            }
            let is_tag = request.path.contains("/manifests/sha256-");
            if is_tag && !request.path.contains('.') {
                return Some(served.listed());
            }
            served.answer(request)
        });
        let report = expect_secret(scan(&registry, &[]), &parcel.secret);
        report.expect_gaps(&[]);
        assert!(report.has(&one.secret), "{status}");
    }
}

#[test]
fn a_list_that_cannot_be_had_is_a_gap_and_costs_nothing_else() {
    for (answer, word) in [
        (Answer::status(403), "refuses access"),
        (Answer::ok("<html>"), "does not answer like a registry"),
        (
            Answer::ok(r#"{"manifests":1}"#),
            "does not answer like a registry",
        ),
    ] {
        let parcel = Parcel::new("unlisted");
        let registry = parcel.serve(move |request| {
            let is_list = request.path.contains("/referrers/");
            is_list.then(|| answer.clone())
        });
        let report = expect_secret(scan(&registry, &[]), &parcel.secret);
        report.expect_gaps(&["unreadable"]);
        let told = report.0["coverage"].to_string();
        assert!(told.contains(word), "{told}");
    }
}

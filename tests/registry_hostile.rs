//! Registries that misbehave: what breaks is taken up again or told, what was found before stays, and
//! no password reaches anybody that it was not meant for.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, layout_of};
use kit::registry::{Answer, Fake, Request};
use kit::{Bundle, Image, Layer, Report, Run, Secrets};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

/// An image with a layer of some size, its one secret at the end, and the path of that layer.
struct Target {
    secret: String,
    layout: Bundle,
    layer: String,
}

impl Target {
    fn new(seed: &str) -> Self {
        let secret = Secrets::new(seed).github();
        // Noise does not compress, so that the layer has many bytes to break in.
        let mut noise = Sha256::digest(seed).to_vec();
        while noise.len() < 200_000 {
            let more = Sha256::digest(&noise[noise.len() - 32..]);
            noise.extend_from_slice(&more);
        }
        let layer = Layer::new()
            .file("noise", noise)
            .file("etc/token", format!("token={secret}\n"));
        let image = Image::new().layer("COPY . /", &layer);
        let digest = image.layers[0].blob.digest();
        Self {
            secret,
            layout: layout_of(&image),
            layer: format!("/blobs/{digest}"),
        }
    }

    fn serve(&self, mood: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static) -> Fake {
        Fake::serving(&self.layout, mood)
    }

    fn bytes(&self) -> Vec<u8> {
        let path = self.layer.replacen(':', "/", 1);
        self.layout.get(&path[1..]).to_vec()
    }
}

fn scan(registry: &Fake, flags: &[&str]) -> Run {
    let target = registry.target("app:1");
    image([target.as_str()].into_iter().chain(flags.iter().copied())).run()
}

#[track_caller]
fn expect_secret(run: Run, secret: &str) -> Report {
    let report = run.expect(1).report();
    assert!(report.has(secret), "{:#}", report.0);
    report
}

#[test]
fn a_broken_blob_is_taken_up_where_it_broke() {
    let target = Target::new("resume");
    let (layer, bytes) = (target.layer.clone(), target.bytes());
    let registry = target.serve(move |request| {
        let breaks = request.is_for(&layer) && request.before == 0;
        breaks.then(|| Answer {
            cut: Some(70_000),
            ..Answer::ok(bytes.clone())
        })
    });
    expect_secret(scan(&registry, &[]), &target.secret).expect_gaps(&[]);
    let ranges = registry.asked();
    let ranges: Vec<_> = ranges
        .iter()
        .filter_map(|request| request.headers.get("range"))
        .collect();
    assert_eq!(ranges, ["bytes=70000-"]);
}

#[test]
fn a_registry_without_ranges_is_read_again_from_the_start() {
    let target = Target::new("no ranges");
    let (layer, bytes) = (target.layer.clone(), target.bytes());
    let registry = target.serve(move |request| {
        request.is_for(&layer).then(|| Answer {
            cut: (request.before == 0).then_some(70_000),
            ..Answer::ok(bytes.clone())
        })
    });
    expect_secret(scan(&registry, &[]), &target.secret).expect_gaps(&[]);
}

#[test]
fn a_blob_that_always_breaks_is_a_gap() {
    let target = Target::new("always");
    let (layer, bytes) = (target.layer.clone(), target.bytes());
    let registry = target.serve(move |request| {
        request.is_for(&layer).then(|| Answer {
            cut: Some(10),
            ..Answer::ok(bytes.clone())
        })
    });
    let report = scan(&registry, &[]).incomplete();
    assert!(!report.has(&target.secret));
}

#[test]
fn content_that_is_not_what_was_named_is_a_gap_and_searched_all_the_same() {
    let target = Target::new("swapped");
    let other = Secrets::new("swapped in").npm();
    let layer = target.layer.clone();
    let tar = Layer::new()
        .file("x", format!("_authToken={other}\n"))
        .tar();
    let registry =
        target.serve(move |request| request.is_for(&layer).then(|| Answer::ok(tar.clone())));
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
    let target = Target::new("patience");
    let wait = |seconds: &'static str| {
        target.serve(move |request| {
            let answer = Answer::status(429).header("Retry-After", seconds);
            (request.before == 0 && request.path.contains("/manifests/1")).then_some(answer)
        })
    };
    expect_secret(scan(&wait("1"), &[]), &target.secret).expect_gaps(&[]);
    let run = scan(&wait("3600"), &[]).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("try again in 3600 s"));
}

/// What a registry says to somebody without a token, whose server is itself.
fn challenge(request: &Request) -> Answer {
    let host = &request.headers["host"];
    let header = format!("Bearer realm=\"http://{host}/token\",service=\"test\"");
    Answer::status(401).header("WWW-Authenticate", &header)
}

#[test]
fn a_token_that_runs_out_in_the_middle_is_renewed() {
    let target = Target::new("token");
    let (layer, bytes) = (target.layer.clone(), target.bytes());
    let registry = target.serve(move |request| {
        if request.path.starts_with("/token") {
            assert!(
                request.path.contains("scope=repository%3Aapp%3Apull"),
                "{}",
                request.path
            );
            return Some(Answer::ok(
                json!({ "token": format!("t{}", request.before) }).to_string(),
            ));
        }
        let is_layer = request.is_for(&layer);
        // The first token is good for everything but the rest of the layer.
        let good = match is_layer && request.headers.contains_key("range") {
            true => "Bearer t1",
            false => "Bearer t",
        };
        match request.authorization() {
            Some(token) if token.starts_with(good) => {
                (is_layer && request.before == 0).then(|| Answer {
                    cut: Some(70_000),
                    ..Answer::ok(bytes.clone())
                })
            }
            _ if request.path == "/v2/" => None,
            _ => Some(challenge(request)),
        }
    });
    expect_secret(scan(&registry, &[]), &target.secret).expect_gaps(&[]);
    let tokens = registry
        .asked()
        .iter()
        .filter(|asked| asked.path.starts_with("/token"))
        .count();
    assert_eq!(tokens, 2);
}

#[test]
fn no_credentials_go_along_with_a_redirect() {
    let target = Target::new("redirect");
    let store = target.serve(|_| None);
    let (layer, to) = (target.layer.clone(), store.host.clone());
    let registry = target.serve(move |request| {
        if request.authorization().is_none() && request.path != "/v2/" {
            return Some(Answer::status(401).header("WWW-Authenticate", "Basic realm=\"x\""));
        }
        let location = format!("http://{to}{}", request.path);
        request
            .is_for(&layer)
            .then(|| Answer::status(307).header("Location", &location))
    });
    let name = registry.target("app:1");
    let run = image([name.as_str(), "--username", "me", "--password-stdin"])
        .stdin("pass")
        .run();
    expect_secret(run, &target.secret).expect_gaps(&[]);
    assert!(
        registry
            .asked()
            .iter()
            .any(|asked| asked.authorization().is_some())
    );
    let there = store.asked();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].authorization(), None);
}

#[test]
fn a_token_server_without_tls_is_not_asked() {
    let target = Target::new("realm");
    let registry = target.serve(|request| {
        let realm = "Bearer realm=\"http://169.254.169.254/latest/meta-data\"";
        let answer = Answer::status(401).header("WWW-Authenticate", realm);
        (request.path != "/v2/").then_some(answer)
    });
    let run = scan(&registry, &[]).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(
        run.text().contains("not to be had over https"),
        "{}",
        run.text()
    );
}

#[test]
fn redirects_in_circles_come_to_an_end() {
    let target = Target::new("circles");
    let layer = target.layer.clone();
    let registry = target.serve(move |request| {
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
    let target = Target::new("endless");
    let endless = target.serve(|request| {
        request.path.contains("/manifests/1").then(|| Answer {
            endless: true,
            ..Answer::ok(vec![b' '; 1 << 16])
        })
    });
    let report = scan(&endless, &[]).expect(3).report();
    report.expect_gaps(&["target"]);

    let (layer, bytes) = (target.layer.clone(), target.bytes());
    let slow = target.serve(move |request| {
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
fn a_web_page_is_no_registry() {
    let target = Target::new("page");
    let registry = target.serve(|_| Some(Answer::ok("<html>Welcome</html>")));
    let run = scan(&registry, &[]).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("does not answer like a registry"));
}

#[test]
fn the_other_images_of_a_run_are_scanned_when_one_cannot_be_had() {
    let target = Target::new("others");
    let registry = target.serve(|_| None);
    let (there, gone) = (registry.target("app:1"), registry.target("app:none"));
    let report = image([gone.as_str(), there.as_str()])
        .run()
        .expect(1)
        .report();
    report.expect_gaps(&["target"]);
    assert!(report.has(&target.secret));
}

#[test]
fn what_refers_to_an_image_is_scanned_with_it() {
    let target = Target::new("referrers");
    let mut secrets = Secrets::new("attested");
    let (listed, tagged) = (secrets.github(), secrets.npm());
    let statement = |secret: &str| {
        let body = json!({ "predicateType": "x", "predicate": { "env": secret } }).to_string();
        let layer = json!({
            "mediaType": "application/vnd.in-toto+json",
            "digest": kit::image::digest(body.as_bytes()),
            "size": body.len(),
        });
        let config = json!({
            "mediaType": "application/vnd.oci.empty.v1+json",
            "digest": kit::image::digest(b"{}"), "size": 2, "data": "e30=",
        });
        let manifest =
            json!({ "schemaVersion": 2, "config": config, "layers": [layer] }).to_string();
        (manifest, body)
    };
    let (first, second) = (statement(&listed), statement(&tagged));
    let registry = target.serve(move |request| {
        let path = &request.path;
        for (manifest, body) in [&first, &second] {
            let digest = kit::image::digest(manifest.as_bytes());
            if path.ends_with(&digest) && path.contains("/manifests/") {
                return Some(Answer::ok(manifest.as_bytes()));
            }
            if path.ends_with(&kit::image::digest(body.as_bytes())) {
                return Some(Answer::ok(body.as_bytes()));
            }
        }
        if path.contains("/referrers/") {
            let digest = kit::image::digest(first.0.as_bytes());
            let entry = json!({ "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": digest, "size": first.0.len() });
            return Some(Answer::ok(
                json!({ "schemaVersion": 2, "manifests": [entry] }).to_string(),
            ));
        }
        path.ends_with(".att")
            .then(|| Answer::ok(second.0.as_bytes()))
    });
    let report = expect_secret(scan(&registry, &[]), &target.secret);
    report.expect_gaps(&[]);
    for secret in [&listed, &tagged] {
        assert_eq!(report.finding(secret).places()[0].kind(), "attestation");
    }
}

//! One secret is one finding wherever it stands, and what several images share is read once.

mod kit;

use kit::cli::{image, layout_of, oci, scan, scan_with, text, written};
use kit::{Image, Index, Layer, Secrets};

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

fn holding(token: &str, architecture: &str) -> Image {
    Image::new()
        .set("architecture", architecture)
        .layer("COPY . /", &Layer::new().file("token", token))
}

#[test]
fn a_secret_in_two_platforms_is_one_finding() {
    let token = token("platforms");
    let other = Layer::new().file("elsewhere/token", token.as_str());
    let arm = Image::new()
        .set("architecture", "arm64")
        .layer("COPY . /", &other);
    let index = Index::new().image(&holding(&token, "amd64")).image(&arm);
    let report = scan(&index.layout()).expect(1).report();
    let mut platforms: Vec<_> = report
        .finding(&token)
        .places()
        .iter()
        .map(|place| place.0["platform"].as_str().unwrap().to_owned())
        .collect();
    platforms.sort();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
}

#[test]
fn a_layer_that_images_share_is_read_once_and_named_in_each() {
    let token = token("shared layer");
    let index = Index::new()
        .image(&holding(&token, "amd64"))
        .image(&holding(&token, "arm64"));
    let report = scan(&index.layout()).expect(1).report();
    assert_eq!((report.counted("images"), report.counted("layers")), (2, 1));
    assert_eq!(report.counted("files"), 1);
    assert_eq!(report.finding(&token).places().len(), 2);
}

#[test]
fn a_layer_that_targets_share_is_read_once_and_named_for_each() {
    let token = token("shared blob");
    let one = holding(&token, "amd64");
    let two = one
        .clone()
        .layer("RUN rm /token", &Layer::new().whiteout("token"));
    let (one, two) = (written(&layout_of(&one)), written(&layout_of(&two)));
    let report = image([oci(&one).as_str(), oci(&two).as_str()])
        .run()
        .expect(1)
        .report();
    assert_eq!((report.counted("images"), report.counted("layers")), (2, 2));
    let places = report.finding(&token).places();
    let mut fates: Vec<_> = places
        .iter()
        .map(|place| {
            (
                place.0["target"]
                    .as_str()
                    .unwrap()
                    .contains(text(two.path())),
                place.state(),
            )
        })
        .collect();
    fates.sort_unstable();
    assert_eq!(fates, [(false, "present"), (true, "deleted")]);
}

#[test]
fn a_secret_in_config_history_and_layer_is_one_finding_with_three_places() {
    let token = token("everywhere");
    let image = holding(&token, "amd64")
        .runtime("Env", vec![format!("GITHUB_TOKEN={token}")])
        .instruction(&format!("ENV GITHUB_TOKEN={token}"));
    let report = scan(&layout_of(&image)).expect(1).report();
    let finding = report.finding(&token);
    let mut kinds: Vec<_> = finding
        .places()
        .iter()
        .map(kit::report::Place::kind)
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["config", "file", "history"]);
}

#[test]
fn a_private_key_is_the_same_key_in_every_spelling() {
    let key = Secrets::new("spellings").private_key();
    let layer = Layer::new()
        .file("key.pem", key.as_str())
        .file(
            "key.json",
            format!("{{\"private_key\": \"{}\"}}", key.replace('\n', "\\n")),
        )
        .file(
            "key.yaml",
            format!("key: |\n  {}\n", key.trim().replace('\n', "\n  ")),
        );
    let report = scan(&layout_of(&Image::new().layer("COPY . /", &layer)))
        .expect(1)
        .report();
    let keys: Vec<_> = report
        .findings()
        .into_iter()
        .filter(|f| f.plain().contains("PRIVATE KEY"))
        .collect();
    assert_eq!(keys.len(), 1, "{:#}", report.0);
    assert_eq!(keys[0].places().len(), 3);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let mut secrets = Secrets::new("same");
    let mut image = Image::new();
    for number in 0..20 {
        let mut layer = Layer::new();
        for file in 0..20 {
            layer = layer.file(&format!("{file}"), secrets.github());
        }
        image = image.layer(&format!("RUN {number}"), &layer);
    }
    let dir = written(&layout_of(&image));
    let run = |threads: &str| {
        kit::cli::image(["--threads", threads, &oci(&dir)])
            .run()
            .expect(1)
            .stdout
    };
    let first = run("1");
    for threads in ["1", "2", "7"] {
        assert!(
            run(threads) == first,
            "{threads} threads tell another story"
        );
    }
}

#[test]
fn a_fingerprint_is_stable_and_depends_on_the_key() {
    let token = token("fingerprint");
    let layout = layout_of(&holding(&token, "amd64"));
    let moved =
        layout_of(&Image::new().layer("COPY", &Layer::new().file("b", format!("\n\n {token}"))));
    let id = |run: kit::Run| run.expect(1).report().finding(&token).0["fingerprint"].to_string();
    let public = id(scan(&layout));
    assert_eq!(id(scan(&moved)), public);
    assert_eq!(id(scan_with(&moved, ["--threads", "1"])), public);

    let dir = written(&layout);
    let key = dir.path().join("key");
    std::fs::write(&key, Secrets::new("key").bytes(32)).unwrap();
    let own = image([oci(&dir).as_str()])
        .env("RESIDUE_KEY_FILE", text(&key))
        .run();
    assert_ne!(own.report().0["key_id"], scan(&layout).report().0["key_id"]);
    assert_ne!(id(own), public);
}

//! How an image stands to others: what it has from its base, and what is new since an older one.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, layout_of, oci, residue, text, written};
use kit::fake::Fake;
use kit::report::Finding;
use kit::{Codec, Image, Index, Layer, Report, Secrets};
use serde_json::Value;
use tempfile::TempDir;

fn layer(path: &str, secret: &str) -> Layer {
    Layer::new().file(path, secret)
}

/// A base image, an image that is built on it, and their secrets: one of the base's layer, one of its
/// environment, one of the image's own layer.
struct Pair {
    secrets: [String; 3],
    base: Image,
    app: Image,
}

impl Pair {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        let all = [secrets.github(), secrets.npm(), secrets.stripe()];
        let env = format!("NPM_TOKEN={}", all[1]);
        let base = Image::new()
            .layer("ADD base /", &layer("etc/base", &all[0]))
            .runtime("Env", vec!["PATH=/bin".to_owned(), env]);
        let app = base.clone().layer("COPY app /", &layer("app/key", &all[2]));
        Self {
            secrets: all,
            base,
            app,
        }
    }

    /// The app and the base, each in a layout of its own.
    fn written(&self) -> [TempDir; 2] {
        [&self.app, &self.base].map(|image| written(&layout_of(image)))
    }
}

/// The base images of a finding's places.
fn inherited<'a>(finding: &Finding<'a>) -> Vec<Option<&'a str>> {
    let places = finding.0["occurrences"].as_array().unwrap().iter();
    places.map(|place| place["inherited"].as_str()).collect()
}

#[test]
fn what_comes_from_the_base_is_told_and_gated_apart() {
    let pair = Pair::new("base");
    let [app, base] = pair.written();
    let (app, base) = (oci(&app), oci(&base));
    let report = image([&*app, "--base", &base]).run().expect(1).report();
    report.expect_gaps(&[]);
    let told = |secret: &str| inherited(&report.finding(secret));
    assert_eq!(told(&pair.secrets[0]), [Some(&*base)]);
    assert_eq!(told(&pair.secrets[1]), [Some(&*base)]);
    assert_eq!(told(&pair.secrets[2]), [None]);
    // The base is not one of the images that were scanned.
    assert_eq!(report.counted("images"), 1);
    assert_eq!(report.0["targets"].as_array().unwrap().len(), 1);

    let run = |flags: &[&str]| {
        image(
            [&*app, "--base", &base]
                .into_iter()
                .chain(flags.iter().copied()),
        )
        .run()
    };
    run(&["--fail-on-inherited", "never"]).expect(1);
    run(&["--fail-on", "never"]).expect(0);
    run(&["--fail-on", "never", "--fail-on-inherited", "low"]).expect(1);
    // An image of the base's layers alone is all inherited.
    let same = image([&*base, "--base", &base, "--fail-on-inherited", "never"])
        .run()
        .expect(0)
        .report();
    assert!(same.has(&pair.secrets[0]), "never hidden");

    let human = residue(["image", &*app, "--base", &base])
        .run()
        .expect(1)
        .text();
    assert!(human.contains(&format!("inherited from {base}")), "{human}");
    assert!(human.contains("2 inherited from base images"), "{human}");
    let sarif = residue(["image", &*app, "--base", &base, "--format", "sarif"])
        .run()
        .expect(1);
    let sarif: Value = serde_json::from_str(&sarif.text()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let told = results
        .iter()
        .filter(|one| one["properties"]["inherited"] == *base);
    assert_eq!(told.count(), 2);
}

#[test]
fn a_base_is_found_among_the_images_of_a_run() {
    let pair = Pair::new("auto");
    let [app, base] = pair.written();
    let (app, base) = (oci(&app), oci(&base));
    let report = image([&*app, &base, "--base", "auto"])
        .run()
        .expect(1)
        .report();
    let finding = report.finding(&pair.secrets[0]);
    let places = finding.0["occurrences"].as_array().unwrap();
    let told = |target: &str| {
        let place = places
            .iter()
            .find(|place| place["target"] == target)
            .unwrap();
        place["inherited"].as_str().map(str::to_owned)
    };
    assert_eq!((told(&app), told(&base)), (Some(base.clone()), None));
    // Alone it has none, and none is asked for.
    let report = image([&*app, "--base", "auto"]).run().expect(1).report();
    assert_eq!(inherited(&report.finding(&pair.secrets[0])), [None]);
}

#[test]
fn a_base_is_found_among_the_images_of_earlier_scans() {
    let pair = Pair::new("earlier");
    let [app, base] = pair.written();
    let (app, base) = (oci(&app), oci(&base));
    let results = tempfile::tempdir().unwrap();
    residue(["image", &base])
        .keeping(results.path())
        .run()
        .expect(1);
    let run = residue(["image", &app, "--base", "auto", "--format", "json"]);
    let report = run.keeping(results.path()).run().expect(1).report();
    let told: Vec<_> = report.findings().iter().flat_map(inherited).collect();
    // Of its config nothing was kept.
    assert_eq!(
        told.iter().filter(|told| **told == Some(&*base)).count(),
        1,
        "{told:?}"
    );
}

#[test]
fn no_claim_makes_a_layer_inherited() {
    let pair = Pair::new("claim");
    let [_, base] = pair.written();
    // The image says that its own layer is the base's.
    let leaky = layer("etc/base", &pair.secrets[2]);
    let mut app = Image::new().layer("ADD base /", &leaky);
    app.layers[0].tar = pair.base.layers[0].tar.clone();
    let app = written(&layout_of(&app));
    let run = image([
        &*oci(&app),
        "--base",
        &oci(&base),
        "--fail-on-inherited",
        "never",
    ])
    .run();
    let report = run.expect(1).report();
    assert_eq!(inherited(&report.finding(&pair.secrets[2])), [None]);
    report.expect_gaps(&["mismatch"]);
}

#[test]
fn a_base_is_known_however_its_layers_are_compressed() {
    let pair = Pair::new("compressed");
    let base = Image::new().packed(
        "ADD base /",
        &layer("etc/base", &pair.secrets[0]),
        Codec::Zstd,
    );
    let (app, base) = (written(&layout_of(&pair.app)), written(&layout_of(&base)));
    let report = image([&*oci(&app), "--base", &oci(&base)])
        .run()
        .expect(1)
        .report();
    assert_eq!(
        inherited(&report.finding(&pair.secrets[0])),
        [Some(&*oci(&base))]
    );
}

#[test]
fn of_a_base_in_a_registry_no_layer_is_fetched() {
    let pair = Pair::new("registry");
    let registry = Fake::serving(&layout_of(&pair.base), |_| None);
    let app = written(&layout_of(&pair.app));
    let base = registry.target("base:1");
    let report = image([&*oci(&app), "--base", &base])
        .run()
        .expect(1)
        .report();
    assert_eq!(inherited(&report.finding(&pair.secrets[0])), [Some(&*base)]);
    let digest = pair.base.layers[0].blob.digest();
    assert!(
        registry
            .asked()
            .iter()
            .all(|request| !request.is_for(&digest))
    );
}

#[test]
fn a_base_that_is_not_there_is_a_gap_and_one_that_cannot_be_is_refused() {
    let pair = Pair::new("missing");
    let [app, _] = pair.written();
    let registry = Fake::serving(&layout_of(&pair.base), |_| None);
    for flag in ["--base", "--since"] {
        let run = image([&*oci(&app), flag, &registry.target("base:none")]).run();
        run.incomplete().expect_gaps(&["target"]);
        for wrong in ["-", "localhost:1/app:*", "oci:/no/such"] {
            image([&*oci(&app), flag, wrong]).run().expect(2);
        }
    }
}

/// An older image and a newer one, which keeps a layer, drops one, copies one secret and adds another.
struct Line {
    kept: String,
    dropped: String,
    copied: String,
    added: String,
    images: [TempDir; 2],
}

impl Line {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        let mut token = || secrets.github();
        let (kept, dropped, copied, added) = (token(), token(), token(), token());
        let common = Layer::new()
            .file("kept", kept.as_str())
            .file("copied", copied.as_str());
        let old = Image::new()
            .layer("ADD base /", &common)
            .layer("COPY old /", &layer("dropped", &dropped));
        let new = Image::new()
            .layer("ADD base /", &common)
            .layer("COPY new /", &layer("added", &added))
            .layer("RUN cp", &layer("copy", &copied));
        let images = [&old, &new].map(|image| written(&layout_of(image)));
        Self {
            kept,
            dropped,
            copied,
            added,
            images,
        }
    }

    fn old(&self) -> String {
        oci(&self.images[0])
    }

    fn newer(&self) -> String {
        oci(&self.images[1])
    }
}

/// The findings of a report and what became of each.
fn changes(report: &Report) -> Vec<(String, String)> {
    let findings = report.findings();
    let told = findings.iter().map(|finding| {
        let change = finding.0["change"].as_str().unwrap_or("?").to_owned();
        (finding.plain().to_owned(), change)
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by(|one, other| one.1.cmp(&other.1));
    told
}

#[test]
fn what_is_new_moved_and_gone_since_an_older_image_is_told() {
    let line = Line::new("since");
    let (new, old) = (line.newer(), line.old());
    let report = image([&*new, "--since", &old]).run().expect(1).report();
    report.expect_gaps(&[]);
    let moved = (line.copied.clone(), "moved".to_owned());
    let added = (line.added.clone(), "new".to_owned());
    assert_eq!(changes(&report), [moved, added]);
    // No more than what the older image does not have.
    let paths = report.finding(&line.copied).0["occurrences"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!((paths.len(), &paths[0]["path"]), (1, &"copy".into()));
    let since = &report.0["since"];
    assert_eq!(since["target"], *old);
    let counts = ["new", "moved", "unchanged"].map(|change| since[change].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1]);
    let gone = since["gone"].as_array().unwrap();
    assert_eq!(
        (gone.len(), &gone[0]["secret"]["plain"]),
        (1, &line.dropped.clone().into())
    );
    assert_eq!(gone[0]["occurrences"][0]["target"], *old);
    assert!(!report.has(&line.kept));
    assert_eq!(report.0["targets"].as_array().unwrap().len(), 1);

    let human = residue(["image", &*new, "--since", &old])
        .run()
        .expect(1)
        .text();
    let counts = format!("{old}: 1 new, 1 moved, 1 gone, 1 unchanged");
    assert!(human.contains(&counts), "{human}");
    let sarif = residue(["image", &*new, "--since", &old, "--format", "sarif"])
        .run()
        .expect(1);
    let sarif: Value = serde_json::from_str(&sarif.text()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let mut states: Vec<_> = results
        .iter()
        .map(|one| one["baselineState"].as_str().unwrap())
        .collect();
    states.sort_unstable();
    assert_eq!(states, ["absent", "new", "updated"]);
}

#[test]
fn an_image_that_brings_nothing_new_passes() {
    let line = Line::new("nothing new");
    let (new, old) = (line.newer(), line.old());
    let report = image([&*new, "--since", &new]).run().expect(0).report();
    assert_eq!(report.findings().len(), 0);
    assert_eq!(report.0["since"]["unchanged"], 3);
    // What the newer one has alone is gone from the older one.
    let back = image([&*old, "--since", &new]).run().expect(1).report();
    assert_eq!(changes(&back), [(line.dropped.clone(), "new".to_owned())]);
    assert_eq!(back.0["since"]["gone"].as_array().unwrap().len(), 1);
}

#[test]
fn a_config_is_compared_value_by_value() {
    let mut secrets = Secrets::new("values");
    let (kept, added) = (secrets.github(), secrets.npm());
    let env = |values: &[&str]| {
        let values: Vec<_> = values
            .iter()
            .map(|value| format!("TOKEN={value}"))
            .collect();
        Image::new()
            .layer("ADD base /", &layer("motd", "hello"))
            .instruction(&format!("RUN login {kept}"))
            .runtime("Env", values)
    };
    let (old, new) = (env(&[&kept]), env(&[&kept, &added]).instruction("CMD run"));
    let (old, new) = (written(&layout_of(&old)), written(&layout_of(&new)));
    let report = image([&*oci(&new), "--since", &oci(&old)])
        .run()
        .expect(1)
        .report();
    assert_eq!(changes(&report), [(added, "new".to_owned())]);
    assert_eq!(report.0["since"]["unchanged"], 1, "{:#}", report.0);
}

#[test]
fn a_comparison_is_the_same_from_what_was_kept() {
    let line = Line::new("kept comparison");
    let results = tempfile::tempdir().unwrap();
    let run = |keeps: bool| {
        let (new, old) = (line.newer(), line.old());
        let run = residue([
            "image", &new, "--since", &old, "--base", &old, "--format", "json",
        ]);
        let run = if keeps {
            run.keeping(results.path())
        } else {
            run
        };
        run.run().expect(1).text()
    };
    let uncached = run(false);
    assert_eq!((run(true), run(true)), (uncached.clone(), uncached));
}

#[test]
fn several_tags_of_one_archive_are_told_apart() {
    let pair = Pair::new("tags");
    let index = Index::new()
        .tagged("base", &pair.base)
        .tagged("app", &pair.app);
    let dir = written(&index.layout());
    let layout = text(dir.path());
    let app = format!("oci:{layout}:app");
    let report = image([&*app, "--base", &format!("oci:{layout}:base")])
        .run()
        .expect(1)
        .report();
    assert_eq!(inherited(&report.finding(&pair.secrets[0])).len(), 1);
    let both = image([&*format!("oci:{layout}"), "--base", "auto"])
        .run()
        .expect(1)
        .report();
    let told = inherited(&both.finding(&pair.secrets[0]));
    assert!(
        told.contains(&Some(&*format!("oci:{layout}:base"))),
        "{told:?}"
    );
}

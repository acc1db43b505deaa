//! OCI layouts and archives: indexes, platforms, attestations, artifacts.

use super::*;
use std::collections::BTreeSet;

fn platform(mut descriptor: Value, os: &str, architecture: &str) -> Value {
    descriptor["platform"] = json!({"os": os, "architecture": architecture});
    descriptor
}

fn named(mut descriptor: Value, name: &str) -> Value {
    descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": name});
    descriptor
}

fn config(architecture: &str) -> Value {
    json!({"os": "linux", "architecture": architecture})
}

#[test]
fn every_part_of_an_image_is_searched_and_told() {
    let mut blobs = Blobs::default();
    let image = blobs.image(
        &json!({
            "os": "linux", "architecture": "amd64",
            "config": {"Env": ["PATH=/bin", "KEY=NEEDLE-env"], "Labels": {"k": "NEEDLE-label"}},
            "history": [
                {"created_by": "RUN |1 T=NEEDLE-arg /bin/sh -c make # buildkit"},
                {"created_by": "ENV x", "empty_layer": true},
                {"created_by": "/bin/sh -c rm key"},
            ],
        }),
        &[
            tar_of(&[
                ("app/", ""),
                ("app/key", "NEEDLE-file"),
                ("app/NEEDLE-name", "x"),
            ]),
            tar_of(&[("app/.wh.key", ""), ("app/NEEDLE-name", "y")]),
        ],
    );
    blobs.root(&[named(image, "latest")]);
    let scanned = scan_everywhere(&blobs);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(
        scanned.told("NEEDLE"),
        [
            "file app/key in 0 deleted by 1",
            "metadata app/NEEDLE-name in 0 overwritten by 1",
            "metadata app/NEEDLE-name in 1 present",
            "config config.Env[1] KEY",
            "config config.Labels.k",
            "history history[0].created_by T",
        ]
    );
    let place = &scanned.places("NEEDLE-file")[0];
    let layer = place.layer.as_ref().unwrap();
    assert_eq!(place.platform.as_deref(), Some("linux/amd64"));
    assert_eq!(layer.instruction.as_deref(), Some("RUN make"));
    assert!(layer.digest.starts_with("sha256:") && layer.diff_id.is_some());
    let by = place.state.as_ref().unwrap().hidden_by().unwrap();
    assert_eq!(by.instruction.as_deref(), Some("RUN rm key"));
    assert_eq!(scanned.count(Counter::Layers), 2);
    assert_eq!(scanned.targets[0].images[0].layers, 2);
}

#[test]
fn platforms_share_layers_and_can_be_chosen() {
    let mut blobs = Blobs::default();
    let layer = tar_of(&[("key", "NEEDLE")]);
    let one = blobs.image(&config("amd64"), std::slice::from_ref(&layer));
    let two = blobs.image(&config("arm64"), &[layer, tar_of(&[("arm", "only")])]);
    let index = blobs.index(&[
        platform(one, "linux", "amd64"),
        platform(two, "linux", "arm64"),
    ]);
    blobs.root(&[named(index, "v1")]);
    let scanned = scan_everywhere(&blobs);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(scanned.times("NEEDLE"), 1, "a shared layer is read once");
    let platforms: Vec<_> = scanned
        .places("NEEDLE")
        .into_iter()
        .map(|place| place.platform)
        .collect();
    assert_eq!(
        platforms,
        [Some("linux/amd64".into()), Some("linux/arm64".into())]
    );
    assert_eq!(scanned.count(Counter::Images), 2);

    let directory = tempfile::tempdir().unwrap();
    let target = blobs.write_to(directory.path());
    let choose = |platform: &str| {
        let options = Options {
            platforms: vec![platform.to_owned()],
            ..Options::default()
        };
        Scanned::with(std::slice::from_ref(&target), &options)
    };
    let amd = choose("linux/x86_64");
    assert_eq!(
        (amd.kinds(), amd.times("only"), amd.times("NEEDLE")),
        (vec![], 0, 1)
    );
    let none = choose("linux/s390x");
    assert_eq!(none.kinds(), [Kind::Target]);
    assert!(
        none.shortfalls()[0]
            .detail
            .contains("linux/amd64, linux/arm64")
    );
}

#[test]
fn an_absent_platform_is_a_note_and_an_absent_image_a_gap() {
    let mut blobs = Blobs::default();
    let here = blobs.image(&config("amd64"), &[tar_of(&[("key", "NEEDLE")])]);
    let gone = blobs.image(&config("arm64"), &[tar_of(&[("arm", "x")])]);
    blobs.remove(&gone);
    let mut hollow = Blobs::default();
    let unpulled = hollow.image(&config("s390x"), &[tar_of(&[("z", "x")])]);
    let name = Digest::parse(unpulled["digest"].as_str().unwrap())
        .unwrap()
        .blob_path();
    blobs.0.insert(name.clone(), hollow.0[&name].clone());
    let children = [
        platform(here, "linux", "amd64"),
        platform(gone.clone(), "linux", "arm64"),
        platform(unpulled, "linux", "s390x"),
    ];
    let index = blobs.index(&children);
    blobs.root(&[index]);
    // The blobs that only the absent manifest refers to are still in an archive, and are searched.
    let directory = tempfile::tempdir().unwrap();
    let scanned = Scanned::of(&[blobs.write_to(directory.path())]);
    assert_eq!(
        scanned.kinds(),
        [Kind::PlatformAbsent, Kind::PlatformAbsent]
    );
    assert!(
        scanned
            .shortfalls()
            .iter()
            .any(|one| one.detail.contains("linux/arm64"))
    );
    assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);

    let mut blobs = Blobs::default();
    blobs.root(&[gone]);
    assert_eq!(scan_everywhere(&blobs).kinds(), [Kind::Missing]);
}

#[test]
fn attestations_are_documents_of_the_image_they_are_about() {
    let mut blobs = Blobs::default();
    let image = blobs.image(&config("amd64"), &[tar_of(&[("a", "b")])]);
    let source = base64::Engine::encode(
        &base64::prelude::BASE64_STANDARD,
        "FROM x\nENV K=NEEDLE-source",
    );
    let statement = blobs.add_json(
        "application/vnd.in-toto+json",
        &json!({"predicateType": "https://slsa.dev/provenance/v0.2", "predicate": {
            "invocation": {"parameters": {"args": {"build-arg:TOKEN": "NEEDLE-arg"}}},
            "metadata": {"infos": [{"data": source}]},
        }}),
    );
    let empty = blobs.add_json("application/vnd.oci.image.config.v1+json", &json!({}));
    let attestation = blobs.manifest(&json!({"config": empty, "layers": [statement]}));
    let mut attestation = platform(attestation, "unknown", "unknown");
    attestation["annotations"] = json!({
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image["digest"],
    });
    let index = blobs.index(&[attestation, platform(image, "linux", "amd64")]);
    blobs.root(&[index]);
    let scanned = scan_everywhere(&blobs);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(
        scanned.told("NEEDLE"),
        [
            "attestation predicate.invocation.parameters.args.build-arg:TOKEN",
            "attestation predicate.metadata.infos[0].data (base64)",
        ]
    );
    assert_eq!(
        scanned.places("NEEDLE")[0].platform.as_deref(),
        Some("linux/amd64")
    );
    assert_eq!(
        scanned.count(Counter::Images),
        1,
        "an attestation is no image"
    );
}

#[test]
fn artifacts_inline_data_foreign_and_encrypted_layers_have_their_way() {
    let mut blobs = Blobs::default();
    let text = blobs.add("text/plain", b"NEEDLE-artifact");
    let secret = blobs.add(
        "application/vnd.oci.image.layer.v1.tar+encrypted",
        b"\x01\x02NEEDLE-enc",
    );
    let inline = tar_of(&[("f", "NEEDLE-inline")]);
    let foreign = json!({
        "mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        "digest": digest(b"elsewhere"), "size": 9, "urls": ["https://example.com/layer"],
    });
    let inline = json!({
        "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(&inline),
        "size": inline.len(),
        "data": base64::Engine::encode(&base64::prelude::BASE64_STANDARD, &inline),
    });
    let manifest = blobs.manifest(&json!({
        "artifactType": "application/x", "annotations": {"note": "NEEDLE-annotation"},
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"),
            "size": 2, "data": "e30="},
        "layers": [text, secret, foreign, inline],
    }));
    blobs.root(&[manifest]);
    let scanned = scan_everywhere(&blobs);
    let told: Vec<String> = scanned
        .told("NEEDLE-")
        .into_iter()
        .map(|told| told.split(" blobs").next().unwrap().to_owned())
        .collect();
    assert!(
        told.contains(&"annotation annotations.note".to_owned()),
        "{told:?}"
    );
    assert!(told.contains(&"file f in 3 present".to_owned()), "{told:?}");
    for needle in ["NEEDLE-artifact", "NEEDLE-enc"] {
        assert_eq!(scanned.places(needle).len(), 1, "{needle}");
    }
    assert_eq!(scanned.kinds(), [Kind::ForeignLayer, Kind::Encrypted]);
}

#[test]
fn a_tag_or_digest_chooses_and_its_absence_is_told() {
    let mut blobs = Blobs::default();
    let one = blobs.image(&config("amd64"), &[tar_of(&[("one", "NEEDLE-one")])]);
    let two = blobs.image(&config("amd64"), &[tar_of(&[("two", "NEEDLE-two")])]);
    let chosen = two["digest"].as_str().unwrap().to_owned();
    blobs.root(&[named(one, "v1"), named(two, "v2")]);
    let directory = tempfile::tempdir().unwrap();
    let layout = blobs.write_to(directory.path());
    let all = Scanned::of(std::slice::from_ref(&layout));
    assert_eq!(&*all.places("NEEDLE-one")[0].target, format!("{layout}:v1"));
    for (selection, told) in [
        (":v1", vec!["file one in 0 present"]),
        (&format!("@{chosen}"), vec!["file two in 0 present"]),
    ] {
        let scanned = Scanned::of(&[format!("oci:{layout}{selection}")]);
        assert_eq!(scanned.told("NEEDLE"), told);
        assert_eq!(scanned.kinds(), []);
    }
    let none = Scanned::of(&[format!("oci:{layout}:v3")]);
    assert_eq!(
        (none.kinds(), none.told("NEEDLE")),
        (vec![Kind::Target], vec![])
    );
    assert!(none.shortfalls()[0].detail.contains("v1, v2"));
}

#[test]
fn targets_share_blobs_and_all_of_an_archive_is_searched() {
    let mut blobs = Blobs::default();
    let image = blobs.image(&config("amd64"), &[tar_of(&[("key", "NEEDLE-shared")])]);
    blobs.root(&[image]);
    blobs.add("", &gzip(&tar_of(&[("left", "NEEDLE-loose")])));
    blobs.add("", br#"{"left": "NEEDLE-json"}"#);
    let directory = tempfile::tempdir().unwrap();
    let (_archive, archive) = file(&blobs.archive());
    let targets = [blobs.write_to(directory.path()), archive.clone()];
    let scanned = Scanned::of(&targets);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(scanned.times("NEEDLE-shared"), 1);
    let places = scanned.places("NEEDLE-shared");
    let names: BTreeSet<&str> = places.iter().map(|place| &*place.target).collect();
    assert_eq!(names, targets.iter().map(String::as_str).collect());
    let loose = scanned.places("NEEDLE-loose");
    assert_eq!((loose.len(), &*loose[0].target), (1, archive.as_str()));
    assert!(loose[0].path.starts_with(b"blobs/sha256/") && loose[0].path.ends_with(b"/left"));
    assert_eq!(scanned.places("NEEDLE-json").len(), 1);
    let (_packed, packed) = file(&gzip(&blobs.archive()));
    assert_eq!(Scanned::of(&[packed]).told("NEEDLE").len(), 3);
}

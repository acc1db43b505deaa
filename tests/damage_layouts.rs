//! Layouts and archives whose documents lie, are missing, or point where they should not: a gap
//! that names the reason, and everything else is still read.

mod kit;

use kit::cli::{image, layout_of, oci, scan, scan_stream, scan_with, written};
use kit::image::{MANIFEST, digest};
use kit::index::{INDEX, blob_path};
use kit::{Blob, Bundle, Codec, Image, Index, Layer, Node, Secrets, docker};
use serde_json::{Value, json};

/// An image with a token in each of two layers.
fn two_tokens(secrets: &mut Secrets) -> (String, String, Image) {
    let (lower, upper) = (secrets.github(), secrets.github());
    let image = Image::new()
        .layer("COPY lower /", &Layer::new().file("lower", lower.as_str()))
        .layer("COPY upper /", &Layer::new().file("upper", upper.as_str()));
    (lower, upper, image)
}

/// The path of the upper layer's blob.
fn upper_blob(image: &Image) -> String {
    blob_path(&image.layers[1].blob.digest())
}

#[test]
fn a_blob_that_is_not_what_its_digest_says_still_counts() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("digest"));
    let other = Secrets::new("another").github();
    let changed = Layer::new().file("upper", other.as_str()).tar();
    let path = upper_blob(&image);
    let layout = layout_of(&image).put(&path, Codec::Gzip.pack(&changed));
    let report = scan(&layout).expect(1).report();
    report.expect_gaps(&["mismatch"]);
    assert!(report.has(&lower) && report.has(&other) && !report.has(&upper));
}

#[test]
fn a_blob_that_is_missing_cut_or_no_file_is_a_gap() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("missing"));
    let path = upper_blob(&image);
    let intact = layout_of(&image);
    let mut cut = intact.get(&path).to_vec();
    cut.truncate(cut.len() / 2);
    let cases = [
        (intact.clone().without(&path), "missing"),
        (
            intact.clone().without(&path).with(&path, Node::Dir),
            "unreadable",
        ),
        (intact.clone().put(&path, cut), "truncated"),
        (intact.clone().put(&path, ""), "truncated"),
    ];
    for (layout, kind) in cases {
        let report = scan(&layout).expect(1).report();
        report.expect_gap_among(&[kind, "mismatch"]);
        assert!(report.has(&lower) && !report.has(&upper), "{kind}");
    }
}

#[test]
fn a_blob_that_leads_out_of_the_layout_is_not_read() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("out"));
    let path = upper_blob(&image);
    let layout = layout_of(&image);
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("blob");
    std::fs::write(&secret, layout.get(&path)).unwrap();
    let link = Node::Symlink(kit::cli::text(&secret).to_owned());
    let report = scan(&layout.without(&path).with(&path, link))
        .expect(1)
        .report();
    assert!(!report.complete());
    assert!(report.has(&lower) && !report.has(&upper));
}

#[test]
fn a_pipe_in_place_of_a_blob_does_not_hang() {
    let (lower, _, image_) = two_tokens(&mut Secrets::new("pipe"));
    let path = upper_blob(&image_);
    let dir = written(&layout_of(&image_).without(&path));
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path().join(&path))
        .status();
    assert!(made.unwrap().success());
    let report = image([oci(&dir).as_str()]).run().expect(1).report();
    assert!(!report.complete());
    assert!(report.has(&lower));
}

/// A layout whose one manifest has been edited as JSON.
fn edited(image: &Image, edit: impl FnOnce(&mut Value)) -> Bundle {
    Index::edited(image, edit).layout()
}

#[test]
fn a_digest_that_is_no_digest_never_becomes_a_path() {
    let (lower, _, image) = two_tokens(&mut Secrets::new("paths"));
    let hex = "a".repeat(64);
    for odd in [
        "sha256:../../../../etc/passwd".to_owned(),
        "../sha256:".to_owned() + &hex,
        format!("sha256:{}", hex.to_uppercase()),
        format!("md5:{}", &hex[..32]),
        format!("sha256:{hex}\0"),
        "sha256".to_owned(),
        String::new(),
    ] {
        let layout = edited(&image, |manifest| {
            manifest["layers"][1]["digest"] = odd.clone().into()
        });
        let report = scan(&layout).expect(1).report();
        report.expect_gap_among(&["corrupt", "unsupported", "missing"]);
        assert!(report.has(&lower), "{odd:?}");
    }
}

#[test]
fn a_sha512_digest_is_as_good() {
    use sha2::Digest as _;
    let (lower, upper, image) = two_tokens(&mut Secrets::new("sha512"));
    let blob = &image.layers[1].blob.bytes;
    let hash = data_encoding::HEXLOWER.encode(&sha2::Sha512::digest(blob));
    let digest = format!("sha512:{hash}");
    let layout = edited(&image, |manifest| {
        manifest["layers"][1]["digest"] = digest.clone().into()
    });
    let layout = layout.put(&blob_path(&digest), blob.clone());
    let report = scan(&layout).expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&lower) && report.has(&upper));
}

#[test]
fn a_size_that_is_not_the_blobs_is_a_gap() {
    let (lower, _, image) = two_tokens(&mut Secrets::new("size"));
    for size in [
        json!(1),
        json!(1_000_000),
        json!(-1),
        json!("many"),
        json!(1e300),
    ] {
        let layout = edited(&image, |manifest| {
            manifest["layers"][1]["size"] = size.clone();
        });
        let report = scan(&layout).expect(1).report();
        let gaps = report.gaps();
        assert!(
            ["mismatch", "corrupt"].contains(&gaps.join(" ").as_str()),
            "{size}: {gaps:?}"
        );
        assert!(report.has(&lower), "{size}");
    }
}

#[test]
fn a_manifest_of_wrong_types_is_a_gap() {
    let (_, _, image) = two_tokens(&mut Secrets::new("types"));
    for value in [
        json!(null),
        json!(7),
        json!("layers"),
        json!({"a": 1}),
        json!([1, null, []]),
    ] {
        scan(&edited(&image, |manifest| manifest["layers"] = value)).incomplete();
    }
    scan(&edited(&image, |manifest| manifest["config"] = json!([]))).incomplete();
}

#[test]
fn an_index_that_cannot_be_read_is_a_gap() {
    let intact = layout_of(&Image::new());
    let deep = "[".repeat(200_000);
    for text in [
        "null",
        "[]",
        "{}",
        "7",
        "",
        "{\"manifests\":",
        &deep,
        "{\"manifests\": 7}",
        "{\"manifests\": []}",
    ] {
        let run = scan(&intact.clone().put("index.json", text));
        assert_eq!(run.code, 3, "{text:.20}");
        run.incomplete();
    }
    let without = intact.without("index.json");
    scan(&without.with("index.json", Node::Dir)).incomplete();
}

#[test]
fn a_byte_order_mark_before_json_is_no_damage() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("mark"));
    let layout = layout_of(&image);
    let marked = [b"\xEF\xBB\xBF", layout.get("index.json")].concat();
    let report = scan(&layout.put("index.json", marked)).expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&lower) && report.has(&upper));
}

#[test]
fn a_config_that_is_missing_or_no_config_leaves_the_layers() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("config"));
    let path = blob_path(&image.config_blob().digest());
    let missing = layout_of(&image).without(&path);
    scan(&missing).expect(1).report().expect_gaps(&["missing"]);
    let deep = format!("{{\"a\":{}", "[".repeat(200_000));
    for text in [
        "not JSON",
        "{}",
        "null",
        "[1,2,3]",
        "{\"config\":7,\"rootfs\":\"x\"}",
        &deep,
    ] {
        let image = image.clone().reworded(|_| text.to_owned());
        let report = scan(&layout_of(&image)).expect(1).report();
        assert!(report.has(&lower) && report.has(&upper), "{text:.20}");
        let parses = serde_json::from_str::<Value>(text).is_ok();
        assert!(parses || !report.complete(), "{text:.20}");
    }
}

#[test]
fn a_config_larger_than_any_document_is_searched_as_text() {
    let token = Secrets::new("large").github();
    let filler = "x".repeat(9 << 20);
    let image = Image::new().runtime("Labels", json!({"filler": filler, "token": token}));
    let report = scan(&layout_of(&image)).expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), ["raw-only"]);
    assert!(report.has(&token));
}

#[test]
fn a_wrong_diff_id_is_a_gap_when_it_is_asked_for() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("diff id"));
    let wrong = image.rootfs(json!({"type": "layers", "diff_ids": [digest(b"a"), digest(b"b")]}));
    let layout = layout_of(&wrong);
    scan(&layout).expect(1).report().expect_gaps(&[]);
    let report = scan_with(&layout, ["--verify-diffid"]).expect(1).report();
    report.expect_gaps(&["mismatch"]);
    assert!(report.has(&lower) && report.has(&upper));
}

#[test]
fn the_diff_id_is_always_verified_where_there_is_no_other_digest() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("only diff id"));
    let right = docker::legacy(&[("shop:1", &image)]).tar();
    scan_stream(right).expect(1).report().expect_gaps(&[]);
    let wrong = image.rootfs(json!({"type": "layers", "diff_ids": [digest(b"a"), digest(b"b")]}));
    let archive = docker::legacy(&[("shop:1", &wrong)]).tar();
    let report = scan_stream(archive).expect(1).report();
    report.expect_gaps(&["mismatch"]);
    assert!(report.has(&lower) && report.has(&upper));
}

#[test]
fn an_index_that_contains_itself_ends() {
    let (lower, _, image) = two_tokens(&mut Secrets::new("itself"));
    let name = digest(b"the name it goes by");
    let own = json!({"mediaType": INDEX, "digest": name, "size": 1});
    let index = Index::new().tagged("1", &image).descriptor(own);
    let layout = index
        .layout()
        .put(&blob_path(&name), index.document().bytes);
    let report = scan(&layout).expect(1).report();
    assert!(!report.complete());
    assert!(report.has(&lower));
}

#[test]
fn indexes_deeper_than_the_limit_are_a_gap() {
    let (_, _, image) = two_tokens(&mut Secrets::new("deep"));
    let mut index = Index::new().tagged("1", &image);
    for _ in 0..12 {
        index = Index::new().nested("1", &index);
    }
    scan(&index.layout()).incomplete().expect_gaps(&["limit"]);
}

#[test]
fn more_manifests_than_the_limit_are_a_gap() {
    let (lower, _, image) = two_tokens(&mut Secrets::new("many"));
    let absent = |number: usize| json!({"mediaType": MANIFEST, "size": 1, "digest": digest(&number.to_le_bytes())});
    let index = (0..10_100)
        .map(absent)
        .fold(Index::new().tagged("1", &image), Index::descriptor);
    let report = scan(&index.layout()).expect(1).report();
    assert!(report.gaps().contains(&"limit"), "{:?}", report.gaps());
    assert!(report.has(&lower));
}

#[test]
fn a_docker_manifest_that_cannot_be_read_is_a_gap() {
    let (_, _, image) = two_tokens(&mut Secrets::new("docker"));
    let intact = docker::legacy(&[("shop:1", &image)]);
    let deep = "[".repeat(200_000);
    for text in ["null", "[]", "{}", "", "[{\"Config\":7}]", "[null]", &deep] {
        let run = scan_stream(intact.clone().put("manifest.json", text).tar());
        assert!([1, 3].contains(&run.code), "{text:.20}");
        run.incomplete();
    }
}

#[test]
fn a_layer_that_a_docker_manifest_names_and_nobody_holds_is_a_gap() {
    let (lower, upper, image) = two_tokens(&mut Secrets::new("held"));
    let archive = docker::hybrid(&[("shop:1", &image)]).without(&upper_blob(&image));
    let report = scan_stream(archive.tar()).expect(1).report();
    report.expect_gaps(&["missing"]);
    assert!(report.has(&lower) && !report.has(&upper));
}

#[test]
fn nothing_at_all_is_no_clean_image() {
    for stream in [Vec::new(), b"hello".to_vec(), vec![0; 10_240], vec![0; 100]] {
        let length = stream.len();
        let run = scan_stream(stream);
        assert_eq!(run.code, 3, "{length} bytes");
        run.incomplete();
    }
    let empty = tempfile::tempdir().unwrap();
    assert!(
        !image([oci(&empty).as_str()])
            .run()
            .expect(3)
            .report()
            .complete()
    );
}

#[test]
fn artifacts_that_are_no_images_are_searched_as_text() {
    let token = Secrets::new("artifact").github();
    let layer = Blob {
        media_type: "application/vnd.acme.values.v1+yaml".to_owned(),
        bytes: format!("token: {token}\n").into_bytes(),
    };
    let config = Blob::json("application/vnd.oci.empty.v1+json", &json!({}));
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "artifactType": "application/vnd.acme.values.v1",
        "config": config.descriptor(), "layers": [layer.descriptor()],
    });
    let manifest = Blob::json(MANIFEST, &manifest);
    let index = Index::new().descriptor(manifest.descriptor());
    let layout = index.holding(vec![layer, config, manifest]).layout();
    assert!(scan(&layout).expect(1).report().has(&token));
}

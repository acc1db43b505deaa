//! Images that were made to break their reader.

use super::*;
use proptest::prelude::*;

/// An archive with this index and a layer that nothing refers to.
fn root_of(index: &str) -> Scanned {
    let mut blobs = Blobs::default();
    blobs
        .0
        .insert("index.json".into(), index.as_bytes().to_vec());
    blobs.add("", &gzip(&tar_of(&[("key", "NEEDLE")])));
    let (_directory, path) = file(&blobs.archive());
    let scanned = Scanned::of(&[path]);
    assert_eq!(scanned.times("NEEDLE"), 1, "all of an archive is searched");
    let directory = tempfile::tempdir().unwrap();
    let layout = Scanned::of(&[blobs.write_to(directory.path())]);
    assert_eq!(layout.kinds(), scanned.kinds());
    scanned
}

#[test]
fn roots_that_are_no_index_are_gaps() {
    let deep = "[".repeat(10_000);
    for index in [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        "{\"manifests\": {}}",
        &deep,
    ] {
        assert_eq!(root_of(index).kinds(), [Kind::Corrupt], "{index:.20}");
    }
}

#[test]
fn odd_digests_reach_no_file() {
    for digest in [
        "sha256:../../../../etc/passwd",
        "md5:00",
        "SHA256:00",
        "",
        "sha256:AB",
    ] {
        let index = json!({"manifests": [{"digest": digest}]}).to_string();
        assert_eq!(root_of(&index).kinds(), [Kind::Corrupt], "{digest}");
    }
}

#[test]
fn an_index_that_contains_itself_is_told_once() {
    // A real digest cannot contain itself, so the blob lies about its content.
    let name = digest(b"self");
    let body = json!({"manifests": [{"digest": name}]}).to_string();
    let mut blobs = Blobs::default();
    blobs.root(&[json!({"digest": name})]);
    let path = Digest::parse(&name).unwrap().blob_path();
    blobs.0.insert(path, body.into_bytes());
    let scanned = scan_everywhere(&blobs);
    assert_eq!(scanned.kinds(), [Kind::Corrupt, Kind::Mismatch]);
}

#[test]
fn depth_and_number_of_manifests_end_somewhere() {
    let mut blobs = Blobs::default();
    let mut deep = blobs.image(&json!({}), &[tar_of(&[("key", "NEEDLE")])]);
    for _ in 0..20 {
        deep = blobs.index(&[deep]);
    }
    blobs.root(&[deep]);
    let directory = tempfile::tempdir().unwrap();
    let scanned = Scanned::of(&[blobs.write_to(directory.path())]);
    assert_eq!(scanned.kinds(), [Kind::Limit]);

    let mut wide = Blobs::default();
    let mut level = wide.index(&[]);
    for _ in 0..6 {
        let twenty = vec![level; 20];
        level = wide.index(&twenty);
    }
    wide.root(&[level]);
    let directory = tempfile::tempdir().unwrap();
    let scanned = Scanned::of(&[wide.write_to(directory.path())]);
    assert!(scanned.kinds().iter().all(|&kind| kind == Kind::Limit));
    assert!(!scanned.kinds().is_empty());
}

#[test]
fn a_list_of_too_many_images_is_a_gap() {
    let mut blobs = Blobs::default();
    let images = vec![json!({"Config": "c.json", "Layers": []}); 5];
    let list = Value::from(images).to_string();
    blobs.0.insert("manifest.json".into(), list.into_bytes());
    blobs.0.insert("c.json".into(), b"{}".to_vec());
    let (_directory, path) = file(&blobs.archive());
    let mut options = Options::default();
    options.limits.manifests = 3;
    let scanned = Scanned::with(&[path], &options);
    assert_eq!(scanned.kinds(), [Kind::Limit, Kind::Limit]);
}

#[test]
fn parts_that_are_missing_or_wrong_are_gaps_of_their_own() {
    let mut blobs = Blobs::default();
    let config = blobs.add("application/vnd.oci.image.config.v1+json", b"no json");
    let layer = blobs.add(
        "application/vnd.oci.image.layer.v1.tar",
        &tar_of(&[("key", "NEEDLE")]),
    );
    let gone = json!({"digest": digest(b"gone")});
    let manifest = blobs.manifest(&json!({"config": config, "layers": [gone, layer, 7]}));
    blobs.root(&[manifest]);
    let (_directory, path) = file(&gzip(&blobs.archive()));
    let layout = tempfile::tempdir().unwrap();
    for target in [path, blobs.write_to(layout.path())] {
        let scanned = Scanned::of(&[target]);
        assert_eq!(
            scanned.kinds(),
            [Kind::Corrupt, Kind::Corrupt, Kind::Missing]
        );
        assert_eq!(scanned.told("NEEDLE"), ["file key in 1 present"]);
    }
}

#[test]
fn a_large_document_is_searched_raw() {
    let mut blobs = Blobs::default();
    let layer = tar_of(&[("a", "b")]);
    let image = blobs.image(&json!({"author": "NEEDLE".repeat(400)}), &[layer]);
    blobs.root(&[image]);
    let directory = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.limits.document_bytes = 2000;
    let scanned = Scanned::with(&[blobs.write_to(directory.path())], &options);
    assert_eq!(scanned.kinds(), [Kind::RawOnly]);
    assert_eq!(scanned.times("NEEDLE"), 1);
}

#[test]
fn what_is_no_image_is_a_gap_of_the_target() {
    for bytes in [
        &b""[..],
        b"plain text",
        &gzip(b"plain text"),
        b"\x1f\x8b\x08",
    ] {
        let (_directory, path) = file(bytes);
        assert_eq!(Scanned::of(&[path]).kinds(), [Kind::Target]);
    }
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("oci-layout"), "{}").unwrap();
    let path = directory.path().display().to_string();
    assert_eq!(Scanned::of(&[path]).kinds(), [Kind::Target]);
}

#[test]
fn a_damaged_archive_is_read_on_behind_the_damage() {
    let mut blobs = Blobs::default();
    let image = blobs.image(&json!({}), &[tar_of(&[("key", "NEEDLE")])]);
    blobs.root(&[image]);
    let damage = tar_of(&[("damage", "x")]);
    let mut bytes = damage[..1024].to_vec();
    bytes[150] ^= 1;
    let mut archive = tar_of(&[("first", "x")])[..1024].to_vec();
    archive.extend(bytes);
    archive.extend(blobs.archive());
    let (_directory, path) = file(&archive);
    let scanned = Scanned::of(&[path]);
    assert_eq!(scanned.kinds(), [Kind::Corrupt]);
    assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_documents_are_read_or_refused(
        index in "[\\[{](\"(manifests|layers|config|digest)\": ?[\\[{]){0,4}.{0,20}[\\]}]{0,5}",
        list in "\\[\\{\"(Config|Layers|RepoTags)\": ?.{0,20}\\}\\]",
        blob in proptest::collection::vec(any::<u8>(), 0..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut blobs = Blobs::default();
        let layer = blobs.add("", &blob);
        let manifest = blobs.manifest(&json!({"config": layer, "layers": [layer]}));
        blobs.root(&[manifest]);
        blobs.0.insert("manifest.json".into(), list.into_bytes());
        let mut archive = blobs.archive();
        archive.truncate(cut.index(archive.len()) + 1);
        let (_one, path) = file(&archive);
        Scanned::of(&[path]);
        blobs.0.insert("index.json".into(), index.into_bytes());
        let (_two, path) = file(&gzip(&blobs.archive()));
        Scanned::of(&[path]);
    }
}

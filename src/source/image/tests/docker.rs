//! Docker archives in the shapes that builders write.

use super::*;
use crate::model::Where;

/// A legacy archive: `<id>/layer.tar` for each layer.
fn legacy(config: &Value, layers: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    let mut config = config.clone();
    let diff_ids: Vec<String> = layers.iter().map(|layer| digest(layer)).collect();
    config["rootfs"] = json!({"diff_ids": diff_ids});
    let config = config.to_string().into_bytes();
    let name = format!("{}.json", &digest(&config)["sha256:".len()..]);
    let mut entries = Vec::new();
    let mut names = Vec::new();
    for (number, layer) in layers.iter().enumerate() {
        names.push(format!("id{number}/layer.tar"));
        entries.push((format!("id{number}/layer.tar"), layer.clone()));
        entries.push((format!("id{number}/VERSION"), b"1.0".to_vec()));
    }
    let manifest = json!([{"Config": name, "RepoTags": ["app:1"], "Layers": names}]);
    entries.push((name, config));
    entries.push(("manifest.json".into(), manifest.to_string().into_bytes()));
    entries
}

fn archive(entries: &[(String, Vec<u8>)], prefix: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        append(&mut builder, &format!("{prefix}{name}"), bytes);
    }
    builder.into_inner().unwrap()
}

/// Reads an archive as a file and, compressed, as a stream; both must tell the same.
fn scan_both_ways(bytes: &[u8]) -> Scanned {
    let (_plain, path) = file(bytes);
    let plain = Scanned::of(&[path]);
    let (_packed, path) = file(&gzip(bytes));
    let packed = Scanned::of(&[path]);
    assert_eq!(packed.kinds(), plain.kinds(), "{:?}", packed.shortfalls());
    assert_eq!(packed.told("NEEDLE"), plain.told("NEEDLE"));
    assert_eq!(packed.count(Counter::Layers), plain.count(Counter::Layers));
    plain
}

fn two_layers() -> [Vec<u8>; 2] {
    [
        tar_of(&[("key", "NEEDLE")]),
        tar_of(&[(".wh.key", "NEEDLE in a whiteout")]),
    ]
}

#[test]
fn legacy_archives_are_read_in_any_order_and_with_any_prefix() {
    let config = json!({"os": "linux", "architecture": "amd64", "config": {"Env": ["A=NEEDLE"]}});
    let mut entries = legacy(&config, &two_layers());
    for prefix in ["", "./"] {
        for _ in 0..2 {
            let scanned = scan_both_ways(&archive(&entries, prefix));
            assert_eq!(scanned.kinds(), []);
            assert_eq!(
                scanned.told("NEEDLE"),
                [
                    "file .wh.key in 1 deleted by 1",
                    "file key in 0 deleted by 1",
                    "config config.Env[0] A",
                ]
            );
            entries.reverse();
        }
    }
}

#[test]
fn every_compression_of_the_whole_file_is_known() {
    let entries = legacy(&json!({}), &two_layers());
    let bytes = archive(&entries, "");
    let zstd = zstd::encode_all(&bytes[..], 1).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    std::io::Write::write_all(&mut bzip2, &bytes).unwrap();
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
    std::io::Write::write_all(&mut xz, &bytes).unwrap();
    for packed in [zstd, bzip2.finish().unwrap(), xz.finish().unwrap()] {
        let (_directory, path) = file(&packed);
        let scanned = Scanned::of(&[path]);
        assert_eq!(scanned.kinds(), []);
        assert_eq!(scanned.told("NEEDLE").len(), 2);
    }
}

#[test]
fn a_hybrid_archive_counts_its_image_once() {
    let mut blobs = Blobs::default();
    let layers = two_layers();
    let config = json!({"os": "linux", "architecture": "amd64",
        "rootfs": {"diff_ids": [digest(&layers[0]), digest(&layers[1])]}});
    let config = blobs.add_json("application/vnd.oci.image.config.v1+json", &config);
    let tars = layers
        .each_ref()
        .map(|layer| blobs.add("application/vnd.oci.image.layer.v1.tar", layer));
    let manifest = blobs.manifest(&json!({"config": config, "layers": tars}));
    blobs.root(&[manifest]);
    let path = |descriptor: &Value| {
        Digest::parse(descriptor["digest"].as_str().unwrap())
            .unwrap()
            .blob_path()
    };
    let list = json!([{"Config": path(&config), "RepoTags": ["app:1"],
        "Layers": [path(&tars[0]), path(&tars[1])]}]);
    blobs
        .0
        .insert("manifest.json".into(), list.to_string().into_bytes());
    let scanned = scan_both_ways(&blobs.archive());
    assert_eq!(scanned.kinds(), []);
    assert_eq!(scanned.count(Counter::Images), 1);
    assert_eq!(scanned.count(Counter::Layers), 2);
    assert_eq!(scanned.targets[0].images[0].name.as_deref(), Some("app:1"));
    assert_eq!(scanned.told("NEEDLE").len(), 2);
    assert_eq!(scanned.times("NEEDLE in"), 1);
}

#[test]
fn kaniko_names_and_several_images_are_read() {
    let layer = tar_of(&[("key", "NEEDLE")]);
    let config = json!({"rootfs": {"diff_ids": [digest(&layer)]}})
        .to_string()
        .into_bytes();
    let packed = gzip(&layer);
    let other = json!({"os": "linux"}).to_string().into_bytes();
    let layer_name = format!("{}.tar.gz", &digest(&packed)["sha256:".len()..]);
    let list = json!([
        {"Config": digest(&config), "RepoTags": ["one"], "Layers": [layer_name]},
        {"Config": digest(&other), "RepoTags": ["two"], "Layers": [layer_name]},
    ]);
    let entries = [
        (digest(&config), config),
        (digest(&other), other),
        (layer_name, packed),
        ("manifest.json".to_owned(), list.to_string().into_bytes()),
    ];
    let bytes = archive(&entries, "");
    let scanned = scan_both_ways(&bytes);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(scanned.count(Counter::Images), 2);
    assert_eq!(scanned.places("NEEDLE").len(), 2);
    let (_directory, path) = file(&bytes);
    let one = Scanned::of(&[format!(
        "docker-archive:{path}:docker.io/library/two:latest"
    )]);
    assert_eq!((one.kinds(), one.places("NEEDLE").len()), (vec![], 1));
}

#[test]
fn layers_that_are_links_are_the_layer_they_lead_to() {
    let layer = tar_of(&[("key", "NEEDLE")]);
    let mut builder = tar::Builder::new(Vec::new());
    append(&mut builder, "a/layer.tar", &layer);
    for (name, target, kind) in [
        ("b/layer.tar", "../a/layer.tar", tar::EntryType::Symlink),
        ("c/layer.tar", "a/layer.tar", tar::EntryType::Link),
        ("x/layer.tar", "../y/layer.tar", tar::EntryType::Symlink),
        ("y/layer.tar", "../x/layer.tar", tar::EntryType::Symlink),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(0);
        header.set_entry_type(kind);
        builder.append_link(&mut header, name, target).unwrap();
    }
    let config = json!({}).to_string();
    append(&mut builder, "c.json", config.as_bytes());
    let names = ["a", "b", "c", "x"].map(|id| format!("{id}/layer.tar"));
    let list = json!([{"Config": "c.json", "Layers": names}]);
    append(&mut builder, "manifest.json", list.to_string().as_bytes());
    let scanned = scan_both_ways(&builder.into_inner().unwrap());
    assert_eq!(scanned.kinds(), [Kind::Corrupt], "the links in a circle");
    assert_eq!(scanned.count(Counter::Layers), 1);
    assert_eq!(
        scanned.told("NEEDLE"),
        [
            "file key in 0 overwritten by 1",
            "file key in 1 overwritten by 2",
            "file key in 2 present"
        ]
    );
}

#[test]
fn a_bare_root_file_system_is_one_layer() {
    let bytes = tar_of(&[
        ("etc/", ""),
        ("etc/key", "NEEDLE"),
        ("app.json", "{\"key\": \"NEEDLE\"}"),
        ("etc/index.json", "{}"),
    ]);
    let scanned = scan_both_ways(&bytes);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(
        scanned.told("NEEDLE"),
        ["file app.json in 0 present", "file etc/key in 0 present"]
    );
    assert_eq!(
        (
            scanned.count(Counter::Images),
            scanned.count(Counter::Layers)
        ),
        (1, 1)
    );
}

#[test]
fn of_entries_with_one_name_all_are_searched() {
    let bytes = tar_of(&[
        ("key", "NEEDLE"),
        ("key", "NEEDLE"),
        ("a.json", "{\"key\": \"NEEDLE\"}"),
        ("a.json", "{\"key\": \"NEEDLE\"}"),
    ]);
    let scanned = scan_both_ways(&bytes);
    assert_eq!(scanned.kinds(), []);
    assert_eq!(
        scanned.told("NEEDLE"),
        [
            "file a.json in 0 present",
            "file a.json in 0 overwritten by 0",
            "file key in 0 present",
            "file key in 0 overwritten by 0",
        ]
    );
}

#[test]
fn a_wrong_diff_id_of_a_plain_layer_is_a_gap_and_findings_stay() {
    let mut entries = legacy(&json!({}), &[tar_of(&[("key", "other")])]);
    entries[0].1 = tar_of(&[("key", "NEEDLE")]);
    let scanned = scan_both_ways(&archive(&entries, ""));
    assert_eq!(scanned.kinds(), [Kind::Mismatch]);
    assert_eq!(scanned.told("NEEDLE"), ["file key in 0 present"]);
}

#[test]
fn the_config_that_old_engines_write_for_a_layer_is_told_from_the_images_own() {
    let config = json!({"config": {"Env": ["A=NEEDLE"]}});
    let mut entries = legacy(&config, &two_layers()[..1]);
    let older = json!({"architecture": "amd64", "config": {"Env": ["B=NEEDLE"]}});
    entries.push(("id0/json".into(), older.to_string().into_bytes()));
    let scanned = scan_both_ways(&archive(&entries, ""));
    let places = scanned.places("NEEDLE");
    let paths: Vec<_> = places
        .iter()
        .filter(|place| place.kind == Where::Config)
        .map(|place| String::from_utf8_lossy(&place.path))
        .collect();
    assert!(paths.contains(&"config.Env[0] A".into()), "{paths:?}");
    assert!(
        paths.contains(&"id0/json: config.Env[0] B".into()),
        "{paths:?}"
    );
}

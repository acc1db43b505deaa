//! Documents that say too much, too little, or what is not so.

use crate::kit::codec::Codec;
use crate::kit::image::digest;
use crate::kit::{Blob, Bundle, Image, Index, Layer, Secrets, docker};
use crate::{scan, scan_archive, scan_index, token};
use serde_json::{Value, json};

fn leaky(token: &str) -> Image {
    Image::new().layer("COPY . /", &Layer::new().file("key", token))
}

#[test]
fn a_layer_that_stands_twice_in_an_image_is_read_once_and_told_twice() {
    let token = token("twice");
    let layer = Layer::new().file("key", token.as_str());
    let image = Image::new()
        .layer("COPY a /", &layer)
        .layer("COPY b /", &layer);
    let report = scan_index(&Index::new().tagged("1", &image));
    report.expect_gaps(&[]);
    assert_eq!(report.counted("layers"), 1);
    let finding = report.finding(&token);
    assert_eq!(finding.at(0, "key").state(), "overwritten");
    assert_eq!(finding.at(1, "key").state(), "present");
}

#[test]
fn a_manifest_of_sixty_megabytes_is_a_gap_and_costs_no_memory() {
    const PARTS: usize = 8;
    let part = vec![b' '; 8 << 20];
    let size = (PARTS * part.len()) as u64;
    let entry = crate::kit::Entry::file("manifest.json", "").declared(size);
    let token = token("huge manifest");
    let after = Layer::new().file("after", token.as_str()).tar();
    let packed = [
        Codec::Gzip.pack(&Layer::new().entry(entry).unterminated()),
        Codec::Gzip.pack(&part).repeat(PARTS),
        Codec::Gzip.pack(&after),
    ];
    let report = scan_archive(&packed.concat()).incomplete();
    assert!(report.has(&token), "{:#}", report.0["coverage"]);
}

#[test]
fn whatever_the_history_says_the_layers_are_read() {
    let entries = [
        json!({}),
        json!({"created_by": null, "created": null}),
        json!({"created_by": 7, "created": "yesterday"}),
        json!({"created_by": "RUN x", "empty_layer": true}),
        json!({"created_by": "RUN x", "empty_layer": "no"}),
        json!([]),
        json!(null),
    ];
    for entry in entries {
        let token = token("history");
        let image = leaky(&token).without_history().history_entry(entry.clone());
        let report = scan_index(&Index::new().tagged("1", &image));
        assert_eq!(
            report.finding(&token).at(0, "key").state(),
            "present",
            "{entry}"
        );
    }
}

#[test]
fn a_config_without_root_file_system_leaves_the_layers_to_the_manifest() {
    let token = token("no rootfs");
    for rootfs in [
        json!(null),
        json!({}),
        json!({"type": "layers", "diff_ids": []}),
        json!(7),
    ] {
        let report = scan_index(&Index::new().tagged("1", &leaky(&token).rootfs(rootfs.clone())));
        assert!(report.has(&token), "{rootfs}");
    }
}

#[test]
fn every_platform_of_an_index_is_read_however_it_is_described() {
    let mut secrets = Secrets::new("platforms");
    let platforms = [
        json!({"os": "linux", "architecture": "arm", "variant": "v6"}),
        json!({"os": "linux", "architecture": "arm", "variant": "v7"}),
        json!({"os": "windows", "architecture": "amd64", "os.version": "10.0.20348.1", "os.features": ["win32k"]}),
        json!({"os": "unknown", "architecture": "unknown"}),
        json!({"os": "plan9"}),
        json!({"os": 7, "architecture": []}),
        json!("linux/amd64"),
        json!(null),
    ];
    let mut index = Index::new();
    let mut tokens = Vec::new();
    for platform in &platforms {
        let token = secrets.github();
        let image = leaky(&token);
        let mut descriptor = image.manifest().descriptor();
        descriptor["platform"] = platform.clone();
        // Every descriptor stands there twice.
        index = index
            .holding(image.blobs())
            .descriptor(descriptor.clone())
            .descriptor(descriptor);
        tokens.push(token);
    }
    let report = scan_index(&index);
    for (token, platform) in tokens.iter().zip(&platforms) {
        assert_eq!(report.finding(token).places().len(), 1, "{platform}");
    }
}

#[test]
fn an_index_of_indexes_that_all_lead_to_each_other_ends() {
    let token = token("web of indexes");
    let image = leaky(&token);
    let mut index = Index::new().image(&image);
    // Each level refers to the one below a hundred times: 100^7 ways lead to the image.
    for _ in 0..7 {
        let document = index.document();
        let mut level = Index::new().nested("1", &index);
        for _ in 0..99 {
            level = level.descriptor(document.descriptor());
        }
        index = level;
    }
    let report = scan_index(&index);
    assert!(report.has(&token));
    assert_eq!(report.counted("layers"), 1);
}

#[test]
fn a_manifest_of_the_first_schema_is_read() {
    let mut secrets = Secrets::new("schema 1");
    let (lower, upper, argument) = (secrets.github(), secrets.github(), secrets.github());
    let blob = |token: &str| Blob {
        media_type: "application/vnd.docker.container.image.rootfs.diff+x-gtar".to_owned(),
        bytes: Codec::Gzip.pack(&Layer::new().file("key", token).tar()),
    };
    let (bottom, top) = (blob(&lower), blob(&upper));
    let step = |text: &str| {
        let step = json!({"container_config": {"Cmd": ["/bin/sh", "-c", text]}});
        json!({"v1Compatibility": step.to_string()})
    };
    // The newest layer comes first.
    let manifest = json!({
        "schemaVersion": 1, "name": "shop", "tag": "1", "architecture": "amd64",
        "fsLayers": [{"blobSum": top.digest()}, {"blobSum": bottom.digest()}],
        "history": [step("#(nop) COPY key"), step(&format!("TOKEN={argument} make"))],
    });
    let media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let manifest = Blob::json(media_type, &manifest);
    let index = Index::new().descriptor(manifest.descriptor());
    let report = scan_index(&index.holding(vec![bottom, top, manifest]));
    assert_eq!(report.finding(&lower).at(0, "key").state(), "overwritten");
    assert_eq!(report.finding(&upper).at(1, "key").state(), "present");
    assert!(report.has(&argument));
}

#[test]
fn keys_that_stand_twice_are_searched_both_times() {
    let mut secrets = Secrets::new("twice in JSON");
    let (first, second) = (secrets.github(), secrets.github());
    let image = leaky("nothing").reworded(|text| {
        let env = |token: &str| format!("\"config\":{{\"Env\":[\"TOKEN={token}\"]}}");
        text.replace(
            "\"config\":{}",
            &format!("{},{}", env(&first), env(&second)),
        )
    });
    let report = scan_index(&Index::new().tagged("1", &image));
    assert!(report.has(&second), "the one that parsers take");
    assert!(report.has(&first), "the one that they overlook");
}

#[test]
fn a_layer_that_is_named_ten_thousand_times_is_read_once() {
    let token = token("many descriptors");
    let index = Index::edited(&leaky(&token), |manifest| {
        let layer = manifest["layers"][0].clone();
        manifest["layers"] = Value::from(vec![layer; 10_000]);
    });
    let report = scan_index(&index);
    assert!(report.has(&token));
    assert_eq!(report.counted("layers"), 1);
}

#[test]
fn names_of_archives_lead_nowhere_else() {
    let token = token("paths");
    let image = leaky(&token);
    let good = docker::legacy(&[("shop:1", &image)]);
    for path in [
        "../../../etc/passwd",
        "/etc/passwd",
        "",
        ".",
        "a\0b",
        &"x/".repeat(40_000),
    ] {
        let manifest = json!([{"Config": path, "RepoTags": ["shop:1"], "Layers": [path]}]);
        let bundle: Bundle = good.clone().put("manifest.json", manifest.to_string());
        let report = scan_archive(&bundle.tar()).incomplete();
        assert!(!report.0.to_string().contains("root:x:"), "{path:.20}");
    }
}

#[test]
fn a_windows_image_is_an_image() {
    let token = token("windows");
    let layer = Layer::new()
        .dir("Files")
        .file("Files/ProgramData/app/.env", token.as_str())
        .dir("Hives")
        .file("Hives/System_Delta", b"regf\0\0\0\0".to_vec());
    let above = Layer::new().whiteout("Files/ProgramData/app/.env");
    let image = Image::new()
        .set("os", "windows")
        .set("os.version", "10.0.20348.1")
        .layer("COPY . C:/", &layer)
        .layer("RUN del", &above);
    let report = scan_index(&Index::new().image(&image));
    let place = report.finding(&token).at(0, "Files/ProgramData/app/.env");
    assert_eq!(place.state(), "deleted");
    report.expect_gaps(&[]);
}

#[test]
fn an_image_of_which_every_part_is_wrong_has_no_part_left_out() {
    let report = scan(&Index::new().layout().put(
        "index.json",
        json!({"manifests": [
            {"digest": digest(b"none"), "size": 4, "mediaType": "application/vnd.oci.image.manifest.v1+json"},
            {"digest": 7}, {}, null, [], "x",
        ]})
        .to_string(),
    ))
    .incomplete();
    assert!(report.0["coverage"]["gaps"].as_array().unwrap().len() > 1);
}

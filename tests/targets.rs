//! Every way to name an image, and every shape in which one is stored, leads to the same findings.

mod kit;

use kit::cli::{image, scan, scan_stream, scan_with, text, written};
use kit::{Bundle, Codec, Image, Index, Layer, Node, Report, Run, Secrets, docker};
use serde_json::json;

/// Two layers; the upper one deletes what the lower one leaks.
fn leaky(token: &str) -> Image {
    Image::new()
        .layer("COPY . /app", &Layer::new().file("app/token", token))
        .layer("RUN rm /app/token", &Layer::new().whiteout("app/token"))
}

/// Insists that the token of a [`leaky`] image is found, once, and explained.
#[track_caller]
fn expect_leak(run: Run, token: &str) -> Report {
    let report = run.expect(1).report();
    report.expect_gaps(&[]);
    let place = report.finding(token).at(0, "app/token");
    assert_eq!((place.state(), place.hidden_by()), ("deleted", Some(1)));
    assert_eq!(place.instruction(), "COPY . /app");
    report
}

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

#[test]
fn every_archive_shape_in_any_order_tells_the_same() {
    let token = token("shapes");
    let image = leaky(&token);
    let shapes = [
        docker::legacy(&[("shop:1", &image)]),
        docker::hybrid(&[("shop:1", &image)]),
        docker::kaniko("shop:1", &image),
        Index::new().tagged("1", &image).layout(),
    ];
    for shape in shapes {
        for archive in [
            shape.clone(),
            shape.clone().reversed(),
            shape.prefixed("./"),
        ] {
            let report = expect_leak(scan_stream(archive.tar()), &token);
            assert_eq!((report.counted("images"), report.counted("layers")), (1, 2));
        }
    }
}

#[test]
fn an_archive_may_be_compressed_as_a_whole() {
    let token = token("outer");
    let archive = docker::legacy(&[("shop:1", &leaky(&token))]).tar();
    for codec in Codec::ALL {
        expect_leak(scan_stream(codec.pack(&archive)), &token);
    }
}

#[test]
fn every_layer_compression_is_read_whatever_the_media_type_says() {
    for codec in Codec::ALL {
        let token = token("codecs");
        let lower = Layer::new().file("app/token", token.as_str());
        let mut image = Image::new()
            .packed("COPY . /app", &lower, codec)
            .layer("RUN rm /app/token", &Layer::new().whiteout("app/token"));
        expect_leak(scan(&Index::new().tagged("1", &image).layout()), &token);
        for media_type in [
            "",
            "application/vnd.oci.image.layer.v1.tar+zstd",
            "text/plain",
        ] {
            image.layers[0].blob.media_type = media_type.to_owned();
            expect_leak(scan(&Index::new().tagged("1", &image).layout()), &token);
        }
    }
}

#[test]
fn a_file_is_read_by_transport_and_by_its_content() {
    let token = token("files");
    let image_ = leaky(&token);
    let dir = tempfile::tempdir().unwrap();
    let docker_file = dir.path().join("docker.tar");
    let oci_file = dir.path().join("an-oci-archive");
    let layout = Index::new().tagged("1", &image_).layout();
    std::fs::write(&docker_file, docker::legacy(&[("shop:1", &image_)]).tar()).unwrap();
    std::fs::write(&oci_file, layout.tar()).unwrap();
    layout.write(&dir.path().join("layout"));

    let (docker_file, oci_file) = (text(&docker_file), text(&oci_file));
    let oci_dir = format!("{}/layout", text(dir.path()));
    let manifest = image_.manifest().digest();
    for target in [
        docker_file.to_owned(),
        format!("docker-archive:{docker_file}"),
        format!("docker-archive:{docker_file}:shop:1"),
        oci_file.to_owned(),
        format!("oci-archive:{oci_file}"),
        format!("oci-archive:{oci_file}:1"),
        oci_dir.clone(),
        format!("oci:{oci_dir}"),
        format!("oci:{oci_dir}:1"),
        format!("oci:{oci_dir}@{manifest}"),
    ] {
        expect_leak(image([target.as_str()]).run(), &token);
    }
}

#[test]
fn a_tag_chooses_one_image_and_without_one_all_are_scanned() {
    let mut secrets = Secrets::new("tags");
    let (one, two) = (secrets.github(), secrets.github());
    let (first, second) = (leaky(&one), leaky(&two));
    let layout = Index::new()
        .tagged("one", &first)
        .tagged("two", &second)
        .layout();
    let dir = written(&layout);
    let target = |tag: &str| format!("oci:{}{tag}", text(dir.path()));

    let both = image([target("").as_str()]).run().expect(1).report();
    assert!(both.has(&one) && both.has(&two));
    let chosen = expect_leak(image([target(":two").as_str()]).run(), &two);
    assert!(!chosen.has(&one));

    let archive = docker::legacy(&[("shop:1", &first), ("shop:2", &second)]).tar();
    let both = scan_stream(archive.clone()).expect(1).report();
    assert!(both.has(&one) && both.has(&two));
    assert_eq!(both.counted("images"), 2);
    let file = dir.path().join("two.tar");
    std::fs::write(&file, archive).unwrap();
    let chosen = format!("docker-archive:{}:shop:1", text(&file));
    assert!(!expect_leak(image([chosen.as_str()]).run(), &one).has(&two));
}

#[test]
fn what_a_target_does_not_hold_is_a_gap_and_what_is_no_target_is_refused() {
    let dir = written(&Index::new().tagged("one", &Image::new()).layout());
    let missing_tag = format!("oci:{}:two", text(dir.path()));
    image([missing_tag.as_str()])
        .run()
        .incomplete()
        .expect_gaps(&["target"]);
    for target in [
        "./no-such-image.tar",
        "/no/such/dir",
        "no.tar",
        "oci:no/such/dir",
    ] {
        let run = image([target]).run().expect(2);
        assert!(run.stderr.contains("No such file"), "{}", run.stderr);
    }
}

#[test]
fn what_is_no_archive_says_so() {
    for (bytes, said) in [(&b""[..], "it is empty"), (b"hello", "is neither")] {
        let run = scan_stream(bytes.to_vec());
        run.incomplete().expect_gaps(&["target"]);
        assert!(run.text().contains(said), "{}", run.text());
    }
}

#[test]
fn what_no_image_can_be_called_is_refused_with_the_transports_that_exist() {
    for name in ["My Shop", "ghcr.io/Acme/shop:1"] {
        let run = image([name]).run().expect(2);
        for transport in ["oci:", "oci-archive:", "docker-archive:", "docker://"] {
            assert!(run.stderr.contains(transport), "{}", run.stderr);
        }
    }
}

#[test]
fn an_exported_root_filesystem_is_one_layer() {
    let token = token("rootfs");
    let rootfs = Layer::new()
        .dir("app")
        .file("app/token", token.as_str())
        .tar();
    for stream in [rootfs.clone(), Codec::Gzip.pack(&rootfs)] {
        let report = scan_stream(stream).expect(1).report();
        report.expect_gaps(&[]);
        assert_eq!(report.finding(&token).at(0, "app/token").state(), "present");
    }
}

#[test]
fn layers_that_are_links_to_other_layers_are_read() {
    let token = token("links");
    let twice = Layer::new().file("app/token", token.as_str());
    let image = Image::new()
        .layer("COPY a /", &twice)
        .layer("COPY b /", &twice);
    let soft = docker::legacy(&[("shop:1", &image)]);
    let links = |node: &Node| matches!(node, Node::Symlink(_));
    assert_eq!(
        soft.entries.iter().filter(|entry| links(&entry.1)).count(),
        1
    );
    let mut hard = soft.clone();
    for (_, node) in &mut hard.entries {
        if let Node::Symlink(target) = node {
            *node = Node::Hardlink(target.trim_start_matches("../").to_owned());
        }
    }
    for archive in [soft.clone(), soft.reversed(), hard] {
        let report = scan_stream(archive.tar()).expect(1).report();
        report.expect_gaps(&[]);
        let finding = report.finding(&token);
        assert_eq!(finding.at(0, "app/token").state(), "overwritten");
        assert_eq!(finding.at(1, "app/token").state(), "present");
    }
}

#[test]
fn links_that_lead_nowhere_or_in_a_circle_end() {
    let image = leaky(&token("circle"));
    let legacy = docker::legacy(&[("shop:1", &image)]);
    let layers: Vec<_> = legacy.entries.iter().map(|entry| entry.0.clone()).collect();
    let mut layers = layers.iter().filter(|name| name.ends_with("layer.tar"));
    let (first, second) = (layers.next().unwrap(), layers.next().unwrap());
    let linked = |name: &str, target: &str| {
        let mut bundle = legacy.clone().without(name);
        bundle = bundle.with(name, Node::Symlink(format!("../{target}")));
        bundle
    };
    let circle = linked(first, second)
        .without(second)
        .with(second, Node::Symlink(format!("../{first}")));
    for archive in [
        linked(first, "nowhere/layer.tar"),
        linked(first, first),
        circle,
    ] {
        let report = scan_stream(archive.tar()).expect(3).report();
        assert!(!report.complete());
    }
}

/// An index of two platforms with a secret of its own in each.
fn two_platforms(amd: &str, arm: &str) -> Index {
    let arm = leaky(arm).set("architecture", "arm64").set("variant", "v8");
    Index::new().image(&leaky(amd)).image(&arm)
}

#[test]
fn all_platforms_are_scanned_unless_one_is_chosen() {
    let mut secrets = Secrets::new("platforms");
    let (amd, arm) = (secrets.github(), secrets.github());
    let layout = Index::new()
        .nested("multi", &two_platforms(&amd, &arm))
        .layout();
    let all = scan(&layout).expect(1).report();
    assert!(all.has(&amd) && all.has(&arm));

    for platform in ["linux/arm64", "linux/arm64/v8"] {
        let run = scan_with(&layout, ["--platform", platform]);
        let chosen = expect_leak(run, &arm);
        assert!(!chosen.has(&amd));
        let place = chosen.finding(&arm).at(0, "app/token");
        // v8 is what arm64 means anyway, so both choose it; it is shown as the image says.
        assert_eq!(place.0["platform"], "linux/arm64/v8");
    }
}

#[test]
fn a_platform_that_is_asked_for_and_absent_is_a_gap() {
    let layout = Index::new().image(&leaky(&token("asked"))).layout();
    let run = scan_with(&layout, ["--platform", "linux/s390x"]).expect(3);
    assert!(!run.report().complete());
}

#[test]
fn a_platform_that_was_never_pulled_is_a_note() {
    let mut secrets = Secrets::new("absent");
    let (amd, arm) = (secrets.github(), secrets.github());
    let absent = leaky(&arm).set("architecture", "arm64");
    let mut descriptor = absent.manifest().descriptor();
    descriptor["platform"] = absent.platform();
    let layout = Index::new()
        .image(&leaky(&amd))
        .descriptor(descriptor)
        .layout();
    let report = expect_leak(scan(&layout), &amd);
    assert_eq!(report.notes(), ["platform-absent"]);
    scan_with(&layout, ["--strict"])
        .expect(1)
        .report()
        .expect_gaps(&["platform-absent"]);
}

#[test]
fn a_foreign_layer_is_a_note_and_is_never_fetched() {
    let token = token("foreign");
    let foreign = json!({
        "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "digest": format!("sha256:{}", "5".repeat(64)),
        "size": 1234,
        "urls": ["http://127.0.0.1:1/layer"],
    });
    let diff_ids = ["a", "b", "c"].map(|id| kit::image::digest(id.as_bytes()));
    let image = leaky(&token)
        .rootfs(json!({"type": "layers", "diff_ids": diff_ids}))
        .history_entry(json!({"created_by": "COPY foreign /"}));
    let index = Index::edited(&image, |manifest| {
        manifest["layers"].as_array_mut().unwrap().push(foreign);
    });
    let layout = index.layout();
    assert_eq!(
        expect_leak(scan(&layout), &token).notes(),
        ["foreign-layer"]
    );
}

#[test]
fn indexes_within_indexes_are_followed() {
    let token = token("nested");
    let inner = Index::new().image(&leaky(&token));
    let middle = Index::new().nested("inner", &inner);
    let outer = Index::new().nested("outer", &middle);
    expect_leak(scan(&outer.layout()), &token);
}

#[test]
fn an_image_without_layers_is_clean() {
    let empty = Index::new().tagged("1", &Image::new()).layout();
    scan(&empty).expect(0).report().expect_gaps(&[]);
    let bundle: Bundle = docker::legacy(&[("empty:1", &Image::new())]);
    scan_stream(bundle.tar())
        .expect(0)
        .report()
        .expect_gaps(&[]);
}

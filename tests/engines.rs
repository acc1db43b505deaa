//! Images that real tools built and saved are scanned right. Each test does nothing where its tools
//! are missing, unless `RESIDUE_REQUIRE_SERVICES=1`.

#![allow(
    clippy::unwrap_used,
    reason = "an image that cannot be built is a failed test"
)]

mod kit;

use kit::cli::{image, scan_stream, text};
use kit::engine::{Buildah, Docker, available, busybox, run};
use kit::{Report, Secrets};
use std::path::Path;
use tempfile::TempDir;

/// The secrets that the images below leak.
struct Leaks {
    file: String,
    old: String,
    new: String,
    variable: String,
    argument: String,
}

impl Leaks {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        Self {
            file: secrets.github(),
            old: secrets.npm(),
            new: secrets.npm(),
            variable: secrets.github(),
            argument: secrets.password(),
        }
    }

    /// A build context: files, a shell, and a Dockerfile that uses them.
    fn context(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let put = |name: &str, body: &str| std::fs::write(dir.path().join(name), body).unwrap();
        put("env", &format!("GITHUB_TOKEN={}\n", self.file));
        put(
            "npmrc.old",
            &format!("//registry.npmjs.org/:_authToken={}\n", self.old),
        );
        // Another size: engines take a file of the same size and second for the same file.
        // Of another size: engines take a file of the same size and second for the same file.
        let new = format!("# rotated\n//registry.npmjs.org/:_authToken={}\n", self.new);
        put("npmrc.new", &new);
        std::fs::copy(busybox(), dir.path().join("busybox")).unwrap();
        let dockerfile = format!(
            "FROM scratch\n\
             COPY busybox /bin/sh\n\
             COPY busybox /bin/rm\n\
             ARG DB_PASSWORD\n\
             ENV API_TOKEN={}\n\
             COPY env /app/.env\n\
             COPY npmrc.old /root/.npmrc\n\
             RUN rm /app/.env\n\
             COPY npmrc.new /root/.npmrc\n\
             CMD [\"/bin/sh\"]\n",
            self.variable
        );
        put("Dockerfile", &dockerfile);
        dir
    }

    /// What every saved form of the image must tell.
    #[track_caller]
    fn expect_layers(&self, report: &Report) {
        report.expect_gaps(&[]);
        let deleted = only_file(report, &self.file, "app/.env");
        assert_eq!(deleted.state(), "deleted");
        let overwritten = only_file(report, &self.old, "root/.npmrc");
        assert_eq!(overwritten.state(), "overwritten");
        let present = only_file(report, &self.new, "root/.npmrc");
        assert_eq!(present.state(), "present");
        assert!(deleted.layer() < deleted.hidden_by());
        assert_eq!(overwritten.hidden_by(), present.layer());
    }
}

#[track_caller]
fn only_file<'a>(report: &'a Report, secret: &str, path: &str) -> kit::report::Place<'a> {
    let place = report.finding(secret).in_the("file");
    assert_eq!(place.path(), path);
    place
}

#[test]
fn docker_build_and_save_and_export() {
    if !available(&["dockerd", "docker", "busybox"]) {
        return;
    }
    let leaks = Leaks::new("docker");
    let context = leaks.context();
    let docker = Docker::start();
    let argument = format!("DB_PASSWORD={}", leaks.argument);
    let build = [
        "build",
        "--network",
        "none",
        "--build-arg",
        &argument,
        "-t",
        "shop:1",
    ];
    docker.run(&[&build[..], &[text(context.path())]].concat());

    let saved = docker.run(&["save", "shop:1"]);
    let report = scan_stream(saved.clone()).expect(1).report();
    expect_docker(&leaks, &report);

    let file = context.path().join("saved.tar");
    std::fs::write(&file, saved).unwrap();
    for target in [
        text(&file).to_owned(),
        format!("docker-archive:{}:shop:1", text(&file)),
    ] {
        expect_docker(&leaks, &image([target.as_str()]).run().expect(1).report());
    }

    let container = docker.run(&["create", "shop:1"]);
    let container = String::from_utf8(container).unwrap();
    let exported = docker.run(&["export", container.trim()]);
    let report = scan_stream(exported).expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(
        only_file(&report, &leaks.new, "root/.npmrc").state(),
        "present"
    );
    assert!(!report.has(&leaks.file) && !report.has(&leaks.old));
}

#[track_caller]
fn expect_docker(leaks: &Leaks, report: &Report) {
    leaks.expect_layers(report);
    assert_eq!(report.counted("images"), 1);
    let deleted = only_file(report, &leaks.file, "app/.env");
    assert!(
        deleted.instruction().contains("COPY"),
        "{}",
        deleted.instruction()
    );
    let by = deleted.0["changed_by"]["instruction"].as_str().unwrap();
    assert!(by.contains("rm /app/.env"), "{by}");
    report.finding(&leaks.argument).in_the("history");
    // The classic builder keeps it in `config`, in `container_config` and in the old-style files.
    let places = report.finding(&leaks.variable).places();
    assert!(places.iter().any(|place| place.kind() == "config"));
}

#[test]
fn buildah_bud_and_push() {
    if !available(&["buildah", "busybox"]) {
        return;
    }
    let leaks = Leaks::new("buildah");
    let context = leaks.context();
    let buildah = Buildah::new();
    let build = ["bud", "--isolation", "chroot", "--layers", "-t", "shop:1"];
    buildah.run(&[&build[..], &[text(context.path())]].concat());
    let layout = format!("oci:{}/layout:1", text(context.path()));
    let archive = format!("oci-archive:{}/archive.tar:1", text(context.path()));
    for target in [&layout, &archive] {
        buildah.run(&["push", "-q", "shop:1", target]);
        let report = image([target.as_str()]).run().expect(1).report();
        leaks.expect_layers(&report);
        assert!(report.has(&leaks.variable));
    }
}

/// An image by umoci: gzip layers, one with a whiteout and one that overwrites.
fn umoci(leaks: &Leaks, dir: &Path) -> String {
    let context = leaks.context();
    let layout = text(dir).to_owned() + "/layout";
    let tagged = format!("{layout}:1");
    let file = |name: &str| text(&context.path().join(name)).to_owned();
    let insert = |args: &[&str]| {
        let fixed = ["insert", "--rootless", "--image", &tagged];
        run("umoci", &[&fixed[..], args].concat());
    };
    run("umoci", &["init", "--layout", &layout]);
    run("umoci", &["new", "--image", &tagged]);
    insert(&[
        "--history.created_by",
        "COPY env",
        &file("env"),
        "/app/.env",
    ]);
    insert(&[&file("npmrc.old"), "/root/.npmrc"]);
    insert(&["--whiteout", "/app/.env"]);
    insert(&[&file("npmrc.new"), "/root/.npmrc"]);
    let variable = format!("API_TOKEN={}", leaks.variable);
    run(
        "umoci",
        &["config", "--image", &tagged, "--config.env", &variable],
    );
    tagged
}

#[test]
fn umoci_and_what_skopeo_makes_of_it() {
    if !available(&["umoci", "skopeo", "busybox"]) {
        return;
    }
    let leaks = Leaks::new("umoci");
    let dir = tempfile::tempdir().unwrap();
    let gzip = format!("oci:{}", umoci(&leaks, dir.path()));
    let at = |transport: &str, name: &str| format!("{transport}:{}/{name}", text(dir.path()));
    let copies = [
        (at("oci", "zstd:1"), &["--dest-compress-format", "zstd"][..]),
        (at("oci", "plain:1"), &["--dest-decompress"]),
        (at("oci-archive", "oci.tar:1"), &[]),
        (at("docker-archive", "docker.tar:shop:1"), &[]),
    ];
    let mut targets = vec![gzip.clone()];
    for (target, flags) in copies {
        run(
            "skopeo",
            &[&["copy", "-q"], flags, &[&gzip, &target]].concat(),
        );
        targets.push(target);
    }
    for target in &targets {
        let report = image([target.as_str()]).run().expect(1).report();
        leaks.expect_layers(&report);
        assert!(report.has(&leaks.variable), "{target}");
        let place = only_file(&report, &leaks.file, "app/.env");
        assert_eq!(place.instruction(), "COPY env", "{target}");
    }
}

/// The other way round: what the kit builds, a real tool takes for an image.
#[test]
fn skopeo_reads_what_the_kit_builds() {
    if !available(&["skopeo"]) {
        return;
    }
    let dir = kit::cli::written(&kit::sample::layout());
    let from = format!("{}:latest", kit::cli::oci(&dir));
    let to = format!("oci-archive:{}/copy.tar", text(dir.path()));
    run("skopeo", &["copy", "-q", &from, &to]);
}

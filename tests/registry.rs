//! Images in a registry that behaves: what comes over the network is what lies in the archive, and
//! whoever has to log in can.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that does not start is a failed test"
)]

mod kit;

use kit::cli::{image, oci, text, written};
use kit::engine::{available, run};
use kit::registry::Real;
use kit::{Bundle, Image, Index, Layer, Report, Secrets};
use std::path::Path;
use tempfile::TempDir;

/// Programs that these tests need.
const NEEDED: [&str; 3] = ["docker-registry", "skopeo", "openssl"];

/// Two platforms of an image that leaks in a file, in a deleted file and in its environment.
struct Shop {
    kept: String,
    deleted: String,
    variable: String,
}

impl Shop {
    fn new(seed: &str) -> Self {
        let mut secrets = Secrets::new(seed);
        Self {
            kept: secrets.github(),
            deleted: secrets.npm(),
            variable: secrets.github(),
        }
    }

    fn layout(&self) -> Bundle {
        let base = Layer::new()
            .file("etc/token", format!("token={}\n", self.kept))
            .file(
                "root/.npmrc",
                format!("//registry.npmjs.org/:_authToken={}\n", self.deleted),
            );
        let image = |arch: &str| {
            Image::new()
                .set("architecture", arch)
                .runtime("Env", vec![format!("API_TOKEN={}", self.variable)])
                .layer("COPY . /", &base)
                .layer("RUN rm /root/.npmrc", &Layer::new().whiteout("root/.npmrc"))
        };
        let both = Index::new().image(&image("amd64")).image(&image("arm64"));
        Index::new().nested("1", &both).layout()
    }
}

/// What a report says, without where it was read from.
fn told(report: &Report) -> Vec<String> {
    let mut all: Vec<String> = report
        .findings()
        .iter()
        .flat_map(|finding| {
            let places = finding.places();
            let tell = |place: kit::report::Place<'_>| {
                let (line, column) = place.position();
                format!(
                    "{} {} {} {} {:?} {line}:{column}",
                    finding.rule(),
                    finding.plain(),
                    place.kind(),
                    place.path(),
                    place.layer(),
                )
            };
            places.into_iter().map(tell).collect::<Vec<_>>()
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_registry_gives_what_the_layout_gives() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("registry");
    let dir = written(&shop.layout());
    let registry = Real::start("", "");
    registry.push(dir.path(), "1", "team/shop:1", &["--dest-tls-verify=false"]);

    let local = image([]).arg(&oci(&dir)).run().expect(1).report();
    let name = format!("{}/team/shop:1", registry.host);
    for target in [name.clone(), format!("docker://{name}")] {
        let remote = image([target.as_str()]).run().expect(1).report();
        remote.expect_gaps(&[]);
        assert_eq!(told(&remote), told(&local));
        assert_eq!(remote.counted("images"), 2);
        assert_eq!(remote.counted("layers"), local.counted("layers"));
        assert!(remote.has(&shop.kept) && remote.has(&shop.variable));
        assert_eq!(remote.finding(&shop.deleted).places()[0].state(), "deleted");
    }
    let one = image([&name, "--platform", "linux/arm64"])
        .run()
        .expect(1)
        .report();
    assert_eq!(one.counted("images"), 1);
}

#[test]
fn what_is_not_there_is_a_gap_that_says_what_to_do() {
    if !available(&NEEDED) {
        return;
    }
    let registry = Real::start("", "");
    let missing = format!("{}/no/such:1", registry.host);
    let run = image([missing.as_str()]).run().expect(3);
    let report = run.report();
    report.expect_gaps(&["target"]);
    let detail = report.0["coverage"]["gaps"].to_string();
    assert!(detail.contains("check the name and the tag"), "{detail}");
}

/// A certificate authority of the test's own, and a registry's certificate signed by it.
fn certificates(dir: &TempDir) -> (String, String, String) {
    let at = |name: &str| text(&dir.path().join(name)).to_owned();
    let (authority, key) = (at("ca.pem"), at("ca.key"));
    let fixed = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ];
    let names = [
        "-subj",
        "/CN=test authority",
        "-keyout",
        &key,
        "-out",
        &authority,
    ];
    let extensions = ["-addext", "basicConstraints=critical,CA:TRUE"];
    run("openssl", &[&fixed[..], &names, &extensions].concat());
    let (own, own_key, request, names) = (at("own.pem"), at("own.key"), at("own.csr"), at("names"));
    let fixed = [
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=registry",
    ];
    run(
        "openssl",
        &[&fixed[..], &["-keyout", &own_key, "-out", &request]].concat(),
    );
    std::fs::write(&names, "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
    let fixed = [
        "x509",
        "-req",
        "-days",
        "2",
        "-CAcreateserial",
        "-extfile",
        &names,
    ];
    let files = [
        "-in", &request, "-out", &own, "-CA", &authority, "-CAkey", &key,
    ];
    run("openssl", &[&fixed[..], &files].concat());
    (authority, own, own_key)
}

#[test]
fn a_private_registry_is_entered_with_the_right_authority_and_password() {
    if !available(&NEEDED) || !available(&["htpasswd"]) {
        return;
    }
    let shop = Shop::new("private");
    let password = Secrets::new("login").password();
    let dir = tempfile::tempdir().unwrap();
    let (authority, own, key) = certificates(&dir);
    let users = run("htpasswd", &["-Bbn", "me", &password]);
    std::fs::write(dir.path().join("users"), users).unwrap();
    let registry = Real::start(
        &format!("  tls:\n    certificate: {own}\n    key: {key}"),
        &format!(
            "auth:\n  htpasswd:\n    realm: test\n    path: {}",
            dir.path().join("users").display()
        ),
    );
    let login = format!("me:{password}");
    let flags = ["--dest-tls-verify=false", "--dest-creds", &login];
    registry.push(written(&shop.layout()).path(), "1", "shop:1", &flags);
    let target = format!("docker://{}/shop:1", registry.host);

    let gap = |flags: &[&str]| {
        let run = image([target.as_str()].into_iter().chain(flags.iter().copied()))
            .run()
            .expect(3);
        run.report().expect_gaps(&["target"]);
        run.text()
    };
    assert!(gap(&[]).contains("--ca-file"));
    assert!(gap(&["--ca-file", &authority]).contains("docker login"));
    let named = [
        "--ca-file",
        &authority,
        "--username",
        "me",
        "--password-stdin",
    ];
    let with = |flags: &[&str], password: &str| {
        let all = [target.as_str()].into_iter().chain(flags.iter().copied());
        image(all).stdin(format!("{password}\n")).run()
    };
    with(&named, &password).expect(1).report().expect_gaps(&[]);
    assert!(
        with(&named, "wrong")
            .expect(3)
            .text()
            .contains("rejects the credentials")
    );
    let insecure = ["--insecure", "--username", "me", "--password-stdin"];
    with(&insecure, &password).expect(1);

    let config = docker_config(dir.path(), &registry.host, &login);
    let run = image([target.as_str(), "--ca-file", &authority]);
    let report = run.env("DOCKER_CONFIG", &config).run().expect(1).report();
    assert!(report.has(&shop.kept));
}

/// What `docker login` leaves behind.
fn docker_config(dir: &Path, host: &str, login: &str) -> String {
    let folder = dir.join("docker");
    std::fs::create_dir_all(&folder).unwrap();
    let auth = data_encoding::BASE64.encode(login.as_bytes());
    let config = serde_json::json!({ "auths": { host: { "auth": auth } } });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    text(&folder).to_owned()
}

#[test]
fn wrong_usage_is_refused_before_work() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for (flags, word) in [
        (vec!["docker://Not A Name"], "no image can have that name"),
        (
            vec!["docker://x", "--ca-file", "/no/such.pem"],
            "cannot read the certificates",
        ),
        (
            vec!["docker://x", "--ca-file", text(&empty)],
            "no certificate",
        ),
        (vec!["docker://x", "--username", "me"], "--password-stdin"),
        (
            vec!["-", "--username", "me", "--password-stdin"],
            "standard input",
        ),
        (vec!["docker://x", "--jobs", "0"], "--jobs"),
    ] {
        let run = image(flags).stdin("").run().expect(2);
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
}

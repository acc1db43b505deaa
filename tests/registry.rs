//! Images in a real registry: what comes over the network is what lies in the archive, and whoever has
//! to prove who they are can.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that does not start is a failed test"
)]

mod kit;

use kit::authority::Authority;
use kit::cli::{image, text, written};
use kit::engine::{available, run};
use kit::registry::Real;
use kit::shop::{Shop, told};
use kit::tokens::TokenServer;
use kit::{Report, Secrets};
use std::fs;
use std::path::Path;

/// Programs that these tests need.
const NEEDED: [&str; 4] = ["docker-registry", "skopeo", "openssl", "htpasswd"];
/// For registries that nobody has an authority for.
const UNVERIFIED: &str = "--dest-tls-verify=false";

/// Insists that a registry gives what an archive of the image gives.
#[track_caller]
fn expect_shop(shop: &Shop, remote: &Report) {
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("shop.tar");
    fs::write(&archive, shop.layout().tar()).unwrap();
    let local = image([text(&archive)]).run().expect(1).report();
    remote.expect_gaps(&[]);
    assert_eq!(told(remote), told(&local));
    assert_eq!(remote.counted("layers"), local.counted("layers"));
    assert!(remote.has(&shop.kept) && remote.has(&shop.variable));
    assert_eq!(remote.finding(&shop.deleted).places()[0].state(), "deleted");
}

#[test]
fn a_registry_gives_what_an_archive_gives() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("registry");
    let registry = Real::start("", "");
    let name = format!("{}/team/shop:1", registry.host);
    registry.push(
        written(&shop.layout()).path(),
        "1",
        "team/shop:1",
        &[UNVERIFIED],
    );

    for target in [name.clone(), format!("docker://{name}")] {
        let remote = image([target.as_str()]).run().expect(1).report();
        expect_shop(&shop, &remote);
        assert_eq!(remote.counted("images"), 2);
    }
    let one = image([&name, "--platform", "linux/arm64"]).run();
    assert_eq!(one.expect(1).report().counted("images"), 1);
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

#[test]
fn an_image_from_before_there_were_configs_is_read() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("schema 1");
    let registry = Real::start("", "compatibility:\n  schema1:\n    enabled: true\n");
    let dir = written(&shop.layout());
    let from = format!("oci:{}:1", text(dir.path()));
    let name = format!("docker://{}/old:1", registry.host);
    let copy = [
        "copy",
        "-q",
        "--insecure-policy",
        UNVERIFIED,
        "--format",
        "v2s1",
    ];
    run("skopeo", &[&copy[..], &[&from, &name]].concat());
    let report = image([name.as_str()]).run().expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&shop.variable));
    let deleted = report.finding(&shop.deleted).places()[0];
    assert_eq!(deleted.state(), "deleted");
    assert_eq!(deleted.instruction(), "COPY . /");
    assert_eq!(report.counted("images"), 1);
}

#[test]
fn a_private_registry_is_entered_with_the_right_authority_and_password() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("private");
    let password = Secrets::new("login").password();
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let own = authority.issue("registry");
    let users = dir.path().join("users");
    fs::write(&users, run("htpasswd", &["-Bbn", "me", &password])).unwrap();
    let registry = Real::start(
        &format!(
            "  tls:\n    certificate: {}\n    key: {}",
            own.certificate, own.key
        ),
        &format!(
            "auth:\n  htpasswd:\n    realm: test\n    path: {}",
            users.display()
        ),
    );
    let login = format!("me:{password}");
    let flags = [UNVERIFIED, "--dest-creds", &login];
    registry.push(written(&shop.layout()).path(), "1", "shop:1", &flags);
    let target = format!("docker://{}/shop:1", registry.host);
    let authority = ["--ca-file", &authority.file()].map(str::to_owned);

    let with = |flags: &[&str], password: &str| {
        let all = [target.as_str()].into_iter().chain(flags.iter().copied());
        image(all).stdin(format!("{password}\n")).run()
    };
    let gap = |flags: &[&str]| {
        let run = with(flags, "").expect(3);
        run.report().expect_gaps(&["target"]);
        run.text()
    };
    let trusting = authority.each_ref().map(String::as_str);
    assert!(gap(&[]).contains("--ca-file"));
    assert!(gap(&trusting).contains("docker login"));
    let named = [&trusting[..], &["--username", "me", "--password-stdin"]].concat();
    expect_shop(&shop, &with(&named, &password).expect(1).report());
    let wrong = with(&named, "wrong").expect(3);
    assert!(wrong.text().contains("rejects the credentials"));
    let insecure = ["--insecure", "--username", "me", "--password-stdin"];
    with(&insecure, &password).expect(1);

    let config = docker_config(dir.path(), &registry.host, &login);
    let run = image([target.as_str()].into_iter().chain(trusting));
    let report = run.env("DOCKER_CONFIG", &config).run().expect(1).report();
    assert!(report.has(&shop.kept));
}

/// What `docker login` leaves behind.
fn docker_config(dir: &Path, host: &str, login: &str) -> String {
    let folder = dir.join("docker");
    fs::create_dir_all(&folder).unwrap();
    let auth = data_encoding::BASE64.encode(login.as_bytes());
    let config = serde_json::json!({ "auths": { host: { "auth": auth } } });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    text(&folder).to_owned()
}

#[test]
fn a_token_server_is_asked_once_for_all_images_of_a_repository() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("tokens");
    let password = Secrets::new("token login").password();
    let login = format!("me:{password}");
    let authority = Authority::new();
    let server = TokenServer::start(&authority, &login);
    let registry = Real::start("", &server.section());
    let dir = written(&shop.layout());
    for name in ["team/shop:1", "team/shop:2"] {
        let flags = [UNVERIFIED, "--dest-creds", &login];
        registry.push(dir.path(), "1", name, &flags);
    }
    let target = |tag: &str| format!("docker://{}/team/shop:{tag}", registry.host);
    let pushed = server.asked().len();
    let with = |targets: &[&str], password: &str| {
        let flags = ["--username", "me", "--password-stdin"];
        let all = targets.iter().chain(&flags).copied();
        image(all).stdin(password).run()
    };
    let report = with(&[&target("1")], &password).expect(1).report();
    expect_shop(&shop, &report);
    with(&[&target("1"), &target("2")], &password).expect(1);
    let asked = server.asked();
    let scopes: Vec<_> = asked[pushed..].iter().map(|asked| &asked.path).collect();
    assert_eq!(scopes.len(), 2, "{scopes:?}");
    assert!(
        scopes[0].contains("scope=repository%3Ateam%2Fshop%3Apull"),
        "{scopes:?}"
    );

    let wrong = with(&[&target("1")], "wrong").expect(3);
    assert!(wrong.text().contains("rejects the credentials"));
    let nobody = image([target("1").as_str()]).run().expect(3);
    assert!(nobody.text().contains("docker login"), "{}", nobody.text());
}

#[test]
fn a_registry_that_wants_a_certificate_of_ours_gets_it() {
    if !available(&NEEDED) {
        return;
    }
    let shop = Shop::new("client certificate");
    let authority = Authority::new();
    let (own, client) = (authority.issue("registry"), authority.issue("client"));
    let file = authority.file();
    let tls = format!(
        "  tls:\n    certificate: {}\n    key: {}\n    clientcas:\n      - {file}",
        own.certificate, own.key
    );
    let registry = Real::start(&tls, "");
    let (home, folder) = authority.home(&registry.host, Some(&client));
    let flags = ["--dest-cert-dir", text(&folder)];
    registry.push(written(&shop.layout()).path(), "1", "shop:1", &flags);

    let target = format!("docker://{}/shop:1", registry.host);
    let run = image([target.as_str()]).env("HOME", text(&home)).run();
    expect_shop(&shop, &run.expect(1).report());
    let run = image([target.as_str(), "--ca-file", &file]).run().expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("certs.d"), "{}", run.text());
}

#[test]
fn wrong_usage_is_refused_before_work() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty.pem");
    fs::write(&empty, "nothing").unwrap();
    let login = ["--username", "me", "--password-stdin"];
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
        ([&["-"][..], &login].concat(), "standard input"),
        (
            [&["a.test/x", "b.test/y"][..], &login].concat(),
            "a.test, b.test",
        ),
        (vec!["docker://x", "--jobs", "0"], "--jobs"),
    ] {
        let run = image(flags).stdin("word").run().expect(2);
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
}

//! Whom a registry may send us to, and who is told a password: nobody that it was not meant for, on
//! whatever way a registry asks for it.

#![allow(
    clippy::unwrap_used,
    reason = "a registry that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, put, text};
use kit::engine::program;
use kit::fake::{Answer, Fake, Proxy, Request};
use kit::parcel::{Parcel, expect_secret, scan};
use serde_json::json;
use tempfile::TempDir;

/// A host that no resolver knows (RFC 6761).
const NOWHERE: &str = "registry.test:5000";

/// What a registry says to somebody without a token, whose server is itself.
fn challenge(request: &Request) -> Answer {
    let host = &request.headers["host"];
    let header = format!("Bearer realm=\"http://{host}/token\",service=\"test\"");
    Answer::status(401).header("WWW-Authenticate", &header)
}

#[test]
fn a_token_that_runs_out_in_the_middle_is_renewed() {
    let parcel = Parcel::new("token");
    let (layer, bytes) = (parcel.layer.clone(), parcel.bytes());
    let registry = parcel.serve(move |request| {
        if request.path.starts_with("/token") {
            assert!(
                request.path.contains("scope=repository%3Aapp%3Apull"),
                "{}",
                request.path
            );
            return Some(Answer::ok(
                json!({ "token": format!("t{}", request.before) }).to_string(),
            ));
        }
        let is_layer = request.is_for(&layer);
        // The first token is good for everything but the rest of the layer.
        let good = match is_layer && request.headers.contains_key("range") {
            true => "Bearer t1",
            false => "Bearer t",
        };
        match request.authorization() {
            Some(token) if token.starts_with(good) => {
                (is_layer && request.before == 0).then(|| Answer {
                    cut: Some(70_000),
                    ..Answer::ok(bytes.clone())
                })
            }
            _ if request.path == "/v2/" => None,
            _ => Some(challenge(request)),
        }
    });
    expect_secret(scan(&registry, &[]), &parcel.secret).expect_gaps(&[]);
    let tokens = registry
        .asked()
        .iter()
        .filter(|asked| asked.path.starts_with("/token"))
        .count();
    assert_eq!(tokens, 2);
}

#[test]
fn no_credentials_go_along_with_a_redirect() {
    let parcel = Parcel::new("redirect");
    let store = parcel.serve(|_| None);
    let (layer, to) = (parcel.layer.clone(), store.host.clone());
    let registry = parcel.serve(move |request| {
        if request.authorization().is_none() && request.path != "/v2/" {
            return Some(Answer::status(401).header("WWW-Authenticate", "Basic realm=\"x\""));
        }
        let location = format!("http://{to}{}", request.path);
        request
            .is_for(&layer)
            .then(|| Answer::status(307).header("Location", &location))
    });
    let name = registry.target("app:1");
    let run = image([name.as_str(), "--username", "me", "--password-stdin"])
        .stdin("pass")
        .run();
    expect_secret(run, &parcel.secret).expect_gaps(&[]);
    assert!(
        registry
            .asked()
            .iter()
            .any(|asked| asked.authorization().is_some())
    );
    let there = store.asked();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].authorization(), None);
}

#[test]
fn a_token_server_without_tls_is_not_asked() {
    let parcel = Parcel::new("realm");
    let registry = parcel.serve(|request| {
        let realm = "Bearer realm=\"http://169.254.169.254/latest/meta-data\"";
        let answer = Answer::status(401).header("WWW-Authenticate", realm);
        (request.path != "/v2/").then_some(answer)
    });
    let run = scan(&registry, &[]).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(
        run.text().contains("not to be had over https"),
        "{}",
        run.text()
    );
}

/// Whoever has no credentials is asked for them.
fn wants_login(request: &Request) -> Option<Answer> {
    let is_stranger = request.authorization().is_none() && request.path != "/v2/";
    is_stranger.then(|| Answer::status(401).header("WWW-Authenticate", "Basic realm=\"x\""))
}

/// The credentials that a registry was shown, each once.
fn shown(registry: &Fake) -> Vec<String> {
    let asked = registry.asked();
    let all = asked.iter().filter_map(|asked| asked.authorization());
    let mut all: Vec<String> = all.map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

fn basic(login: &str) -> String {
    format!("Basic {}", data_encoding::BASE64.encode(login.as_bytes()))
}

/// A credential file with one login.
fn logins(dir: &TempDir, path: &str, name: &str, login: &str) -> String {
    let auth = data_encoding::BASE64.encode(login.as_bytes());
    put(
        dir,
        path,
        json!({ "auths": { name: { "auth": auth } } }).to_string(),
    );
    text(&dir.path().join(path)).to_owned()
}

#[test]
fn the_file_that_the_environment_names_counts_before_that_of_docker() {
    let parcel = Parcel::new("auth file");
    let registry = parcel.serve(wants_login);
    let dir = tempfile::tempdir().unwrap();
    let named = logins(
        &dir,
        "auth.json",
        &format!("{}/app", registry.host),
        "me:named",
    );
    logins(&dir, "docker/config.json", &registry.host, "me:docker");
    logins(
        &dir,
        "run/containers/auth.json",
        &registry.host,
        "me:podman",
    );
    let folder = |name: &str| text(&dir.path().join(name)).to_owned();
    let target = registry.target("app:1");
    let with = |variables: &[(&str, &str)]| {
        let run = image([target.as_str()]).env("DOCKER_CONFIG", "/no/such/folder");
        let run = variables
            .iter()
            .fold(run, |run, (name, value)| run.env(name, value));
        expect_secret(run.run(), &parcel.secret).expect_gaps(&[]);
        shown(&registry)
    };
    let (docker, run) = (folder("docker"), folder("run"));
    assert_eq!(with(&[("XDG_RUNTIME_DIR", &run)]), [basic("me:podman")]);
    let first = [
        ("XDG_RUNTIME_DIR", run.as_str()),
        ("DOCKER_CONFIG", &docker),
    ];
    assert!(with(&first).contains(&basic("me:docker")));
    let all = [&first[..], &[("REGISTRY_AUTH_FILE", &named)]].concat();
    assert!(with(&all).contains(&basic("me:named")));
    let broken = image([target.as_str()]).env("REGISTRY_AUTH_FILE", text(dir.path()));
    let run = broken
        .env("DOCKER_CONFIG", "/no/such/folder")
        .run()
        .expect(3);
    assert!(run.text().contains("cannot be read"), "{}", run.text());
}

/// A credential helper, the folder of the configuration that names it, and the search path with it.
fn helper(dir: &TempDir, script: &str) -> (String, String) {
    let script = format!("read server\n{script}");
    program(&dir.path().join("docker-credential-test"), &script);
    put(dir, "docker/config.json", r#"{"credsStore":"test"}"#);
    let search = std::env::var("PATH").unwrap();
    let config = text(&dir.path().join("docker")).to_owned();
    (config, format!("{}:{search}", text(dir.path())))
}

#[test]
fn a_credential_helper_is_asked_and_not_waited_for_without_end() {
    let parcel = Parcel::new("helper");
    let registry = parcel.serve(wants_login);
    let target = registry.target("app:1");
    let with = |script: &str, flags: &[&str]| {
        let dir = tempfile::tempdir().unwrap();
        let (config, path) = helper(&dir, script);
        let all = [target.as_str()].into_iter().chain(flags.iter().copied());
        image(all)
            .env("DOCKER_CONFIG", &config)
            .env("PATH", &path)
            .run()
    };
    let good = with(r#"echo '{"Username":"me","Secret":"from helper"}'"#, &[]);
    expect_secret(good, &parcel.secret).expect_gaps(&[]);
    assert_eq!(shown(&registry), [basic("me:from helper")]);
    let slow = with("exec sleep 20", &["--registry-timeout", "1s"]).expect(3);
    assert!(
        slow.text().contains("did not answer within 1 s"),
        "{}",
        slow.text()
    );
    let none = with("echo none >&2; exit 1", &[]).expect(3);
    assert!(none.text().contains("docker login"), "{}", none.text());
}

#[test]
fn an_identity_token_is_exchanged_and_goes_to_the_token_server_alone() {
    let parcel = Parcel::new("identity");
    let registry = parcel.serve(|request| match request.path.as_str() {
        "/v2/" => None,
        "/token" if request.body.contains("refresh_token=identity") => {
            assert_eq!(request.method, "POST");
            assert!(request.body.contains("grant_type=refresh_token"));
            Some(Answer::ok(json!({ "access_token": "short" }).to_string()))
        }
        "/token" => Some(Answer::status(400)),
        _ => match request.authorization() {
            Some("Bearer short") => None,
            _ => Some(challenge(request)),
        },
    });
    let dir = tempfile::tempdir().unwrap();
    let auths = json!({ "auths": { &registry.host: { "identitytoken": "identity" } } });
    put(&dir, "config.json", auths.to_string());
    let run = image([registry.target("app:1").as_str()]).env("DOCKER_CONFIG", text(dir.path()));
    expect_secret(run.run(), &parcel.secret).expect_gaps(&[]);
    assert_eq!(shown(&registry), ["Bearer short"]);
}

#[test]
fn a_mirror_is_tried_first_and_not_told_what_is_for_the_registry() {
    let parcel = Parcel::new("mirror");
    let mirror = parcel.serve(wants_login);
    let registry = parcel.serve(wants_login);
    let dir = tempfile::tempdir().unwrap();
    let conf = format!(
        "[[registry]]\nlocation = \"{}\"\n[[registry.mirror]]\nlocation = \"{}/copies\"\n",
        registry.host, mirror.host
    );
    put(&dir, "registries.conf", conf);
    let conf = text(&dir.path().join("registries.conf")).to_owned();
    let target = registry.target("app:1");
    let login = [target.as_str(), "--username", "me", "--password-stdin"];
    let run = image(login).env("CONTAINERS_REGISTRIES_CONF", &conf);
    let run = run
        .env("DOCKER_CONFIG", "/no/such/folder")
        .stdin("pass")
        .run();
    expect_secret(run, &parcel.secret).expect_gaps(&[]);
    assert!(
        mirror
            .asked()
            .iter()
            .any(|asked| asked.path.contains("/copies/app/"))
    );
    assert!(shown(&mirror).is_empty());
    assert_eq!(shown(&registry), [basic("me:pass")]);

    put(
        &dir,
        "registries.conf",
        format!(
            "[[registry]]\nlocation = \"{}\"\nblocked = true\n",
            registry.host
        ),
    );
    let run = image([target.as_str()])
        .env("CONTAINERS_REGISTRIES_CONF", &conf)
        .run();
    assert!(run.expect(3).text().contains("registries.conf blocks it"));
}

/// Scans `app:1` of a registry that only a proxy leads to.
fn proxied(proxy: &Proxy) -> kit::Run {
    let target = format!("docker://{NOWHERE}/app:1");
    let run = image([target.as_str(), "--plain-http", NOWHERE]);
    run.env("HTTPS_PROXY", &proxy.url).env("NO_PROXY", "").run()
}

#[test]
fn a_proxy_leads_to_the_registry_and_into_no_private_network() {
    let parcel = Parcel::new("proxy");
    let registry = parcel.serve(|_| None);
    let proxy = Proxy::to(&registry.host);
    expect_secret(proxied(&proxy), &parcel.secret).expect_gaps(&[]);
    assert!(proxy.asked().iter().all(|asked| asked == NOWHERE));

    let layer = parcel.layer.clone();
    let sly = parcel.serve(move |request| {
        let inside = Answer::status(307).header("Location", "http://10.0.0.1/metadata");
        request.is_for(&layer).then_some(inside)
    });
    let proxy = Proxy::to(&sly.host);
    let report = proxied(&proxy).incomplete();
    assert!(report.0["coverage"].to_string().contains("private address"));
    assert!(proxy.asked().iter().all(|asked| asked == NOWHERE));

    let closed = image([format!("docker://{NOWHERE}/app:1").as_str()]);
    let closed = closed
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .run()
        .expect(3);
    closed.report().expect_gaps(&["target"]);
}

#[test]
fn a_token_server_at_a_private_address_is_not_asked_for_a_public_registry() {
    let parcel = Parcel::new("private realm");
    let registry = parcel.serve(|request| {
        let realm = "Bearer realm=\"https://192.168.0.1/token\"";
        let answer = Answer::status(401).header("WWW-Authenticate", realm);
        (request.path != "/v2/").then_some(answer)
    });
    // Behind a proxy a registry counts as public.
    let proxy = Proxy::to(&registry.host);
    let run = proxied(&proxy).expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("private address"), "{}", run.text());
    assert!(proxy.asked().iter().all(|asked| asked == NOWHERE));
}

//! Images that engines on this machine hold, read over their API.

#![allow(
    clippy::unwrap_used,
    reason = "an engine that does not start is a failed test"
)]

mod kit;

use kit::cli::{image, layout_of, text, written};
use kit::engine::{Containerd, Docker, Podman, available, run};
use kit::index::blob_path;
use kit::{Image, Index, Layer, Secrets, residue};
use std::collections::BTreeSet;
use std::fs::Permissions;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// An archive that every engine loads, and its one secret.
fn archive(seed: &str, name: &str) -> (tempfile::TempDir, String, String) {
    let secret = Secrets::new(seed).github();
    let image = Image::new().layer(
        "COPY . /",
        &Layer::new().file("etc/token", format!("token={secret}\n")),
    );
    let layout = written(&layout_of(&image));
    let file = layout.path().join("image.tar");
    let from = format!("oci:{}:1", layout.path().display());
    let to = format!("docker-archive:{}:{name}", file.display());
    run("skopeo", &["copy", "-q", "--insecure-policy", &from, &to]);
    let file = text(&file).to_owned();
    (layout, file, secret)
}

#[test]
fn docker_hands_out_what_it_holds() {
    if !available(&["dockerd", "docker", "skopeo"]) {
        return;
    }
    let (_dir, file, secret) = archive("docker", "localhost/shop:1");
    let docker = Docker::start();
    docker.run(&["load", "-i", &file]);
    let host = docker.host();
    let scan = |target: &str| image([target]).env("DOCKER_HOST", &host).run();

    for target in ["docker-daemon:localhost/shop:1", "localhost/shop:1"] {
        let report = scan(target).expect(1).report();
        report.expect_gaps(&[]);
        assert_eq!(report.finding(&secret).places()[0].path(), "etc/token");
    }
    let via = scan("localhost/shop:1").report().0["targets"][0]["via"].clone();
    assert_eq!(via, format!("docker engine at {host}"));

    let run = scan("docker-daemon:localhost/none:1").expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(
        run.text().contains("docker pull localhost/none:1"),
        "{}",
        run.text()
    );
}

#[test]
fn podman_hands_out_what_it_holds() {
    if !available(&["podman", "skopeo"]) {
        return;
    }
    let (_dir, file, secret) = archive("podman", "localhost/shop:1");
    let podman = Podman::start();
    podman.run(&["load", "-q", "-i", &file]);
    for target in ["podman:localhost/shop:1", "localhost/shop:1"] {
        let report = image([target])
            .env("CONTAINER_HOST", &podman.host())
            .env("DOCKER_HOST", "unix:///no/such/socket")
            .run()
            .expect(1)
            .report();
        report.expect_gaps(&[]);
        assert!(report.has(&secret));
    }
}

#[test]
fn an_engine_that_is_not_there_is_told_at_once() {
    for (target, variable) in [
        ("docker-daemon:x", "DOCKER_HOST"),
        ("podman:x", "CONTAINER_HOST"),
    ] {
        let run = image([target])
            .env(variable, "unix:///no/such/socket")
            .run()
            .expect(3);
        run.report().expect_gaps(&["target"]);
        assert!(run.text().contains("is it running?"), "{}", run.text());
    }
}

#[test]
fn an_engine_on_another_machine_is_reached_by_its_own_program() {
    let secret = Secrets::new("ssh").github();
    let layer = Layer::new().file("etc/token", format!("token={secret}\n"));
    let archive = layout_of(&Image::new().layer("COPY . /", &layer)).tar();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("saved.tar");
    std::fs::write(&file, archive).unwrap();
    let search = format!("{}:{}", text(dir.path()), std::env::var("PATH").unwrap());
    for (transport, name, before, unknown) in [
        ("docker-daemon", "docker", "", "Error: No such image: none"),
        (
            "podman",
            "podman",
            "--remote ",
            "Error: none: image not known",
        ),
    ] {
        let script = format!(
            "case \"$*\" in\n'{before}image inspect --format {{{{.Id}}}} -- shop') ;;\n\
             '{before}save -- shop') cat {} ;;\n*) echo '{unknown}' >&2; exit 1 ;;\nesac",
            text(&file)
        );
        kit::engine::program(&dir.path().join(name), &script);
        let scan = |name: &str| {
            let run = image([format!("{transport}:{name}").as_str()]).env("PATH", &search);
            let run = run.env("DOCKER_HOST", "ssh://me@there");
            run.env("CONTAINER_HOST", "ssh://me@there").run()
        };
        let report = scan("shop").expect(1).report();
        report.expect_gaps(&[]);
        assert!(report.has(&secret));
        let none = scan("none").expect(3).text();
        assert!(none.contains("has no image none"), "{none}");
    }
}

#[test]
fn that_no_engine_runs_any_container_is_told_with_the_next_step() {
    let run = residue(["container", "--all", "--format", "json"])
        .env("DOCKER_HOST", "unix:///no/such/socket")
        .env("CONTAINER_HOST", "unix:///no/such/socket")
        .run()
        .expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("is it running?"), "{}", run.text());
}

#[test]
fn an_engine_that_never_answers_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        // Connections are taken, and nothing is said.
        let open: Vec<_> = listener.incoming().flatten().collect();
        drop(open);
    });
    let begin = Instant::now();
    let host = format!("unix://{}", path.display());
    let run = image(["docker-daemon:x"])
        .env("DOCKER_HOST", &host)
        .run()
        .expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(begin.elapsed() < Duration::from_secs(30));
}

/// An engine that has one image, says that its archive has so many bytes, and ends after those it has.
fn engine(archive: Vec<u8>, length: usize) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let count = stream.read(&mut head).unwrap_or(0);
            let wants_image = String::from_utf8_lossy(&head[..count]).contains("/get ");
            let length = if wants_image { length } else { 2 };
            let body: &[u8] = if wants_image { &archive } else { b"{}" };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        }
    });
    let host = format!("unix://{}", path.display());
    (dir, host)
}

/// An engine that has every image, and answers for one of the two names when both were asked for.
fn patient(names: [&'static str; 2], archive: Vec<u8>) -> (tempfile::TempDir, String, Asked) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let asked = Asked::default();
    let (shared, archive) = (Arc::clone(&asked), Arc::new(archive));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (asked, archive) = (Arc::clone(&shared), Arc::clone(&archive));
            std::thread::spawn(move || {
                let mut head = [0; 4096];
                let count = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..count]);
                for name in names {
                    if head.contains(&format!("/images/{name}/json")) {
                        wait_for_both(&asked, name);
                    }
                }
                let is_archive = head.contains("/get ");
                let body: &[u8] = if is_archive { &archive } else { b"{}" };
                let length = body.len();
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body);
            });
        }
    });
    (dir, format!("unix://{}", path.display()), asked)
}

/// What was asked for, and whether anybody waited in vain for the other.
type Asked = Arc<(Mutex<(BTreeSet<&'static str>, bool)>, Condvar)>;

fn wait_for_both(asked: &Asked, name: &'static str) {
    let (state, changed) = &**asked;
    let mut state = state.lock().unwrap();
    state.0.insert(name);
    changed.notify_all();
    let patience = Duration::from_secs(20);
    let wait = changed.wait_timeout_while(state, patience, |state| state.0.len() < 2);
    let (mut state, waited) = wait.unwrap();
    state.1 |= waited.timed_out();
}

#[test]
fn names_are_looked_for_at_the_same_time() {
    let secret = Secrets::new("same time").github();
    let layer = Layer::new().file("etc/token", format!("token={secret}\n"));
    let (_dir, host, asked) = patient(["one", "two"], layer.tar());
    let run = image(["one", "two"]).env("DOCKER_HOST", &host).run();
    let report = run.expect(1).report();
    assert_eq!(report.finding(&secret).places().len(), 2);
    assert!(!asked.0.lock().unwrap().1, "one was waited for first");
}

/// An engine that has every image, and counts how many archives are read from it at the same time; the most
/// that were.
fn counting(archive: Vec<u8>) -> (tempfile::TempDir, String, Arc<Mutex<(usize, usize)>>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let open = Arc::new(Mutex::new((0, 0)));
    let (shared, archive) = (Arc::clone(&open), Arc::new(archive));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (open, archive) = (Arc::clone(&shared), Arc::clone(&archive));
            std::thread::spawn(move || {
                let mut head = [0; 4096];
                let count = stream.read(&mut head).unwrap_or(0);
                let is_archive = String::from_utf8_lossy(&head[..count]).contains("/get ");
                if is_archive {
                    let mut open = open.lock().unwrap();
                    open.0 += 1;
                    open.1 = open.1.max(open.0);
                }
                let body: &[u8] = if is_archive { &archive } else { b"{}" };
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body);
                if is_archive {
                    open.lock().unwrap().0 -= 1;
                }
            });
        }
    });
    (dir, format!("unix://{}", path.display()), open)
}

#[test]
fn an_archive_is_asked_for_when_its_turn_comes() {
    let mut secrets = Secrets::new("turns");
    let secret = secrets.github();
    // More than a socket takes while nobody reads.
    let layer = Layer::new()
        .file("etc/token", format!("token={secret}\n"))
        .file("noise", secrets.bytes(1 << 20));
    let (_dir, host, open) = counting(layer.tar());
    let names: Vec<String> = (0..6)
        .map(|number| format!("docker-daemon:x{number}"))
        .collect();
    let flags = ["--threads", "2"]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    let report = image(flags)
        .env("DOCKER_HOST", &host)
        .run()
        .expect(1)
        .report();
    assert_eq!(report.finding(&secret).places().len(), names.len());
    let most = open.lock().unwrap().1;
    assert!((1..=2).contains(&most), "{most} at the same time");
}

#[test]
fn an_engine_that_dies_in_the_middle_is_a_gap() {
    let secret = Secrets::new("dies").github();
    let layer = Layer::new().file("etc/token", format!("token={secret}\n"));
    let tar = layer.unterminated();
    let length = tar.len() + 5_000;
    let (_dir, host) = engine(tar, length);
    let run = image(["docker-daemon:x"]).env("DOCKER_HOST", &host).run();
    let report = run.incomplete();
    assert!(report.has(&secret), "{:#}", report.0);
}

#[test]
fn a_platform_that_the_engine_never_pulled_is_a_note() {
    let mut secrets = Secrets::new("never pulled");
    let (amd, arm) = (secrets.github(), secrets.npm());
    let image_of = |arch: &str, secret: &str| {
        let layer = Layer::new().file("etc/token", format!("token={secret}\n"));
        Image::new()
            .set("architecture", arch)
            .layer("COPY . /", &layer)
    };
    let (here, absent) = (image_of("amd64", &amd), image_of("arm64", &arm));
    let both = Index::new().image(&here).image(&absent);
    let whole = Index::new().nested("1", &both).layout();
    // Engines that keep images in containerd may have kept the manifest, or not even that.
    let manifest = absent.manifest().digest();
    for keeps_manifest in [true, false] {
        let blobs = absent.blobs();
        let gone = blobs.iter().map(kit::Blob::digest);
        let gone = gone.filter(|digest| !keeps_manifest || *digest != manifest);
        let bundle = gone.fold(whole.clone(), |bundle, digest| {
            bundle.without(&blob_path(&digest))
        });
        let archive = bundle.tar();
        let length = archive.len();
        let (_dir, host) = engine(archive, length);
        let run = image(["docker-daemon:x"]).env("DOCKER_HOST", &host).run();
        let report = run.expect(1).report();
        report.expect_gaps(&[]);
        assert_eq!(report.notes(), ["platform-absent"]);
        assert!(report.has(&amd) && !report.has(&arm));
    }
}

#[test]
fn an_engine_that_this_user_may_not_use_is_told() {
    if !available(&["setpriv"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    let path = dir.path().join("socket");
    let _listener = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .args([env!("CARGO_BIN_EXE_residue"), "image", "docker-daemon:x"])
        .env("DOCKER_HOST", format!("unix://{}", path.display()))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(
        told.replace('\n', " ").contains("this user may not use"),
        "{told}"
    );
}

/// An image whose upper layer deletes a secret of the lower one.
fn two_layers(seed: &str) -> (tempfile::TempDir, String, String) {
    let mut secrets = Secrets::new(seed);
    let (kept, deleted) = (secrets.github(), secrets.npm());
    let base = Layer::new()
        .file("etc/token", format!("token={kept}\n"))
        .file(
            "root/.npmrc",
            format!("//registry.npmjs.org/:_authToken={deleted}\n"),
        );
    let image = Image::new()
        .layer("COPY . /", &base)
        .layer("RUN rm /root/.npmrc", &Layer::new().whiteout("root/.npmrc"));
    (written(&layout_of(&image)), kept, deleted)
}

#[test]
fn a_store_of_podman_and_buildah_is_read_in_place() {
    if !available(&["skopeo"]) {
        return;
    }
    let (layout, kept, deleted) = two_layers("storage");
    let root = tempfile::tempdir().unwrap();
    let at = format!(
        "vfs@{}+{}",
        root.path().join("root").display(),
        root.path().join("run").display()
    );
    let from = format!("oci:{}:1", layout.path().display());
    let to = format!("containers-storage:[{at}]localhost/shop:1");
    run("skopeo", &["copy", "-q", "--insecure-policy", &from, &to]);

    for name in ["localhost/shop:1", "shop:1"] {
        let report = image([
            format!("containers-storage:[{at}]{name}").as_str(),
            "--verify-diffid",
        ])
        .run()
        .expect(1)
        .report();
        report.expect_gaps(&[]);
        assert_eq!(report.finding(&kept).places()[0].state(), "present");
        assert_eq!(report.finding(&deleted).places()[0].state(), "deleted");
    }
    let run = image([format!("containers-storage:[{at}]none:1").as_str()])
        .run()
        .expect(3);
    run.report().expect_gaps(&["target"]);
    assert!(run.text().contains("has no image none:1"), "{}", run.text());

    // A file that is gone from the store costs itself and nothing else.
    let vfs = root.path().join("root/vfs/dir");
    for layer in std::fs::read_dir(vfs).unwrap() {
        let _ = std::fs::remove_file(layer.unwrap().path().join("etc/token"));
    }
    let target = format!("containers-storage:[{at}]localhost/shop:1");
    let report = image([target.as_str()]).run().incomplete();
    assert!(report.has(&deleted) && !report.has(&kept));
    assert!(report.0["coverage"].to_string().contains("etc/token"));
}

#[test]
fn the_store_of_containerd_is_read_in_place() {
    if !available(&["containerd", "ctr"]) {
        return;
    }
    let (layout, kept, deleted) = two_layers("containerd");
    let archive = layout.path().join("image.tar");
    let bundle: Vec<String> = ["oci-layout", "index.json", "blobs"]
        .map(str::to_owned)
        .into();
    let mut args = vec!["-cf".to_owned(), text(&archive).to_owned(), "-C".to_owned()];
    args.push(text(layout.path()).to_owned());
    args.extend(bundle);
    run("tar", &args.iter().map(String::as_str).collect::<Vec<_>>());
    let containerd = Containerd::start();
    containerd.run(&[
        "images",
        "import",
        "--no-unpack",
        "--base-name",
        "localhost/shop",
        text(&archive),
    ]);

    let root = containerd.root();
    for target in [
        format!("containerd:[default@{root}]localhost/shop:1"),
        format!("containerd:[@{root}]localhost/shop:1"),
    ] {
        let report = image([target.as_str()]).run().expect(1).report();
        report.expect_gaps(&[]);
        assert!(report.has(&kept));
        assert_eq!(report.finding(&deleted).places()[0].state(), "deleted");
    }
    let none = format!("containerd:[default@{root}]localhost/none:1");
    let run = image([none.as_str()]).run().expect(3);
    assert!(run.text().contains("images ls"), "{}", run.text());
}

#[test]
fn a_container_tells_what_it_wrote_and_what_came_with_its_image() {
    if !available(&["dockerd", "docker", "busybox"]) {
        return;
    }
    let mut secrets = Secrets::new("container");
    let (shipped, given, written_later) = (secrets.github(), secrets.github(), secrets.npm());
    let context = tempfile::tempdir().unwrap();
    std::fs::copy(kit::engine::busybox(), context.path().join("busybox")).unwrap();
    std::fs::write(context.path().join("token"), format!("token={shipped}\n")).unwrap();
    let dockerfile =
        "FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/sleep\nCOPY token /etc/token\n";
    std::fs::write(context.path().join("Dockerfile"), dockerfile).unwrap();
    let docker = Docker::start();
    docker.run(&[
        "build",
        "-q",
        "--network",
        "none",
        "-t",
        "shop:1",
        text(context.path()),
    ]);
    let script =
        format!("echo '//registry.npmjs.org/:_authToken={written_later}' > /npmrc; exec sleep 600");
    let variable = format!("API_TOKEN={given}");
    let create = [
        "create",
        "--network",
        "none",
        "--name",
        "web",
        "-e",
        &variable,
    ];
    docker.run(&[&create[..], &["shop:1", "/bin/sh", "-c", &script]].concat());
    // Starting needs more of the machine than a test may have everywhere; what was written is copied.
    let npmrc = context.path().join("npmrc");
    std::fs::write(
        &npmrc,
        format!("//registry.npmjs.org/:_authToken={written_later}\n"),
    )
    .unwrap();
    docker.run(&["cp", text(&npmrc), "web:/npmrc"]);

    let run = residue(["container", "--format", "json", "--show-secrets", "web"]);
    let report = run
        .env("DOCKER_HOST", &docker.host())
        .run()
        .expect(1)
        .report();
    report.expect_gaps(&[]);
    let targets = |secret: &str| -> Vec<String> {
        let places = report.finding(secret).places();
        places
            .iter()
            .map(|place| place.0["target"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(
        targets(&given)
            .iter()
            .all(|target| target.contains("container:web"))
    );
    assert!(
        targets(&shipped)
            .iter()
            .all(|target| target.contains("docker image sha256:"))
    );
    let later = report.finding(&written_later);
    assert!(later.paths().contains(&"npmrc"), "{:?}", later.paths());

    let run = residue(["container", "none"])
        .env("DOCKER_HOST", &docker.host())
        .run()
        .expect(3);
    assert!(
        run.text().contains("has no container none"),
        "{}",
        run.text()
    );
    let all = residue(["container", "--all"]).env("DOCKER_HOST", &docker.host());
    all.run().expect(0);
}

#[test]
fn a_process_tells_its_environment_and_command_line() {
    let mut secrets = Secrets::new("process");
    let (variable, argument) = (secrets.github(), secrets.npm());
    let mut sleeper = Command::new("sh")
        .args(["-c", "sleep 60; true", &argument])
        .env("API_TOKEN", &variable)
        .spawn()
        .unwrap();
    let number = sleeper.id().to_string();
    let scan = |what: &str| residue(["process", "--format", "json", "--show-secrets", what]).run();
    let report = scan(&number).expect(1).report();
    let all = scan("--all").expect(1).report();
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    report.expect_gaps(&[]);
    let place = report.finding(&variable).places()[0].path().to_owned();
    assert_eq!(place, format!("{number} (sh), environ API_TOKEN"));
    assert_eq!(
        report.finding(&argument).paths(),
        [format!("{number} (sh), cmdline")]
    );
    assert!(all.has(&variable) && all.has(&argument));
    scan("4000000000")
        .expect(3)
        .report()
        .expect_gaps(&["missing"]);
}

//! Results kept from one scan to the next: no layer is read twice, and no report shows that it was not.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::certificate::{Certificate, ssh_line};
use kit::cli::{layout_of, oci, residue, text, written};
use kit::fake::{Answer, Request};
use kit::kept::{NOW, Place, files, results, stack};
use kit::{Codec, Entry, Image, Index, Layer, Secrets, packages, sample};
use std::fs;
use std::thread;
use std::time::Duration;

/// What becomes of a file.
type Damage = fn(&[u8]) -> Vec<u8>;

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

#[test]
fn the_sample_is_read_once() {
    let layout = sample::layout();
    let manifest = layout.get("index.json");
    let index: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap();
    let place = Place::serving(&layout.reversed(), []);
    let target = place.registry.target(&format!("app@{digest}"));
    let scan = |keeping: bool| {
        let run = residue(["image", &target, "--format", "json", "--quiet"]);
        let run = if keeping {
            run.keeping(place.results.path())
        } else {
            run
        };
        let before = place.registry.asked().len();
        (
            run.run().expect(1).text(),
            place.registry.asked().len() - before,
        )
    };
    let (uncached, asked) = scan(false);
    assert_eq!(scan(true).0, uncached);
    let (cached, rest) = scan(true);
    assert_eq!(cached, uncached);
    assert_eq!(asked - rest, 5, "its five layers are not asked for");
}

#[test]
fn whiteouts_and_links_are_known() {
    let mut secrets = Secrets::new("whiteouts");
    let (one, two, three) = (secrets.github(), secrets.npm(), secrets.stripe());
    let below = Layer::new()
        .dir("app")
        .file("app/one", one.as_str())
        .file("app/two", two.as_str())
        .file("app/two", format!("{two}\n{three}"))
        .hardlink("app/also", "app/one")
        .symlink("app/link", &format!("/{three}"))
        .entry(Entry::file("app/attr", "x").xattr("user.note", one.as_str()))
        .file("srv/deep/three", three.as_str());
    let above = Layer::new()
        .whiteout("app/one")
        .opaque("srv")
        .file("app/two", "");
    let place = Place::of(&stack(&[
        below,
        above,
        Layer::new().file("srv", "now a file"),
    ]));
    place.read_once();
}

#[test]
fn installed_packages_are_known() {
    let (below, large) = (
        Secrets::new("vendored").private_key(),
        Secrets::new("large").private_key(),
    );
    // Too large to be in memory as a whole, so that its hash takes a second reading.
    let large = format!("{large}{}", "x\n".repeat(1 << 20));
    let changed = Layer::new().file("usr/share/libexample/test.pem", format!("{below}\n"));
    let place = Place::of(&stack(&[
        packages::dpkg(&below).layer(),
        packages::python(&large).layer(),
        changed,
    ]));
    place.read_once();
}

#[test]
fn keys_and_companions_are_joined_across_layers() {
    let mut secrets = Secrets::new("pairs");
    let ((key, public), (id, secret)) = (secrets.key_pair(), secrets.aws());
    let certificate = Certificate {
        subject: "app.acme.dev",
        issuer: "Acme Root",
        names: &["app.acme.dev"],
        end: "270101000000Z",
    };
    let companions = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let place = Place::of(&stack(&[
        Layer::new().file("tls/app.crt", certificate.pem(&public)),
        Layer::new()
            .file("app.key", key)
            .file("credentials", companions),
        Layer::new().file("authorized_keys", ssh_line(&public, "deploy@build")),
    ]));
    place.read_once();
    // The certificate expires between the two.
    for now in ["1893456000", NOW] {
        place.told_alike(&["--format", "json"], now);
    }
}

#[test]
fn what_is_encoded_and_what_comments_say_is_known() {
    let mut secrets = Secrets::new("encoded");
    let (one, two) = (secrets.github(), secrets.password());
    let encoded = data_encoding::BASE64.encode(format!("token: {one}\n").as_bytes());
    let place = Place::of(&stack(&[Layer::new()
        .file("secret.yaml", format!("data: {encoded}\n"))
        .file(
            "ok.env",
            format!("PASSWORD={two} # residue:allow for tests\n"),
        )]));
    place.read_once();
}

#[test]
fn archives_in_layers_are_known() {
    let mut secrets = Secrets::new("archives");
    let inner = Layer::new().file("deep/token", secrets.github()).tar();
    let outer = Layer::new()
        .file("inner.tar.gz", Codec::Gzip.pack(&inner))
        .file("key", secrets.npm());
    let layer = Layer::new().file("app/outer.tar", outer.tar());
    let place = Place::of(&stack(&[layer, Layer::new().whiteout("app/outer.tar")]));
    place.read_once();
}

#[test]
fn platforms_share_what_is_known() {
    let token = token("platforms");
    let image = |architecture: &str| {
        Image::new()
            .set("architecture", architecture)
            .layer("COPY . /", &Layer::new().file("token", token.as_str()))
            .layer(
                "RUN own",
                &Layer::new().file("own", format!("{architecture} {token}")),
            )
    };
    let (amd, arm) = (image("amd64"), image("arm64"));
    let inner = Index::new().image(&amd).image(&arm);
    let place = Place::serving(&Index::new().nested("1", &inner).layout(), [&amd, &arm]);
    assert_eq!(place.told_alike(&["--platform", "linux/arm64"], NOW), 2);
    assert_eq!(place.told_alike(&["--platform", "linux/amd64"], NOW), 1);
    place.told_alike(&[], NOW);
    assert_eq!(place.told_alike(&["--format", "json"], NOW), 0);
}

#[test]
fn what_is_suppressed_stays_suppressed() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::of(&stack(&[Layer::new().file("app/token", token("allowed"))]));
    let (run, _) = place.scan(true, &["--format", "json"], NOW);
    let report = run.expect(1);
    let id = report.report().findings()[0].0["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    let ignores = folder.path().join("ignores");
    fs::write(&ignores, format!("{id} # known\n")).unwrap();
    let config = folder.path().join("residue.toml");
    fs::write(
        &config,
        "[[allowlists]]\ndescription = \"tests\"\npaths = ['''^app/''']\n",
    )
    .unwrap();
    let flags = ["--format", "json", "--ignore-file", text(&ignores)];
    assert_eq!(place.told_alike(&flags, NOW), 0);
    // Other rules are another matter.
    let flags = ["--format", "json", "--config", text(&config)];
    assert_eq!(place.told_alike(&flags, NOW), 1);
    assert_eq!(place.told_alike(&flags, NOW), 0);
}

#[test]
fn what_expires_is_judged_by_the_clock() {
    let place = Place::of(&stack(&[
        Layer::new().file("token", Secrets::new("clock").jwt())
    ]));
    let (before, after) = (NOW, "4102444801");
    for (now, fetched) in [
        (before, 1),
        (before, 0),
        (after, 1),
        (after, 0),
        (before, 1),
    ] {
        assert_eq!(
            place.told_alike(&["--format", "json"], now),
            fetched,
            "{now}"
        );
    }
}

#[test]
fn damaged_layers_are_read_every_time() {
    let token = token("damaged");
    let tar = Layer::new().file("token", token.as_str()).tar();
    let mut cut = Codec::Gzip.pack(&tar);
    cut.truncate(cut.len() - 6);
    let place = Place::of(&Image::new().bytes("COPY cut /", cut));
    let sound = stack(&[Layer::new().file("token", token.as_str())]);
    let digest = sound.layers[0].blob.digest();
    let lie = move |request: &Request| {
        let is_layer = request.is_for(&digest);
        is_layer.then(|| Answer::ok("something else"))
    };
    let lying = Place::answering(&layout_of(&sound), [&sound], lie);
    for place in [place, lying] {
        for _ in 0..2 {
            assert!(place.told_alike(&["--format", "json"], NOW) > 0);
        }
    }
    // What is no tar at all was read in full, and is complained of every time.
    let place = Place::of(&Image::new().bytes("COPY text /", format!("no tar: {token}")));
    for fetched in [1, 0] {
        assert_eq!(place.told_alike(&["--format", "json"], NOW), fetched);
    }
}

#[test]
fn nothing_that_is_kept_holds_a_secret() {
    let mut secrets = Secrets::new("kept");
    let (one, two, password) = (secrets.github(), secrets.npm(), secrets.password());
    let url = format!("postgres://shop:{password}@db.internal/x\n");
    let named = format!("srv/{two}/readme");
    let image = stack(&[
        Layer::new().file("token", one.as_str()).file("url", url),
        Layer::new().file(&named, "empty"),
    ]);
    let place = Place::of(&image);
    assert_eq!(place.told_alike(&["--format", "json"], NOW), 2);
    // A path that holds a secret is not written down, so its layer is read again.
    assert_eq!(place.told_alike(&["--format", "json"], NOW), 1);
    let kept = results(&place.results);
    assert!(!kept.is_empty());
    for file in files(place.results.path()) {
        let bytes = fs::read(&file).unwrap();
        for secret in [&one, &two, &password] {
            let found = memchr::memmem::find(&bytes, &secret.as_bytes()[..12]);
            assert_eq!(found, None, "{}", file.display());
        }
    }
    // Nor is one shown that stands in another place of the image.
    let instruction = format!("RUN echo {one}");
    let place = Place::of(
        &image
            .instruction(&instruction)
            .runtime("Cmd", vec![one.as_str()]),
    );
    place.told_alike(&["--format", "json"], NOW);
    let (run, _) = place.scan(true, &["--format", "json"], NOW);
    assert!(!run.text().contains(&one), "{}", run.text());
}

#[test]
fn secrets_are_shown_only_of_what_is_read() {
    let token = token("shown");
    let place = Place::of(&stack(&[Layer::new().file("token", token.as_str())]));
    place.scan(true, &[], NOW);
    let (run, fetched) = place.scan(true, &["--show-secrets"], NOW);
    assert!(run.text().contains(&token));
    assert_eq!(fetched, 1);
    assert_eq!(place.scan(true, &["--no-cache"], NOW).1, 1);
}

#[test]
fn results_of_other_keys_and_options_are_not_used() {
    let place = Place::of(&stack(&[Layer::new().file("token", token("options"))]));
    let key = place.results.path().join("key");
    fs::write(&key, Secrets::new("key").bytes(32)).unwrap();
    for flags in [
        &[][..],
        &["--verify-diffid"],
        &["--key-file", text(&key)],
        &["--max-memory", "100MiB"],
    ] {
        assert_eq!(place.told_alike(flags, NOW), 1, "{flags:?}");
        assert_eq!(place.told_alike(flags, NOW), 0, "{flags:?}");
    }
}

#[test]
fn a_damaged_result_is_a_warning_and_the_layer_is_read() {
    let place = Place::of(&stack(&[Layer::new().file("token", token("tampered"))]));
    place.scan(true, &[], NOW);
    let (uncached, _) = place.scan(false, &["--format", "json"], NOW);
    let damages: [Damage; 4] = [
        |_| Vec::new(),
        |sound| sound[..sound.len() / 2].to_vec(),
        |sound| [&sound[..sound.len() - 1], b"x"].concat(),
        |_| b"{}".to_vec(),
    ];
    for damage in damages {
        for file in results(&place.results) {
            let sound = fs::read(&file).unwrap();
            fs::write(&file, damage(&sound)).unwrap();
        }
        let (run, fetched) = place.scan(true, &["--format", "json"], NOW);
        assert_eq!((run.code, fetched), (1, 1));
        assert_eq!(run.text(), uncached.text());
        assert!(
            run.stderr.contains("warning: the result in"),
            "{}",
            run.stderr
        );
        // It has been made anew.
        assert_eq!(place.told_alike(&["--format", "json"], NOW), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_used_is_a_warning_and_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::of(&stack(&[Layer::new().file("token", token("folder"))]));
    let (uncached, _) = place.scan(false, &[], NOW);
    let open = place.results.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
    let file = place.results.path().join("file");
    fs::write(&file, "").unwrap();
    for (folder, word) in [(&open, "others may write"), (&file, "cannot keep results")] {
        let (run, fetched) = place.scan(true, &["--cache-dir", text(folder)], NOW);
        assert_eq!((run.code, fetched), (1, 1));
        assert_eq!(run.text(), uncached.text());
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    // One that results cannot be written to: something else stands where they belong.
    let full = place.results.path().join("full");
    fs::create_dir(&full).unwrap();
    for number in 0..256 {
        fs::write(full.join(format!("{number:02x}")), "").unwrap();
    }
    let (run, _) = place.scan(true, &["--cache-dir", text(&full)], NOW);
    assert_eq!((run.code, run.text()), (1, uncached.text()));
    assert!(
        run.stderr.contains("cannot keep a result"),
        "{}",
        run.stderr
    );
}

#[test]
fn processes_share_a_folder() {
    let place = Place::of(&stack(&[
        Layer::new().file("token", token("shared")),
        Layer::new().file("other", token("shared too")),
    ]));
    let (uncached, _) = place.scan(false, &["--format", "json"], NOW);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| place.scan(true, &["--format", "json"], NOW).0))
            .collect();
        for run in runs {
            let run = run.join().unwrap();
            assert_eq!((run.text(), run.stderr.as_str()), (uncached.text(), ""));
        }
    });
    assert_eq!(place.told_alike(&["--format", "json"], NOW), 0);
}

#[test]
fn a_layout_that_has_changed_is_read() {
    let (old, new) = (token("unchanged"), token("changed"));
    let image = stack(&[Layer::new().file("token", old.as_str())]);
    let layout = layout_of(&image);
    let (dir, results) = (written(&layout), tempfile::tempdir().unwrap());
    let scan = |keeps: bool| {
        let run = residue(["image", &oci(&dir), "--format", "json"]);
        let run = if keeps {
            run.keeping(results.path())
        } else {
            run
        };
        run.run()
    };
    let (first, second) = (scan(true).expect(1), scan(true).expect(1));
    assert_eq!(first.text(), scan(false).text());
    assert_eq!(second.text(), first.text());
    // Another content under the old name.
    let digest = image.layers[0].blob.digest();
    let blob = dir.path().join(kit::index::blob_path(&digest));
    let changed = stack(&[Layer::new().file("token", new.as_str())]);
    fs::write(&blob, &changed.layers[0].blob.bytes).unwrap();
    let (cached, uncached) = (scan(true), scan(false));
    assert_eq!(cached.text(), uncached.text());
    assert!(!cached.report().complete());
    fs::remove_file(&blob).unwrap();
    let (cached, uncached) = (scan(true), scan(false));
    assert_eq!(cached.text(), uncached.text());
    assert!(!cached.report().complete());
}

#[cfg(target_os = "linux")]
#[test]
fn a_layout_that_has_not_changed_is_not_even_opened() {
    use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
    use rustix::io::Errno;
    use std::mem::MaybeUninit;
    let image = stack(&[Layer::new().file("token", token("at rest"))]);
    let (dir, results) = (written(&layout_of(&image)), tempfile::tempdir().unwrap());
    // A stamp from before the clock's last tick.
    thread::sleep(Duration::from_millis(100));
    let scan = || {
        let run = residue(["image", &oci(&dir), "--format", "json"]);
        run.keeping(results.path()).run().expect(1).text()
    };
    let first = scan();
    let digest = image.layers[0].blob.digest();
    let blob = dir.path().join(kit::index::blob_path(&digest));
    let watch = inotify::init(CreateFlags::NONBLOCK).unwrap();
    inotify::add_watch(&watch, &blob, WatchFlags::OPEN | WatchFlags::ACCESS).unwrap();
    let mut buffer = [MaybeUninit::uninit(); 512];
    let mut events = Reader::new(&watch, &mut buffer);
    assert_eq!(scan(), first);
    assert_eq!(events.next().err(), Some(Errno::AGAIN));
    fs::read(&blob).unwrap();
    assert!(events.next().is_ok(), "the watch sees what happens");
}

#[test]
fn results_are_counted_and_cleared() {
    let place = Place::of(&stack(&[Layer::new().file("token", token("info"))]));
    let look = |verb: &str| {
        residue(["cache", verb])
            .keeping(place.results.path())
            .run()
            .expect(0)
            .text()
    };
    assert!(look("info").contains("has 0 results in 0 bytes"));
    // One of the layer, and one that knows the image as a base.
    place.scan(true, &[], NOW);
    assert!(
        look("info").contains("has 2 results in "),
        "{}",
        look("info")
    );
    assert!(look("clear").contains("had 2 results in "));
    assert!(look("info").contains("has 0 results in 0 bytes"));
    assert_eq!(place.told_alike(&[], NOW), 1);
}

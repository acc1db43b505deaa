//! Results of git repositories in layers: what they tell is kept once for all layers that have a part in
//! them, and these layers are opened again only when they are combined otherwise.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::certificate::ssh_line;
use kit::fake::{Answer, Request};
use kit::git::{layer_of, line, once_held, token};
use kit::kept::{FORMATS, NOW, Place, files, results, stack};
use kit::{Finding, Index, Layer, Repo, Report, Secrets};
use std::fs;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const JSON: &[&str] = &["--format", "json"];

/// What was found at this path.
#[track_caller]
fn at<'r>(report: &'r Report, path: &str) -> Finding<'r> {
    let mut findings = report.findings().into_iter();
    let found = findings.find(|finding| finding.paths().contains(&path));
    found.unwrap()
}

/// One image for each of two platforms, in one place.
fn platforms(amd: &[Layer], arm: &[Layer]) -> Place {
    answering(amd, arm, |_| None)
}

fn answering(
    amd: &[Layer],
    arm: &[Layer],
    answers: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
) -> Place {
    let of = |layers, name: &str| stack(layers).set("architecture", name);
    let (amd, arm) = (of(amd, "amd64"), of(arm, "arm64"));
    let inner = Index::new().image(&amd).image(&arm);
    let layout = Index::new().nested("1", &inner).layout();
    Place::answering(&layout, [&amd, &arm], answers)
}

const AMD: &[&str] = &["--format", "json", "--platform", "linux/amd64"];
const ARM: &[&str] = &["--format", "json", "--platform", "linux/arm64"];

#[test]
fn a_repository_in_several_layers_is_read_once() {
    let git = once_held("in/a", &token("several"));
    git.git(&["tag", "-a", "-m", &line(&token("tagged")), "v1"]);
    let head = git.head();
    let layers = [
        Layer::new()
            .file("version", "1")
            .file("revision", head.as_str()),
        layer_of(&git),
        Layer::new().file("app/.git/refs/heads/later", head.as_str()),
        Layer::new().whiteout("app/.git"),
    ];
    let place = Place::of(&stack(&layers));
    place.read_once();
    let (run, fetched) = place.scan(true, JSON, NOW);
    let report = run.expect(1).report();
    assert_eq!(fetched, 0);
    let told = at(&report, "app/in/a").at(1, "app/in/a");
    assert_eq!((told.state(), told.hidden_by()), ("deleted", Some(3)));
    assert_eq!(told.git("refs/0"), "refs/heads/later");
    assert!(!told.git("introduced").is_null() && !told.git("removed").is_null());
    assert_eq!(report.counted("commits"), 2);
}

#[test]
fn all_kinds_of_objects_and_places_are_told_again() {
    let git = Repo::new();
    let mut secrets = Secrets::new("kinds");
    for number in 0..6 {
        let text = format!("{}line {number}\n", line(&token("versions")));
        git.commit_file("versions", text);
    }
    let archive = Layer::new().file("deep/token", secrets.npm()).tar();
    git.commit_file("in/archive.tar", archive);
    git.commit_file("unmerged", line(&secrets.stripe()));
    git.git(&["checkout", "-q", "-b", "side", "HEAD~2"]);
    git.commit_file("on/side", line(&secrets.slack()));
    git.git(&["checkout", "-q", "main"]);
    git.git(&["merge", "-q", "side", "-m", "join"]);
    git.put("stashed", line(&token("stashed")));
    git.git(&["add", "stashed"]);
    git.git(&["stash", "-q"]);
    git.pack();
    git.put("staged", line(&token("staged")));
    git.git(&["add", "staged"]);
    let place = Place::of(&stack(&[layer_of(&git)]));
    place.read_once();
}

#[test]
fn advice_for_a_recipe_is_given_again() {
    let token = token("recipe");
    let git = Repo::new();
    git.commit_file("in/a", format!("FROM a\nENV API_TOKEN={token}\n"));
    git.commit_removal("in/a");
    git.pack();
    let place = Place::of(&stack(&[layer_of(&git)]));
    place.read_once();
    let (run, fetched) = place.scan(true, JSON, NOW);
    let report = run.expect(1).report();
    assert_eq!(fetched, 0);
    let advice = at(&report, "app/in/a").0["advice"].to_string();
    assert!(advice.contains("API_TOKEN out of ENV"), "{advice}");
}

#[test]
fn shallow_clones_and_work_trees_say_so_again() {
    let origin = once_held("in/a", &token("older"));
    origin.commit_file("b", line(&token("newest")));
    let git = Repo::anything();
    let url = format!("file://{}", origin.text());
    git.git(&["clone", "-q", "--depth=1", &url, "."]);
    // Labels of which one begins like the other.
    let plain = (0..10).map(|number| Layer::new().file("number", number.to_string()));
    let mut layers: Vec<Layer> = plain.collect();
    layers.insert(1, layer_of(&git));
    layers.push(Layer::new().file("tree/.git", "gitdir: /home/ada/app/.git/worktrees/tree\n"));
    let place = Place::of(&stack(&layers));
    place.read_once();
    let (run, _) = place.scan(true, JSON, NOW);
    assert_eq!(run.report().notes(), ["out-of-bounds", "shallow"]);
}

#[test]
fn layers_that_are_combined_otherwise_are_opened_again() {
    let git = once_held("in/a", &token("combined"));
    let head = git.head();
    let (base, own) = (Layer::new().file("base", "1"), layer_of(&git));
    let more = Layer::new().file("app/.git/refs/heads/more", head.as_str());
    let other = Layer::new().file("other", "2");
    let place = platforms(
        &[base.clone(), own.clone(), other.clone()],
        &[base, own, more, other],
    );
    assert_eq!(place.told_alike(AMD, NOW), 3);
    assert_eq!(place.told_alike(AMD, NOW), 0);
    // What is new, and the layer with the repository that it belongs to.
    assert_eq!(place.told_alike(ARM, NOW), 2);
    for flags in [ARM, AMD] {
        assert_eq!(place.told_alike(flags, NOW), 0, "{flags:?}");
    }
    // Both together are something else again, and no layer is read for it that has no part in it.
    assert_eq!(place.told_alike(JSON, NOW), 2);
    assert_eq!(place.told_alike(JSON, NOW), 0);
}

#[test]
fn images_that_share_a_repository_share_its_result() {
    let git = once_held("in/a", &token("shared"));
    let below = layer_of(&git);
    let place = platforms(
        &[below.clone(), Layer::new().file("one", "1")],
        &[below, Layer::new().whiteout("app/.git")],
    );
    assert_eq!(place.told_alike(AMD, NOW), 2);
    assert_eq!(place.told_alike(ARM, NOW), 1);
    for format in FORMATS {
        assert_eq!(place.told_alike(&["--format", format], NOW), 0, "{format}");
    }
    let (run, _) = place.scan(true, JSON, NOW);
    let report = run.report();
    let states = at(&report, "app/in/a")
        .places()
        .iter()
        .map(|place| place.state())
        .collect::<Vec<_>>();
    assert_eq!(states, ["present", "deleted"]);
}

#[test]
fn what_only_looks_like_a_part_belongs_to_no_repository() {
    let name = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    let base = Layer::new()
        .file("revision", name)
        .file("etc/app/config", "[core]\n")
        .file("data/x.idx", b"\xfftOc\0\0\0\x02more".to_vec());
    let own = Layer::new().file("app/revision", name);
    let place = platforms(
        &[base.clone(), own],
        &[base, Layer::new().file("HEAD", name)],
    );
    assert_eq!(place.told_alike(AMD, NOW), 2);
    assert_eq!(place.told_alike(ARM, NOW), 1);
    assert_eq!(place.told_alike(JSON, NOW), 0);
}

#[test]
fn a_result_that_is_gone_is_made_anew() {
    let git = once_held("in/a", &token("gone"));
    let head = git.head();
    let more = Layer::new().file("app/.git/refs/heads/more", head);
    let place = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1"), more]));
    assert_eq!(place.told_alike(JSON, NOW), 3);
    let mut fetched = Vec::new();
    for file in results(&place.results) {
        fs::remove_file(&file).unwrap();
        fetched.push(place.told_alike(JSON, NOW));
        assert_eq!(place.told_alike(JSON, NOW), 0);
    }
    fetched.sort_unstable();
    // What the image is called, the three layers, and the repository with its two.
    assert_eq!(fetched, [0, 1, 1, 1, 2]);
    // One that is damaged is a warning besides.
    for file in results(&place.results) {
        let mut bytes = fs::read(&file).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(&file, bytes).unwrap();
    }
    let (uncached, _) = place.scan(false, JSON, NOW);
    let (run, fetched) = place.scan(true, JSON, NOW);
    assert_eq!((run.text(), fetched), (uncached.text(), 3));
    assert!(
        run.stderr.contains("warning: the result in"),
        "{}",
        run.stderr
    );
    assert_eq!(place.told_alike(JSON, NOW), 0);
}

#[test]
fn repositories_that_were_not_read_in_full_are_read_every_time() {
    let git = once_held("in/a", &token("missing"));
    git.commit_file("b", line(&token("kept")));
    let id = git.git(&["rev-parse", "HEAD:b"]);
    fs::remove_file(git.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    let place = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    assert_eq!(place.told_alike(JSON, NOW), 2);
    for _ in 0..2 {
        assert_eq!(place.told_alike(JSON, NOW), 1);
    }
    let (run, _) = place.scan(true, JSON, NOW);
    run.report().expect_gaps(&["missing"]);
}

#[test]
fn a_layer_that_is_another_when_it_is_opened_again_is_a_gap() {
    let git = once_held("in/a", &token("another"));
    let below = layer_of(&git);
    let above = Layer::new().file("app/.git/refs/heads/more", git.head());
    let lies = Arc::new(AtomicBool::new(false));
    let answers = {
        let digest = stack(slice::from_ref(&below)).layers[0].blob.digest();
        let (lies, other) = (
            Arc::clone(&lies),
            layer_of(&once_held("in/a", &token("other"))).tar(),
        );
        move |request: &Request| {
            let is_lie = request.is_for(&digest) && lies.load(Ordering::Relaxed);
            is_lie.then(|| Answer::ok(other.as_slice()))
        }
    };
    let place = answering(slice::from_ref(&below), &[below.clone(), above], answers);
    assert_eq!(place.told_alike(AMD, NOW), 1);
    lies.store(true, Ordering::Relaxed);
    assert_eq!(place.scan(true, AMD, NOW).1, 0, "nobody asks");
    let (run, fetched) = place.scan(true, ARM, NOW);
    assert_eq!(fetched, 2);
    let report = run.incomplete();
    let why = "its parts of git repositories were not read";
    assert!(report.0["coverage"]["gaps"].to_string().contains(why));
    // Nothing is kept of that, so both are opened again.
    lies.store(false, Ordering::Relaxed);
    assert_eq!(place.told_alike(ARM, NOW), 2);
    assert_eq!(place.told_alike(ARM, NOW), 0);
}

#[test]
fn nothing_that_is_kept_of_a_repository_holds_a_secret() {
    let mut secrets = Secrets::new("kept of git");
    let (committed, said, remote) = (secrets.github(), secrets.npm(), secrets.password());
    let named = secrets.stripe();
    let git = once_held("in/a", &committed);
    let config = format!("[remote \"origin\"]\n\turl = https://ada:{remote}@git.acme.dev/app\n");
    git.put(".git/config", config);
    let holds = |place: &Place, secret: &str| {
        let kept = files(place.results.path()).into_iter();
        let kept = kept.map(|file| fs::read(file).unwrap());
        kept.into_iter()
            .any(|kept| memchr::memmem::find(&kept, &secret.as_bytes()[..12]).is_some())
    };
    let place = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    place.read_once();
    // Where one would have to be written down, its mask is: in what a commit says, or what a file is called.
    git.commit(&format!("use {said}"));
    let talking = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    git.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let path = format!("in/{named}/b");
    git.commit_file(&path, line(&token("named")));
    git.pack();
    let layer = layer_of(&git);
    git.commit_removal(&path);
    let naming = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    for place in [&talking, &naming] {
        place.read_once();
    }
    // Of a layer in which a file is called like that nothing is kept, but what its repository tells is.
    let checked_out = Place::of(&stack(&[layer, Layer::new().file("x", "1")]));
    assert_eq!(checked_out.told_alike(JSON, NOW), 2);
    assert_eq!(checked_out.told_alike(JSON, NOW), 1);
    // Two paths that are one when they are masked: nothing is kept.
    let other = format!("in/{}zzz/b", &named[..named.len() - 3]);
    git.commit_file(&other, line(&token("named alike")));
    git.commit_removal(&other);
    let alike = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    assert_eq!(alike.told_alike(JSON, NOW), 2);
    assert_eq!(alike.told_alike(JSON, NOW), 1);
    for place in [&place, &talking, &naming, &checked_out, &alike] {
        for secret in [&committed, &said, &remote, &named] {
            assert!(!holds(place, secret));
        }
    }
}

#[test]
fn secrets_of_repositories_are_shown_only_of_what_is_read() {
    let token = token("shown in git");
    let place = Place::of(&stack(&[layer_of(&once_held("in/a", &token))]));
    place.scan(true, &[], NOW);
    let (run, fetched) = place.scan(true, &["--show-secrets"], NOW);
    assert!(run.text().contains(&token));
    assert_eq!(fetched, 1);
}

#[test]
fn keys_of_other_layers_find_their_holders_in_histories() {
    let (key, public) = Secrets::new("git keys").key_pair();
    let git = Repo::new();
    git.commit_file("deploy.pub", ssh_line(&public, "deploy@build"));
    let below = layer_of(&git);
    let place = platforms(
        &[below.clone(), Layer::new().file("x", "1")],
        &[below, Layer::new().file("deploy", key)],
    );
    assert_eq!(place.told_alike(AMD, NOW), 2);
    // Only now somebody asks where the public half stands.
    assert_eq!(place.told_alike(ARM, NOW), 1);
    let (run, fetched) = place.scan(true, ARM, NOW);
    assert_eq!(fetched, 0);
    assert!(run.text().contains("app/deploy.pub"), "{}", run.text());
}

#[test]
fn what_expires_in_a_history_is_judged_by_the_clock() {
    let git = Repo::new();
    git.commit_file("a", line(&Secrets::new("git clock").jwt()));
    fs::remove_file(git.join("a")).unwrap();
    let place = Place::of(&stack(&[layer_of(&git), Layer::new().file("x", "1")]));
    let (before, after) = (NOW, "4102444801");
    for (now, fetched) in [
        (before, 2),
        (before, 0),
        (after, 1),
        (after, 0),
        (before, 1),
    ] {
        assert_eq!(place.told_alike(JSON, now), fetched, "{now}");
    }
}

#[test]
fn rules_and_options_have_a_say_in_histories() {
    let git = once_held("in/a", &token("options"));
    let place = Place::of(&stack(&[layer_of(&git)]));
    for flags in [
        &["--format", "json"][..],
        &["--format", "json", "--max-memory", "100MiB"],
    ] {
        assert_eq!(place.told_alike(flags, NOW), 1, "{flags:?}");
        assert_eq!(place.told_alike(flags, NOW), 0, "{flags:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("residue.toml");
    let rule = "[[allowlists]]\ndescription = \"tests\"\npaths = ['''^app/in/''']\n";
    fs::write(&config, rule).unwrap();
    let flags = ["--format", "json", "--config", config.to_str().unwrap()];
    assert_eq!(place.told_alike(&flags, NOW), 1);
    assert_eq!(place.told_alike(&flags, NOW), 0);
}

#[test]
fn what_did_not_fit_into_memory_is_kept_as_well() {
    let mut secrets = Secrets::new("large");
    let git = Repo::new();
    git.put("noise", secrets.bytes(5 << 20));
    git.commit_file("a", line(&token("first")));
    git.commit_removal("a");
    git.pack();
    git.put("more", secrets.bytes(5 << 20));
    git.commit_file("b", line(&token("second")));
    let place = Place::of(&stack(&[layer_of(&git)]));
    let flags = [
        "--format",
        "json",
        "--max-memory",
        "16MiB",
        "--threads",
        "2",
    ];
    place.told_alike(&flags, NOW);
    assert_eq!(place.told_alike(&flags, NOW), 0);
    let (run, _) = place.scan(true, &flags, NOW);
    for path in ["app/a", "app/b"] {
        let report = run.report();
        let place = at(&report, path).committed(path);
        assert!(!place.git("introduced").is_null());
    }
}

//! Repositories in the layers of images: put together from all layers, whatever later ones deleted, and
//! told with the layer, the commit and the path in the history.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{image, layout_of, oci, scan, scan_with, text, written};
use kit::git::{layer_of, line, once_held, token};
use kit::{Image, Index, Layer, Repo, Report, Run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

/// An image of these layers.
fn image_of(layers: &[Layer]) -> Image {
    let numbered = layers.iter().enumerate();
    numbered.fold(Image::new(), |image, (index, layer)| {
        image.layer(&format!("RUN step {index}"), layer)
    })
}

fn scanned(layers: &[Layer]) -> Run {
    scan(&layout_of(&image_of(layers)))
}

/// The report on layers that hold a secret, and of which everything can be read.
#[track_caller]
fn found(layers: &[Layer]) -> Report {
    let report = scanned(layers).expect(1).report();
    report.expect_gaps(&[]);
    report
}

/// What the histories tell: secret, path, the commits that brought and removed it, and references.
fn told(report: &Report, prefix: &str) -> BTreeSet<(String, String, String)> {
    let findings = report.findings();
    let places = findings.iter().flat_map(|finding| {
        let places = finding.in_history().into_iter();
        places.map(|place| {
            let git = &place.0["git"];
            let path = format!("{prefix}{}", place.path());
            (finding.plain().to_owned(), path, git.to_string())
        })
    });
    places.collect()
}

/// The files of a repository's store whose names end like this, as paths in the image.
fn stored(git: &Repo, end: &str) -> Vec<String> {
    let walk = walkdir::WalkDir::new(git.join(".git/objects"));
    let paths = walk
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.unwrap());
    let files = paths.filter(|entry| entry.file_type().is_file());
    let below = files.map(|entry| {
        let path = entry.path().strip_prefix(git.path()).unwrap();
        format!("app/{}", path.display())
    });
    below.filter(|path| path.ends_with(end)).collect()
}

#[test]
fn an_image_tells_what_its_repository_tells() {
    let git = Repo::new();
    for (number, name) in ["a", "in/b", "in/deep/c"].into_iter().enumerate() {
        git.commit_file(name, line(&token(&format!("same {number}"))));
    }
    git.commit_removal("in/b");
    git.git(&["tag", "-a", "-m", &line(&token("tag")), "v1"]);
    git.put("a", line(&token("stashed"))).git(&["stash", "-q"]);
    git.git(&["pack-refs", "--all"]);
    git.pack();
    git.git(&["checkout", "-q", "-b", "side"]);
    git.commit_file("a", line(&token("side")));
    git.git(&["checkout", "-q", "main"]);
    git.git(&["branch", "-q", "-D", "side"]);
    git.put("staged", line(&token("staged")))
        .git(&["add", "staged"]);
    for command in [&["update-index", "--refresh"][..], &["status"]] {
        git.try_git(command);
    }
    let here = found(&[layer_of(&git)]);
    let there = git.found(&[]);
    assert_eq!(told(&here, ""), told(&there, "app/"));
    assert!(told(&here, "").len() >= 7, "{:?}", told(&here, ""));
    for counter in ["objects", "commits"] {
        assert_eq!(here.counted(counter), there.counted(counter));
    }
}

#[test]
fn a_repository_that_a_later_layer_removed_is_still_there() {
    let token = token("removed");
    let git = once_held("in/a", &token);
    let report = found(&[layer_of(&git), Layer::new().whiteout("app/.git")]);
    let finding = report.finding(&token);
    let place = finding.at(0, "app/in/a");
    assert_eq!((place.state(), place.hidden_by()), ("deleted", Some(1)));
    assert!(!place.git("introduced").is_null() && !place.git("removed").is_null());
    assert_eq!(place.git("refs/0"), "refs/heads/main");
    assert_eq!(finding.places().len(), 1);
}

#[test]
fn what_is_packed_again_is_told_of_both_layers() {
    let token = token("gc");
    let git = Repo::new();
    git.commit_file("a", line(&token));
    let before = layer_of(&git);
    let loose = stored(&git, "").into_iter();
    let removed = loose.fold(Layer::new(), |layer, path| layer.whiteout(&path));
    git.pack();
    let after = removed.folder("app", git.path());
    let report = found(&[before, after]);
    let finding = report.finding(&token);
    let history: Vec<_> = finding.in_history();
    let states: Vec<_> = history
        .iter()
        .map(|place| (place.layer(), place.state()))
        .collect();
    assert_eq!(states, [(Some(0), "deleted"), (Some(1), "present")]);
    assert_eq!(report.counted("objects"), 3);
}

#[test]
fn objects_whose_pack_is_gone_are_read_from_the_layer_below() {
    let [old, new] = ["old", "new"].map(token);
    let git = Repo::new();
    git.commit_file("a", line(&old));
    git.pack();
    let below = Layer::new().folder("app/.git/objects", &git.join(".git/objects"));
    let packs = stored(&git, "").into_iter();
    let gone = packs.fold(Layer::new(), |layer, path| layer.whiteout(&path));
    git.commit_file("a", line(&new));
    // The references come with the last layer, and name what the first one has.
    let mut above = Layer::new();
    for file in ["HEAD", "config", "refs/heads/main"] {
        above = above.file(
            &format!("app/.git/{file}"),
            fs::read(git.join(format!(".git/{file}"))).unwrap(),
        );
    }
    git.git(&["repack", "-q"]);
    let fresh = Layer::new().folder("app/.git/objects", &git.join(".git/objects"));
    let report = found(&[below, gone, fresh, above]);
    let place = report.finding(&old).at(0, "app/a");
    assert_eq!((place.state(), place.hidden_by()), ("deleted", Some(1)));
    assert!(!place.git("removed").is_null());
    assert_eq!(report.finding(&new).at(2, "app/a").git("at_head"), true);
}

#[test]
fn a_pack_without_an_index_is_read_wherever_it_lies() {
    let token = token("lone");
    let git = once_held("in/a", &token);
    let pack = fs::read(git.join(stored(&git, ".pack")[0].strip_prefix("app/").unwrap())).unwrap();
    let report = found(&[Layer::new().file("var/cache/blob.bin", pack.as_slice())]);
    let finding = report.finding(&token);
    let place = finding.places()[0];
    assert!(place.path().starts_with("var/cache/"), "{}", place.path());
    assert_eq!(place.layer(), Some(0));
    assert_eq!(report.counted("objects"), 6);
    // In a repository whose index of the pack is gone, its history is told as ever.
    let index = stored(&git, ".idx").remove(0);
    for entry in stored(&git, ".rev") {
        fs::remove_file(git.join(entry.strip_prefix("app/").unwrap())).unwrap();
    }
    fs::remove_file(git.join(index.strip_prefix("app/").unwrap())).unwrap();
    let report = found(&[layer_of(&git)]);
    assert!(
        !report
            .finding(&token)
            .committed("app/in/a")
            .git("removed")
            .is_null()
    );
}

#[test]
fn a_thin_pack_gives_what_it_holds_in_full_and_says_what_is_lost() {
    let git = Repo::new();
    let text: String = (0..200).map(|number| format!("line {number}\n")).collect();
    git.commit_file("a", &text);
    let token = token("thin");
    git.commit_file("a", format!("{text}{}", line(&token)));
    git.commit("a message to be read");
    let thin = pack_objects(&git, "HEAD\n^HEAD~2\n", &["--thin", "--revs"]);
    let report = scanned(&[Layer::new().file("tmp/pack", thin.as_slice())]).incomplete();
    assert_eq!(report.gaps(), ["truncated"]);
    assert!(report.counted("commits") >= 2 && !report.has(&token));
    // Beside the rest of its repository it can be read in full.
    git.git(&["reset", "-q", "--hard", "HEAD~2"]);
    git.git(&["reflog", "expire", "--expire=now", "--all"]);
    git.git(&["gc", "-q", "--prune=now"]);
    let left_behind = ".git/objects/pack/tmp_pack_1";
    git.put(left_behind, thin);
    let report = found(&[layer_of(&git)]);
    assert!(report.has(&token));
}

/// What `git pack-objects` makes of this.
fn pack_objects(git: &Repo, input: &str, options: &[&str]) -> Vec<u8> {
    use std::io::Write as _;
    let mut command = git.command("git");
    let command = command.arg("pack-objects").args(options);
    let pipes = command
        .args(["--stdout", "-q"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[test]
fn objects_that_nothing_reaches_are_in_the_image_as_well() {
    let token = token("dangling");
    let git = Repo::new();
    git.commit_file("a", "clean\n");
    git.put("secret", line(&token));
    let id = git.git(&["hash-object", "-w", "secret"]);
    fs::remove_file(git.join("secret")).unwrap();
    let report = found(&[layer_of(&git)]);
    assert_eq!(report.finding(&token).paths(), [format!("app/{id}")]);
    // Under any name, in any folder.
    let object = fs::read(git.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    let report = found(&[Layer::new().file("data/object", object)]);
    assert_eq!(report.finding(&token).paths(), [format!("data/{id}")]);
}

#[test]
fn names_of_the_other_hash_are_read() {
    let token = token("sha256");
    let git = Repo::with(&["--object-format=sha256"]);
    let brought = git.commit_file("a", line(&token));
    git.commit_removal("a");
    let loose = found(&[layer_of(&git)]);
    git.pack();
    for report in [loose, found(&[layer_of(&git)])] {
        let place = report.finding(&token).committed("app/a");
        assert_eq!(place.git("introduced/id"), &*brought);
    }
}

#[test]
fn a_shallow_clone_says_so() {
    let origin = once_held("in/a", &token("older"));
    origin.commit_file("b", line(&token("newest")));
    let git = Repo::anything();
    let url = format!("file://{}", origin.text());
    git.git(&["clone", "-q", "--depth=1", &url, "."]);
    let report = found(&[layer_of(&git)]);
    assert_eq!(report.notes(), ["shallow"]);
    assert_eq!(report.counted("commits"), 1);
}

#[test]
fn submodules_and_work_trees_are_found_by_what_they_are() {
    let [inner, main] = ["inner", "main"].map(token);
    let library = once_held("in/a", &inner);
    let git = once_held("in/a", &main);
    git.git(&["submodule", "add", "-q", library.text(), "lib"]);
    git.commit("with a library");
    git.git(&["worktree", "add", "-q", "tree", "HEAD~1"]);
    let report = found(&[layer_of(&git)]);
    assert!(
        !report
            .finding(&inner)
            .committed("app/lib/in/a")
            .git("removed")
            .is_null()
    );
    assert!(
        !report
            .finding(&main)
            .committed("app/in/a")
            .git("removed")
            .is_null()
    );
    // The link of the work tree names a path of the machine that it was made on.
    assert_eq!(report.notes(), ["out-of-bounds"]);
}

#[test]
fn borrowed_objects_are_those_of_the_image() {
    let token = token("borrowed");
    let lender = once_held("in/a", &token);
    let git = Repo::anything();
    git.git(&["clone", "-q", "--shared", lender.text(), "."]);
    git.put(".git/objects/info/alternates", "/srv/lender/.git/objects\n");
    let lent = Layer::new().folder("srv/lender", lender.path());
    let report = found(&[lent, layer_of(&git)]);
    let finding = report.finding(&token);
    for path in ["app/in/a", "srv/lender/in/a"] {
        let place = finding.committed(path);
        assert_eq!(place.layer(), Some(0));
        assert!(!place.git("removed").is_null());
    }
    assert_eq!(report.counted("objects"), 6);
    // A path of this machine is not followed.
    let elsewhere = format!("{}\n", lender.join(".git/objects").display());
    git.put(".git/objects/info/alternates", elsewhere);
    let report = scanned(&[layer_of(&git)]).report();
    assert!(!report.has(&token));
    // Without a single object there is nothing that could lack any.
    assert_eq!(report.gaps(), Vec::<&str>::new());
    git.commit_file("b", "of its own\n");
    let report = scanned(&[layer_of(&git)]).expect(3).report();
    report.expect_gaps(&["missing"]);
    assert_eq!(report.notes(), ["out-of-bounds"]);
}

#[test]
fn a_layer_that_images_share_is_read_once_and_told_of_each() {
    let token = token("shared");
    let git = once_held("in/a", &token);
    let base = layer_of(&git);
    let one = image_of(&[base.clone(), Layer::new().file("one", "1")]);
    let two = image_of(&[base, Layer::new().whiteout("app/.git")]);
    let layout = Index::new().tagged("1", &one).tagged("2", &two).layout();
    let report = scan(&layout).expect(1).report();
    report.expect_gaps(&[]);
    let finding = report.finding(&token);
    let states: Vec<_> = finding.places().iter().map(|place| place.state()).collect();
    assert_eq!(states, ["present", "deleted"]);
    assert_eq!(report.counted("objects"), 6);
}

/// Bytes that do not compress.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// A repository with a pack and a loose object that are too much for a small memory.
fn large(tokens: &[String; 2]) -> Repo {
    let git = Repo::new();
    git.put("noise", noise(5 << 20));
    git.commit_file("a", line(&tokens[0]));
    git.commit_removal("a");
    git.pack();
    git.put("more", noise(5 << 20));
    git.commit_file("b", line(&tokens[1]));
    git
}

#[test]
fn what_does_not_fit_is_read_from_its_layer_once_more() {
    let tokens = ["first", "second"].map(token);
    let git = large(&tokens);
    let layout = layout_of(&image_of(&[layer_of(&git)]));
    let flags = ["--max-memory", "16MiB", "--threads", "2"];
    let report = scan_with(&layout, flags).expect(1).report();
    report.expect_gaps(&[]);
    for (token, path) in tokens.iter().zip(["app/a", "app/b"]) {
        let place = report.finding(token).committed(path);
        assert!(!place.git("introduced").is_null());
    }
    // What can be read only once is a gap.
    let run = image(["-"]).stdin(layout.tar());
    let run = flags.iter().fold(run, |run, flag| run.arg(flag)).run();
    let report = run.incomplete();
    report.expect_gap_among(&["limit", "missing"]);
    assert!(report.gaps().contains(&"limit"));
}

#[test]
fn a_history_that_only_passes_by_is_told_like_one_that_stays() {
    let git = Repo::new();
    git.put("noise", noise(5 << 20));
    git.commit_file("in/gone", line(&token("gone")));
    git.commit_removal("in/gone");
    git.commit_file("in/deep/here", line(&token("here")));
    git.commit_file(&format!("in/{}", token("name")), "x");
    git.git(&["tag", "-a", "-m", &line(&token("tagged")), "v1"]);
    git.commit(&format!("message: {}", token("message")));
    git.pack();
    let layout = layout_of(&image_of(&[layer_of(&git)]));
    let small = scan_with(&layout, ["--max-memory", "16MiB", "--threads", "2"]);
    let report = small.expect(1).report();
    report.expect_gaps(&[]);
    assert_eq!(told(&report, ""), told(&git.found(&[]), "app/"));
    let place = report.finding(&token("here")).committed("app/in/deep/here");
    assert_eq!(place.git("at_head"), true);
}

#[test]
fn damage_is_told_with_its_path_and_layer() {
    let kept = token("kept");
    for edit in [
        (|bytes| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>),
        |bytes| bytes[20..60].fill(0),
    ] {
        let git = once_held("in/a", &token("lost"));
        let pack = git.join(stored(&git, ".pack")[0].strip_prefix("app/").unwrap());
        let mut bytes = fs::read(&pack).unwrap();
        edit(&mut bytes);
        fs::remove_file(&pack).unwrap();
        fs::write(&pack, bytes).unwrap();
        let report = scanned(&[layer_of(&git).file("kept", line(&kept))])
            .expect(1)
            .report();
        assert!(report.has(&kept));
        let gaps = report.0["coverage"]["gaps"].as_array().unwrap();
        let is_placed = |gap: &Value| {
            let place = gap["place"].as_str().unwrap();
            place.contains("layer 0") && place.contains("app/.git")
        };
        assert!(!gaps.is_empty() && gaps.iter().all(is_placed), "{gaps:#?}");
    }
}

#[test]
fn a_sound_copy_makes_up_for_a_damaged_one() {
    let token = token("twice");
    let git = once_held("in/a", &token);
    let path = stored(&git, ".pack").remove(0);
    let mut bytes = fs::read(git.join(path.strip_prefix("app/").unwrap())).unwrap();
    bytes[20..60].fill(0);
    let report = found(&[layer_of(&git), Layer::new().file(&path, bytes)]);
    assert!(
        !report
            .finding(&token)
            .at(0, "app/in/a")
            .git("removed")
            .is_null()
    );
}

#[test]
fn a_root_file_system_and_a_stream_are_read_like_images() {
    let token = token("rootfs");
    let git = once_held("in/a", &token);
    let tar = layer_of(&git).tar();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rootfs.tar");
    fs::write(&path, &tar).unwrap();
    let piped = image(["-"]).stdin(tar).run();
    for run in [image([text(&path)]).run(), piped] {
        let report = run.expect(1).report();
        report.expect_gaps(&[]);
        assert!(
            !report
                .finding(&token)
                .committed("app/in/a")
                .git("removed")
                .is_null()
        );
    }
}

#[test]
fn people_are_told_the_layer_and_the_commit() {
    let git = once_held("in/a", &token("people"));
    let layers = [layer_of(&git), Layer::new().whiteout("app/.git")];
    let dir = written(&layout_of(&image_of(&layers)));
    let run = kit::residue(["image", &oci(&dir)]).run().expect(1);
    let text = run.text();
    for words in [
        "layer 0, history",
        "app/in/a",
        "deleted in layer 1",
        "brought by",
        "removed by",
    ] {
        assert!(text.contains(words), "no {words} in\n{text}");
    }
}

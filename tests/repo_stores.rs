//! Wherever a repository keeps its objects, they are read, each once; what is not there or damaged is
//! told, and whatever the store, a search of whole objects finds the same.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{repo, text};
use kit::git::{line, once_held_loose, token};
use kit::{Repo, Secrets};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn file_url(git: &Repo) -> String {
    format!("file://{}", git.text())
}

fn packs(git: &Repo) -> Vec<PathBuf> {
    let found = fs::read_dir(git.join(".git/objects/pack")).unwrap();
    let mut paths: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "pack"));
    paths
}

/// Makes a file writable that git has made read-only, and changes it.
fn change(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_object_is_counted_once_however_often_it_is_stored() {
    let token = token("twice");
    let git = once_held_loose("a", &token);
    // A pack beside the loose objects, and both once more in a store that this one borrows from.
    git.git(&["repack", "-q"]);
    let copy = Repo::anything();
    copy.git(&["clone", "-q", "--no-local", &file_url(&git), "."]);
    let borrowed = format!("{}\n", copy.join(".git/objects").display());
    git.put(".git/objects/info/alternates", borrowed);
    let report = git.found(&[]);
    assert_eq!(report.counted("objects"), 5);
    assert_eq!(report.counted("commits"), 2);
    assert!(report.has(&token));
}

#[test]
fn borrowed_objects_are_read() {
    let token = token("borrowed");
    let lender = once_held_loose("a", &token);
    let git = Repo::anything();
    git.git(&["clone", "-q", "--shared", lender.text(), "."]);
    assert!(git.join(".git/objects/info/alternates").exists());
    let report = git.found(&[]);
    assert!(
        !report
            .finding(&token)
            .committed("a")
            .git("removed")
            .is_null()
    );
}

#[test]
fn shallow_clones_say_so_and_bare_ones_are_read() {
    let token = token("shallow");
    let origin = once_held_loose("a", &token);
    let shallow = Repo::anything();
    shallow.git(&["clone", "-q", "--depth=1", &file_url(&origin), "."]);
    let report = repo([shallow.text()]).run().expect(0).report();
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), ["shallow"]);
    assert_eq!(report.counted("commits"), 1);
    let bare = Repo::anything();
    bare.git(&["clone", "-q", "--bare", &file_url(&origin), "."]);
    let report = bare.found(&[]);
    assert_eq!(report.finding(&token).paths(), ["a"]);
}

#[test]
fn what_a_partial_clone_lacks_is_a_gap() {
    let token = token("partial");
    let origin = once_held_loose("a", &token);
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    let git = Repo::anything();
    let url = file_url(&origin);
    git.git(&[
        "clone",
        "-q",
        "--filter=blob:none",
        "--no-checkout",
        &url,
        ".",
    ]);
    let report = repo([git.text()]).run().expect(3).report();
    report.expect_gaps(&["missing"]);
    let gap = &report.0["coverage"]["gaps"][0]["detail"];
    assert!(gap.as_str().unwrap().contains("partial clone"), "{gap}");
}

#[test]
fn the_other_hash_is_read() {
    let token = token("sha256");
    let git = Repo::with(&["--object-format=sha256"]);
    let brought = git.commit_file("a", line(&token));
    git.commit_file("a", format!("# more\n{}", line(&token)));
    let removed = git.commit_removal("a");
    for packed in [false, true] {
        if packed {
            git.pack();
        }
        let report = git.found(&[]);
        let place = report.finding(&token).committed("a").0.clone();
        assert_eq!(place["commit"], *brought);
        assert_eq!(place["git"]["removed"]["id"], *removed);
        assert_eq!(report.counted("objects"), 8);
    }
}

#[test]
fn commit_graphs_and_indexes_over_many_packs_change_nothing() {
    let token = token("graph");
    let git = once_held_loose("a", &token);
    git.git(&["repack", "-q"]);
    git.commit_file("b", "more\n");
    git.git(&["repack", "-q"]);
    let before = git.found(&[]);
    git.git(&["commit-graph", "write", "--reachable"]);
    git.git(&["multi-pack-index", "write"]);
    let after = git.found(&[]);
    assert_eq!(before.0["findings"], after.0["findings"]);
    assert_eq!(before.counted("objects"), after.counted("objects"));
}

#[test]
fn linked_worktrees_share_one_history() {
    let git = Repo::new();
    let mut secrets = Secrets::new("linked");
    let [shared, own, index] = [(); 3].map(|()| secrets.github());
    git.commit_file("a", line(&shared));
    git.git(&["worktree", "add", "-q", "--detach", "linked"]);
    let linked = git.join("linked");
    let run = |args: &[&str]| git.git(&[&["-C", "linked"], args].concat());
    fs::write(linked.join("b"), line(&own)).unwrap();
    run(&["add", "b"]);
    run(&["commit", "-q", "-m", "detached"]);
    fs::write(linked.join("c"), line(&index)).unwrap();
    run(&["add", "c"]);
    let report = repo([text(&linked)]).run().expect(1).report();
    assert!(report.has(&shared) && report.has(&own) && report.has(&index));
    assert_eq!(report.finding(&own).committed("b").git("at_head"), true);
    fs::remove_dir_all(&linked).unwrap();
    // Of the main worktree's HEAD only: the detached commit is in the other one's reflog.
    let report = git.found(&[]);
    assert_eq!(report.finding(&own).committed("b").git("at_head"), false);
}

#[test]
fn submodules_are_read_with_their_history() {
    let token = token("submodule");
    let inner = once_held_loose("a", &token);
    let git = Repo::new();
    git.commit_file("a", "clean\n");
    git.git(&[
        "submodule",
        "--quiet",
        "add",
        &file_url(&inner),
        "lib/inner",
    ]);
    git.commit("add a submodule");
    let report = git.found(&[]);
    let finding = report.finding(&token);
    let place = finding.committed("lib/inner/a");
    assert_eq!(place.git("introduced/summary"), "write a");
}

#[test]
fn what_git_lfs_keeps_is_read_if_it_is_here() {
    let git = Repo::new();
    let mut secrets = Secrets::new("lfs");
    let token = secrets.github();
    let name = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{name}\nsize 12\n");
    git.commit_file("large.bin", pointer);
    let report = repo([git.text()]).run().expect(0).report();
    assert_eq!(report.notes(), ["lfs-absent"]);
    let stored = format!("lfs/objects/4d/7a/{name}");
    git.put(format!(".git/{stored}"), line(&token));
    let report = git.found(&[]);
    assert_eq!(report.notes(), [""; 0]);
    assert_eq!(report.finding(&token).paths(), [format!(".git/{stored}")]);
}

#[test]
fn a_damaged_pack_is_a_gap_and_the_rest_is_read() {
    let git = Repo::new();
    let mut secrets = Secrets::new("damaged");
    let tokens: Vec<String> = (0..40).map(|_| secrets.github()).collect();
    for (number, token) in tokens.iter().enumerate() {
        // Texts of their own, so that they are stored in full.
        let text = format!("{}{}", secrets.password().repeat(9), line(token));
        git.put(format!("f{number}"), text);
    }
    git.commit("all");
    git.git(&["rm", "-q", "-r", "."]);
    git.commit("none");
    git.pack();
    let pack = packs(&git).remove(0);
    change(&pack, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
    });
    let report = repo([git.text()]).run().expect(1).report();
    report.expect_gap_among(&["corrupt", "mismatch", "truncated"]);
    let found = tokens.iter().filter(|token| report.has(token)).count();
    assert!(found >= tokens.len() - 2, "{found}");

    change(&pack, |bytes| bytes.truncate(bytes.len() / 2));
    let report = repo([git.text()]).run().expect(1).report();
    assert!(!report.complete());
    assert!(tokens.iter().any(|token| report.has(token)));

    change(&pack.with_extension("idx"), |bytes| bytes.truncate(100));
    let report = repo([git.text()]).run().expect(3).report();
    assert!(!report.complete());
}

#[test]
fn what_one_store_lost_is_taken_from_another() {
    let token = token("rescued");
    let git = once_held_loose("a", &token);
    let id = git.git(&["rev-parse", "HEAD~1:a"]);
    let loose = git.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let kept = fs::read(&loose).unwrap();
    git.pack();
    let pack = packs(&git).remove(0);
    // Every object's first byte follows its header; breaking them all loses them all.
    change(&pack, |bytes| {
        let end = bytes.len() - 20;
        bytes[14..end].iter_mut().for_each(|byte| *byte = !*byte);
    });
    let report = repo([git.text()]).run().expect(3).report();
    assert!(!report.has(&token));
    fs::create_dir_all(loose.parent().unwrap()).unwrap();
    fs::write(&loose, kept).unwrap();
    let report = repo([git.text(), "--no-attribution"])
        .run()
        .expect(1)
        .report();
    assert!(report.has(&token) && !report.complete());
}

#[test]
fn a_damaged_loose_object_is_a_gap() {
    let token = token("loose");
    let git = once_held_loose("a", &token);
    git.commit_file("other", "clean\n");
    let id = git.git(&["rev-parse", "HEAD:other"]);
    let path = git.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    change(&path, |bytes| bytes.truncate(bytes.len() - 6));
    let report = repo([git.text()]).run().expect(1).report();
    assert!(!report.complete() && report.has(&token));
    change(&path, |bytes| *bytes = b"no zlib at all".to_vec());
    let report = repo([git.text()]).run().expect(1).report();
    assert!(!report.complete() && report.has(&token));
    fs::remove_file(path).unwrap();
    let report = repo([git.text()]).run().expect(1).report();
    report.expect_gaps(&["missing"]);
}

#[test]
fn large_objects_are_read_whoever_owns_them() {
    let token = token("large");
    let git = Repo::new();
    // More than the 16 MiB that gix takes from somebody else's repository.
    let mut text = b"0123456789abcde\n".repeat(5 << 16);
    text.extend_from_slice(line(&token).as_bytes());
    git.put("large", &text);
    git.git(&["config", "core.bigFileThreshold", "1m"]);
    git.commit("large");
    git.commit_removal("large");
    for packed in [false, true] {
        if packed {
            git.pack();
        }
        for name in ["objects", "refs", "HEAD", "."] {
            let path = git.join(".git").join(name);
            std::os::unix::fs::chown(path, Some(4711), Some(4711)).unwrap();
        }
        let report = git.found(&[]);
        let place = report.finding(&token).committed("large").0.clone();
        assert_eq!(place["line"], (5 << 16) + 1);
        for scope in ["--branch=main", "--max-commits=9"] {
            let report = repo([git.text(), scope]).run().expect(1).report();
            assert!(report.has(&token), "{scope}");
        }
    }
}

#[test]
fn an_address_is_cloned_and_the_clone_removed() {
    let token = token("clone");
    let origin = once_held_loose("a", &token);
    let place = tempfile::tempdir().unwrap();
    let run = repo([&*file_url(&origin)]).env("TMPDIR", text(place.path()));
    let report = run.run().expect(1).report();
    assert_eq!(report.finding(&token).paths(), ["a"]);
    assert_eq!(report.0["targets"][0]["name"], file_url(&origin));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    let run = repo(["file:///no/such/repository"]).run().expect(2);
    assert!(run.stderr.contains("could not clone"), "{}", run.stderr);
}

#[test]
fn deltas_and_whole_objects_give_the_same_report() {
    let git = Repo::new();
    let mut secrets = Secrets::new("versions");
    let mut lines: Vec<String> = (0..200)
        .map(|n| format!("line {n} of a long file\n"))
        .collect();
    for version in 0..30 {
        let at = (version * 37) % lines.len();
        match version % 5 {
            0 => lines.insert(at, format!("password = \"{}\"\n", secrets.password())),
            1 => lines.insert(at, line(&secrets.github())),
            2 => drop(lines.remove(at)),
            3 => {
                let (id, key) = secrets.aws();
                lines.insert(at, format!("aws_access_key_id = {id}\n"));
                lines.insert(at + 1, format!("aws_secret_access_key = {key}\n"));
            }
            _ => lines.rotate_left(7),
        }
        git.commit_file("settings.ini", lines.concat());
    }
    git.pack();
    let told = |flags: &[&str]| -> Value {
        let flags = flags.iter().copied();
        let run = repo(
            [git.text(), "--min-confidence=low"]
                .into_iter()
                .chain(flags),
        );
        let report = run.run().expect(1).report();
        report.expect_gaps(&[]);
        report.0
    };
    let (by_deltas, whole) = (told(&[]), told(&["--whole-objects"]));
    assert!(by_deltas["findings"].as_array().unwrap().len() > 15);
    assert_eq!(by_deltas, whole);
}

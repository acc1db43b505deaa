//! Repositories that lie among the files of a directory: their whole history is read, and nothing
//! that lies elsewhere.

#![allow(
    clippy::unwrap_used,
    reason = "an input that cannot be made is a failed test"
)]

mod kit;

use kit::cli::{dir, repo};
use kit::git::{line, once_held, token};
use kit::{Repo, Report};
use std::collections::BTreeSet;
use std::fs;

/// What was found, and where in a history.
fn told(report: &Report) -> BTreeSet<(String, String, String)> {
    let findings = report.findings();
    let places = findings.iter().flat_map(|finding| {
        let places = finding.in_history().into_iter();
        places.map(|place| {
            let commit = place.git("introduced").to_string();
            (finding.plain().to_owned(), place.path().to_owned(), commit)
        })
    });
    places.collect()
}

#[test]
fn a_work_tree_tells_what_its_repository_tells() {
    let git = Repo::new();
    for (number, name) in ["a", "in/b", "in/deep/c"].into_iter().enumerate() {
        git.commit_file(name, line(&token(&format!("same {number}"))));
    }
    git.commit_removal("in/b");
    git.put("a", line(&token("stashed"))).git(&["stash", "-q"]);
    git.pack();
    let loose = token("loose");
    git.commit_file("a", line(&loose));
    git.git(&["reset", "-q", "--hard", "HEAD~1"]);
    git.put("staged", line(&token("staged")))
        .git(&["add", "staged"]);
    let here = dir([git.text()]).run().expect(1).report();
    here.expect_gaps(&[]);
    let there = git.found(&[]);
    assert_eq!(told(&here), told(&there));
    assert!(told(&here).len() >= 5, "{:?}", told(&here));
    assert!(here.has(&loose) && here.has(&token("staged")));
    for counter in ["objects", "commits"] {
        assert_eq!(here.counted(counter), there.counted(counter));
    }
}

#[test]
fn bare_repositories_and_checkouts_inside_others_go_by_their_folders() {
    let [bare, inner] = ["bare", "inner"].map(token);
    let tree = Repo::anything();
    let sources = [
        (&bare, "srv/app.git", true),
        (&inner, "src/vendor/lib", false),
    ];
    for (token, place, is_bare) in sources {
        let git = once_held("a", token);
        let url = format!("file://{}", git.text());
        let kind = if is_bare { "--bare" } else { "--no-local" };
        tree.git(&["clone", "-q", kind, &url, place]);
    }
    let report = dir([tree.text()]).run().expect(1).report();
    report.expect_gaps(&[]);
    let place = report.finding(&bare).committed("srv/app.git/a");
    assert!(!place.git("removed").is_null());
    report.finding(&inner).committed("src/vendor/lib/a");
}

#[test]
fn several_targets_keep_their_repositories_apart() {
    let tokens = ["one", "two"].map(token);
    let repositories = tokens.each_ref().map(|token| once_held("a", token));
    let paths = repositories.each_ref().map(Repo::text);
    let report = dir(paths).run().expect(1).report();
    for (token, path) in tokens.iter().zip(paths) {
        let place = report.finding(token).committed("a");
        assert_eq!(place.0["target"], path);
    }
}

#[test]
fn an_empty_repository_is_no_gap() {
    let git = Repo::new();
    git.put("clean", "nothing\n");
    dir([git.text()]).run().expect(0).report().expect_gaps(&[]);
}

#[test]
fn submodules_are_read_where_their_objects_lie() {
    let token = token("submodule");
    let library = once_held("a", &token);
    let git = Repo::new();
    git.git(&["submodule", "add", "-q", library.text(), "lib"]);
    git.commit("with a library");
    let report = dir([git.text()]).run().expect(1).report();
    report.expect_gaps(&[]);
    report.finding(&token).committed("lib/a");
}

#[test]
fn paths_that_lead_out_are_told_and_not_followed() {
    let token = token("elsewhere");
    let lender = once_held("a", &token);
    let tree = Repo::anything();
    tree.git(&["clone", "-q", "--shared", lender.text(), "borrowed"]);
    lender.git(&[
        "worktree",
        "add",
        "-q",
        tree.join("linked").to_str().unwrap(),
    ]);
    let run = dir([tree.text()]).run();
    let report = run.expect(3).report();
    assert!(!report.has(&token));
    assert_eq!(report.notes(), ["out-of-bounds"]);
    assert_eq!(report.0["coverage"]["notes"].as_array().unwrap().len(), 2);
    // The objects that it lacks are a gap.
    report.expect_gaps(&["missing"]);
    // Named together with what it borrows from, or by itself, everything is there.
    let inside = Repo::anything();
    inside.git(&[
        "clone",
        "-q",
        "--no-local",
        &format!("file://{}", lender.text()),
        "lender",
    ]);
    inside.git(&["clone", "-q", "--shared", "lender", "borrower"]);
    let report = dir([inside.text()]).run().expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.notes().is_empty());
    report.finding(&token).committed("borrower/a");
    repo([tree.join("borrowed").to_str().unwrap()])
        .run()
        .expect(1);
}

#[test]
fn what_is_left_out_is_left_out_with_its_history() {
    let git = once_held("a", &token("left out"));
    let report = dir([git.text(), "--exclude", ".git"])
        .run()
        .expect(0)
        .report();
    assert_eq!(report.counted("objects"), 0);
}

#[test]
fn a_damaged_repository_is_a_gap() {
    let token = token("damaged");
    let git = once_held("a", &token);
    let packs = fs::read_dir(git.join(".git/objects/pack")).unwrap();
    let mut paths = packs.map(|entry| entry.unwrap().path());
    let pack = paths.find(|path| path.extension().is_some_and(|kind| kind == "pack"));
    let pack = pack.unwrap();
    let bytes = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, &bytes[..bytes.len() / 2]).unwrap();
    let report = dir([git.text()]).run().incomplete();
    assert!(!report.gaps().is_empty());
}

//! Repositories that git accepts and hardly anybody has: old index formats, odd commits and trees,
//! references to nothing, repositories inside each other, and histories that are made to hurt.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "an input that cannot be made is a failed test; a skipped one says so"
)]

mod kit;

use kit::git::{line, token};
use kit::{Repo, Secrets};
use std::fmt::Write as _;
use std::io::Write as _;

/// Stores an object as it is, whether git would have made it or not.
fn object(git: &Repo, kind: &str, content: &[u8]) -> String {
    git.feed(
        &["hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        content,
    )
}

fn commit_of(git: &Repo, tree: &str) -> String {
    let commit = git.git(&["commit-tree", "-m", "made by hand", tree]);
    git.git(&["update-ref", "refs/heads/main", &commit]);
    commit
}

#[test]
fn a_reftable_is_no_silent_miss() {
    let token = token("reftable");
    let git = Repo::anything();
    let init = git.try_git(&["init", "-q", "-b", "main", "--ref-format=reftable"]);
    if !init.status.success() {
        return eprintln!("skipped: this git knows no reftables");
    }
    git.commit_file("a", line(&token));
    let id = git.git(&["rev-parse", "HEAD:a"]);
    git.commit_removal("a");
    let report = git.scan(&[]).expect(1).report();
    report.expect_gaps(&["unsupported"]);
    assert_eq!(report.finding(&token).paths(), [&*id]);
    for flags in [["--branch", "main"], ["--staged", "--no-attribution"]] {
        let run = git.scan(&flags).expect(2);
        assert!(run.stderr.contains("git refs migrate"), "{}", run.stderr);
    }
}

#[test]
fn every_form_of_the_index_is_read() {
    let mut secrets = Secrets::new("index forms");
    let forms: [&[&[&str]]; 3] = [
        &[
            &["config", "core.splitIndex", "true"],
            &["update-index", "--split-index"],
        ],
        &[&["update-index", "--index-version", "4"]],
        &[
            &["sparse-checkout", "init", "--cone", "--sparse-index"],
            &["sparse-checkout", "set", "in"],
        ],
    ];
    for commands in forms {
        let git = Repo::new();
        let [old, staged] = [(); 2].map(|()| secrets.github());
        git.put("out/deep/a", line(&old))
            .commit_file("in/b", "clean\n");
        commands.iter().for_each(|command| drop(git.git(command)));
        git.put("in/c", line(&staged)).git(&["add", "in/c"]);
        let report = git.found(&["--staged"]);
        assert_eq!(report.finding(&staged).paths(), ["in/c"], "{commands:?}");
        assert!(!report.has(&old), "{commands:?}");
        let report = git.found(&[]);
        assert!(report.has(&old) && report.has(&staged), "{commands:?}");
    }
}

#[test]
fn a_damaged_index_hides_nothing() {
    let (git, token) = (Repo::new(), token("index damage"));
    git.commit_file("a", "one\n");
    git.put("b", line(&token)).git(&["add", "b"]);
    std::fs::remove_file(git.join("b")).unwrap();
    git.put(".git/index", "DIRC of another kind");
    let report = git.scan(&[]).expect(1).report();
    report.expect_gaps(&["corrupt"]);
    assert!(report.has(&token));
}

#[test]
fn commits_that_say_little_lead_on() {
    let (git, token) = (Repo::new(), token("headers"));
    let first = git.commit_file("a", line(&token));
    let none = object(&git, "tree", b"");
    let mut parent = first.clone();
    for rest in [
        &b"author nobody\ncommitter \xe9\xff <x> no time\nencoding ISO-8859-1\n\nm\xe9ssage\n"[..],
        b"\nno author at all\n",
        b"author A <a@x> 99999999999999999999 +9999\ncommitter <> -1 +0000\n\nfar away",
    ] {
        let links = format!("tree {none}\nparent {parent}\n").into_bytes();
        parent = object(&git, "commit", &[&links, rest].concat());
    }
    git.git(&["update-ref", "refs/heads/main", &parent]);
    git.git(&["reflog", "expire", "--expire=now", "--all"]);
    std::fs::remove_file(git.join("a")).unwrap();
    for flags in [&[][..], &["--branch", "main"]] {
        let report = git.found(flags);
        let place = report.finding(&token).committed("a").0.clone();
        assert_eq!(place["git"]["introduced"]["id"], first);
        assert_eq!(place["git"]["removed"]["author"], "nobody");
        assert_eq!(place["git"]["removed"]["summary"], "m\\xe9ssage");
    }
}

#[test]
fn no_name_in_a_tree_hides_another() {
    let git = Repo::new();
    let mut secrets = Secrets::new("names twice");
    let tokens = [(); 3].map(|()| secrets.github());
    let mut tree = Vec::new();
    for (mode, name, token) in [
        ("100664", "z", &tokens[0]),
        ("100644", "a", &tokens[1]),
        ("100644", "a", &tokens[2]),
        ("100755", "..", &tokens[0]),
    ] {
        let id = object(&git, "blob", line(token).as_bytes());
        write!(tree, "{mode} {name}\0").unwrap();
        tree.extend(
            (0..id.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()),
        );
    }
    let tree = object(&git, "tree", &tree);
    commit_of(&git, &tree);
    for flags in [&[][..], &["--branch", "main"]] {
        let report = git.found(flags);
        let paths = [["..", "z"].as_slice(), &["a"], &["a"]];
        for (token, paths) in tokens.iter().zip(paths) {
            assert_eq!(report.finding(token).paths(), paths, "{flags:?}");
        }
    }
}

#[test]
fn a_tag_may_lead_to_a_tree_by_way_of_a_tag() {
    let (git, token) = (Repo::new(), token("tags"));
    git.put("a", line(&token)).git(&["add", "a"]);
    let tree = git.git(&["write-tree"]);
    git.git(&["rm", "-q", "-f", "a"]);
    git.git(&["tag", "-a", "-m", "inner", "inner", &tree]);
    git.git(&["tag", "-a", "-m", "outer", "outer", "inner"]);
    git.git(&["tag", "-d", "inner"]);
    git.commit("empty");
    assert_eq!(git.found(&[]).finding(&token).paths(), ["a"]);
}

#[test]
fn references_to_nothing_are_gaps_and_hide_nothing() {
    let (git, token) = (Repo::new(), token("dangling"));
    git.commit_file("a", line(&token));
    let id = git.git(&["rev-parse", "HEAD:a"]);
    let last = git.commit_removal("a");
    for (content, gap) in [
        ("a".repeat(40), "missing"),
        ("garbage".to_owned(), "corrupt"),
    ] {
        git.put(".git/refs/heads/broken", content);
        let report = git.scan(&[]).expect(1).report();
        report.expect_gaps(&[gap]);
        assert!(report.has(&token));
    }
    std::fs::remove_file(git.join(".git/refs/heads/broken")).unwrap();
    // What led to the secret is lost, and nobody can know what it was part of.
    std::fs::remove_dir_all(git.join(".git/logs")).unwrap();
    std::fs::remove_file(git.join(format!(".git/objects/{}/{}", &last[..2], &last[2..]))).unwrap();
    let report = git.scan(&[]).expect(1).report();
    report.expect_gaps(&["missing"]);
    assert_eq!(report.finding(&token).paths(), [&*id]);
    git.git(&["symbolic-ref", "HEAD", "refs/heads/none"]);
    assert!(git.scan(&[]).expect(1).report().has(&token));
}

#[test]
fn repositories_among_the_files_are_read_as_such() {
    let git = Repo::new();
    let mut secrets = Secrets::new("nested");
    let [checked_out, bare, deeper] = [(); 3].map(|()| secrets.github());
    git.commit_file("readme", "outer\n");
    for (place, token, init) in [
        ("vendor/lib", &checked_out, &["init", "-q"][..]),
        ("vendor/lib/deep/er", &deeper, &["init", "-q"]),
        ("test/data.git", &bare, &["init", "-q", "--bare"]),
    ] {
        let inner = |args: &[&str], input: &[u8]| git.feed(&[&["-C", place], args].concat(), input);
        std::fs::create_dir_all(git.join(place)).unwrap();
        inner(init, b"");
        let blob = inner(&["hash-object", "-w", "--stdin"], line(token).as_bytes());
        let tree = inner(&["mktree"], format!("100644 blob {blob}\told\n").as_bytes());
        let commit = inner(&["commit-tree", "-m", "inner", &tree], b"");
        inner(&["update-ref", "HEAD", &commit], b"");
        inner(&["gc", "-q"], b"");
    }
    // A repository without commits is no reason to call the scan incomplete.
    git.git(&["init", "-q", "empty"]);
    let report = git.found(&[]);
    for (token, path) in [
        (&checked_out, "vendor/lib/old"),
        (&deeper, "vendor/lib/deep/er/old"),
        (&bare, "test/data.git/old"),
    ] {
        let finding = report.finding(token);
        assert_eq!(finding.committed(path).git("introduced/summary"), "inner");
    }
    assert_eq!(report.counted("commits"), 4);
    let left_out = git
        .scan(&["--exclude", "vendor", "--exclude", "test"])
        .expect(0);
    assert_eq!(left_out.report().counted("commits"), 1);
    git.put("empty/.git/config", "[core\n");
    let report = git.scan(&[]).expect(1).report();
    report.expect_gaps(&["corrupt"]);
    assert!(report.has(&checked_out));
}

/// Something staged is found whatever HEAD holds.
fn staged_beside(git: &Repo, seed: &str) {
    let token = token(&format!("staged beside {seed}"));
    let id = object(git, "blob", line(&token).as_bytes());
    git.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{id},new"),
    ]);
    let report = git.found(&["--staged"]);
    assert_eq!(report.finding(&token).paths(), ["new"]);
}

#[test]
fn folders_may_be_nested_deeper_than_anybody_looks() {
    let git = Repo::with(&["--bare"]);
    let token = token("deep");
    let (path, content) = (format!("{}f", "a/".repeat(3_000)), line(&token));
    let mut stream = String::from("commit refs/heads/main\n");
    write!(
        stream,
        "committer A <a@example.com> 1600000000 +0000\ndata 1\nx\n"
    )
    .unwrap();
    write!(
        stream,
        "M 100644 inline {path}\ndata {}\n{content}\n",
        content.len()
    )
    .unwrap();
    git.feed(&["fast-import", "--quiet"], stream.as_bytes());
    let report = git.found(&[]);
    assert_eq!(report.finding(&token).paths().len(), 1);
    let report = git.scan(&["--branch", "main"]).expect(3).report();
    report.expect_gaps(&["limit"]);
    staged_beside(&git, "deep");
}

#[test]
fn folders_that_multiply_come_to_an_end() {
    let git = Repo::with(&["--bare"]);
    let token = token("bomb");
    let blob = object(&git, "blob", line(&token).as_bytes());
    let mut child = format!("100644 blob {blob}");
    for _ in 0..10 {
        let entries: String = (0..10).map(|n| format!("{child}\tn{n}\n")).collect();
        child = format!("040000 tree {}", git.feed(&["mktree"], entries.as_bytes()));
    }
    commit_of(&git, child.rsplit(' ').next().unwrap());
    for flags in [&[][..], &["--branch", "main"]] {
        let report = git.found(flags);
        assert!(report.finding(&token).paths().len() > 10);
    }
    staged_beside(&git, "multiplied");
}

#[test]
fn objects_are_counted_once_in_any_number_of_packs() {
    let (git, token) = (Repo::new(), token("packs"));
    for number in 0..12 {
        let content = if number == 5 {
            line(&token)
        } else {
            number.to_string()
        };
        git.commit_file(&format!("f{number}"), content);
        git.git(&["repack", "-q", "-d"]);
    }
    // One more with everything in it.
    let all = git.git(&["rev-list", "--objects", "--all", "--no-object-names"]);
    git.feed(
        &["pack-objects", "-q", ".git/objects/pack/pack"],
        all.as_bytes(),
    );
    let report = git.found(&[]);
    assert_eq!(report.counted("objects"), 36);
    assert!(report.has(&token));
}

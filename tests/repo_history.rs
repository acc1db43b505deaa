//! Whole repositories: everything that was ever committed is found, and the history says who brought
//! it, who removed it and where it can still be had.

mod kit;

use kit::cli::{dir, repo, text};
use kit::git::token;
use kit::{Repo, Report, Secrets};
use std::fs;

fn line(token: &str) -> String {
    format!("# settings\nkey: {token}\n")
}

#[test]
fn a_removed_secret_is_told_with_both_commits() {
    let (git, token) = (Repo::new(), token("removed"));
    git.commit_file("readme", "nothing yet\n");
    let brought = git.commit_file("app/.env", line(&token));
    git.commit_file("app/.env", format!("# one line more\n{}", line(&token)));
    let removed = git.commit_removal("app/.env");
    for packed in [false, true] {
        if packed {
            git.pack();
        }
        let report = git.found(&[]);
        let finding = report.finding(&token);
        assert_eq!(finding.paths(), ["app/.env"]);
        let place = finding.committed("app/.env");
        assert_eq!(place.position(), (2, 6));
        assert_eq!(place.git("introduced/id"), &*brought);
        assert_eq!(place.git("introduced/author"), "Ada Example");
        assert_eq!(place.git("introduced/email"), "ada@example.com");
        assert_eq!(place.git("introduced/date"), "2023-11-14T22:18:20Z");
        assert_eq!(place.git("introduced/summary"), "write app/.env");
        assert_eq!(place.git("removed/id"), &*removed);
        assert_eq!(place.git("at_head"), false);
        assert_eq!(place.git("refs/0"), "refs/heads/main");
        assert_eq!(place.0["state"], "deleted");
        assert_eq!(report.counted("commits"), 4);
    }
}

#[test]
fn what_is_at_head_stands_in_the_work_tree_too() {
    let (git, token) = (Repo::new(), token("head"));
    let brought = git.commit_file("a", line(&token));
    git.commit_file("a", format!("first\n{}", line(&token)));
    let report = git.found(&[]);
    let finding = report.finding(&token);
    assert_eq!(finding.paths(), ["a", "a"]);
    let place = finding.committed("a");
    assert_eq!(place.position(), (3, 6), "the version of HEAD");
    assert_eq!(place.git("introduced/id"), &*brought);
    assert_eq!(place.git("at_head"), true);
    assert!(place.git("removed").is_null());
    let on_disk = dir([git.text()]).run().expect(1).report();
    let same = |report: &Report| report.finding(&token).0["fingerprint"].clone();
    assert_eq!(same(&report), same(&on_disk));
}

#[test]
fn a_secret_of_a_merge_alone_is_found() {
    let (git, token) = (Repo::new(), token("merge"));
    git.commit_file("a", "one\n");
    git.git(&["checkout", "-q", "-b", "other"]);
    git.commit_file("b", "two\n");
    git.git(&["checkout", "-q", "main"]);
    git.commit_file("c", "three\n");
    git.git(&["merge", "-q", "--no-commit", "other"]);
    let merge = git.commit_file("d", line(&token));
    git.commit_removal("d");
    let place_of = |report: &Report| {
        let finding = report.finding(&token);
        finding.committed("d").git("introduced/id").clone()
    };
    assert_eq!(place_of(&git.found(&[])), *merge);
}

#[test]
fn an_octopus_merge_brings_nothing_of_its_own() {
    let (git, token) = (Repo::new(), token("octopus"));
    git.commit_file("a", "one\n");
    let mut brought = String::new();
    for branch in ["x", "y", "z"] {
        git.git(&["checkout", "-q", "-b", branch, "main"]);
        let content = match branch {
            "y" => line(&token),
            _ => branch.to_owned(),
        };
        let commit = git.commit_file(branch, content);
        if branch == "y" {
            brought = commit;
        }
    }
    git.git(&["checkout", "-q", "main"]);
    git.commit_file("w", "four\n");
    git.git(&["merge", "-q", "--no-edit", "x", "y", "z"]);
    assert_eq!(
        git.git(&["rev-list", "--parents", "-1", "HEAD"])
            .split(' ')
            .count(),
        5
    );
    let report = git.found(&[]);
    let finding = report.finding(&token);
    let place = finding.committed("y");
    assert_eq!(place.git("introduced/id"), &*brought);
    let refs = serde_json::json!(["refs/heads/main", "refs/heads/y"]);
    assert_eq!(place.git("refs"), &refs);
}

#[test]
fn a_renamed_file_is_told_at_both_paths() {
    let (git, token) = (Repo::new(), token("rename"));
    let brought = git.commit_file("old", line(&token));
    git.git(&["mv", "old", "new"]);
    let moved = git.commit("move");
    let report = git.found(&[]);
    let finding = report.finding(&token);
    let (old, new) = (finding.committed("old"), finding.committed("new"));
    assert_eq!(old.git("introduced/id"), &*brought);
    assert_eq!(old.git("removed/id"), &*moved);
    assert_eq!(new.git("introduced/id"), &*moved);
    assert_eq!(
        (old.git("at_head"), new.git("at_head")),
        (&false.into(), &true.into())
    );
}

#[test]
fn everything_that_git_remembers_is_read() {
    let git = Repo::new();
    let mut secrets = Secrets::new("remembered");
    git.commit_file("a", "one\n");
    // A stash, a note, an annotated tag, a tag on a blob, a replaced commit, a remote's branch.
    let stashed = secrets.github();
    git.put("a", line(&stashed)).git(&["stash", "push", "-q"]);
    let noted = secrets.github();
    git.git(&["notes", "add", "-m", &line(&noted)]);
    let tagged = secrets.github();
    git.git(&["tag", "-a", "v1", "-m", &format!("release\n\n{tagged}")]);
    let blob = secrets.github();
    git.put("loose", line(&blob));
    let id = git.git(&["hash-object", "-w", "loose"]);
    fs::remove_file(git.join("loose")).unwrap();
    git.git(&["tag", "blob", &id]);
    let (reset, amended) = (secrets.github(), secrets.github());
    git.commit_file("b", line(&reset));
    git.git(&["reset", "-q", "--hard", "HEAD~1"]);
    git.commit_file("c", line(&amended));
    git.put("c", "clean\n")
        .git(&["commit", "-q", "-a", "--amend", "-m", "amended"]);
    let remote = secrets.github();
    let tip = git.commit_file("d", line(&remote));
    git.git(&["update-ref", "refs/remotes/origin/topic", &tip]);
    git.git(&["reset", "-q", "--hard", "HEAD~1"]);
    for packed in [false, true] {
        if packed {
            git.pack();
        }
        let report = git.found(&[]);
        for secret in [&stashed, &noted, &tagged, &blob, &reset, &amended, &remote] {
            let finding = report.finding(secret);
            assert!(!finding.in_history().is_empty(), "{:#}", finding.0);
        }
        let told = |secret: &str| report.finding(secret).in_history()[0].0.clone();
        assert_eq!(told(&tagged)["where"], "message");
        assert_eq!(told(&blob)["path"], "refs/tags/blob");
        assert_eq!(report.notes(), [""; 0], "{:#}", report.0["coverage"]);
    }
}

#[test]
fn commits_themselves_and_names_are_read() {
    let git = Repo::new();
    let mut secrets = Secrets::new("names");
    let [message, author, name] = [(); 3].map(|()| secrets.github());
    git.put("x", "one\n");
    git.git(&["add", "x"]);
    let by = format!("--author={author} <a@example.com>");
    let told = format!("subject\n\nuse {message} for now");
    git.git(&["commit", "-q", &by, "-m", &told]);
    let commit = git.head();
    git.commit_file(&format!("dir/{name}.txt"), "content\n");
    git.commit_removal(&format!("dir/{name}.txt"));
    let report = git.found(&[]);
    let of_message = report.finding(&message);
    let place = of_message.in_history()[0];
    assert_eq!((place.kind(), place.path()), ("message", &*commit));
    assert_eq!(place.0["commit"], *commit);
    assert_eq!(report.finding(&author).in_history()[0].kind(), "commit");
    let finding = report.finding(&name);
    let place = finding.committed(&format!("dir/{name}.txt"));
    assert_eq!(place.kind(), "metadata");
}

#[test]
fn the_repositorys_own_files_are_read() {
    let git = Repo::new();
    let mut secrets = Secrets::new("own");
    git.commit_file("a", "one\n");
    let [password, hook] = [secrets.password(), secrets.github()];
    let url = format!("https://deploy:{password}@git.acme-corp.net/app.git");
    git.git(&["remote", "add", "origin", &url]);
    git.put(
        ".git/hooks/post-merge",
        format!("#!/bin/sh\nTOKEN={hook}\n"),
    );
    let report = git.found(&[]);
    assert_eq!(report.finding(&password).paths(), [".git/config"]);
    assert_eq!(report.finding(&hook).paths(), [".git/hooks/post-merge"]);
}

#[test]
fn what_nothing_reaches_is_told_on_demand() {
    let (git, token) = (Repo::new(), token("dangling"));
    git.commit_file("a", "one\n");
    git.put("b", line(&token));
    let id = git.git(&["hash-object", "-w", "b"]);
    fs::remove_file(git.join("b")).unwrap();
    let report = repo([git.text()]).run().expect(0).report();
    assert!(!report.has(&token));
    assert_eq!(report.notes(), ["unreachable"]);
    let report = repo([git.text(), "--unreachable"]).run().expect(1).report();
    assert_eq!(report.finding(&token).paths(), [&*id]);
    assert_eq!(report.notes(), [""; 0]);
}

#[test]
fn what_is_staged_and_gone_from_disk_is_found() {
    let (git, token) = (Repo::new(), token("index"));
    git.commit_file("a", "one\n");
    git.put("b", line(&token)).git(&["add", "b"]);
    fs::remove_file(git.join("b")).unwrap();
    let report = git.found(&[]);
    let finding = report.finding(&token);
    assert!(finding.committed("b").git("introduced").is_null());
}

#[test]
fn without_attribution_objects_go_by_their_names() {
    let (git, token) = (Repo::new(), token("bare names"));
    git.commit_file("a", line(&token));
    let id = git.git(&["rev-parse", "HEAD:a"]);
    git.commit_removal("a");
    let report = repo([git.text(), "--no-attribution"])
        .run()
        .expect(1)
        .report();
    assert_eq!(report.finding(&token).paths(), [&*id]);
}

#[test]
fn wide_text_windows_lines_and_odd_paths_are_read() {
    let git = Repo::new();
    let mut secrets = Secrets::new("odd");
    let [wide, windows, odd] = [(); 3].map(|()| secrets.github());
    let text = line(&wide);
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(units).collect();
    git.put("wide.txt", utf16);
    git.put("windows.txt", line(&windows).replace('\n', "\r\n"));
    use std::os::unix::ffi::OsStrExt as _;
    git.put(std::ffi::OsStr::from_bytes(b"caf\xe9/\xff.txt"), line(&odd));
    git.commit("odd things");
    git.git(&["rm", "-q", "-r", "."]);
    git.commit("all gone");
    let report = git.found(&[]);
    assert_eq!(
        report.finding(&wide).committed("wide.txt").position(),
        (2, 6)
    );
    assert_eq!(
        report.finding(&windows).committed("windows.txt").position(),
        (2, 6)
    );
    assert_eq!(
        report.finding(&odd).in_history()[0].path(),
        "caf\\xe9/\\xff.txt"
    );
}

#[test]
fn a_path_in_a_repository_stands_for_it() {
    let (git, token) = (Repo::new(), token("inside"));
    git.commit_file("src/deep/a", line(&token));
    let inside = git.join("src/deep");
    let report = repo([text(&inside)]).run().expect(1).report();
    assert_eq!(
        report.finding(&token).committed("src/deep/a").position(),
        (2, 6)
    );
    let report = repo([]).within_dir(&inside).run().expect(1).report();
    assert_eq!(report.finding(&token).paths().len(), 2);
}

#[test]
fn what_is_no_repository_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let run = repo([text(folder.path())]).run().expect(2);
    assert!(
        run.stderr.contains("is no git repository"),
        "{}",
        run.stderr
    );
    let run = repo(["no/such/path"]).run().expect(2);
    assert!(run.stderr.contains("no/such/path"), "{}", run.stderr);
}

#[test]
fn a_history_without_commits_is_never_clean() {
    let git = Repo::new();
    let report = repo([git.text()]).run().expect(3).report();
    report.expect_gaps(&["no-commits"]);
    git.put("a", "not committed\n");
    repo([git.text(), "--worktree"]).run().expect(0);
    repo([git.text(), "--allow-gap", "no-commits"])
        .run()
        .expect(0);
}

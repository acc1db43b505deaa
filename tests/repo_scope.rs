//! Parts of a repository: what some commits bring, what is staged, what is on disk. A narrow scope
//! tells what is new in it, and nothing else.

mod kit;

use kit::cli::residue;
use kit::git::{line, token};
use kit::{Repo, Secrets};

#[test]
fn a_range_tells_what_its_commits_bring() {
    let git = Repo::new();
    let mut secrets = Secrets::new("range");
    let [old, new, later] = [(); 3].map(|()| secrets.github());
    let first = git.commit_file("a", line(&old));
    // The file is changed, and what stood in it before is not new.
    let second = git.commit_file("a", format!("{}{}", line(&old), line(&new)));
    git.commit_file("b", line(&later));
    for packed in [false, true] {
        if packed {
            git.pack();
        }
        let range = format!("{first}..{second}");
        let report = git.found(&["--range", &range]);
        assert_eq!(report.findings().len(), 1);
        let place = report.finding(&new).committed("a").0.clone();
        assert_eq!(
            (&place["line"], &place["commit"]),
            (&2.into(), &second.as_str().into())
        );
        assert_eq!(report.counted("commits"), 1);
        let report = git.found(&["--since", &first]);
        assert!(report.has(&new) && report.has(&later) && !report.has(&old));
        let report = git.found(&["--max-commits", "1"]);
        assert!(report.has(&later) && !report.has(&new) && !report.has(&old));
    }
}

#[test]
fn a_range_over_a_merge_is_exact() {
    let git = Repo::new();
    let mut secrets = Secrets::new("merged range");
    let [old, side, own] = [(); 3].map(|()| secrets.github());
    let base = git.commit_file("a", line(&old));
    git.git(&["checkout", "-q", "-b", "side"]);
    git.commit_file("s", line(&side));
    git.git(&["checkout", "-q", "main"]);
    let before = git.commit_file("m", "clean\n");
    git.git(&["merge", "-q", "--no-commit", "side"]);
    git.commit_file("evil", line(&own));
    // All that main did not have: the branch and what the merge made up.
    let report = git.found(&["--range", &format!("{before}..main")]);
    assert!(report.has(&side) && report.has(&own) && !report.has(&old));
    // Without the branch only the merge's own is left.
    let report = git.found(&["--range", "side..main"]);
    assert!(!report.has(&side) && report.has(&own) && !report.has(&old));
    let report = git.found(&["--range", "main...side"]);
    assert!(report.has(&own) && !report.has(&old));
    assert_eq!(
        git.git(&["merge-base", "main", "side"]),
        git.git(&["rev-parse", "side"])
    );
    assert_ne!(base, before);
}

#[test]
fn a_moved_file_is_not_new_and_a_copied_one_neither_removed() {
    let (git, token) = (Repo::new(), token("moved"));
    git.commit_file("old/name", line(&token));
    git.commit_file("other", "clean\n");
    std::fs::create_dir(git.join("new")).unwrap();
    git.git(&["mv", "old/name", "new/name"]);
    git.commit("move");
    let report = git.scan(&["--range", "HEAD~1..HEAD"]).expect(0).report();
    assert!(!report.has(&token));
    git.put("copy", line(&token)).commit("copy");
    let report = git.found(&["--range", "HEAD~1..HEAD"]);
    assert_eq!(report.finding(&token).paths(), ["copy"]);
}

#[test]
fn a_branch_is_its_whole_history() {
    let git = Repo::new();
    let mut secrets = Secrets::new("branch");
    let [shared, side, main] = [(); 3].map(|()| secrets.github());
    git.commit_file("a", line(&shared));
    git.git(&["checkout", "-q", "-b", "side"]);
    git.commit_file("s", line(&side));
    git.commit_removal("s");
    git.git(&["checkout", "-q", "main"]);
    git.commit_file("m", line(&main));
    let report = git.found(&["--branch", "side"]);
    assert!(report.has(&shared) && report.has(&side) && !report.has(&main));
    assert!(
        !report
            .finding(&side)
            .committed("s")
            .git("removed")
            .is_null()
    );
}

#[test]
fn paths_narrow_the_history() {
    let git = Repo::new();
    let mut secrets = Secrets::new("paths");
    let [inside, outside] = [(); 2].map(|()| secrets.github());
    git.put("src/deep/a", line(&inside))
        .put("doc/b", line(&outside));
    git.commit("both");
    for path in ["src", "src/", "./src/deep", "src/**/a", "src/deep/a"] {
        let report = git.found(&["--path", path]);
        assert!(report.has(&inside) && !report.has(&outside), "{path}");
    }
    let run = git.scan(&["--path", "a[b"]).expect(2);
    assert!(run.stderr.contains("--path"), "{}", run.stderr);
}

#[test]
fn wrong_revisions_are_refused_and_empty_ranges_are_no_pass() {
    let git = Repo::new();
    git.commit_file("a", "clean\n");
    for flags in [
        ["--range", "no..HEAD"],
        ["--since", "nothing"],
        ["--branch", "v9"],
    ] {
        let run = git.scan(&flags).expect(2);
        assert!(run.stderr.contains("names no commit"), "{}", run.stderr);
    }
    let report = git.scan(&["--range", "HEAD..HEAD"]).expect(3).report();
    report.expect_gaps(&["no-commits"]);
}

#[test]
fn staged_content_counts_and_not_the_file_on_disk() {
    let git = Repo::new();
    let mut secrets = Secrets::new("staged");
    let [old, staged, unstaged] = [(); 3].map(|()| secrets.github());
    git.commit_file("a", line(&old));
    // Only a part of the file is staged, and what is on disk is another one.
    git.put("a", format!("{}{}", line(&old), line(&staged)));
    git.git(&["add", "a"]);
    git.put("a", line(&unstaged));
    let report = git.found(&["--staged"]);
    assert!(!report.has(&old) && !report.has(&unstaged));
    let finding = report.finding(&staged);
    assert_eq!(finding.committed("a").position(), (2, 6));
    let report = git.found(&["--worktree"]);
    assert!(report.has(&unstaged) && !report.has(&staged));
}

#[test]
fn people_are_told_that_it_is_staged() {
    let (git, token) = (Repo::new(), token("told"));
    git.put("a", line(&token)).git(&["add", "a"]);
    let run = residue(["repo", git.text(), "--staged"]).run().expect(1);
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(text.contains("found in  staged  a:1:6"), "{text}");
}

#[test]
fn staging_before_the_first_commit_works() {
    let (git, token) = (Repo::new(), token("unborn"));
    git.scan(&["--staged"]).expect(0);
    git.put("dir/a", line(&token)).git(&["add", "--all"]);
    let report = git.found(&["--staged"]);
    assert_eq!(report.finding(&token).paths(), ["dir/a"]);
}

#[test]
fn a_conflict_shows_every_side() {
    let git = Repo::new();
    let mut secrets = Secrets::new("conflict");
    let [ours, theirs] = [(); 2].map(|()| secrets.github());
    git.commit_file("a", "base\n");
    git.git(&["checkout", "-q", "-b", "side"]);
    git.commit_file("a", line(&theirs));
    git.git(&["checkout", "-q", "main"]);
    git.commit_file("a", line(&ours));
    assert!(!git.try_git(&["merge", "-q", "side"]).status.success());
    let report = git.found(&["--staged"]);
    assert!(report.has(&theirs) && !report.has(&ours));
}

#[test]
fn the_files_of_a_work_tree_are_tracked_untracked_and_ignored() {
    let git = Repo::new();
    let mut secrets = Secrets::new("files");
    let [tracked, untracked, ignored, gone] = [(); 4].map(|()| secrets.github());
    git.commit_file("gone", line(&gone));
    git.commit_removal("gone");
    git.put(".gitignore", "ignored\n");
    git.commit_file("tracked", line(&tracked));
    git.put("untracked", line(&untracked))
        .put("ignored", line(&ignored));
    let report = git.found(&["--worktree"]);
    for secret in [&tracked, &untracked, &ignored] {
        assert!(report.has(secret));
    }
    assert!(!report.has(&gone));
    assert_eq!(report.counted("files"), 4, "nothing of .git");
    let report = git.found(&[
        "--worktree",
        "--respect-gitignore",
        "--exclude",
        "untracked",
    ]);
    assert!(!report.has(&untracked) && !report.has(&ignored) && report.has(&tracked));
}

#[test]
fn scopes_that_contradict_each_other_are_refused() {
    let git = Repo::new();
    for flags in [
        ["--staged", "--since=HEAD"],
        ["--unreachable", "--range=a..b"],
    ] {
        git.scan(&flags).expect(2);
    }
    let bare = Repo::with(&["--bare"]);
    let run = bare.scan(&["--worktree"]).expect(2);
    assert!(run.stderr.contains("bare"), "{}", run.stderr);
}

#[test]
fn a_new_name_can_be_the_secret() {
    let git = Repo::new();
    let mut secrets = Secrets::new("name");
    let [old, new] = [(); 2].map(|()| secrets.github());
    git.commit_file(&format!("dir/{old}"), "one\n");
    git.commit_file(&format!("dir/{new}"), "two\n");
    let report = git.found(&["--range", "HEAD~1..HEAD"]);
    let place = report.finding(&new).committed(&format!("dir/{new}")).0;
    assert_eq!(place["where"], "metadata");
    assert!(!report.has(&old));
    git.put(format!("{old}.staged"), "three\n")
        .git(&["add", "--all"]);
    let report = git.found(&["--staged"]);
    assert_eq!(report.finding(&old).paths(), [format!("{old}.staged")]);
}

//! Hooks for all repositories of a user, and hooks that the `pre-commit` framework calls.

#![cfg(unix)]

mod kit;

use kit::hook::{Seen, User, hook_with, script};
use kit::{Repo, Secrets};

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

fn line(token: &str) -> String {
    format!("key: {token}\n")
}

#[test]
fn a_global_hook_serves_all_repositories_and_hides_none_of_their_own() {
    let (user, repo) = (User::new(), Repo::new());
    script(
        &repo.join(".git/hooks/pre-commit"),
        "echo own pre-commit >&2",
    );
    script(
        &repo.join(".git/hooks/commit-msg"),
        "echo own commit-msg >&2; test ! -e stop",
    );
    user.hook(&repo, &["install", "--global", "pre-commit"])
        .passed()
        .tells(&["core.hooksPath"]);
    user.hook(&repo, &["install", "--global", "pre-commit"])
        .passed();
    repo.put("a", "clean\n").git(&["add", "a"]);
    let commit = ["commit", "--quiet", "--message", "try"];
    user.git(&repo, &commit)
        .passed()
        .tells(&["own pre-commit", "own commit-msg", "no secrets"]);
    repo.put("a", line(&token("global"))).git(&["add", "a"]);
    user.git(&repo, &commit).stopped(&["a:1"]);
    repo.git(&["reset", "--quiet", "--hard"]);
    repo.put("stop", "").git(&["add", "stop"]);
    user.git(&repo, &commit).stopped(&["own commit-msg"]);
    let local = user
        .hook(&repo, &["install", "pre-commit"])
        .stopped(&["--global"]);
    assert_eq!(local.code, 2);
    user.hook(&repo, &["install", "--global", "pre-push"])
        .passed();
    user.hook(&repo, &["uninstall", "--global", "pre-commit"])
        .passed()
        .tells(&["other hooks stay"]);
    user.hook(&repo, &["uninstall", "--global", "pre-push"])
        .passed();
    assert!(!std::path::Path::new(&user.path("config/residue/hooks")).exists());
    let setting = user.git(&repo, &["config", "--global", "core.hooksPath"]);
    assert_ne!(setting.code, 0, "{}", setting.text);
    user.hook(&repo, &["uninstall", "--global", "pre-push"])
        .passed()
        .tells(&["nothing to do"]);
}

#[test]
fn another_folder_of_the_user_is_not_replaced_unasked() {
    let (user, repo) = (User::new(), Repo::new());
    user.git(
        &repo,
        &["config", "--global", "core.hooksPath", "/opt/hooks"],
    )
    .passed();
    let seen = user
        .hook(&repo, &["install", "--global", "pre-push"])
        .stopped(&["/opt/hooks", "--force"]);
    assert_eq!(seen.code, 2);
    let named = || {
        user.git(&repo, &["config", "--global", "core.hooksPath"])
            .passed()
            .text
    };
    assert_eq!(named(), "/opt/hooks\n");
    user.hook(&repo, &["install", "--global", "--force", "pre-push"])
        .passed();
    assert_eq!(named().trim(), user.path("config/residue/hooks"));
    user.hook(&repo, &["uninstall", "--global", "pre-push"])
        .passed();
    assert_eq!(named(), "/opt/hooks\n");
}

fn framework(repo: &Repo, args: &[&str], variables: &[(&str, &str)]) -> Seen {
    let variables = [&[("PRE_COMMIT", "1")], variables].concat();
    hook_with(repo, &[&["run"], args].concat(), &variables, b"")
}

#[test]
fn all_files_are_all_that_git_tracks() {
    let repo = Repo::new();
    let mut secrets = Secrets::new("all files");
    let [committed, staged, untracked] = [(); 3].map(|()| secrets.github());
    repo.commit_file("dir/committed", line(&committed));
    repo.put("staged", line(&staged)).git(&["add", "staged"]);
    repo.put("staged", "clean again on disk\n")
        .put("untracked", line(&untracked));
    let seen = framework(&repo, &["pre-commit"], &[]);
    let seen = seen.stopped(&["dir/committed:1", "staged:1", "all files that git tracks"]);
    assert!(!seen.text.contains("untracked:1"), "{}", seen.text);
    repo.git(&["reset", "--quiet", "--hard"]);
    framework(&repo, &["pre-push"], &[]).stopped(&["dir/committed:1"]);
    repo.git(&["rm", "--quiet", "-r", "dir"]);
    repo.git(&["commit", "--quiet", "--message", "remove"]);
    std::os::unix::fs::symlink("untracked", repo.join("link")).unwrap();
    repo.git(&["add", "link"]);
    framework(&repo, &["pre-commit"], &[])
        .passed()
        .tells(&["no secrets"]);
    // While a commit is made, the index is named.
    repo.put("b", line(&staged)).git(&["add", "b"]);
    framework(&repo, &["pre-commit"], &[("GIT_INDEX_FILE", ".git/index")])
        .stopped(&["b:1", "what is staged"]);
}

#[test]
fn ranges_of_the_framework_are_exact() {
    let repo = Repo::new();
    let mut secrets = Secrets::new("framework");
    let [old, new] = [(); 2].map(|()| secrets.github());
    repo.commit_file("old", line(&old));
    let clean = repo.commit_file("clean", "clean\n");
    repo.commit_file("new", line(&new));
    let tip = repo.commit_removal("new");
    for names in [
        ["FROM_REF", "TO_REF"],
        ["ORIGIN", "SOURCE"],
        ["SOURCE", "ORIGIN"],
    ] {
        let [from, to] = names.map(|name| format!("PRE_COMMIT_{name}"));
        for hook in ["pre-commit", "pre-push"] {
            let seen = framework(&repo, &[hook], &[(&from, &clean), (&to, &tip)]);
            let seen = seen.stopped(&["new:1"]);
            assert!(!seen.text.contains("old:1"), "{}", seen.text);
        }
    }
    let first = [
        ("PRE_COMMIT_REMOTE_NAME", "origin"),
        ("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main"),
    ];
    framework(&repo, &["pre-push"], &first).stopped(&["new:1", "old:1"]);
    repo.git(&["update-ref", "refs/remotes/origin/main", &clean]);
    let seen = framework(&repo, &["pre-push"], &first).stopped(&["new:1"]);
    assert!(!seen.text.contains("old:1"), "{}", seen.text);
}

#[test]
fn files_are_scanned_as_they_are_on_disk() {
    let repo = Repo::new();
    repo.commit_file("a", "clean\n");
    repo.put("a", line(&token("files"))).put("b c", "clean\n");
    framework(&repo, &["pre-commit", "a", "b c"], &[]).stopped(&["a:1", "2 files"]);
    framework(&repo, &["pre-commit", "b c"], &[])
        .passed()
        .tells(&["1 file"]);
    let seen = framework(&repo, &["pre-commit", "no such file"], &[]);
    assert_eq!(seen.code, 3, "{}", seen.text);
}

#[test]
fn the_hooks_of_the_framework_name_what_there_is() {
    let text = include_str!("../.pre-commit-hooks.yaml");
    let entries: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("entry: "))
        .collect();
    assert_eq!(entries.len(), 4);
    let repo = Repo::new();
    for entry in entries {
        let words: Vec<_> = entry.split(' ').collect();
        assert_eq!(words[..2], ["residue", "hook"]);
        framework(&repo, &words[3..], &[("GIT_INDEX_FILE", "")]).passed();
    }
    assert_eq!(text.matches("pass_filenames: false").count(), 4);
}

//! Hooks through real commits: what is staged is looked at, a hook that was there before is kept, and
//! nothing is let through that was not looked at.

#![cfg(unix)]

mod kit;

use kit::hook::{git, git_with, hook, hook_with, run, script};
use kit::{Repo, Secrets};
use std::fs;

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

fn line(token: &str) -> String {
    format!("key: {token}\n")
}

/// A repository with one commit and our hook.
fn guarded() -> Repo {
    let repo = Repo::new();
    repo.commit_file("README", "clean\n");
    hook(&repo, &["install", "pre-commit"]).passed();
    repo
}

const COMMIT: [&str; 4] = ["commit", "--quiet", "--message", "try"];

#[test]
fn a_commit_with_a_secret_is_stopped_and_one_without_is_not() {
    let (repo, token) = (guarded(), token("commit"));
    let before = repo.head();
    repo.put("deploy.env", line(&token)).git(&["add", "--all"]);
    let seen =
        git(&repo, &COMMIT).stopped(&["deploy.env", "github", "RESIDUE_SKIP=", "--no-verify"]);
    assert!(
        !seen.text.contains(&token),
        "secrets are masked: {}",
        seen.text
    );
    assert_eq!(repo.head(), before);
    // What counts is staged, and not what is on disk.
    repo.git(&["reset", "--quiet"]);
    repo.put("other", "clean\n").git(&["add", "other"]);
    git(&repo, &COMMIT)
        .passed()
        .tells(&["no secrets", "what is staged"]);
    assert_ne!(repo.head(), before);
}

#[test]
fn every_way_to_commit_is_looked_at_as_it_is() {
    let (repo, token) = (guarded(), token("ways"));
    repo.commit_file("sub/a", "clean\n");
    repo.put("sub/a", line(&token));
    let all = [&COMMIT[..], &["--all"]].concat();
    git(&repo, &all).stopped(&["sub/a"]);
    git(&repo, &[&COMMIT[..], &["sub/a"]].concat()).stopped(&["sub/a"]);
    // The secret is staged, and the commit is of another file alone.
    repo.put("b", "clean\n").git(&["add", "--all"]);
    git(&repo, &[&COMMIT[..], &["b"]].concat()).passed();
    git(&repo, &COMMIT).stopped(&["sub/a"]);
    // From a folder, where git starts its hooks all the same at the top.
    let mut command = repo.command("git");
    command.args(COMMIT).current_dir(repo.join("sub"));
    run(command, b"").stopped(&["sub/a"]);
}

#[test]
fn what_was_committed_before_is_not_held_against_anybody() {
    let repo = Repo::new();
    let mut secrets = Secrets::new("before");
    let [old, new] = [(); 2].map(|()| secrets.github());
    repo.put("keep/a", line(&old))
        .put("keep/b", "clean\n")
        .commit("old");
    hook(&repo, &["install", "pre-commit"]).passed();
    repo.put("keep/a", format!("{}more\n", line(&old)))
        .git(&["add", "--all"]);
    git(&repo, &COMMIT).passed();
    std::fs::create_dir(repo.join("moved")).unwrap();
    repo.git(&["mv", "keep/a", "moved/a"]);
    git(&repo, &COMMIT).passed();
    repo.put("moved/a", format!("{}{}", line(&old), line(&new)))
        .git(&["add", "--all"]);
    git(&repo, &COMMIT).stopped(&["moved/a:2"]);
}

#[test]
fn a_person_who_gives_a_reason_gets_through() {
    let (repo, token) = (guarded(), token("skip"));
    repo.put("a", line(&token)).git(&["add", "--all"]);
    for empty in ["", "  "] {
        git_with(&repo, &COMMIT, &[("RESIDUE_SKIP", empty)]).stopped(&["stopped"]);
    }
    let seen = git_with(&repo, &COMMIT, &[("RESIDUE_SKIP", "a made-up\x1b[2J key")]).passed();
    seen.tells(&["skipped pre-commit: a made-up\\u{1b}[2J key"]);
}

#[test]
fn without_the_program_nothing_gets_through() {
    let repo = Repo::new();
    repo.commit_file("README", "clean\n");
    let programs = tempfile::tempdir().unwrap();
    let copy = programs.path().join("it's residue");
    fs::copy(env!("CARGO_BIN_EXE_residue"), &copy).unwrap();
    let mut install = repo.command(copy.to_str().unwrap());
    install.args(["hook", "install", "pre-commit"]);
    run(install, b"").passed();
    repo.put("a", line(&token("program")))
        .git(&["add", "--all"]);
    git(&repo, &COMMIT).stopped(&["github"]);
    fs::remove_file(&copy).unwrap();
    let told = ["there is no residue", "it's residue", "RESIDUE_SKIP="];
    git(&repo, &COMMIT).stopped(&told);
    git_with(&repo, &COMMIT, &[("RESIDUE_SKIP", " ")]).stopped(&told);
    // Another one in PATH will do.
    std::os::unix::fs::symlink(
        env!("CARGO_BIN_EXE_residue"),
        programs.path().join("residue"),
    )
    .unwrap();
    let path = format!(
        "{}:{}",
        programs.path().display(),
        std::env::var("PATH").unwrap()
    );
    git_with(&repo, &COMMIT, &[("PATH", &path)]).stopped(&["github"]);
    git_with(&repo, &COMMIT, &[("RESIDUE_SKIP", "why")])
        .passed()
        .tells(&["skipped: why"]);
}

#[test]
fn a_hook_that_was_there_is_called_first_and_comes_back() {
    let repo = Repo::new();
    repo.commit_file("README", "clean\n");
    let path = repo.join(".git/hooks/pre-commit");
    script(&path, "echo before >> called; test ! -e stop");
    let before = fs::read(&path).unwrap();
    hook(&repo, &["install", "pre-commit"])
        .passed()
        .tells(&["called first"]);
    let installed = fs::read(&path).unwrap();
    hook(&repo, &["install", "pre-commit"])
        .passed()
        .tells(&["already"]);
    assert_eq!(fs::read(&path).unwrap(), installed);
    git(&repo, &[&COMMIT[..], &["--allow-empty"]].concat())
        .passed()
        .tells(&["no secrets"]);
    repo.put("stop", "");
    let seen = git(&repo, &[&COMMIT[..], &["--allow-empty"]].concat()).stopped(&[]);
    assert!(!seen.text.contains("residue"), "{}", seen.text);
    assert_eq!(
        fs::read_to_string(repo.join("called")).unwrap(),
        "before\nbefore\n"
    );
    hook(&repo, &["uninstall", "pre-commit"]).passed();
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(
        fs::read_dir(path.parent().unwrap())
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .contains("residue")
            })
            .count(),
        0
    );
    let seen = hook(&repo, &["uninstall", "pre-commit"]).stopped(&["no hook of residue"]);
    assert_eq!(seen.code, 2);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn uninstalling_leaves_nothing_behind() {
    let repo = guarded();
    hook(&repo, &["uninstall", "pre-commit"]).passed();
    assert!(!repo.join(".git/hooks/pre-commit").exists());
    hook(&repo, &["uninstall", "pre-commit"])
        .passed()
        .tells(&["nothing to do"]);
}

#[test]
fn linked_worktrees_share_the_hooks() {
    let repo = Repo::new();
    repo.commit_file("README", "clean\n");
    repo.git(&["worktree", "add", "--quiet", "linked"]);
    let linked = repo.join("linked");
    let mut install = repo.command(env!("CARGO_BIN_EXE_residue"));
    install
        .args(["hook", "install", "pre-commit"])
        .current_dir(&linked);
    run(install, b"").passed();
    assert!(repo.join(".git/hooks/pre-commit").exists());
    fs::write(linked.join("a"), line(&token("worktree"))).unwrap();
    let add = ["-C", "linked", "add", "a"];
    repo.git(&add);
    git(&repo, &[&["-C", "linked"], &COMMIT[..]].concat()).stopped(&["a:1", "github"]);
    // The index of the main work tree is another one.
    git(&repo, &[&COMMIT[..], &["--allow-empty"]].concat()).passed();
}

#[test]
fn submodules_have_hooks_of_their_own() {
    let (inner, repo) = (Repo::new(), Repo::new());
    inner.commit_file("inside", "clean\n");
    repo.git(&["submodule", "--quiet", "add", inner.text(), "module"]);
    repo.commit("add");
    let mut install = repo.command(env!("CARGO_BIN_EXE_residue"));
    install
        .args(["hook", "install", "pre-commit"])
        .current_dir(repo.join("module"));
    run(install, b"").passed();
    assert!(repo.join(".git/modules/module/hooks/pre-commit").exists());
    repo.put("module/a", line(&token("submodule")))
        .git(&["-C", "module", "add", "a"]);
    git(&repo, &[&["-C", "module"], &COMMIT[..]].concat()).stopped(&["github"]);
}

#[test]
fn the_configured_folder_is_where_hooks_go() {
    let repo = Repo::new();
    repo.commit_file("deep/README", "clean\n");
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    let mut install = repo.command(env!("CARGO_BIN_EXE_residue"));
    install
        .args(["hook", "install", "pre-commit"])
        .current_dir(repo.join("deep"));
    run(install, b"").passed().tells(&["core.hooksPath"]);
    assert!(repo.join("tools/hooks/pre-commit").exists());
    repo.put("a", line(&token("configured"))).git(&["add", "a"]);
    git(&repo, &COMMIT).stopped(&["github"]);
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    hook(&repo, &["install", "pre-commit"]).stopped(&["husky", "residue hook run"]);
}

#[test]
fn a_merge_answers_for_what_it_makes_up_alone() {
    let repo = Repo::new();
    let mut secrets = Secrets::new("merge");
    let [theirs, own] = [(); 2].map(|()| secrets.github());
    repo.commit_file("both", "base\n");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.put("side", line(&theirs))
        .commit_file("both", "side\n");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit_file("both", "main\n");
    hook(&repo, &["install", "pre-commit"]).passed();
    assert!(!repo.try_git(&["merge", "--quiet", "side"]).status.success());
    repo.put("both", line(&own)).git(&["add", "--all"]);
    let seen = git(&repo, &COMMIT).stopped(&["both:1"]);
    assert!(!seen.text.contains("side:1"), "{}", seen.text);
    repo.put("both", "settled\n").git(&["add", "--all"]);
    git(&repo, &COMMIT).passed();
}

#[test]
fn a_named_index_that_is_not_there_is_no_pass() {
    let repo = guarded();
    let missing = [("GIT_INDEX_FILE", ".git/no-such-index")];
    let seen = hook_with(&repo, &["run", "pre-commit"], &missing, b"");
    assert_eq!(seen.code, 3, "{}", seen.text);
    seen.tells(&["GIT_INDEX_FILE", "not everything could be read"]);
    repo.put(".git/broken", "DIRC but no more");
    let broken = [("GIT_INDEX_FILE", ".git/broken")];
    assert_eq!(
        hook_with(&repo, &["run", "pre-commit"], &broken, b"").code,
        3
    );
}

#[test]
fn wrong_calls_are_refused() {
    let repo = Repo::anything();
    for args in [
        &["install", "pre-flight"][..],
        &["run", "commit-msg"],
        &["install"],
        &["install", "--force", "pre-commit"],
    ] {
        assert_eq!(hook(&repo, args).code, 2, "{args:?}");
    }
    for args in [&["install", "pre-commit"][..], &["uninstall", "pre-push"]] {
        let seen = hook(&repo, args);
        assert_eq!(seen.code, 2, "{}", seen.text);
        seen.tells(&["not a git repository"]);
    }
    let seen = hook(&repo, &["run", "pre-commit"]);
    assert_eq!(seen.code, 2);
    seen.tells(&["no git repository", "could not be scanned", "RESIDUE_SKIP="]);
}

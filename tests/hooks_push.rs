//! Hooks through real pushes: every reference of a push is looked at, for what the other side does not
//! have, and a server looks into its quarantine.

#![cfg(unix)]

mod kit;

use kit::hook::{git, git_with, hook, hook_with, script};
use kit::{Repo, Secrets};
use std::fs;

fn token(seed: &str) -> String {
    Secrets::new(seed).github()
}

fn line(token: &str) -> String {
    format!("key: {token}\n")
}

/// A server, and a clone with one commit that the server has too.
fn connected() -> (Repo, Repo) {
    let (server, repo) = (Repo::with(&["--bare"]), Repo::new());
    repo.commit_file("README", "clean\n");
    repo.git(&["remote", "add", "origin", server.text()]);
    repo.git(&["push", "--quiet", "origin", "main"]);
    (server, repo)
}

/// The same with a hook on our side.
fn guarded() -> (Repo, Repo) {
    let (server, repo) = connected();
    hook(&repo, &["install", "pre-push"]).passed();
    (server, repo)
}

fn push(repo: &Repo, args: &[&str]) -> kit::hook::Seen {
    git(repo, &[&["push", "origin"], args].concat())
}

#[test]
fn a_push_answers_for_every_commit_that_it_brings() {
    let (server, repo) = guarded();
    let token = token("commits");
    repo.commit_file("a", line(&token));
    repo.commit_removal("a");
    push(&repo, &["main"]).stopped(&["a:1", "refs/heads/main", "RESIDUE_SKIP="]);
    assert_ne!(server.git(&["rev-parse", "main"]), repo.head());
    git_with(
        &repo,
        &["push", "origin", "main"],
        &[("RESIDUE_SKIP", "known")],
    )
    .passed()
    .tells(&["skipped pre-push: known"]);
    // What is there now is nobody's fault any more, also on a new branch.
    repo.commit_file("b", "clean\n");
    push(&repo, &["main", "main:refs/heads/new"])
        .passed()
        .tells(&["no secrets", "1 commit"]);
}

#[test]
fn every_reference_of_a_push_is_looked_at() {
    let (_server, repo) = guarded();
    repo.git(&["checkout", "--quiet", "-b", "clean"]);
    repo.commit_file("c", "clean\n");
    repo.git(&["checkout", "--quiet", "-b", "dirty", "main"]);
    repo.commit_file("d", line(&token("second")));
    push(&repo, &["clean", "dirty"]).stopped(&["d:1", "refs/heads/clean, refs/heads/dirty"]);
    push(&repo, &["clean"]).passed();
    push(&repo, &["dirty"]).stopped(&["d:1"]);
}

#[test]
fn tags_speak_for_themselves() {
    let (_server, repo) = guarded();
    let mut secrets = Secrets::new("tags");
    let [message, content] = [(); 2].map(|()| secrets.github());
    repo.git(&["tag", "--annotate", "--message", &line(&message), "v1"]);
    push(&repo, &["v1"]).stopped(&["message", "github"]);
    repo.git(&["tag", "plain"]);
    push(&repo, &["plain"]).passed();
    // A tag may also name a file, which no commit does.
    repo.put("loose", line(&content));
    let blob = repo.git(&["hash-object", "-w", "loose"]);
    repo.git(&["tag", "blob", &blob]);
    push(&repo, &["blob"]).stopped(&["github"]);
    repo.git(&["add", "loose"]);
    let tree = repo.git(&["write-tree"]);
    repo.git(&["tag", "tree", &tree]);
    push(&repo, &["tree"]).stopped(&["loose:1"]);
}

#[test]
fn a_deletion_needs_no_scan() {
    let (server, repo) = guarded();
    push(&repo, &["main:refs/heads/gone"]).passed();
    push(&repo, &[":refs/heads/gone"])
        .passed()
        .tells(&["nothing: the push to origin brings no objects"]);
    assert!(
        !server
            .try_git(&["rev-parse", "--verify", "gone"])
            .status
            .success()
    );
}

#[test]
fn a_forced_push_brings_what_is_new_in_it() {
    let (_server, repo) = guarded();
    let token = token("forced");
    repo.commit_file("a", "one\n");
    push(&repo, &["main"]).passed();
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repo.commit_file("b", line(&token));
    push(&repo, &["--force", "main"]).stopped(&["b:1"]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    push(&repo, &["--force", "main"])
        .passed()
        .tells(&["0 bytes"]);
}

#[test]
fn a_remote_that_knows_more_than_we_do_is_no_obstacle() {
    let (server, repo) = guarded();
    let other = Repo::anything();
    other.git(&["clone", "--quiet", server.text(), "."]);
    other.commit_file("theirs", "clean\n");
    other.git(&["push", "--quiet", "origin", "main"]);
    repo.commit_file("a", line(&token("unknown")));
    push(&repo, &["--force", "main"]).stopped(&["a:1"]);
    repo.git(&["commit", "--quiet", "--amend", "--message", "again"]);
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repo.commit_file("a", "clean\n");
    push(&repo, &["--force", "main"]).passed();
}

#[test]
fn an_address_is_told_nothing_and_tells_nothing() {
    let (server, repo) = guarded();
    let url = format!("file://{}", server.text());
    repo.commit_file("a", line(&token("address")));
    let seen = git(&repo, &["push", &url, "main"]).stopped(&["a:1", "a remote without a name"]);
    assert!(!seen.text.contains(&format!("looks at {url}")));
    repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    git(&repo, &["push", &url, "main:refs/heads/new"])
        .passed()
        .tells(&["1 commit"]);
}

#[test]
fn a_hook_that_was_there_hears_the_same() {
    let (_server, repo) = connected();
    let path = repo.join(".git/hooks/pre-push");
    script(&path, "echo \"$1\" > heard; cat >> heard; test ! -e stop");
    hook(&repo, &["install", "pre-push"]).passed();
    repo.commit_file("a", "clean\n");
    push(&repo, &["main", "main:refs/heads/new"]).passed();
    let heard = fs::read_to_string(repo.join("heard")).unwrap();
    let lines: Vec<_> = heard.lines().collect();
    assert_eq!((lines[0], lines.len()), ("origin", 3), "{heard}");
    repo.put("stop", "");
    let seen = push(&repo, &["main:refs/heads/newer"]).stopped(&[]);
    assert!(!seen.text.contains("residue"), "{}", seen.text);
    fs::remove_file(repo.join("stop")).unwrap();
    repo.commit_file("b", line(&token("heard")));
    push(&repo, &["main"]).stopped(&["b:1"]);
}

#[test]
fn what_git_never_says_stops_the_push() {
    let (_server, repo) = guarded();
    let head = repo.head();
    let run = |args: &[&str], input: &str| hook_with(&repo, args, &[], input.as_bytes());
    for line in ["nonsense\n", "refs/heads/a HEAD refs/heads/a HEAD\n"] {
        let seen = run(&["run", "pre-push", "origin", "url"], line);
        assert_eq!(seen.code, 2, "{}", seen.text);
        seen.tells(&[
            "line 1 of the hook's standard input",
            "could not be scanned",
            "RESIDUE_SKIP=",
        ]);
    }
    let unknown = head.replace(|_: char| true, "1");
    let gone = format!("refs/heads/a {unknown} refs/heads/a {head}\n");
    assert_eq!(run(&["run", "pre-push", "origin", "url"], &gone).code, 2);
    let seen = run(&["run", "pre-receive"], "nonsense\n");
    assert_eq!(seen.code, 2);
    assert!(!seen.text.contains("RESIDUE_SKIP"), "{}", seen.text);
    run(&["run", "pre-push", "origin", "url"], "")
        .passed()
        .tells(&["nothing"]);
}

#[test]
fn a_server_refuses_what_is_still_in_quarantine() {
    let (server, repo) = connected();
    hook(&server, &["install", "pre-receive"]).passed();
    let big: String = (0..4000).map(|n| format!("line {n}\n")).collect();
    repo.commit_file("big", &big);
    // Loose objects, then a pack, whose deltas build on what the server has.
    for limit in ["1000", "1"] {
        server.git(&["config", "receive.unpackLimit", limit]);
        let before = server.git(&["rev-parse", "main"]);
        let token = token(limit);
        repo.put("big", format!("{big}{}", line(&token)))
            .commit("leak");
        let skip = [("RESIDUE_SKIP", "please")];
        let seen = git_with(&repo, &["push", "origin", "main"], &skip);
        let seen = seen.stopped(&[
            "remote: ",
            "big:4001",
            "refs/heads/main",
            "runs this server",
        ]);
        assert!(!seen.text.contains(&token), "{}", seen.text);
        assert_eq!(server.git(&["rev-parse", "main"]), before);
        repo.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        repo.put("big", format!("{big}{limit}\n")).commit("clean");
        push(&repo, &["main", "main:refs/heads/other", "--no-thin"])
            .passed()
            .tells(&["remote: "]);
    }
    push(&repo, &[":refs/heads/other"]).passed();
    assert_eq!(server.git(&["rev-parse", "main"]), repo.head());
}

#[test]
fn a_server_holds_nothing_old_against_a_push() {
    let (server, repo) = connected();
    repo.commit_file("a", line(&token("old")));
    push(&repo, &["main"]).passed();
    hook(&server, &["install", "pre-receive"]).passed();
    repo.commit_file("b", "clean\n");
    push(&repo, &["main", "main~1:refs/heads/old"])
        .passed()
        .tells(&["1 commit"]);
    repo.git(&[
        "tag",
        "--annotate",
        "--message",
        &line(&token("tagged")),
        "v1",
    ]);
    push(&repo, &["v1"]).stopped(&["message"]);
}

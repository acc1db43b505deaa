#!/usr/bin/env python3
"""Measures hooks on a large repository: python3 benches/hook.py [RESIDUE]

Makes target/bench/hook.git, of more than 100,000 objects (20,000 commits over 10,000 files in 200 folders, each an hour
after the one before), with a linked work tree in which one more commit is made. Then runs, interleaved, what git runs: a push
of that commit, and a commit of one staged file. Prints medians of the wall time.
"""
import os
import random
import statistics
import subprocess
import sys
import time

COMMITS, FOLDERS, FILES, ROUNDS = 20_000, 200, 50, 21
HERE = "target/bench"
STORE, TREE = f"{HERE}/hook.git", f"{HERE}/hook"
ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", **{
    f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A Developer"), ("EMAIL", "developer@example.com"))}}


def git(*args, **more):
    return subprocess.run(["git", *args], check=True, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, **more).stdout.strip()


def stream():
    """The history for git fast-import: the first commit has all files, each further one changes one of them."""
    draw = random.Random(1)
    for number in range(COMMITS):
        last = number == COMMITS - 1
        yield f"commit refs/heads/main\ncommitter A <a@example.com> {1_500_000_000 + number * 3600} +0000\ndata 5\nwork\n\n"
        paths = [(d, f) for d in range(FOLDERS) for f in range(FILES)] if number == 0 else [(draw.randrange(FOLDERS), draw.randrange(FILES))]
        for folder, file in paths:
            text = f"fn f{number}() -> usize {{ {draw.random()} }}\n" * 20
            yield f"M 100644 inline src/{folder % 10}/{folder}/{file}.rs\ndata {len(text)}\n{text}\n"
        yield "done\n" if last else ""


def make():
    git("init", "--quiet", "--bare", "--initial-branch=main", STORE)
    load = subprocess.Popen(["git", "-C", STORE, "fast-import", "--quiet", "--done"], stdin=subprocess.PIPE, text=True)
    for part in stream():
        load.stdin.write(part)
    load.stdin.close()
    assert load.wait() == 0
    git("-C", STORE, "repack", "-adq")
    git("-C", STORE, "update-ref", "refs/remotes/origin/main", "main")
    git("-C", STORE, "worktree", "add", "--quiet", os.path.abspath(TREE), "main")
    with open(f"{TREE}/src/1/11/new.rs", "w", encoding="utf-8") as file:
        file.write("fn new() {}\n")
    git("-C", TREE, "add", "--all")
    git("-C", TREE, "commit", "--quiet", "--message", "one more")
    with open(f"{TREE}/src/1/11/staged.rs", "w", encoding="utf-8") as file:
        file.write("fn staged() {}\n")
    git("-C", TREE, "add", "--all")


def main():
    residue = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/dist/residue")
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not os.path.isdir(STORE):
        os.makedirs(HERE, exist_ok=True)
        make()
    new, old = git("-C", TREE, "rev-parse", "HEAD"), git("-C", TREE, "rev-parse", "HEAD~1")
    zero = "0" * 40
    hook = [residue, "hook", "run"]
    runs = {
        "push of one commit": ([*hook, "pre-push", "--", "origin", "url"], f"refs/heads/main {new} refs/heads/main {old}\n"),
        "push of a new branch": ([*hook, "pre-push", "--", "origin", "url"], f"refs/heads/x {new} refs/heads/x {zero}\n"),
        "commit of one file": ([*hook, "pre-commit"], ""),
        "nothing but the start": ([*hook, "pre-push", "--", "origin", "url"], ""),
    }
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (command, lines) in runs.items():
            begin = time.perf_counter()
            subprocess.run(command, input=lines, cwd=TREE, env=ENVIRONMENT, check=True, text=True, capture_output=True)
            times[name].append(time.perf_counter() - begin)
    print(f"{git('-C', STORE, 'count-objects', '-v').splitlines()[2]} objects")
    for name, all_times in times.items():
        print(f"{name:24} {statistics.median(all_times) * 1000:6.1f} ms, at least {min(all_times) * 1000:.1f}")


if __name__ == "__main__":
    main()

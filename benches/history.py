#!/usr/bin/env python3
"""Measures whole histories against what they must beat: python3 benches/history.py [--save]

Makes the repository the first time, in target/bench (benches/history_repo.py); `--repository` names another, which
should be bare and hold one pack. Build first: cargo build --release --bins --examples
"""
import argparse
import os
import subprocess

import compare
import history_repo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.path.join(ROOT, "target", "release")
# name, what is measured, most it may be, unit
GOALS = """
  CPU of the walk / git cat-file     <=   0.5
  CPU of residue repo / the walk     <=   5
  peak memory of residue             <= 400 MB beside the pack
"""


def commands(repository):
    """What is compared; the scan where this build has one."""
    cat_file = ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]
    walk = os.path.join(RELEASE, "examples", "walk")
    named = {"git cat-file": cat_file, "walk, 1 thread": [walk, repository, "1"], "walk": [walk, repository]}
    scan = [os.path.join(RELEASE, "residue"), "repo"]
    if os.path.exists(scan[0]) and subprocess.run([*scan, "--help"], capture_output=True, check=False).returncode == 0:
        named["residue repo"] = [*scan, "--quiet", "--exit-zero", repository]
    return named


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", default=os.path.join(ROOT, "target", "bench", "history.git"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write the raw numbers to benches/runs/")
    args = parser.parse_args()
    if not os.path.exists(args.repository):
        history_repo.make(args.repository)
    print(f"goals:{GOALS}\n{compare.machine()}")
    count = subprocess.run(["git", "-C", args.repository, "count-objects", "-vH"], capture_output=True, text=True, check=True)
    print(" ".join(count.stdout.split("\n")))
    named = commands(args.repository)
    runs = compare.compare(named, args.rounds)
    print(compare.table(runs))
    if args.save:
        print(compare.save("history", named, runs))


if __name__ == "__main__":
    main()

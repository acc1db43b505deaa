#!/usr/bin/env python3
"""Measures whole histories against what they must beat: python3 benches/history.py [--save]

Makes the repository the first time, in target/bench (benches/history_repo.py); `--repository` names another, which
should be bare and hold one pack. Build first: cargo build --profile dist --bins --examples
"""
import argparse
import json
import os
import subprocess
import sys

import compare
import history_repo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MADE = os.path.join(ROOT, "target", "bench", "history.git")
DIST = os.path.join(ROOT, "target", "dist")
QUIET = ["--quiet", "--exit-zero"]
# name, what is measured, most it may be, unit
GOALS = """
  CPU of the walk / git cat-file     <=   0.5
  CPU of residue repo, no attribution / the walk  <=   5
  CPU of --whole-objects / residue repo, no attribution  >=  1.5
  peak memory of residue             <= 400 MB beside the pack
"""


def commands(repository):
    """What is compared; the scan where this build has one."""
    cat_file = ["git", "-C", repository, "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]
    walk = os.path.join(DIST, "examples", "walk")
    named = {"git cat-file": cat_file, "walk, 1 thread": [walk, repository, "1"], "walk": [walk, repository]}
    scan = [os.path.join(DIST, "residue"), "repo"]
    if os.path.exists(scan[0]) and subprocess.run([*scan, "--help"], capture_output=True, check=False).returncode == 0:
        named["residue repo"] = [*scan, *QUIET, repository]
        named["... --no-attribution"] = [*scan, *QUIET, "--no-attribution", repository]
        named["... --whole-objects too"] = [*scan, *QUIET, "--no-attribution", "--whole-objects", repository]
    return named


def report(repository, *flags):
    """What a scan found, and what a limit cut: copied matches have more room than those of whole objects."""
    command = [os.path.join(DIST, "residue"), "repo", *QUIET, "--format", "json", "--min-confidence", "low"]
    done = subprocess.run([*command, *flags, repository], capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    return document["findings"], [gap["detail"] for gap in document["coverage"]["gaps"] if gap["kind"] == "limit"]


def check(repository):
    """Sees to it that deltas and whole objects give the same secrets in the same objects."""
    (deltas, cut), (whole, cut_whole) = report(repository), report(repository, "--whole-objects")
    if cut + cut_whole:
        sys.exit(f"this repository holds too many candidates to compare all: {cut + cut_whole}")
    places = sum(len(finding["occurrences"]) for finding in deltas)
    print(f"{len(deltas)} secrets at {places} places by deltas, {len(whole)} secrets in whole objects")
    if not deltas or deltas != whole:
        sys.exit("they differ, or there is nothing to compare")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", default=os.environ.get("RESIDUE_TEST_REPO", MADE))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write the raw numbers to benches/runs/")
    parser.add_argument("--check", action="store_true", help="compare what is found by deltas and in whole objects, and no more")
    args = parser.parse_args()
    if not os.path.exists(args.repository):
        history_repo.make(args.repository)
    if args.check:
        return check(args.repository)
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

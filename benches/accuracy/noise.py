#!/usr/bin/env python3
"""Counts what scanners show in trees in which nothing is a secret: noise.py TREES [--sample MB] [--only NAME]

TREES is the folder that `trees.py` made. Every scanner that is installed here runs over each tree with the rules that it
comes with, nothing is validated online; counted are different secrets, as shown by default. Prints a Markdown table of
secrets per 100 MB. With --sample, only so many megabytes of each tree are read: the files whose paths have the
lowest hashes, for scanners that would take hours. --list prints what residue shows, one line a secret, to be explained.
"""
import argparse
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benches" / "peers"))
import run  # noqa: E402

MB = 1_000_000
SAVE = {"credsweeper": "--save-json {new}"}  # what makes it say what it found


def of_residue(out, _):
    return {finding["fingerprint"] for finding in json.loads(out)["findings"]}


def of_kingfisher(out, _):
    findings = json.loads(out)["findings"] if out.strip() else []
    return {finding["finding"]["fingerprint"] for finding in findings}


def of_detect_secrets(out, _):
    found = json.loads(out)["results"].values()
    return {secret["hashed_secret"] for of_file in found for secret in of_file}


def of_credsweeper(_, saved):
    return {line["value"] for found in json.loads(saved or "[]") for line in found["line_data_list"]}


def of_ripsecrets(out, _):
    return {line.split(":", 1)[-1].strip() for line in out.splitlines() if line.strip()}


READERS = {"residue": of_residue, "kingfisher": of_kingfisher, "detect-secrets": of_detect_secrets,
           "credsweeper": of_credsweeper, "ripsecrets": of_ripsecrets}


def files(tree):
    """Regular files with their sizes, as a scanner that follows no links meets them."""
    for parent, _, names in os.walk(tree):
        for path in (pathlib.Path(parent, name) for name in names):
            if path.is_file() and not path.is_symlink():
                yield path, path.stat().st_size


def sample(tree, most, into):
    """Hard links to the files with the lowest hashes, until there are `most` bytes of them."""
    by_hash = sorted(files(tree), key=lambda file: hashlib.sha256(bytes(file[0].relative_to(tree))).digest())
    for path, size in by_hash:
        if most < size:
            break
        most -= size
        link = into / path.relative_to(tree)
        link.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, link)
    return into


def secrets(peer, program, tree, limit):
    """The different secrets that a scanner shows in a tree, or what went wrong."""
    with tempfile.TemporaryDirectory() as work:
        new = pathlib.Path(work, "new")
        words = f"{peer.dir} {SAVE.get(peer.name, '')}".split()
        words = [word.format(target=tree, new=new) for word in words]
        try:
            done = subprocess.run([*run.offline(), program, *words], capture_output=True, text=True, errors="replace",
                                  timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return f"over {limit:.0f} s"
        if done.returncode not in peer.fine:
            return f"failed with {done.returncode}"
        return READERS[peer.name](done.stdout, new.read_text() if new.exists() else "")


def measured(trees, scanners, args, work):
    """A row for each scanner: secrets and secrets per 100 MB in each tree."""
    rows = {peer.name: [f"{peer.name} {version}"] for peer, _, version in scanners}
    head = [""]
    for tree in trees:
        part = sample(tree, args.sample * MB, work / tree.name) if args.sample else tree
        size = sum(size for _, size in files(part)) / MB
        head.append(f"{tree.name}, {size:.0f} MB")
        for peer, program, _ in scanners:
            found = secrets(peer, program, part, args.limit)
            told = found if isinstance(found, str) else f"{len(found)} ({len(found) * 100 / size:.1f})"
            rows[peer.name].append(told)
            print(f"{tree.name}: {peer.name}: {told}", file=sys.stderr, flush=True)
    return [head, ["---"] + ["--:"] * len(trees), *rows.values()]


def listed(trees, program):
    """What residue shows, to be explained one by one."""
    for tree in trees:
        command = [program, *f"dir {run.RESIDUE} {tree}".split()]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for finding in json.loads(done.stdout)["findings"]:
            place = finding["occurrences"][0]
            reasons = "; ".join(finding["reasons"])
            print(f"{tree.name}\t{finding['rule']}\t{finding['confidence']}\t{place['path']}:{place['line']}\t{reasons}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", type=pathlib.Path)
    parser.add_argument("--residue", default=str(ROOT / "target/dist/residue"), metavar="PROGRAM")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="beside residue; all by default")
    parser.add_argument("--sample", type=int, default=0, metavar="MB")
    parser.add_argument("--limit", type=float, default=1800, help="seconds for a scanner and a tree")
    parser.add_argument("--list", action="store_true", help="print what residue shows instead")
    args = parser.parse_args()
    trees = sorted(path for path in args.trees.resolve().glob("[!.]*") if path.is_dir())
    if args.list:
        listed(trees, args.residue)
        return
    scanners = [found for found in run.installed(args.residue, args.only) if found[0].name in READERS]
    with tempfile.TemporaryDirectory(dir=args.trees, prefix=".") as work:
        rows = measured(trees, scanners, args, pathlib.Path(work))
    print("\n".join("| " + " | ".join(row) + " |" for row in rows))


if __name__ == "__main__":
    main()

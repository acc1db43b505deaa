#!/usr/bin/env python3
"""Measures residue beside the other secret scanners that are installed here: run.py [--dir D] [--git R] [--image TAR]

Finds them on the PATH, says their versions, and runs all of them in turns over each input: first once to warm the caches
(kingfisher compiles its rules, the kernel keeps the files), then --rounds times. Prints a Markdown table of the medians
and of their ratios to residue's, and writes every run as a line of JSON to benches/runs/. Everybody scans with the rules
and the number of threads that it comes with; nothing is validated online, and where `unshare` can, no network is there.
Scanners that upload what they find, such as ggshield, are left out. Linux and Python 3 are all it needs.
"""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "benches"))
import compare  # noqa: E402


@dataclass(frozen=True)
class Peer:
    """How a scanner is called; {target} is the input, {new} a path where nothing is yet."""

    name: str
    version: str
    dir: str = ""
    git: str = ""
    image: str = ""
    fine: tuple = (0, 1)  # exit codes of a scan that came to its end


RESIDUE = "--quiet --exit-zero --format json --no-repo-config"
LEAKS = "--no-banner --report-format json --report-path {new} {target}"
KINGFISHER = "--no-validate --no-update-check --quiet --format json"
TRUFFLEHOG = "--no-verification --no-update --json"
TITUS = "--quiet --output :memory: --accessibility private"  # or it asks GitHub
PEERS = [
    Peer("residue", "--version", f"dir {RESIDUE} {{target}}", f"repo {RESIDUE} {{target}}",
         f"image {RESIDUE} --no-cache docker-archive:{{target}}", fine=(0, 3)),
    Peer("kingfisher", "--version", f"scan {KINGFISHER} --git-history none {{target}}", f"scan {KINGFISHER} {{target}}",
         f"scan docker {KINGFISHER} --no-limits --archive {{target}}", fine=(0, 200, 205)),
    Peer("noseyparker", "--version", "scan --quiet --progress never --git-history none --datastore {new} {target}",
         "scan --quiet --progress never --datastore {new} {target}"),
    Peer("gitleaks", "version", f"dir {LEAKS}", f"git {LEAKS}"),
    Peer("betterleaks", "version", f"dir {LEAKS}", f"git {LEAKS}"),
    Peer("trufflehog", "--version", f"filesystem {TRUFFLEHOG} {{target}}", f"git {TRUFFLEHOG} file://{{target}}",
         f"docker {TRUFFLEHOG} --image file://{{target}}", fine=(0, 183)),
    Peer("titus", "version", f"scan {TITUS} {{target}}", f"scan {TITUS} --git {{target}}"),
    Peer("ripsecrets", "--version", "{target}"),
    Peer("detect-secrets", "--version", "-C {target} scan --all-files --no-verify"),
    Peer("credsweeper", "--version", "--no-stdout --path {target}", "--no-stdout --git {target}", fine=(0,)),
]


@dataclass
class Entrant:
    """A scanner that is here, and what came of its runs over one input."""

    peer: Peer
    program: str
    version: str
    runs: list
    trouble: str = ""


def installed(residue, only):
    """The scanners that can be run, residue first."""
    found = []
    for peer in PEERS:
        program = residue if peer.name == "residue" else shutil.which(peer.name)
        if not program or only and peer.name not in ("residue", *only):
            continue
        asked = subprocess.run([program, peer.version], capture_output=True, text=True, check=False)
        lines = (asked.stdout + asked.stderr).split("\n")
        found.append((peer, program, lines[0].split()[-1] if lines[0] else "?"))
    return found


def offline():
    """What is put before a command to take the network away, if this machine lets anybody do so."""
    prefix = ["unshare", "--map-root-user", "--net"]
    done = shutil.which(prefix[0]) and subprocess.run([*prefix, "true"], capture_output=True, check=False)
    return prefix if done and done.returncode == 0 else []


def run(entrant, kind, target, limit):
    """One run, or None after noting what went wrong."""
    with tempfile.TemporaryDirectory() as work:
        words = getattr(entrant.peer, kind).split()
        words = [word.format(target=target, new=os.path.join(work, "new")) for word in words]
        result = compare.run([*offline(), entrant.program, *words], limit)
    if compare.stopped([result]):
        entrant.trouble = f"stopped after {limit:.0f} s"
    elif result["exit"] not in entrant.peer.fine:
        entrant.trouble = f"failed with {result['exit']}"
    return None if entrant.trouble else result


def measure(kind, target, scanners, args):
    """Runs everybody that can scan such an input, in turns; who fails is not asked again."""
    entrants = [Entrant(*scanner, runs=[]) for scanner in scanners if getattr(scanner[0], kind)]
    for number in range(args.rounds + 1):
        for entrant in entrants:
            result = None if entrant.trouble else run(entrant, kind, target, args.limit)
            if result and number > 0:
                entrant.runs.append(result)
    return entrants


def size(kind, target):
    """What an input holds, in words."""
    if kind == "image":
        return f"{os.path.getsize(target) / 1e6:.0f} MB"
    if kind == "dir":
        files = [os.path.join(parent, name) for parent, _, names in os.walk(target) for name in names]
        files = [path for path in files if os.path.isfile(path) and not os.path.islink(path)]
        return f"{len(files):,} files, {sum(map(os.path.getsize, files)) / 1e6:.0f} MB"
    counted = subprocess.run(["git", "-C", target, "count-objects", "-v"], capture_output=True, text=True, check=True)
    count = dict(line.split(": ") for line in counted.stdout.splitlines())
    return f"{int(count['in-pack']) + int(count['count']):,} objects, {int(count['size-pack']) / 1e3:.0f} MB packed"


def table(entrants):
    """The medians, as Markdown; ratios are the scanner's to residue's."""
    lines = ["| | CPU s | ratio | wall s | ratio | peak MB |", "|---|--:|--:|--:|--:|--:|"]
    first = entrants[0]
    for entrant in entrants:
        name = f"{entrant.peer.name} {entrant.version}"
        if not entrant.runs or not first.runs:
            lines.append(f"| {name} | {entrant.trouble or 'residue failed'} | | | | |")
            continue
        cpu, wall, rss = (compare.median(entrant.runs, what) for what in ("cpu", "wall", "rss"))
        ratio = [value / compare.median(first.runs, what) for what, value in (("cpu", cpu), ("wall", wall))]
        lines.append(f"| {name} | {cpu:.2f} | {ratio[0]:.1f} | {wall:.2f} | {ratio[1]:.1f} | {rss / 1e6:.0f} |")
    return "\n".join(lines)


def save(kind, name, holds, entrants):
    """Writes a line for the machine and one for every run; returns the path. No path of this machine is in it."""
    os.makedirs(compare.RUNS, exist_ok=True)
    path = os.path.join(compare.RUNS, f"{datetime.date.today()}-peers-{kind}-{name}.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"machine": compare.machine(), "input": name, "holds": holds}) + "\n")
        for entrant in entrants:
            about = {"name": entrant.peer.name, "version": entrant.version, "command": getattr(entrant.peer, kind)}
            if entrant.trouble:
                file.write(json.dumps({**about, "trouble": entrant.trouble}) + "\n")
            file.writelines(json.dumps({**about, **result}) + "\n" for result in entrant.runs)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind, text in (("dir", "a directory"), ("git", "a git repository"), ("image", "an image that `docker save` wrote")):
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="PATH", help=f"{text}; may be given often")
    built = os.path.join(ROOT, "target", "dist", "residue")
    parser.add_argument("--residue", default=built, metavar="PROGRAM", help="by default what cargo build --profile dist made")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="beside residue; all by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600, help="stop a scanner after so many seconds")
    args = parser.parse_args()
    scanners = installed(args.residue, args.only)
    print(compare.machine())
    for kind in ("dir", "git", "image"):
        for path in map(os.path.abspath, getattr(args, kind)):
            # A link gives the input its name, but some scanners see no repository behind one.
            name, target = os.path.basename(path), os.path.realpath(path)
            holds = size(kind, target)
            print(f"\n{kind} {name}: {holds}\n", flush=True)
            entrants = measure(kind, target, scanners, args)
            print(table(entrants))
            print(f"\n{save(kind, name, holds, entrants)}", flush=True)


if __name__ == "__main__":
    main()

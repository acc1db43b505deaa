#!/usr/bin/env python3
"""Measures whole scans of images against what they must beat: python3 benches/image.py [--save]

Makes what it scans the first time, in target/bench: an image of 1 GiB in 12 gzip layers of this machine's own files,
an archive of it, and the smallest image there is. Build first: cargo build --profile dist --bins --examples
"""
import argparse
import os
import shutil
import sys
import tarfile

import big_image
import compare

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DIST = os.path.join(ROOT, "target", "dist")
KINGFISHER = ["scan", "docker", "--no-limits", "--no-validate", "--no-update-check", "--quiet", "--format", "json"]
# name, what is measured, most it may be, unit
GOALS = """
  CPU of residue / inflate           <=   2.5
  wall of kingfisher / residue       >=   6
  peak memory of residue             <= 200 MB
  bytes residue writes               ==   0
  smallest image, start to exit      <=  20 ms and 30 MB
"""


def residue(target):
    return [os.path.join(DIST, "residue"), "image", "--quiet", "--no-cache", target]


def make_images(work):
    """Makes the images that are not there yet; returns the big layout, its archive and the smallest layout."""
    big, small, archive = (os.path.join(work, name) for name in ("big", "small", "big.tar"))
    if not os.path.exists(f"{big}/oci-layout"):
        used = big_image.write_image(big, big_image.SOURCES, 1 << 30, 12)
        print(f"made {big}: {used} bytes of content")
    if not os.path.exists(archive):
        with tarfile.open(archive, "w") as file:
            file.add(big, arcname="")
    if not os.path.exists(f"{small}/oci-layout"):
        source = os.path.join(work, "one")
        os.makedirs(source, exist_ok=True)
        with open(os.path.join(source, "motd"), "w", encoding="utf-8") as file:
            file.write("hello\n")
        big_image.write_image(small, [source], 1, 1)
    return big, archive, small


def measure(title, commands, rounds, name):
    """Compares, prints, and saves the raw numbers if they have a name."""
    runs = compare.compare(commands, rounds)
    print(f"\n{title}\n{compare.table(runs)}", flush=True)
    if name:
        print(compare.save(name, commands, runs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default=os.path.join(ROOT, "target", "bench"), help="where the images lie")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write the raw numbers to benches/runs/")
    parser.add_argument("--kingfisher", default=shutil.which("kingfisher"), metavar="PROGRAM")
    args = parser.parse_args()
    compare.apart(make_images, args.work)
    big, archive, small = make_images(args.work)
    named = lambda name: name if args.save else None
    print(f"goals:{GOALS}\n{compare.machine()}")
    inflate = {"inflate": [os.path.join(DIST, "examples", "inflate"), big], "residue": residue(f"oci:{big}")}
    measure("the layers, only decompressed", inflate, args.rounds, named("inflate"))
    measure("the smallest image", {"residue": residue(f"oci:{small}")}, 4 * args.rounds, named("small"))
    if not args.kingfisher:
        sys.exit("no kingfisher to compare with; `pip install kingfisher-bin`, or name it with --kingfisher")
    peer = {"residue": residue(f"docker-archive:{archive}"), "kingfisher": [args.kingfisher, *KINGFISHER, "--archive", archive]}
    measure("the same image as an archive", peer, min(args.rounds, 3), named("kingfisher"))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures one large layer against the fastest program that only decompresses it: python3 benches/layer.py [--save]

Makes the layer the first time, in target/bench: 700 MB of this machine's own files, once with gzip and once with zstd.
The yardsticks are `igzip` (Debian package isal) and `zstd`, each on one thread; what counts is the wall time, on two
threads. Build first: cargo build --profile dist --bins
"""
import argparse
import hashlib
import os
import subprocess

import big_image
import compare

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WORK = os.path.join(ROOT, "target", "bench")
RESIDUE = os.path.join(ROOT, "target", "dist", "residue")
SIZE = 700_000_000
SOURCES = ["/usr", os.path.expanduser("~/.cargo/registry/src")]
# codec, how the layer is made of an archive, what it is measured by, most that may take against it
CODECS = [
    ("gzip", ["gzip", "-6", "-c"], ["igzip", "-dc"], 2.2),
    ("zstd", ["zstd", "-3", "-q", "-c"], ["zstd", "-dc"], 2.0),
]


def make(codec, compress):
    """The layout with the layer, and the layer in it."""
    out, tar = os.path.join(WORK, f"layer-{codec}"), os.path.join(WORK, "layer.tar")
    if not os.path.exists(f"{out}/oci-layout"):
        os.makedirs(f"{out}/blobs/sha256", exist_ok=True)
        if not os.path.exists(tar):
            with open(tar, "wb") as file:
                big_image.pack(file, big_image.files(SOURCES), SIZE)
        with open(tar, "rb") as file:
            diff_id = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        data = subprocess.run([*compress, tar], capture_output=True, check=True).stdout
        layer = big_image.write_blob(out, data, f"application/vnd.oci.image.layer.v1.tar+{codec}")
        big_image.write_layout(out, [(diff_id, layer)])
    blobs = (entry for entry in os.scandir(f"{out}/blobs/sha256"))
    return out, max(blobs, key=lambda entry: entry.stat().st_size).path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write the raw numbers to benches/runs/")
    args = parser.parse_args()
    print(compare.machine())
    for codec, compress, decompress, goal in CODECS:
        layout, layer = make(codec, compress)
        scan = [RESIDUE, "image", "--quiet", "--exit-zero", "--threads", "2", f"oci:{layout}"]
        commands = {" ".join(decompress): [*decompress, layer], "residue": scan}
        runs = compare.compare(commands, args.rounds)
        print(f"\na {codec} layer; the goal is a wall ratio of at most {goal}\n{compare.table(runs)}", flush=True)
        if args.save:
            print(compare.save(f"layer-{codec}", commands, runs))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Counts which four bytes are common: python3 training/quads.py [SOURCES]

Writes src/ruleset/common.in, by which the search for literals chooses the four bytes that it knows each of them
by. Counted are three kinds of files of this machine, each with the same weight: source code (SOURCES, a folder of it;
default: cargo's registry), text and scripts below /usr, and machine code. Case is folded as the search folds it. No figure
has to be exact: a choice that is a little worse costs a little time.
"""
import collections
import os
import random
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(ROOT, "src", "ruleset", "common.in")
REGISTRY = os.path.expanduser("~/.cargo/registry/src")
SOURCE = (".rs", ".c", ".h", ".md", ".toml")
TEXT = (".py", ".txt", ".json", ".xml", ".md", ".html", ".js", ".css", ".yaml", ".yml", ".sh", ".pl", ".pm", ".h")
BYTES = 20_000_000  # of each kind
LONGEST = 400_000  # bytes that one file may give
KEPT = 4096
FOLD = bytes((byte | 0x20) & 0x7F for byte in range(256))


def gather(folders, endings):
    """Files in a random order that is always the same, up to BYTES, folded."""
    paths = [os.path.join(parent, name) for folder in folders for parent, _, names in os.walk(folder) for name in names]
    paths = sorted(path for path in paths if path.endswith(endings) and os.path.isfile(path) and not os.path.islink(path))
    random.Random(1).shuffle(paths)
    gathered = bytearray()
    for path in paths:
        with open(path, "rb") as file:
            gathered += file.read(LONGEST).translate(FOLD)
        if len(gathered) > BYTES:
            break
    return bytes(gathered)


def counted(text):
    """How often each four bytes stand in a million places."""
    counts = collections.Counter(text[at : at + 4] for at in range(len(text) - 3))
    return {quad: count * 1e6 / len(text) for quad, count in counts.items()}


def literal(quad):
    """As Rust writes it; the underscore folds to an invisible character."""
    text = quad.decode("ascii").replace("\x7f", "_").replace("\\", "\\\\").replace('"', '\\"')
    return f'*b"{text}"'


def main():
    sources = sys.argv[1] if len(sys.argv) > 1 else REGISTRY
    kinds = [gather([sources], SOURCE), gather(["/usr/share", "/usr/lib", "/usr/include"], TEXT), gather(["/usr/bin", "/usr/lib"], "")]
    mean = collections.Counter()
    for kind in kinds:
        for quad, often in counted(kind).items():
            mean[quad] += often / len(kinds)
    # In the order in which the program compares them: as numbers, the last byte first.
    common = sorted(mean.most_common(KEPT), key=lambda entry: entry[0][::-1])
    with open(TARGET, "w", encoding="ascii") as file:
        file.write("[\n")
        file.writelines(f"    ({literal(quad)}, {min(round(often), 65535)}),\n" for quad, often in common)
        file.write("]\n")


if __name__ == "__main__":
    main()

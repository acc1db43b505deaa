#!/usr/bin/env python3
"""Adds the keys that a public source carries for its tests to the table of published secrets.

    residue dir --no-repo-config --quiet --exit-zero --min-confidence low --format json TREE > report.json
    published.py report.json 'the tests of OpenSSL'

Only keys and key stores are taken: a password that one test was written with may well be somebody's.
"""

import json
import pathlib
import re
import sys

TABLE = pathlib.Path(__file__).parent / "../src/detect/published.txt"
RULES = {"private-key", "private-key-der", "pgp-private-key", "putty-private-key", "pkcs12-store", "java-keystore"}


def read():
    known, publisher = {}, ""
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if re.fullmatch("[0-9a-f]{32}", line):
            known[line] = publisher
        else:
            publisher = line
    return known


def write(known):
    names = sorted(set(known.values()))
    of_name = {name: sorted(key for key, publisher in known.items() if publisher == name) for name in names}
    TABLE.write_text("".join("\n".join([name, *keys]) + "\n" for name, keys in of_name.items()))


def main():
    report, publisher = sys.argv[1:3]
    known = read()
    for finding in json.loads(pathlib.Path(report).read_text())["findings"]:
        if finding["rule"] in RULES:
            known.setdefault(finding["fingerprint"], publisher)
    write(known)
    print(f"{len(known)} published secrets are known")


if __name__ == "__main__":
    main()

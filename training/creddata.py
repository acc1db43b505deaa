#!/usr/bin/env python3
"""Turns a copy of CredData into labelled records, and these into texts for `examples/evidence.rs`.

    creddata.py CREDDATA records.jsonl.gz records.texts.jsonl

A record is a labelled line with three lines to both sides. Its group is its repository, so that what is learned from
one repository is never measured in it. Rows without a line of text, and lines that occur twice, are left out.
"""

import csv
import gzip
import json
import pathlib
import sys

AROUND, LONGEST, MOST_LINES = 3, 400, 12


def main():
    root, records_path, texts_path = (pathlib.Path(argument) for argument in sys.argv[1:4])
    records, known = [], set()
    for meta in sorted((root / "meta").glob("*.csv")):
        for record in of_repository(root, meta):
            key = (record["group"], record["lines"][record["at"]], tuple(record["value"] or ()))
            if key not in known:
                known.add(key)
                records.append(record)
    with gzip.open(records_path, "wt") as out:
        out.writelines(json.dumps(record) + "\n" for record in records)
    with open(texts_path, "w") as out:
        for at, record in enumerate(records):
            out.write(json.dumps({"content": "\n".join(record["lines"]) + "\n", "origin": f"r{at}"}) + "\n")
    print(f"{len(records)} records")


def of_repository(root, meta):
    texts = {}
    with open(meta, newline="") as rows:
        for row in csv.DictReader(rows):
            path = root / row["FilePath"]
            if path not in texts:
                texts[path] = path.read_text("utf-8", "replace").split("\n") if path.is_file() else []
            record = of_row(row, texts[path])
            if record:
                yield record


def of_row(row, lines):
    first, last = int(row["LineStart"]) - 1, int(row["LineEnd"])
    last = min(last, first + MOST_LINES)
    if not 0 <= first < len(lines):
        return None
    start, end = (int(float(row[name])) if row[name] else -1 for name in ("ValueStart", "ValueEnd"))
    value = [start, end if last - first == 1 and end > 0 else len(lines[first])] if start >= 0 else None
    shift = 0
    if value and value[1] > LONGEST:
        shift = max(0, min(value[0] - 100, len(lines[first]) - LONGEST))
        value = [value[0] - shift, min(value[1] - shift, LONGEST)]
    begin = max(0, first - AROUND)
    kept = [line[:LONGEST] for line in lines[begin : last + AROUND]]
    kept[first - begin] = lines[first][shift : shift + LONGEST]
    return {
        "group": row["RepoName"],
        "label": row["GroundTruth"],
        "category": row["Category"],
        "lines": kept,
        "at": first - begin,
        "value": value,
    }


if __name__ == "__main__":
    main()

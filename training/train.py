#!/usr/bin/env python3
"""Learns the weights of the generic detectors' score and writes them as Rust.

What goes in is what `examples/evidence.rs` sees: of labelled lines, and of trees of published sources, in which
nothing is a secret that opens anything. Quality is told from groups (repositories) that the weights in question never
saw; the weights that are written are learned from all of it. Same input, same output.

    train.py --records records.jsonl.gz --evidence records.evidence.jsonl \
             --trees a.evidence.jsonl ... --unseen b.evidence.jsonl ... --out ../src/detect/gates/evidence/weights.rs
"""

import argparse
import collections
import gzip
import json
import pathlib
import re

import numpy as np
from scipy.optimize import minimize

FEATURES = pathlib.Path(__file__).parent / "../src/detect/gates/evidence/feature.rs"
# Records of one repository count as this many at most, and a candidate of a tree as this part of one.
GROUP_CAP, TREE_WEIGHT = 150, 0.4
# Candidates of one file of a tree that are learned from: lists of test vectors have thousands.
FILE_CAP = 15
FOLDS, RIDGE = 5, 1.5
# Log-odds from which on confidence is high, medium, low: chosen so that high is right nine times out of ten, medium
# rings rarely in trees, and low loses hardly any secret. The tables say what came of it.
HIGH, MEDIUM, LOW = 1.15, 0.28, -3.0

# What common sense knows about the sign of a weight. Values of the corpus were replaced by random ones, so that
# letters say less about real values than it seems; a sign that only such values explain is not learned.
FOR = "KeyDrawn MadeUp LongKey Assigned Quoted EnvironmentVariable Password".split()
AGAINST = """PasswordWritten KeyWritten Under6 Under8 ShortKey Code Argument Sample StockShare Echo Binary Identifier CodeMarks
Number Digest Keywords Markup Recurs CredentialName Typed Testing Vectors""".split()


def features():
    return re.findall(r'^    (\w+) = "', FEATURES.read_text(), re.M)


class Table:
    """Candidates as rows of features, each with a label, a weight and the group it belongs to."""

    def __init__(self, names):
        self.index = {name: at for at, name in enumerate(names)}
        self.rows, self.labels, self.groups, self.records = [], [], [], []

    def add(self, seen, label, group, record):
        row = np.zeros(len(self.index))
        for name, value in seen.items():
            row[self.index[name]] = value
        self.rows.append(row)
        self.labels.append(label)
        self.groups.append(group)
        self.records.append(record)

    def done(self):
        self.rows, self.labels = np.array(self.rows), np.array(self.labels, float)
        self.groups, self.records = np.array(self.groups), np.array(self.records)
        return self


def read_records(path):
    with gzip.open(path, "rt") as lines:
        return [json.loads(line) for line in lines]


def of_records(names, records, evidence, examples=None):
    """Candidates on the labelled lines; where the value's columns are known, those that touch it."""
    table = Table(names)
    for line in open(evidence):
        told = json.loads(line)
        at = int(told["origin"][1:])
        record, start = records[at], told["column"] - 1
        touches = not record["value"] or (
            start < record["value"][1] and record["value"][0] < start + len(told["value"])
        )
        if told["seen"] and told["line"] - 1 == record["at"] and touches:
            table.add(told["seen"], record["label"] == "T", record["group"], at)
    if examples:
        of_examples(table, examples)
    return table.done()


def of_examples(table, path):
    """Candidates that the rules' own examples make, all of them secrets, as one group."""
    for line in open(path):
        told = json.loads(line)
        if told["seen"]:
            table.add(told["seen"], True, "examples", -1)


def of_trees(names, paths, without=frozenset()):
    """Candidates of trees, those with the same features once; none is a secret."""
    table, known, values, of_file = Table(names), set(), set(), collections.Counter()
    for line in (line for path in paths for line in open(path)):
        told = json.loads(line)
        key = json.dumps(told["seen"], sort_keys=True)
        of_file[told["origin"]] += 1
        if told["seen"] and key not in known and told["value"] not in without and of_file[told["origin"]] <= FILE_CAP:
            known.add(key)
            values.add(told["value"])
            table.add(told["seen"], False, told["value"], -1)
    return table.done(), values


def learn(names, rows, labels, weights):
    """Logistic regression with a ridge and with bounds on the signs; the last weight is the bias."""
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    total = weights.sum()

    def loss(w):
        z = rows @ w
        odds = np.logaddexp(0, np.where(labels > 0, -z, z))
        grade = 1 / (1 + np.exp(-z)) - labels
        ridge = np.r_[w[:-1], 0]
        return (weights @ odds + RIDGE * ridge @ ridge) / total, (rows.T @ (weights * grade) + 2 * RIDGE * ridge) / total

    bounds = [(0, None) if n in FOR else (None, 0) if n in AGAINST else (None, None) for n in names] + [(None, None)]
    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000})
    return found.x


def score(table, w):
    return table.rows @ w[:-1] + w[-1]


def weights_of(table):
    counts = collections.Counter(table.groups)
    return np.array([min(1, GROUP_CAP / counts[group]) for group in table.groups])


def unseen_scores(names, table, trees):
    """The score of each candidate by weights that never saw its group."""
    groups = np.array(sorted(set(table.groups)))
    np.random.RandomState(0).shuffle(groups)
    fold_of = {group: at % FOLDS for at, group in enumerate(groups)}
    folds, weights = np.array([fold_of[group] for group in table.groups]), weights_of(table)
    scores = np.zeros(len(table.rows))
    for fold in range(FOLDS):
        seen = folds != fold
        w = fit(names, table.rows[seen], table.labels[seen], weights[seen], trees)
        scores[~seen] = table.rows[~seen] @ w[:-1] + w[-1]
    return scores


def fit(names, rows, labels, weights, trees):
    none = np.zeros(len(trees.rows))
    return learn(
        names, np.vstack([rows, trees.rows]), np.r_[labels, none], np.r_[weights, np.full(len(none), TREE_WEIGHT)]
    )


def best_of_records(table, scores, count):
    best = np.full(count, -np.inf)
    of_record = table.records >= 0
    np.maximum.at(best, table.records[of_record], scores[of_record])
    return best


def quality(best, labels, threshold):
    shown = best >= threshold
    hits = (shown & labels).sum()
    precision, recall = hits / max(1, shown.sum()), hits / labels.sum()
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def write(path, names, w):
    rows = "".join(f"    {weight:.3f}, // {name}\n" for name, weight in zip(names, w + 0.0))
    path.write_text(
        f"""//! The weights of the score, in the order of the features. Written by `training/train.py`, whose README
//! says from what data; not edited by hand.

use super::Feature;

/// Log-odds of a secret before anything was seen.
pub(super) const BIAS: f32 = {w[-1]:.3f};
/// From here on confidence is high: nine of ten are secrets in repositories that training never saw.
pub(super) const HIGH: f32 = {HIGH:.2f};
/// From here on confidence is medium.
pub(super) const MEDIUM: f32 = {MEDIUM:.2f};
/// From here on a candidate is kept.
pub(super) const LOW: f32 = {LOW:.2f};

/// What each feature adds where it is seen in full.
#[allow(clippy::approx_constant, reason = "a weight may come near one")]
#[rustfmt::skip]
pub(super) const WEIGHTS: [f32; Feature::ALL.len()] = [
{rows}];
"""
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--records", "--evidence"):
        parser.add_argument(name, required=True)
    parser.add_argument("--trees", nargs="+", default=[], help="evidence of trees to learn from")
    parser.add_argument("--unseen", nargs="*", default=[], help="evidence of trees to count false alarms in")
    parser.add_argument("--examples", help="evidence of the rules' own examples, which are secrets by definition")
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()

    names = features()
    records = read_records(arguments.records)
    labels = np.array([record["label"] == "T" for record in records])
    table = of_records(names, records, arguments.evidence, arguments.examples)
    trees, values = of_trees(names, arguments.trees)
    unseen, _ = of_trees(names, arguments.unseen, without=values)
    best = best_of_records(table, unseen_scores(names, table, trees), len(records))
    w = fit(names, table.rows, table.labels, weights_of(table), trees)

    print("confidence  threshold  precision  recall  F1     false alarms: trees  unseen trees")
    for level, threshold in (("high", HIGH), ("medium", MEDIUM), ("low", LOW)):
        figures = "".join(f"{figure:<9.3f}" for figure in quality(best, labels, threshold))
        alarms = [(score(t, w) >= threshold).sum() if len(t.rows) else 0 for t in (trees, unseen)]
        print(f"{level:<10}  {threshold:9.2f}  {figures}  {alarms[0]:12}  {alarms[1]:8}")
    for name, weight in sorted(zip(names, w), key=lambda pair: pair[1]):
        print(f"{weight:8.3f} {name}")
    if arguments.out:
        write(arguments.out, names, w)


if __name__ == "__main__":
    main()

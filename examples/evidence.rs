//! What the `assignment` gate weighs of every candidate in a stream of texts, one JSON object a line,
//! for `training/`. Reads objects with `content` and `origin`; with `--trees` takes the directories that
//! follow instead, with `--examples` what the rules' own examples make. `cargo run --release --example evidence < records.jsonl`

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use residue::detect::gates::{self, Candidate};
use residue::detect::{Detector, Scratch};
use residue::model::{DocumentId, Match, Origin, Piece, Rule};
use residue::ruleset::{RuleSet, template};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::ops::Range;

/// The gate that weighs.
const GATE: &str = "assignment";
/// Bytes to each side of a match that gates may look at, as in `detect`.
const NEIGHBOURHOOD: usize = 512;
/// Name of the group around the whole pattern.
const WHOLE: &str = "whole";
/// How often each example of a rule is made.
const TIMES: usize = 20;
/// Largest file of a tree that is read, in bytes.
const LARGEST: u64 = 8 << 20;

#[derive(Deserialize)]
struct Record {
    content: String,
    origin: String,
}

/// The weighed rules without their gate.
struct Weighed {
    detector: Detector,
    scratch: Scratch,
}

fn main() -> io::Result<()> {
    let mut weighed = weighed().map_err(io::Error::other)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("--trees") => arguments.try_for_each(|tree| of_tree(&mut weighed, &tree, &mut out))?,
        Some("--examples") => of_examples(&mut weighed, &mut out)?,
        _ => of_records(&mut weighed, &mut out)?,
    }
    out.flush()
}

fn of_tree(weighed: &mut Weighed, tree: &str, out: &mut impl Write) -> io::Result<()> {
    for entry in walkdir::WalkDir::new(tree) {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() && metadata.len() <= LARGEST {
            let text = std::fs::read(entry.path())?;
            tell(weighed, &text, &entry.path().display().to_string(), out)?;
        }
    }
    Ok(())
}

/// Every example that must be found, [`TIMES`] times with other secrets in it.
fn of_examples(weighed: &mut Weighed, out: &mut impl Write) -> io::Result<()> {
    let rules = weighed.detector.rules().iter();
    let hits: Vec<String> = rules.flat_map(|rule| rule.hits.clone()).collect();
    for (number, hit) in hits.iter().enumerate() {
        for time in 0..TIMES {
            let seed = template::seed("training", number * TIMES + time);
            let text = template::expand(hit, seed).map_err(io::Error::other)?;
            tell(weighed, &text, hit, out)?;
        }
    }
    Ok(())
}

fn of_records(weighed: &mut Weighed, out: &mut impl Write) -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        let record: Record = serde_json::from_str(&line?)?;
        tell(weighed, record.content.as_bytes(), &record.origin, out)?;
    }
    Ok(())
}

fn weighed() -> Result<Weighed, Box<dyn std::error::Error + Send + Sync>> {
    let builtin = RuleSet::builtin()?;
    let rules = builtin.rules().iter();
    let rules = rules.filter(|rule| rule.gate.as_deref() == Some(GATE));
    let rules = rules.map(|rule| Rule {
        gate: None,
        regex: rule
            .regex
            .as_ref()
            .map(|regex| format!("(?P<{WHOLE}>{regex})")),
        ..rule.clone()
    });
    Ok(Weighed {
        detector: Detector::new(RuleSet::new(rules.collect())?, 0)?,
        scratch: Scratch::default(),
    })
}

fn tell(weighed: &mut Weighed, text: &[u8], origin: &str, out: &mut impl Write) -> io::Result<()> {
    let piece = Piece::whole(Origin::Document(DocumentId(0)), 0..text.len());
    let (detector, scratch) = (&weighed.detector, &mut weighed.scratch);
    let mut found = Vec::new();
    detector.search(&piece, text, scratch, &mut found);
    found.sort_by_key(|found| (found.span.start, found.span.end, found.rule));
    found.dedup_by(|b, a| a.rule == b.rule && a.span == b.span);
    for found in &found {
        let Some(evidence) = gates::evidence(&candidate(text, found)) else {
            continue;
        };
        let seen = evidence.seen().filter(|(_, seen)| *seen != 0.0);
        let seen: BTreeMap<_, _> = seen.map(|(feature, seen)| (feature.name(), seen)).collect();
        let line = serde_json::json!({
            "origin": origin,
            "line": found.position.line,
            "column": found.position.column,
            "value": String::from_utf8_lossy(found.judged.secret.expose()),
            "seen": seen,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What a gate is shown of a match.
fn candidate<'a>(text: &'a [u8], found: &Match) -> Candidate<'a> {
    let secret = found.span.start as usize..found.span.end as usize;
    let matched = whole(text, found, &secret);
    let start = matched.start.saturating_sub(NEIGHBOURHOOD);
    let end = text.len().min(matched.end + NEIGHBOURHOOD);
    Candidate {
        text: &text[start..end],
        matched: matched.start - start..matched.end - start,
        secret: secret.start - start..secret.end - start,
    }
}

/// Where the whole match stands: its text is known, and that it covers the secret.
fn whole(text: &[u8], found: &Match, secret: &Range<usize>) -> Range<usize> {
    let part = found.judged.parts.iter().find(|part| part.name == WHOLE);
    let Some(whole) = part.map(|part| part.value.expose()) else {
        return secret.clone();
    };
    let latest = secret.start.min(text.len().saturating_sub(whole.len()));
    let earliest = secret.end.saturating_sub(whole.len());
    let start = (earliest..=latest)
        .rev()
        .find(|&at| text[at..].starts_with(whole));
    start.map_or(secret.clone(), |start| start..start + whole.len())
}

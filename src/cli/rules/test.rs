//! `residue rules test`: a rule file's own examples, and of those that fail the step that decided.

use crate::cli::exit::Exit;
use crate::cli::explain::{Shown, spelled};
use crate::cli::{closed_pipe_is_fine, detector};
use residue::detect::Detector;
use residue::detect::examples::{self, ExampleError};
use residue::model::{Batch, Confidence, DocumentId, Origin, Piece, Place, Rule, Target};
use residue::ruleset::{self, RuleSet};
use residue::scan::explain::explain;
use residue::source::Source;
use residue::unpack::Sink;
use std::collections::HashSet;
use std::io::{self, Write};
use std::path::PathBuf;

/// Tests the rules of these files among those of the program, with which they will have to live. A
/// rule of the program that a file has too is tested as the file has it.
pub(super) fn run(files: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<u8> {
    let mut own = Vec::new();
    for file in files {
        own.extend(ruleset::read(file)?);
    }
    let ids: HashSet<String> = own.iter().map(|rule| rule.id.clone()).collect();
    let mut rules = ruleset::embedded()?;
    rules.retain(|rule| !ids.contains(&rule.id));
    rules.append(&mut own);
    let detector = Detector::new(RuleSet::new(rules)?, detector::now()?)?;
    let rules = detector.rules().iter();
    let rules: Vec<&Rule> = rules.filter(|rule| ids.contains(&rule.id)).collect();
    let mut failed = 0;
    let written = rules.iter().try_for_each(|rule| {
        let problems = examples::check(&detector, rule);
        failed += usize::from(!problems.is_empty());
        tell(&detector, rule, &problems, out)
    });
    let tested = rules.len();
    let written = written
        .and_then(|()| writeln!(out, "rules tested: {tested}, failed: {failed}"))
        .and_then(|()| out.flush());
    closed_pipe_is_fine(written)?;
    Ok(match failed {
        0 => Exit::Clean.code(),
        _ => Exit::Found.code(),
    })
}

fn tell(
    detector: &Detector,
    rule: &Rule,
    problems: &[ExampleError],
    out: &mut dyn Write,
) -> io::Result<()> {
    let (id, hits, misses) = (&rule.id, rule.hits.len(), rule.misses.len());
    if problems.is_empty() {
        return writeln!(out, "ok    {id}: {hits} hits, {misses} misses");
    }
    let failed = problems.len();
    writeln!(
        out,
        "FAIL  {id}: {failed} of {hits} hits and {misses} misses"
    )?;
    for problem in problems {
        writeln!(out, "      {problem}")?;
        for way in ways(detector, rule, &problem.text) {
            writeln!(out, "        {way}")?;
        }
    }
    Ok(())
}

/// What the rule came to in the example. Its secrets are made up and may be shown.
fn ways(detector: &Detector, rule: &Rule, text: &[u8]) -> Vec<String> {
    let shown = Shown {
        least: Confidence::Low,
        secrets: true,
    };
    let told = explain(detector, &Example(text), None);
    let of_rule = told.ends.iter();
    let of_rule = of_rule.filter(|end| detector.rules()[end.rule].id == rule.id);
    let ways: Vec<String> = of_rule.map(|end| spelled(end, rule, shown)).collect();
    match ways.is_empty() {
        true => vec!["no literal of the pattern stands in the example".to_owned()],
        false => ways,
    }
}

/// An expanded example as a source of its own.
struct Example<'a>(&'a [u8]);

impl Source for Example<'_> {
    fn read(&self, sink: &dyn Sink) {
        let origin = Origin::Document(DocumentId(0));
        sink.batch(Batch {
            bytes: self.0.to_vec(),
            pieces: vec![Piece::whole(origin, 0..self.0.len())],
        });
    }

    fn places(&self, _: &Origin) -> Vec<Place> {
        Vec::new()
    }

    fn targets(&self) -> Vec<Target> {
        Vec::new()
    }
}

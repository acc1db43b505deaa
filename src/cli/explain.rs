//! `residue explain`: which rules came near a text, and what stopped each. The rules, the
//! configuration and the reading are those of a scan; the exit code says only that it was told.

use super::args::{ExplainArgs, Spot};
use super::exit::Exit;
use super::{closed_pipe_is_fine, config, detector, tell};
use anstyle::{AnsiColor, Style};
use anyhow::ensure;
use residue::config::Wishes;
use residue::detect::Detector;
use residue::model::Confidence;
use residue::report;
use residue::scan::explain::{Explained, explain};
use residue::source::Source;
use residue::source::files::{FileSource, Named};
use residue::source::stdin::{Form, StdinSource};
use residue::suppress::ignore::Root;
use residue::unpack::batch::Context;
use std::io::{self, BufWriter, Write};

mod words;

pub(super) use words::told as spelled;

/// Runs the subcommand.
pub(super) fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    let spot = args.spot();
    let roots: Vec<Root> = spot.file.iter().map(|file| Root::of(file)).collect();
    let config = config::found(&args.lookup, &roots, &args.rules, Wishes::default())?;
    config::warn(&config);
    let options = config.options(detector::now()?);
    let shown = Shown {
        least: config.settings.min_confidence.value,
        secrets: args.show_secrets,
    };
    let detector = detector::tried(config.rules, options.now)?;
    for id in &args.only {
        let known = detector.rules().iter().any(|rule| rule.id == *id);
        ensure!(
            known,
            "there is no rule `{id}`; `residue rules list` names them all"
        );
    }
    let source = opened(&spot, &options, context(&detector))?;
    let told = explain(&detector, &*source, spot.line);
    for (shortfall, _) in told.coverage.shortfalls() {
        let text = format!("{}: {}", shortfall.place, shortfall.detail);
        tell(AnsiColor::Yellow.on_default().bold(), "warning", &text);
    }
    let wanted = |end: &&Explained| {
        args.only.is_empty() || args.only.contains(&detector.rules()[end.rule].id)
    };
    let ends: Vec<&Explained> = told.ends.iter().filter(wanted).collect();
    let mut out = BufWriter::new(anstream::stdout().lock());
    let written = write(&ends, &detector, shown, &mut out).and_then(|()| out.flush());
    closed_pipe_is_fine(written)?;
    Ok(Exit::Clean.code())
}

/// What a reader is to see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// The confidence that a report of a scan begins at.
    pub(super) least: Confidence,
    /// Whether secrets are shown in full.
    pub(super) secrets: bool,
}

fn context(detector: &Detector) -> Context {
    let (before, after) = detector.context();
    Context { before, after }
}

fn opened<'a>(
    spot: &Spot,
    options: &'a residue::model::Options,
    context: Context,
) -> anyhow::Result<Box<dyn Source + 'a>> {
    let Some(file) = &spot.file else {
        let name = StdinSource::NAME;
        let source = StdinSource::new(Form::Raw, name, options, context, &());
        return Ok(Box::new(source));
    };
    ensure!(
        !file.is_dir(),
        "{} is a folder; name one of its files",
        file.display()
    );
    let named = Named {
        paths: vec![file.clone()],
        list: None,
    };
    Ok(Box::new(FileSource::new(named, options, context, &())?))
}

/// One line for each rule at each place, those that decided nothing last and dim.
fn write(
    ends: &[&Explained],
    detector: &Detector,
    shown: Shown,
    out: &mut dyn Write,
) -> io::Result<()> {
    if ends.is_empty() {
        return writeln!(
            out,
            "no rule came near: no literal of any rule stands there"
        );
    }
    let id = |end: &Explained| &detector.rules()[end.rule].id;
    let spot = |end: &Explained| {
        let path = report::visible(&end.path);
        format!("{path}:{}:{}", end.position.line, end.position.column)
    };
    let spots = ends.iter().map(|end| spot(end).len()).max().unwrap_or(0);
    let ids = ends.iter().map(|end| id(end).len()).max().unwrap_or(0);
    let (missed, stopped): (Vec<&Explained>, Vec<&Explained>) =
        ends.iter().partition(|end| words::is_miss(end));
    for end in stopped.iter().chain(&missed) {
        let rule = &detector.rules()[end.rule];
        let text = words::told(end, rule, shown);
        let dim = match words::is_miss(end) {
            true => Style::new().dimmed(),
            false => Style::new(),
        };
        let (spot, id) = (spot(end), id(end));
        writeln!(out, "{dim}{spot:<spots$}  {id:<ids$}  {text}{dim:#}")?;
    }
    Ok(())
}

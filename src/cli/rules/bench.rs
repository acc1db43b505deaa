//! `residue rules bench`: what each rule costs on texts of the user's own, the dearest first.

use super::load;
use crate::cli::{closed_pipe_is_fine, tell};
use anstyle::AnsiColor;
use residue::detect::cost::{Cost, Costs};
use residue::model::{Options, Rule};
use residue::scan::costs;
use residue::source::files::{FileSource, Named};
use residue::unpack::batch::Context;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

/// Times all rules and those of `files` over what lies below `paths`.
pub(super) fn run(paths: &[PathBuf], files: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<()> {
    let detector = load(files)?;
    if let Err(problem) = detector.compile_all() {
        anyhow::bail!("{problem}");
    }
    let (options, (before, after)) = (Options::default(), detector.context());
    let named = Named {
        paths: paths.to_vec(),
        list: None,
    };
    let source = FileSource::new(named, &options, Context { before, after }, &())?;
    let (costs, coverage) = costs(&detector, &source)?;
    for (shortfall, _) in coverage.shortfalls() {
        let text = format!("{}: {}", shortfall.place, shortfall.detail);
        tell(AnsiColor::Yellow.on_default().bold(), "warning", &text);
    }
    let written = table(detector.rules(), &costs, out).and_then(|()| out.flush());
    closed_pipe_is_fine(written)
}

/// One line for each rule that was asked at all, and what all of them and the rest of the search took.
fn table(rules: &[Rule], costs: &Costs, out: &mut dyn Write) -> io::Result<()> {
    let mut asked: Vec<(&Rule, &Cost)> = rules.iter().zip(&costs.rules).collect();
    asked.retain(|(_, cost)| cost.hits > 0);
    asked.sort_by(|(a, x), (b, y)| (y.time, &a.id).cmp(&(x.time, &b.id)));
    let all: Duration = asked.iter().map(|(_, cost)| cost.time).sum();
    let whole = costs.search.max(all);
    let width = asked.iter().map(|(rule, _)| rule.id.len()).max();
    let width = width.unwrap_or(0).max(REST.len());
    writeln!(
        out,
        "{:<width$}  {:>10}  {:>10}  {:>10}  {:>10}  {:>7}",
        "rule", "literals", "patterns", "matches", "time", "share"
    )?;
    for (rule, cost) in asked {
        let numbers = [cost.hits, cost.matched, cost.confirmed].map(|n| n.to_string());
        line(out, (&rule.id, width), &numbers, (cost.time, whole))?;
    }
    let none = [(); 3].map(|()| String::new());
    line(out, (REST, width), &none, (whole - all, whole))?;
    line(out, ("all", width), &none, (whole, whole))?;
    let (bytes, seconds) = (costs.bytes, whole.as_secs_f64());
    writeln!(out, "{bytes} bytes in {seconds:.3} s on one thread")
}

/// What a search does beside asking rules.
const REST: &str = "looking for literals, and the rest";

fn line(
    out: &mut dyn Write,
    (name, width): (&str, usize),
    [hits, matched, confirmed]: &[String; 3],
    (time, whole): (Duration, Duration),
) -> io::Result<()> {
    let share = match whole.as_secs_f64() {
        0.0 => 0.0,
        whole => time.as_secs_f64() / whole * 100.0,
    };
    let time = format!("{:.3} ms", time.as_secs_f64() * 1e3);
    writeln!(
        out,
        "{name:<width$}  {hits:>10}  {matched:>10}  {confirmed:>10}  {time:>10}  {share:>5.1} %"
    )
}

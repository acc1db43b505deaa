//! `residue baseline`: makes baselines of reports and keeps them up to date.

use super::args::{BaselineArgs, BaselineCommand};
use super::exit::Exit;
use super::{closed_pipe_is_fine, tell};
use anstyle::AnsiColor;
use residue::suppress::Baseline;
use residue::suppress::baseline::{self, Report};
use std::io::{self, Write};
use std::path::Path;

/// Runs the subcommand.
pub(super) fn run(args: &BaselineArgs) -> anyhow::Result<u8> {
    match &args.command {
        BaselineCommand::Create { report, output } => create(report, output)?,
        BaselineCommand::Update { baseline, report } => {
            let mut known = Baseline::from_file(baseline)?;
            let added = baseline::update(&mut known, &Report::from_file(report)?)?;
            replace(&known, baseline, &format!("{added} added"))?;
        }
        BaselineCommand::Prune { baseline, report } => {
            let mut known = Baseline::from_file(baseline)?;
            let dropped = baseline::prune(&mut known, &Report::from_file(report)?)?;
            replace(&known, baseline, &format!("{dropped} dropped"))?;
        }
        BaselineCommand::Show { baseline } => show(&Baseline::from_file(baseline)?)?,
    }
    Ok(Exit::Clean.code())
}

fn create(report: &Path, output: &Path) -> anyhow::Result<()> {
    let known = baseline::create(&Report::from_file(report)?);
    if output.as_os_str() == "-" {
        return show(&known);
    }
    known.create_file(output)?;
    told(&known, output, "made");
    Ok(())
}

fn replace(known: &Baseline, path: &Path, change: &str) -> anyhow::Result<()> {
    known.replace_file(path)?;
    told(known, path, change);
    Ok(())
}

fn told(known: &Baseline, path: &Path, change: &str) {
    let number = match known.len() {
        1 => "1 secret".to_owned(),
        number => format!("{number} secrets"),
    };
    let text = format!("{change}; {} has {number}", path.display());
    tell(AnsiColor::Green.on_default(), "baseline", &text);
}

fn show(known: &Baseline) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = write!(out, "{known}").and_then(|()| out.flush());
    closed_pipe_is_fine(written)
}

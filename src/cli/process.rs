//! `residue process`: running processes.

use super::args::ProcessArgs;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use residue::source::process::{ProcessSource, Processes};
use residue::suppress::Reach;

/// Scans environments and command lines.
pub(super) fn run(args: &ProcessArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: config.options(detector::now()?),
        config,
        reach: Reach::foreign(),
        outside: Outside::Needs("a sandbox may not look at other processes"),
    };
    scan::run(&args.run, plan, |setting| {
        let processes = match args.all {
            true => Processes::All,
            false => Processes::Named(args.processes.clone()),
        };
        Ok(Box::new(ProcessSource::new(processes, setting.context)))
    })
}

//! `residue stdin`: text, or records of text.

use super::args::StdinArgs;
use super::scan::{Plan, Setting};
use super::{config, detector, scan};
use residue::source::stdin::StdinSource;
use residue::suppress::Reach;

/// Scans standard input.
pub(super) fn run(args: &StdinArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: config.options(detector::now()?),
        config,
        reach: Reach::foreign(),
    };
    scan::run(
        &args.run,
        plan,
        |Setting {
             options,
             context,
             progress,
             ..
         }| {
            let source = StdinSource::new(args.form(), &args.name, options, context, progress);
            Ok(Box::new(source))
        },
    )
}

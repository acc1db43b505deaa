//! `residue stdin`: text, or records of text.

use super::args::StdinArgs;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use residue::source::stdin::StdinSource;
use residue::suppress::Reach;

/// Scans standard input.
pub(super) fn run(args: &StdinArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: config.options(detector::now()?),
        config,
        reach: Reach::foreign(),
        outside: Outside::Nothing,
    };
    scan::run(&args.run, plan, |setting| {
        let (form, name) = (args.form(), &args.name);
        let source = StdinSource::new(
            form,
            name,
            setting.options,
            setting.context,
            setting.progress,
        );
        Ok(Box::new(source))
    })
}

//! `residue stdin`: text, or records of text.

use super::args::StdinArgs;
use super::{config, detector, scan};
use residue::source::stdin::StdinSource;

/// Scans standard input.
pub(super) fn run(args: &StdinArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let options = config.options(detector::now()?);
    scan::run(&args.run, config, &options, |setting| {
        let scan::Setting {
            options,
            context,
            progress,
        } = setting;
        let source = StdinSource::new(args.form(), &args.name, options, context, progress);
        Ok(Box::new(source))
    })
}

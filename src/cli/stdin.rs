//! `residue stdin`: text, or records of text.

use super::args::StdinArgs;
use super::{detector, scan};
use residue::source::stdin::StdinSource;
use residue::suppress::Reach;

/// Scans standard input.
pub(super) fn run(args: &StdinArgs) -> anyhow::Result<u8> {
    let options = args.run.scan.options(detector::now()?);
    scan::run(&args.run, &options, &Reach::foreign(), |setting| {
        let scan::Setting {
            options,
            context,
            progress,
        } = setting;
        let source = StdinSource::new(args.form(), &args.name, options, context, progress);
        Ok(Box::new(source))
    })
}

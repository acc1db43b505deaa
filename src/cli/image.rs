//! `residue image`: container images.

use super::args::ImageArgs;
use super::scan::{Plan, Setting};
use super::{config, detector, scan};
use anyhow::bail;
use residue::source::image::{ImageSource, Target};
use residue::suppress::Reach;

/// Scans images.
pub(super) fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: args.options(&config, detector::now()?),
        config,
        reach: Reach::foreign(),
    };
    if args.registry.takes_stdin() && args.targets.iter().any(|target| target == "-") {
        bail!("standard input is either the password or an archive; give the archive as a file");
    }
    let access = args.registry.access()?;
    scan::run(
        &args.run,
        plan,
        |Setting {
             options,
             context,
             progress,
         }| {
            let targets = args.targets.iter().map(|text| Target::parse(text));
            let targets = targets.collect::<Result<_, _>>()?;
            let source = ImageSource::new(targets, options, context, progress)?;
            Ok(Box::new(source.with_access(access)))
        },
    )
}

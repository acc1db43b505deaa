//! `residue image`: container images.

use super::args::ImageArgs;
use super::{detector, scan};
use residue::source::image::{ImageSource, Target};
use residue::suppress::Reach;

/// Scans images.
pub(super) fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let options = args.options(detector::now()?);
    scan::run(&args.run, &options, &Reach::foreign(), |setting| {
        let targets = args.targets.iter().map(|text| Target::parse(text));
        let targets = targets.collect::<Result<_, _>>()?;
        let scan::Setting {
            options,
            context,
            progress,
        } = setting;
        Ok(Box::new(ImageSource::new(
            targets, options, context, progress,
        )?))
    })
}

//! `residue image`: container images.

use super::args::ImageArgs;
use super::{config, detector, scan};
use residue::source::image::{ImageSource, Target};

/// Scans images.
pub(super) fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let options = args.options(&config, detector::now()?);
    scan::run(&args.run, config, &options, |setting| {
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

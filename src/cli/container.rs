//! `residue container`: containers of the engines on this machine.

use super::args::ContainerArgs;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use residue::source::image::{ImageSource, Target};
use residue::suppress::Reach;

/// Scans containers and the images that they were made from.
pub(super) fn run(args: &ContainerArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: config.options(detector::now()?),
        config,
        reach: Reach::foreign(),
        outside: Outside::SERVICES,
    };
    scan::run(&args.run, plan, |setting| {
        let targets = match args.all {
            true => vec![Target::running()],
            false => Target::containers(&args.containers),
        };
        let source = ImageSource::new(targets, setting.options, setting.context, setting.progress)?;
        Ok(Box::new(source))
    })
}

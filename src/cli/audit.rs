//! `residue audit`: everything that registries have.

use super::args::AuditArgs;
use super::cache::Kept;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use residue::source::image::{ImageSource, Target};
use residue::suppress::Reach;

/// Scans every tag of every repository.
pub(super) fn run(args: &AuditArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    let plan = Plan {
        options: args.options(&config, detector::now()?),
        config,
        reach: Reach::foreign(),
        outside: Outside::SERVICES,
    };
    let registries = args.registries.iter().map(|text| Target::registry(text));
    let registries = registries.collect::<Result<_, _>>()?;
    let access = args.registry.access()?;
    let kept = Kept::new(&args.cache);
    let code = scan::run(&args.run, plan, |setting| {
        let cache = kept.open(&setting);
        let source = ImageSource::new(
            registries,
            setting.options,
            setting.context,
            setting.progress,
        )?;
        Ok(Box::new(source.with_access(access)?.with_cache(cache)))
    });
    kept.tell();
    code
}

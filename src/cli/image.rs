//! `residue image`: container images.

use super::args::ImageArgs;
use super::cache::Kept;
use super::sandbox::Outside;
use super::scan::Plan;
use super::{config, detector, scan};
use anyhow::{Context as _, bail};
use residue::recipe::dockerfile::Dockerfile;
use residue::source::image::{Base, ImageSource, Target};
use residue::suppress::Reach;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Largest list of images, in bytes.
const LIST: u64 = 64 << 20;
/// Largest Dockerfile, in bytes.
const DOCKERFILE: u64 = 16 << 20;

/// Scans images.
pub(super) fn run(args: &ImageArgs) -> anyhow::Result<u8> {
    let config = config::load(&args.run, &[], args.run.wishes())?;
    share_stdin(args)?;
    let targets = targets(args)?;
    let dockerfiles = args.dockerfiles.iter().map(|file| dockerfile(file));
    let dockerfiles = dockerfiles.collect::<anyhow::Result<Vec<_>>>()?;
    let (base, former) = (args.relatives.base()?, args.relatives.since()?);
    let kept = Kept::new(&args.cache);
    let others = base.iter().filter_map(Base::image).chain(&former);
    let outside = match targets.iter().chain(others).all(Target::is_file) {
        true => kept.folder().map_or(Outside::Nothing, Outside::Keeps),
        false => Outside::SERVICES,
    };
    let plan = Plan {
        options: args.options(&config, detector::now()?),
        config,
        reach: Reach::foreign(),
        outside,
    };
    let access = args.registry.access()?;
    let code = scan::run(&args.run, plan, |setting| {
        let cache = kept.open(&setting);
        let source = ImageSource::new(targets, setting.options, setting.context, setting.progress)?;
        let source = source.with_access(access)?.with_cache(cache);
        let source = source.with_base(base).since(former);
        Ok(Box::new(source.built_by(dockerfiles)))
    });
    kept.tell();
    code
}

/// Refuses a call that wants more than one thing from standard input.
fn share_stdin(args: &ImageArgs) -> anyhow::Result<()> {
    let is_archive = args.targets.iter().any(|target| target == "-");
    let is_list = args.fleet.from_file.as_deref() == Some(Path::new("-"));
    let is_password = args.registry.takes_stdin();
    if u8::from(is_archive) + u8::from(is_list) + u8::from(is_password) > 1 {
        bail!(
            "standard input is either the password, a list or an archive; give all but one as a file"
        );
    }
    Ok(())
}

/// Reads a Dockerfile.
fn dockerfile(file: &Path) -> anyhow::Result<Dockerfile> {
    let name = file.display().to_string();
    let text = File::open(file).and_then(|file| io::read_to_string(file.take(DOCKERFILE + 1)));
    let text = text.with_context(|| format!("cannot read the Dockerfile {name}"))?;
    if text.len() as u64 > DOCKERFILE {
        bail!("{name} has more than {DOCKERFILE} bytes; is it a Dockerfile?");
    }
    Ok(Dockerfile::parse(&name, &text)?)
}

/// What is to be scanned: what was named, then what the list names.
fn targets(args: &ImageArgs) -> anyhow::Result<Vec<Target>> {
    let named = args.targets.iter().map(|text| Target::parse(text));
    let mut targets = named.collect::<Result<Vec<_>, _>>()?;
    if let Some(file) = &args.fleet.from_file {
        targets.extend(listed(file)?);
    }
    if args.fleet.all_tags {
        let all = targets.into_iter().map(Target::all_tags);
        targets = all.collect::<Result<_, _>>()?;
    }
    Ok(targets)
}

/// The images that a file or standard input names.
fn listed(file: &Path) -> anyhow::Result<Vec<Target>> {
    let (name, list) = match file.as_os_str() == "-" {
        true => ("standard input".to_owned(), whole(io::stdin().lock())),
        false => (file.display().to_string(), File::open(file).and_then(whole)),
    };
    let list = list.with_context(|| format!("cannot read the list of images in {name}"))?;
    if list.len() as u64 > LIST {
        bail!("the list of images in {name} has more than {LIST} bytes; is it the right file?");
    }
    Ok(Target::listed(&list, &name)?)
}

/// What a reader yields, as far as it can be a list.
fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut list = Vec::new();
    reader.take(LIST + 1).read_to_end(&mut list)?;
    Ok(list)
}

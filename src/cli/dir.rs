//! `residue dir`: files and directories.

use super::args::DirArgs;
use super::{config, detector, scan};
use anyhow::Context as _;
use residue::source::files::{FileSource, List, Named};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// Scans files.
pub(super) fn run(args: &DirArgs) -> anyhow::Result<u8> {
    let roots = match args.paths.is_empty() {
        true => vec![".".into()],
        false => args.paths.clone(),
    };
    let config = config::load(&args.run, &roots, args.wishes())?;
    let options = config.options(detector::now()?);
    scan::run(&args.run, config, &options, |setting| {
        let scan::Setting {
            options,
            context,
            progress,
        } = setting;
        let source = FileSource::new(named(args)?, options, context, progress)?;
        Ok(Box::new(source))
    })
}

fn named(args: &DirArgs) -> anyhow::Result<Named> {
    let list = args.files_from.as_deref().map(|from| list(from, args));
    Ok(Named {
        paths: args.paths.clone(),
        list: list.transpose()?,
    })
}

/// Reads the list that `from` names.
fn list(from: &Path, args: &DirArgs) -> anyhow::Result<List> {
    let is_stdin = from.as_os_str() == "-";
    let text = match is_stdin {
        true => {
            let mut text = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut text);
            read.map(|_| text)
        }
        false => fs::read(from),
    };
    let text = text.with_context(|| format!("cannot read the list {}", from.display()))?;
    let name = match is_stdin {
        true => "the files listed on standard input".to_owned(),
        false => format!("the files listed in {}", from.display()),
    };
    Ok(List::parse(name, &text, args.separator()))
}

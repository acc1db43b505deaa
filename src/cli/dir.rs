//! `residue dir`: files and directories.

use super::args::DirArgs;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use anyhow::Context as _;
use residue::model::Options;
use residue::source::files::{FileSource, List, Named};
use residue::source::git::GitSource;
use residue::suppress::Reach;
use residue::suppress::ignore::Root;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// Scans files.
pub(super) fn run(args: &DirArgs) -> anyhow::Result<u8> {
    let named = named(args)?;
    let roots = roots(&named);
    let config = config::load(&args.run, &roots, args.wishes())?;
    let options = config.options(detector::now()?);
    let reach = Reach {
        whole: is_whole(&named, &options),
        local: roots,
    };
    let plan = Plan {
        config,
        options,
        reach,
        outside: Outside::Nothing,
    };
    scan::run(&args.run, plan, |setting| {
        let (options, context, progress) = (setting.options, setting.context, setting.progress);
        let files = FileSource::new(named, options, context, progress)?;
        let source = GitSource::among(files, options, context, progress);
        Ok(Box::new(source))
    })
}

/// The targets: files are the user's own.
fn roots(named: &Named) -> Vec<Root> {
    let paths = named.paths.iter().map(|path| Root::of(path));
    let list = named.list.iter().map(|list| Root {
        target: list.name.clone(),
        folder: ".".into(),
    });
    paths.chain(list).collect()
}

/// Entries may speak of what was not named or what a setting leaves out.
fn is_whole(named: &Named, options: &Options) -> bool {
    let has_folders_only = named.list.is_none() && named.paths.iter().all(|path| path.is_dir());
    has_folders_only && options.exclude.is_empty() && !options.respect_gitignore
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

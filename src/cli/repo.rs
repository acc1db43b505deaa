//! `residue repo`: git repositories, also such as have to be cloned first.

mod clone;

use super::args::RepoArgs;
use super::sandbox::Outside;
use super::scan::{self, Plan};
use super::{config, detector};
use residue::model::Options;
use residue::source::git::{Asked, Environment, Files, GitSource, Scope};
use residue::suppress::Reach;
use residue::suppress::ignore::Root;
use std::env;
use std::path::PathBuf;

/// Scans a repository.
pub(super) fn run(args: &RepoArgs) -> anyhow::Result<u8> {
    let url = args
        .target
        .as_deref()
        .filter(|target| clone::is_url(target));
    let mut asked = asked(args, url.is_some());
    let local = match url {
        Some(_) => Vec::new(),
        None => vec![Root::of_repository(&asked.name, &asked.path)],
    };
    let config = config::load(&args.run, &local, args.wishes())?;
    let options = config.options(detector::now()?);
    let reach = match url {
        Some(_) => Reach::foreign(),
        None => Reach {
            local,
            whole: is_whole(&asked, &options),
        },
    };
    let plan = Plan {
        config,
        options,
        reach,
        outside: match url {
            Some(_) => Outside::Needs("git fetches the repository"),
            None => Outside::Nothing,
        },
    };
    let mut kept = None;
    scan::run(&args.run, plan, |setting| {
        if let Some(url) = url {
            let clone = clone::Clone::of(url, setting.stop)?;
            asked.path = kept.insert(clone).path().to_owned();
        }
        let source = GitSource::new(asked, setting.options, setting.context, setting.progress)?;
        Ok(Box::new(source))
    })
}

/// Entries may speak of any of a repository's history.
fn is_whole(asked: &Asked, options: &Options) -> bool {
    let is_all = matches!(asked.scope, Scope::Everything { .. }) && asked.files == Files::All;
    let takes_all = options.exclude.is_empty() && !options.respect_gitignore;
    is_all && takes_all && asked.attribution
}

/// What the arguments ask for; the path of a clone is known when it is made.
fn asked(args: &RepoArgs, is_clone: bool) -> Asked {
    let target = args.target.as_deref();
    Asked {
        path: target.map_or_else(here, PathBuf::from),
        name: target.unwrap_or(".").to_owned(),
        scope: args.scope(),
        files: match args.files() {
            // Its configuration is ours, and it has no files.
            Files::All if is_clone => Files::None,
            files => files,
        },
        attribution: !args.no_attribution,
        whole_objects: args.whole_objects,
        // A path that was named has nothing to do with the hook that we may run in.
        environment: match target {
            None => environment(),
            Some(_) => Environment::default(),
        },
    }
}

/// The repository here, or the one that git says it is.
pub(super) fn here() -> PathBuf {
    variable("GIT_DIR").unwrap_or_else(|| PathBuf::from("."))
}

/// Where git says that things are.
pub(super) fn environment() -> Environment {
    Environment {
        index: variable("GIT_INDEX_FILE"),
        quarantine: variable("GIT_QUARANTINE_PATH"),
    }
}

/// A path in the environment; an empty one is none.
fn variable(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

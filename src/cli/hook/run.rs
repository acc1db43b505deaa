//! Running a hook: scan, and if git is to be stopped, say how to go on.

use super::skip;
use super::task::{Task, Work};
use crate::cli::args::{Hook, RunHookArgs};
use crate::cli::exit::Exit;
use crate::cli::repo::{environment, here};
use crate::cli::sandbox::Outside;
use crate::cli::scan::Plan;
use crate::cli::{config, detector, scan, tell, tell_error};
use anstyle::Style;
use residue::model::Policy;
use residue::source::files::{FileSource, List, Named};
use residue::source::git::{Asked, Files, GitSource, Scope};
use residue::suppress::Reach;
use residue::suppress::ignore::Root;
use std::path::{Path, PathBuf};

/// What reports call the repository: git runs its hooks at the top of it.
const TARGET: &str = ".";

/// Scans what git asks about; anything but 0 stops git.
pub(super) fn run(args: &RunHookArgs) -> anyhow::Result<u8> {
    if let Some(reason) = skip::reason(args.hook) {
        say(&format!(
            "skipped {}: {}",
            args.hook.name(),
            reason.escape_debug()
        ));
        return Ok(Exit::Clean.code());
    }
    let result = scan(args);
    let way_on = args.hook.way_on();
    match &result {
        Ok(0) => {}
        Ok(code) if *code >= Exit::interrupted(0) => {
            say("stopped, because the scan was interrupted");
        }
        Ok(Policy::INCOMPLETE) => say(&format!(
            "stopped, because not everything could be read. To go on without: {way_on}"
        )),
        Ok(_) => say(&format!("stopped. If none of this is a secret: {way_on}")),
        Err(error) => {
            tell_error(error);
            say(&format!(
                "stopped, because it could not be scanned. To go on without: {way_on}"
            ));
            return Ok(Exit::Refused.code());
        }
    }
    result
}

fn scan(args: &RunHookArgs) -> anyhow::Result<u8> {
    let task = Task::of(args)?;
    if !args.run.output.quiet {
        say(&format!("{} looks at {}", args.hook.name(), task.title));
    }
    match task.work {
        Work::Nothing => Ok(Exit::Clean.code()),
        Work::Repository(scope, files) => scan::run(&args.run, plan(args)?, |setting| {
            let asked = asked(scope, files);
            let source = GitSource::new(asked, setting.options, setting.context, setting.progress)?;
            Ok(Box::new(source))
        }),
        Work::Files(paths) => scan::run(&args.run, plan(args)?, |setting| {
            let paths = named(paths);
            let source =
                FileSource::new(paths, setting.options, setting.context, setting.progress)?;
            Ok(Box::new(source))
        }),
    }
}

/// What counts: on a person's machine also what their tree says, on a server nothing of what is pushed.
fn plan(args: &RunHookArgs) -> anyhow::Result<Plan> {
    let local = match args.hook {
        Hook::Commit | Hook::Push => vec![Root::of_repository(TARGET, Path::new("."))],
        Hook::Receipt => Vec::new(),
    };
    let config = config::load(&args.run, &local, args.run.wishes())?;
    let options = config.options(detector::now()?);
    let reach = Reach {
        local,
        whole: false,
    };
    Ok(Plan {
        config,
        options,
        reach,
        outside: Outside::Nothing,
    })
}

fn named(paths: Vec<PathBuf>) -> Named {
    Named {
        paths: Vec::new(),
        list: Some(List {
            name: TARGET.to_owned(),
            paths,
        }),
    }
}

fn asked(scope: Scope, files: Files) -> Asked {
    Asked {
        path: here(),
        name: TARGET.to_owned(),
        scope,
        files,
        attribution: true,
        whole_objects: false,
        environment: environment(),
    }
}

fn say(text: &str) {
    tell(Style::new().bold(), "residue", text);
}

//! What a hook is asked to look at: the arguments, the lines that git writes, and the environment,
//! turned into a part of the repository.

use super::framework::Framework;
use super::lines::{self, Change};
use super::remote::Remote;
use crate::cli::args::{Hook, RunHookArgs};
use anyhow::{Context as _, bail};
use residue::source::git::{Files, Hidden, Scope};
use std::env;
use std::io::{self, Read as _};
use std::path::PathBuf;

/// References that are told by name.
const NAMED: usize = 3;

/// Something to look at.
#[derive(Debug)]
pub(super) struct Task {
    /// In the words of people.
    pub(super) title: String,
    pub(super) work: Work,
}

/// What of it is to be read.
#[derive(Debug)]
pub(super) enum Work {
    /// Nothing, rightly.
    Nothing,
    /// A part of the repository.
    Repository(Scope, Files),
    /// These files as they are on disk.
    Files(Vec<PathBuf>),
}

impl Task {
    /// What this call is about.
    ///
    /// # Errors
    /// When what git says makes no sense.
    pub(super) fn of(args: &RunHookArgs) -> anyhow::Result<Self> {
        let variable = |name: &str| Some(env::var_os(name)?.to_string_lossy().into_owned());
        let framework = || Framework::of(variable);
        match args.hook {
            Hook::Commit if !args.args.is_empty() => Ok(Self::files(args)),
            Hook::Commit => Ok(framework().map_or_else(Self::staged, Framework::task)),
            Hook::Push => match framework().filter(|_| args.args.is_empty()) {
                Some(framework) => Ok(framework.task()),
                None => Self::push(&Remote::of(&args.args)?),
            },
            Hook::Receipt if !args.args.is_empty() => {
                bail!("git passes no arguments to a pre-receive hook")
            }
            Hook::Receipt => Self::receipt(),
        }
    }

    /// What the next commit brings.
    pub(super) fn staged() -> Self {
        Self {
            title: "what is staged".to_owned(),
            work: Work::Repository(Scope::Staged, Files::None),
        }
    }

    fn files(args: &RunHookArgs) -> Self {
        Self {
            title: format!("{} files as they are on disk", args.args.len()),
            work: Work::Files(args.args.iter().map(PathBuf::from).collect()),
        }
    }

    fn push(remote: &Remote) -> anyhow::Result<Self> {
        let changes = lines::pushed(&input()?)?;
        let whereto = format!("the push to {}", remote.name());
        Ok(Self::brought(&whereto, &changes, remote.known()))
    }

    fn receipt() -> anyhow::Result<Self> {
        let changes = lines::received(&input()?)?;
        let all = vec![Hidden::References("refs/".to_owned())];
        Ok(Self::brought("the push", &changes, all))
    }

    fn brought(action: &str, changes: &[Change], hidden: Vec<Hidden>) -> Self {
        match lines::range(changes, hidden) {
            None => Self {
                title: format!("nothing: {action} brings no objects"),
                work: Work::Nothing,
            },
            Some(range) => Self {
                title: format!("what {action} brings: {}", names(&range.objects)),
                work: Work::Repository(Scope::Commits(range), Files::None),
            },
        }
    }
}

fn names(objects: &[(String, String)]) -> String {
    let first = objects.iter().take(NAMED);
    let first: Vec<String> = first
        .map(|(name, _)| name.escape_debug().to_string())
        .collect();
    match objects.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn input() -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut text);
    read.context("cannot read on standard input which references change")?;
    Ok(text)
}

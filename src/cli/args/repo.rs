//! The arguments of `residue repo`.

use super::RunArgs;
use clap::Args;
use residue::config::{From, Wishes};
use residue::source::git::{Files, Hidden, Range, Scope};

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  residue repo                                history and files of the repository here
  residue repo ../app --range origin/main..HEAD
  residue repo --staged                       what the next commit would add
  residue repo --worktree                     files alone, untracked and ignored ones too
  residue repo https://git.example.com/app    a clone, which is removed afterwards
  residue repo . --fail-on high --report sarif=residue.sarif";

/// Which repository to scan and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct RepoArgs {
    /// A repository or a path in one, the current directory by default; or the URL of one to clone
    #[arg(value_name = "PATH|URL")]
    pub(in crate::cli) target: Option<String>,

    #[command(flatten)]
    scope: ScopeArgs,

    /// Leave out files that match: without a slash a name at any depth, else a path in the work
    /// tree; may be given often, and the report counts it
    #[arg(long, value_name = "GLOB", help_heading = "Scan")]
    exclude: Vec<String>,

    /// Leave out files that .gitignore and git's other ignore files name, though git may track them
    #[arg(long, help_heading = "Scan")]
    respect_gitignore: bool,

    /// Don't look for the commits that brought and removed a secret; objects go by their names
    #[arg(long, help_heading = "Scan")]
    pub(in crate::cli) no_attribution: bool,

    /// Search every object in full, also where a delta tells what is new in it: slower, and the same
    /// result
    #[arg(long, hide_short_help = true, help_heading = "Scan")]
    pub(in crate::cli) whole_objects: bool,

    #[command(flatten)]
    pub(in crate::cli) run: RunArgs,
}

/// What of the repository to scan: everything, if none of these is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
struct ScopeArgs {
    /// What the next commit would add: the content of the index, not the files on disk
    #[arg(long, conflicts_with_all = ["since", "branch", "range", "max_commits", "path", "unreachable"])]
    staged: bool,

    /// The files that are checked out: tracked, untracked and ignored ones
    #[arg(long, conflicts_with_all = ["since", "branch", "range", "max_commits", "path", "unreachable"])]
    worktree: bool,

    /// What commits add that this revision does not reach
    #[arg(long, value_name = "REV")]
    since: Option<String>,

    /// The history of a branch, or of any other revision; may be given often
    #[arg(long, value_name = "REV")]
    branch: Vec<String>,

    /// What the commits of a range add, as in origin/main..HEAD; may be given often
    #[arg(long, value_name = "A..B")]
    range: Vec<String>,

    /// The newest commits only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_commits: Option<u64>,

    /// Only these paths of the history: globs, or folders with all that is in them
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,

    /// Tell also of secrets in objects that no reference and no reflog reaches
    #[arg(long, conflicts_with_all = ["since", "branch", "range", "max_commits", "path"])]
    unreachable: bool,
}

impl ScopeArgs {
    fn narrows_history(&self) -> bool {
        let Self {
            since,
            branch,
            range,
            max_commits,
            path,
            ..
        } = self;
        let lists = [branch, range, path];
        since.is_some() || max_commits.is_some() || lists.iter().any(|list| !list.is_empty())
    }
}

impl RepoArgs {
    /// Which objects are meant.
    pub(in crate::cli) fn scope(&self) -> Scope {
        let scope = &self.scope;
        if scope.staged {
            return Scope::Staged;
        }
        if scope.worktree {
            return Scope::Nothing;
        }
        if !scope.narrows_history() {
            return Scope::Everything {
                unreachable: scope.unreachable,
            };
        }
        Scope::Commits(Range {
            tips: scope.branch.iter().chain(&scope.range).cloned().collect(),
            hidden: scope.since.iter().cloned().map(Hidden::Revision).collect(),
            most: scope
                .max_commits
                .map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
            paths: scope.path.clone(),
            ..Range::default()
        })
    }

    /// Which files are meant.
    pub(in crate::cli) fn files(&self) -> Files {
        match (self.scope.worktree, self.scope()) {
            (true, _) => Files::WorkTree,
            (false, Scope::Everything { .. }) => Files::All,
            (false, _) => Files::None,
        }
    }

    /// What the flags ask for.
    pub(in crate::cli) fn wishes(&self) -> Wishes {
        Wishes {
            exclude: From::Flag.listed(&self.exclude),
            respect_gitignore: From::Flag.said(self.respect_gitignore.then_some(true)),
            ..self.run.wishes()
        }
    }
}

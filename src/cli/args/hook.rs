//! The arguments of `residue hook`.

use super::RunArgs;
use clap::{Args, Subcommand, ValueEnum};
use std::ffi::OsString;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  residue hook install pre-commit             look at what is staged before each commit
  residue hook install pre-push               look at what a push would publish
  residue hook install --global pre-push      in all repositories of yours
  residue hook install pre-receive            on a server: refuse pushes that bring secrets
  RESIDUE_SKIP='made-up key' git commit       let one commit or push through, and say why";

/// What to do with hooks.
#[derive(Debug, Args)]
pub(in crate::cli) struct HookArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: HookCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum HookCommand {
    /// Have git call residue; a hook that is there already is kept and called first
    Install(InstallArgs),
    /// Look at what git is about to do; this is what git calls
    Run(Box<RunHookArgs>),
    /// Take the hook away and put back what was there before
    Uninstall(UninstallArgs),
}

/// Which hook to install and where.
#[derive(Debug, Args)]
pub(in crate::cli) struct InstallArgs {
    /// The hook
    pub(in crate::cli) hook: Hook,

    /// For all repositories of this user, in a folder that core.hooksPath then names
    #[arg(long)]
    pub(in crate::cli) global: bool,

    /// Replace another core.hooksPath of the user; uninstalling brings it back
    #[arg(long, requires = "global")]
    pub(in crate::cli) force: bool,
}

/// Which hook to uninstall and where.
#[derive(Debug, Args)]
pub(in crate::cli) struct UninstallArgs {
    /// The hook
    pub(in crate::cli) hook: Hook,

    /// The one for all repositories of this user
    #[arg(long)]
    pub(in crate::cli) global: bool,
}

/// Which hook to run and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunHookArgs {
    /// The hook
    pub(in crate::cli) hook: Hook,

    /// What git passes on: for pre-push the remote's name and URL. For pre-commit files to scan as
    /// they are on disk; without any, what is staged is scanned
    #[arg(value_name = "ARG")]
    pub(in crate::cli) args: Vec<OsString>,

    #[command(flatten)]
    pub(in crate::cli) run: RunArgs,
}

/// A moment at which git asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Hook {
    /// Before a commit is made
    #[value(name = Self::Commit.name())]
    Commit,
    /// Before something is sent to another repository
    #[value(name = Self::Push.name())]
    Push,
    /// On a server, before what was sent to it is accepted
    #[value(name = Self::Receipt.name())]
    Receipt,
}

impl Hook {
    /// What git calls it.
    pub(in crate::cli) const fn name(self) -> &'static str {
        match self {
            Self::Commit => "pre-commit",
            Self::Push => "pre-push",
            Self::Receipt => "pre-receive",
        }
    }

    /// Whether git tells it on standard input which references change.
    pub(in crate::cli) const fn reads_lines(self) -> bool {
        !matches!(self, Self::Commit)
    }

    /// How a person goes on without the scan. Who pushes to a server does not decide that, and the
    /// environment of a push over ssh or to a folder may be theirs.
    pub(in crate::cli) const fn way_on(self) -> &'static str {
        match self {
            Self::Commit => "RESIDUE_SKIP='the reason' git commit ..., or git commit --no-verify",
            Self::Push => "RESIDUE_SKIP='the reason' git push ..., or git push --no-verify",
            Self::Receipt => {
                "ask whoever runs this server; `residue hook uninstall pre-receive` there ends the check"
            }
        }
    }

    /// Whether [`Self::way_on`] is the person's own.
    pub(in crate::cli) const fn may_be_skipped(self) -> bool {
        !matches!(self, Self::Receipt)
    }
}

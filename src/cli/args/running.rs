//! The arguments of `residue container` and `residue process`.

use super::RunArgs;
use clap::Args;

pub(in crate::cli) const CONTAINER_EXAMPLES: &str = "\
Examples:
  residue container web                       what it is run with, what it wrote, and its image
  residue container --all                     every container that runs";

pub(in crate::cli) const PROCESS_EXAMPLES: &str = "\
Examples:
  residue process 4711                        its environment and command line
  residue process --all                       every process that you may look at";

/// Which containers.
#[derive(Debug, Args)]
pub(in crate::cli) struct ContainerArgs {
    /// Names or ids
    #[arg(
        value_name = "CONTAINER",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(in crate::cli) containers: Vec<String>,

    /// Every container that runs
    #[arg(long)]
    pub(in crate::cli) all: bool,

    #[command(flatten)]
    pub(in crate::cli) run: RunArgs,
}

/// Which processes.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProcessArgs {
    /// Numbers of processes
    #[arg(
        value_name = "PID",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    pub(in crate::cli) processes: Vec<u32>,

    /// Every process that this user may look at
    #[arg(long)]
    pub(in crate::cli) all: bool,

    #[command(flatten)]
    pub(in crate::cli) run: RunArgs,
}

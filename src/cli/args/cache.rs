//! The arguments about results that are kept from one scan to the next.

use clap::builder::FalseyValueParser;
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  residue cache info                          where results are kept, and how many
  residue cache clear                         delete them all";

/// Where results are kept.
#[derive(Debug, Args)]
pub(in crate::cli) struct FolderArgs {
    /// The folder that results are kept in; residue in $XDG_CACHE_HOME or ~/.cache by default
    #[arg(long, value_name = "DIR", env = "RESIDUE_CACHE_DIR")]
    pub(in crate::cli) cache_dir: Option<PathBuf>,
}

/// Whether results are kept.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cache")]
pub(in crate::cli) struct KeepArgs {
    /// Read every layer, and keep no results
    #[arg(long, env = "RESIDUE_NO_CACHE", value_parser = FalseyValueParser::new())]
    pub(in crate::cli) no_cache: bool,

    #[command(flatten)]
    pub(in crate::cli) folder: FolderArgs,
}

/// What to do with the results that are kept.
#[derive(Debug, Args)]
pub(in crate::cli) struct CacheArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: CacheCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum CacheCommand {
    /// Tell where results are kept, and how many there are
    Info(FolderArgs),
    /// Delete all results
    Clear(FolderArgs),
}

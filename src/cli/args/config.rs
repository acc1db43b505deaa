//! Which configuration counts.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Where configuration is looked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub(in crate::cli) struct LookupArgs {
    /// Read this configuration in place of the scanned tree's own; a name with `gitleaks` or
    /// `betterleaks` in it is read in their dialect
    #[arg(long, value_name = "FILE", env = "RESIDUE_CONFIG")]
    pub(in crate::cli) config: Option<PathBuf>,

    /// Read no configuration that the scanned tree brings along
    #[arg(long)]
    pub(in crate::cli) no_repo_config: bool,

    /// Read the scanned tree's own configuration as this revision of its repository has it, as in
    /// origin/main
    #[arg(long, value_name = "REV", conflicts_with = "no_repo_config")]
    pub(in crate::cli) policy_from: Option<String>,
}

/// What to do with the configuration.
#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Show what counts for a target and where each value comes from
    Show {
        /// The target that would be scanned
        #[arg(value_name = "PATH", default_value = ".")]
        paths: Vec<PathBuf>,

        /// How to write it
        #[arg(long, short, value_enum, default_value = "human")]
        format: Form,

        #[command(flatten)]
        lookup: LookupArgs,
    },
    /// Check a configuration and tell everything that is wrong with it
    Check {
        /// The file; without one, what counts for the current directory
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// What to import, and where to.
#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// A file of another scanner; its content tells which
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,

    /// The directory to write our files to, which must not be there yet; `-` is standard output
    #[arg(long, short, value_name = "DIR|-", default_value = ".")]
    pub(in crate::cli) output: PathBuf,

    /// A JSON report made with --show-secrets, to turn places and foreign hashes into fingerprints
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) report: Option<PathBuf>,

    /// Make fingerprints with the key in this file
    #[arg(long, value_name = "FILE", env = "RESIDUE_KEY_FILE")]
    pub(in crate::cli) key_file: Option<PathBuf>,
}

/// How a configuration is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Form {
    /// For reading
    Human,
    /// One document
    Json,
}

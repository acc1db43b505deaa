//! The arguments about many images in one run.

use super::{KeepArgs, RegistryArgs, RunArgs};
use clap::Args;
use residue::config::Config;
use residue::model::Options;
use std::path::PathBuf;

pub(in crate::cli) const AUDIT_EXAMPLES: &str = "\
Examples:
  residue audit localhost:5000                every tag of every repository
  residue audit registry.example/team         those of the repositories below team/
  residue audit registry.example --format jsonl --output audit.jsonl";

/// Which images besides those that are named.
#[derive(Debug, Args)]
pub(in crate::cli) struct FleetArgs {
    /// Scan also what this file lists, one image a line, `#` begins a comment; `-` is standard input
    #[arg(long, value_name = "FILE|-")]
    pub(in crate::cli) from_file: Option<PathBuf>,

    /// Every tag of the repositories that are named
    #[arg(long)]
    pub(in crate::cli) all_tags: bool,
}

/// Which registries.
#[derive(Debug, Args)]
pub(in crate::cli) struct AuditArgs {
    /// Registries, and the part of their repositories that is meant
    #[arg(value_name = "HOST[:PORT][/PREFIX]", required = true)]
    pub(in crate::cli) registries: Vec<String>,

    /// Only images of this platform; all by default
    #[arg(
        long = "platform",
        value_name = "OS/ARCH[/VARIANT]",
        help_heading = "Scan"
    )]
    platforms: Vec<String>,

    #[command(flatten)]
    pub(in crate::cli) registry: RegistryArgs,

    #[command(flatten)]
    pub(in crate::cli) cache: KeepArgs,

    #[command(flatten)]
    pub(in crate::cli) run: RunArgs,
}

impl AuditArgs {
    /// The decisions of the scan; `now` is in seconds since the Unix epoch.
    pub(in crate::cli) fn options(&self, config: &Config, now: i64) -> Options {
        Options {
            platforms: self.platforms.clone(),
            ..config.options(now)
        }
    }
}

//! What to fix.

use super::LookupArgs;
use clap::Args;
use std::path::PathBuf;

/// The end of the help text.
pub(super) const EXAMPLES: &str = "\
Examples:
  residue fix --dry-run Dockerfile compose.yaml       what would change, secrets masked
  residue fix --dry-run --show-secrets Dockerfile | git apply

Exit codes:
  0  every secret of the files is out, or there was none
  1  some secret is left as it is; standard error says which
  2  wrong usage or configuration, or a file that is neither a Dockerfile nor a compose file

A secret mount with `env=` needs version 1.10 of the Dockerfile syntax: Docker 27.2 has it, others
take it from `# syntax=docker/dockerfile:1` in the first line. Images that know NAME_FILE read a
compose secret from there; for others, let the entrypoint read the file.

Revoke the secrets first: what was built or committed keeps them. Then rebuild, and delete the tags
that have them.";

/// Which files.
#[derive(Debug, Args)]
pub(in crate::cli) struct FixArgs {
    /// Dockerfiles and compose files; their content tells which
    #[arg(value_name = "FILE", required = true)]
    pub(in crate::cli) files: Vec<PathBuf>,

    /// Print the changes as a unified diff; nothing else is offered, no file is ever written
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,

    /// Print the patch as it can be applied: it quotes the lines that go, secrets and all. Mind who reads
    /// the log
    #[arg(long)]
    pub(in crate::cli) show_secrets: bool,

    /// Do not heed comments beside secrets, such as `residue:allow`
    #[arg(long)]
    pub(in crate::cli) no_inline: bool,

    /// More rules, a TOML file or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(in crate::cli) rules: Vec<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) lookup: LookupArgs,
}

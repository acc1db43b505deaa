//! The arguments about what is known or allowed: those of every scan, and those of the subcommands
//! that write it down.

use crate::cli::scan::Plan;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use residue::config::Content;
use residue::model::Date;
use residue::suppress::{Baseline, Ignores, Suppressor};
use std::path::{Path, PathBuf};

/// What may suppress findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Suppressions")]
pub(in crate::cli) struct SuppressArgs {
    /// Suppress what this baseline has; `residue baseline create` makes one
    #[arg(long, value_name = "FILE", env = "RESIDUE_BASELINE")]
    baseline: Option<PathBuf>,

    /// List also what the baseline has, and fail only on what it has not
    #[arg(long, requires = "baseline")]
    new_only: bool,

    /// Suppress what the entries of this file name, beside those of .residueignore; may be given often
    #[arg(long = "ignore-file", value_name = "FILE")]
    ignore_files: Vec<PathBuf>,

    /// Take no comments such as residue:allow or gitleaks:allow for an answer
    #[arg(long)]
    no_inline: bool,
}

/// What to ignore, and why.
#[derive(Debug, Args)]
pub(in crate::cli) struct IgnoreArgs {
    /// What to ignore: the fingerprint of a secret, path:GLOB or rule:ID; of several all have to fit
    #[arg(value_name = "FINGERPRINT", required = true)]
    pub(in crate::cli) what: Vec<String>,

    /// Why it may stay
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub(in crate::cli) reason: String,

    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) owner: Option<String>,

    /// The last day on which the entry holds
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(in crate::cli) until: Option<Date>,

    /// The file to write to; the closest .residueignore up to the repository's root by default, or a
    /// new one there
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
}

/// What to do with a baseline.
#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: BaselineCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BaselineCommand {
    /// Make a baseline of what a report lists
    Create {
        /// A report of --format json; `-` is standard input
        #[arg(default_value = "-")]
        report: PathBuf,
        /// The file to make; `-` is standard output
        #[arg(long, short, value_name = "FILE", default_value = "-")]
        output: PathBuf,
    },
    /// Add what a report lists, and keep the rest
    Update {
        /// The baseline
        baseline: PathBuf,
        /// A report of --format json; `-` is standard input
        #[arg(default_value = "-")]
        report: PathBuf,
    },
    /// Drop what a report does not have any more
    Prune {
        /// The baseline
        baseline: PathBuf,
        /// A report of --format json on all that the baseline is for; `-` is standard input
        #[arg(default_value = "-")]
        report: PathBuf,
    },
    /// Check a baseline and write it in order to standard output
    Show {
        /// The baseline
        baseline: PathBuf,
    },
}

impl SuppressArgs {
    /// Everything that may suppress in a scan, which takes what its configuration ignores. `key_id`
    /// is that of the fingerprint key.
    pub(in crate::cli) fn suppressor(
        &self,
        plan: &mut Plan,
        key_id: &str,
    ) -> anyhow::Result<Suppressor> {
        let baseline = self.baseline.as_deref();
        let baseline = baseline.map(|file| read(file, plan.config.revision.as_ref()));
        let baseline = baseline.transpose()?;
        if let Some(baseline) = &baseline {
            baseline.check_key(key_id)?;
        }
        let mut ignores = std::mem::take(&mut plan.config.ignores);
        for file in &self.ignore_files {
            ignores.push(Ignores::from_file(file)?);
        }
        Ok(Suppressor {
            inline: plan.reach.is_local() && !self.no_inline,
            ignores,
            baseline,
            new_only: self.new_only,
            whole: plan.reach.whole,
            now: plan.options.now,
        })
    }
}

/// A baseline, from the revision that policy is read from if it lies in there.
fn read(file: &Path, revision: Option<&Content>) -> anyhow::Result<Baseline> {
    let stated = revision.map(|tree| tree.text_of(file)).transpose()?;
    Ok(match stated.flatten() {
        Some((name, text)) => Baseline::parse(&name, &text)?,
        None => Baseline::from_file(file)?,
    })
}

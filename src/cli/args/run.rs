//! The arguments that every scan takes, whatever it scans: how to scan, what to write, what fails.
//! Each group turns itself into the plain value that the library takes.

use super::suppress::SuppressArgs;
use crate::cli::values::{self, FailOn, Report};
use clap::{ArgAction, Args};
use residue::model::{Confidence, Kind, Limits, Options, Policy};
use residue::report::{Destination, Format};
use std::path::PathBuf;
use std::time::Duration;

/// What every scan takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArgs,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    #[command(flatten)]
    pub(in crate::cli) gate: GateArgs,
    #[command(flatten)]
    pub(in crate::cli) suppress: SuppressArgs,
}

/// How to scan.
#[derive(Debug, Args)]
#[command(next_help_heading = "Scan")]
pub(in crate::cli) struct ScanArgs {
    /// More rules, a TOML file or a folder of them
    #[arg(long, value_name = "FILE|DIR")]
    pub(in crate::cli) rules: Vec<PathBuf>,

    /// Make fingerprints with the key in this file, which makes them useless to others
    #[arg(long, value_name = "FILE", env = "RESIDUE_KEY_FILE")]
    pub(in crate::cli) key_file: Option<PathBuf>,

    /// Stop after this time, as in 30s or 5m, and report what was found until then
    #[arg(long, value_name = "DURATION", env = "RESIDUE_TIMEOUT", value_parser = values::duration)]
    timeout: Option<Duration>,

    /// Worker threads; 0 means one for each processor
    #[arg(long, value_name = "N", env = "RESIDUE_THREADS", default_value_t = 0)]
    #[arg(value_parser = clap::value_parser!(u16).range(..=1024))]
    threads: u16,

    /// Memory for decoder windows and text in flight, as in 256MiB or 1g
    #[arg(long, value_name = "SIZE", env = "RESIDUE_MAX_MEMORY", value_parser = values::memory)]
    max_memory: Option<u64>,
}

/// What to write and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct OutputArgs {
    /// Format of the report
    #[arg(long, short, default_value = "human", value_parser = values::format())]
    format: &'static Format,

    /// Write the report to a file, readable by you only; `-` is standard output, the default
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write one more report, as in sarif=residue.sarif; may be given often
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = values::report)]
    reports: Vec<Report>,

    /// Show secrets in full; mind who reads the log
    #[arg(long)]
    pub(in crate::cli) show_secrets: bool,

    /// No progress on standard error
    #[arg(long, short, conflicts_with = "verbose")]
    pub(in crate::cli) quiet: bool,

    /// Tell on standard error what the scan took
    #[arg(long, short)]
    pub(in crate::cli) verbose: bool,

    /// No colours; NO_COLOR in the environment does the same
    #[arg(long)]
    pub(in crate::cli) no_color: bool,
}

/// What fails.
#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
pub(in crate::cli) struct GateArgs {
    /// Fail if a finding has at least this severity
    #[arg(
        long,
        value_name = "SEVERITY",
        env = "RESIDUE_FAIL_ON",
        default_value = "low"
    )]
    #[arg(value_parser = values::fail_on())]
    fail_on: FailOn,

    /// Show and count only findings of at least this confidence
    #[arg(
        long,
        value_name = "CONFIDENCE",
        env = "RESIDUE_MIN_CONFIDENCE",
        default_value = "medium"
    )]
    #[arg(value_parser = values::confidence())]
    min_confidence: Confidence,

    /// The exit code when a finding fails
    #[arg(long, value_name = "N", default_value_t = Policy::FOUND)]
    exit_code: u8,

    /// Exit with 0 when a finding fails; what could not be read still fails
    #[arg(long)]
    exit_zero: bool,

    /// Fail on notes too: what was rightly left aside or only read in part
    #[arg(long)]
    strict: bool,

    /// Accept one kind of gap; may be given often
    #[arg(long = "allow-gap", value_name = "KIND", action = ArgAction::Append)]
    #[arg(value_parser = values::kind())]
    allow_gaps: Vec<Kind>,
}

impl ScanArgs {
    /// The decisions of the scan; `now` is in seconds since the Unix epoch.
    pub(in crate::cli) fn options(&self, now: i64) -> Options {
        let defaults = Limits::default();
        Options {
            threads: usize::from(self.threads),
            timeout: self.timeout,
            now,
            limits: Limits {
                memory: self.max_memory.unwrap_or(defaults.memory),
                ..defaults
            },
            ..Options::default()
        }
    }
}

impl OutputArgs {
    /// Every report to write; the main one comes last, so that files are there when it is read.
    pub(in crate::cli) fn destinations(&self) -> Vec<Destination<'_>> {
        let main = Destination {
            format: self.format,
            file: self
                .output
                .as_deref()
                .filter(|file| file.as_os_str() != "-"),
        };
        let more = self.reports.iter().map(|report| Destination {
            format: report.format,
            file: Some(&report.file),
        });
        more.chain([main]).collect()
    }
}

impl GateArgs {
    /// The policy.
    pub(in crate::cli) fn policy(&self) -> Policy {
        Policy {
            fail_on: self.fail_on.0,
            min_confidence: self.min_confidence,
            strict: self.strict,
            allow_gaps: self.allow_gaps.clone(),
            exit_code: self.exit_code,
            exit_zero: self.exit_zero,
        }
    }
}

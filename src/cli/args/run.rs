//! The arguments that every scan takes, whatever it scans: how to scan, what to write, what fails.
//! Each group turns itself into the plain value that the library takes.

use super::LookupArgs;
use super::suppress::SuppressArgs;
use crate::cli::values::{self, Report};
use clap::{ArgAction, Args, Parser};
use residue::config::{self, FailOn, From, MOST_DEPTH, MOST_THREADS, Settings, Wishes};
use residue::model::{Confidence, Kind, LIMITS, LimitChange, Policy};
use residue::report::{Destination, Format};
use std::path::PathBuf;
use std::time::Duration;

/// What every scan takes.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    #[command(flatten)]
    pub(in crate::cli) scan: ScanArgs,
    #[command(flatten)]
    pub(in crate::cli) lookup: LookupArgs,
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
    #[arg(long, value_name = "DURATION", env = "RESIDUE_TIMEOUT", value_parser = config::duration)]
    timeout: Option<Duration>,

    /// Worker threads; 0, the default, means one for each processor
    #[arg(long, value_name = "N", env = "RESIDUE_THREADS")]
    #[arg(value_parser = clap::value_parser!(u16).range(..=i64::from(MOST_THREADS)))]
    threads: Option<u16>,

    /// Memory for decoder windows and text in flight, as in 256MiB or 1g
    #[arg(long, value_name = "SIZE", env = "RESIDUE_MAX_MEMORY", value_parser = config::memory)]
    max_memory: Option<u64>,

    /// How deep archives and compressed files are opened inside each other, 8 by default; 0 leaves all
    /// of them closed
    #[arg(long, value_name = "N", env = "RESIDUE_DEPTH")]
    #[arg(value_parser = clap::value_parser!(u8).range(..=i64::from(MOST_DEPTH)))]
    depth: Option<u8>,

    /// Let another limit hold than by default; may be given often
    #[arg(long = "limit", value_name = "NAME=VALUE", value_parser = config::limit)]
    #[arg(long_help = limits())]
    limits: Vec<LimitChange>,

    /// Keep rights that a scan of local files has no need of: to write, connect and start programs
    #[arg(long)]
    pub(in crate::cli) no_sandbox: bool,
}

/// What to write and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct OutputArgs {
    /// Format of the report; human by default
    #[arg(long, short, value_parser = values::format())]
    format: Option<&'static Format>,

    /// Write the report to a file, readable by you only; `-` is standard output, the default
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write one more report, as in sarif=residue.sarif; may be given often
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = values::report)]
    reports: Vec<Report>,

    /// Show secrets in full; mind who reads the log
    #[arg(long)]
    pub(in crate::cli) show_secrets: bool,

    /// Nothing on standard error but errors
    #[arg(long, short, conflicts_with = "verbose")]
    pub(in crate::cli) quiet: bool,

    /// No progress on standard error
    #[arg(long)]
    no_progress: bool,

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
    /// Fail if a finding has at least this severity; low by default
    #[arg(long, value_name = "SEVERITY", env = "RESIDUE_FAIL_ON")]
    #[arg(value_parser = values::fail_on())]
    fail_on: Option<FailOn>,

    /// The same for what comes from base images alone (`--base`); as --fail-on by default
    #[arg(long, value_name = "SEVERITY", env = "RESIDUE_FAIL_ON_INHERITED")]
    #[arg(value_parser = values::fail_on())]
    fail_on_inherited: Option<FailOn>,

    /// Show and count only findings of at least this confidence; medium by default
    #[arg(long, value_name = "CONFIDENCE", env = "RESIDUE_MIN_CONFIDENCE")]
    #[arg(value_parser = values::confidence())]
    min_confidence: Option<Confidence>,

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

/// The help of `--limit`, out of the table.
fn limits() -> String {
    let mut help = "Let another limit hold than by default; may be given often. \
        What a limit cuts off is a gap in the report"
        .to_owned();
    for limit in LIMITS {
        let (name, default, text) = (limit.name, limit.default(), limit.help);
        help.push_str(&format!("\n  {name}={default}: {text}"));
    }
    help
}

impl RunArgs {
    /// What the flags, or the environment for them, ask for.
    pub(in crate::cli) fn wishes(&self) -> Wishes {
        self.wishes_from(&From::Flag)
    }

    fn wishes_from(&self, from: &From) -> Wishes {
        let (scan, gate) = (&self.scan, &self.gate);
        Wishes {
            format: from.said(self.output.format),
            timeout: from.said(scan.timeout),
            threads: from.said(scan.threads.map(usize::from)),
            max_memory: from.said(scan.max_memory),
            depth: from.said(scan.depth.map(usize::from)),
            limits: from.listed(&scan.limits),
            fail_on: from.said(gate.fail_on),
            min_confidence: from.said(gate.min_confidence),
            strict: from.said(gate.strict.then_some(true)),
            allow_gap: from.listed(&gate.allow_gaps),
            ..Wishes::default()
        }
    }
}

/// The flags of a call that has none: what is left comes from the environment.
#[derive(Debug, Parser)]
struct NoFlags {
    #[command(flatten)]
    run: RunArgs,
}

/// What the environment asks for.
///
/// # Errors
/// When a variable has a value that makes no sense.
pub(in crate::cli) fn environment() -> Result<Wishes, clap::Error> {
    let none = NoFlags::try_parse_from(["residue"])?;
    Ok(none.run.wishes_from(&From::Environment))
}

impl OutputArgs {
    /// Whether anybody wants to see how far the work has come.
    pub(in crate::cli) const fn wants_progress(&self) -> bool {
        !self.quiet && !self.no_progress
    }

    /// Every report to write; the main one comes last, so that files are there when it is read.
    pub(in crate::cli) fn destinations(&self, settings: &Settings) -> Vec<Destination<'_>> {
        let main = Destination {
            format: settings.format.value,
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
    pub(in crate::cli) fn policy(&self, settings: &Settings) -> Policy {
        let policy = settings.policy();
        let inherited = self.fail_on_inherited.map(|fail_on| fail_on.0);
        Policy {
            exit_code: self.exit_code,
            exit_zero: self.exit_zero,
            fail_on_inherited: inherited.unwrap_or(policy.fail_on),
            ..policy
        }
    }
}

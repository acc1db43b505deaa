//! What all scans have in common: refuse what makes no sense, scan, write the reports. A subcommand
//! only says what its source is.

use super::args::{OutputArgs, RunArgs};
use super::detector;
use super::exit::Exit;
use super::progress::Display;
use super::sandbox::{self, Outside};
use super::signals::Signals;
use super::{tell, tell_error};
use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use anyhow::bail;
use residue::config::Config;
use residue::detect::Detector;
use residue::model::{Counter, Identity, Kind, Options, Outcome, Progress};
use residue::report::{self, Destination, View};
use residue::scan::{Scan, Stop};
use residue::source::Source;
use residue::suppress::Reach;
use residue::unpack::batch::Context;
use std::collections::HashSet;
use std::io::{self, BufWriter};
use std::time::Instant;

/// What a source is opened with.
pub(super) struct Setting<'a> {
    /// What searches the text.
    pub(super) detector: &'a Detector,
    /// What makes the fingerprints.
    pub(super) identity: &'a Identity,
    /// The user's decisions.
    pub(super) options: &'a Options,
    /// What the detector needs around a match.
    pub(super) context: Context,
    /// Told how far the reading has come.
    pub(super) progress: &'a dyn Progress,
    /// Says whether to come to an end.
    pub(super) stop: &'a Stop,
}

/// What is settled before a source is opened.
pub(super) struct Plan {
    /// The rules, and what counts beside the flags.
    pub(super) config: Config,
    /// The decisions of the scan.
    pub(super) options: Options,
    /// What the scanned text may say about itself.
    pub(super) reach: Reach,
    /// What has to be reached beside the files to read.
    pub(super) outside: Outside,
}

/// A source, or why there is none.
pub(super) type Opened<'a> = anyhow::Result<Box<dyn Source + 'a>>;

/// Scans what `open` yields and reports; the exit code is the policy's. `open` refuses what is no
/// target; what cannot be read is a gap later.
pub(super) fn run(
    args: &RunArgs,
    plan: Plan,
    open: impl FnOnce(Setting<'_>) -> Opened<'_>,
) -> anyhow::Result<u8> {
    let started = Instant::now();
    let destinations = args.output.destinations(&plan.config.settings);
    check(&destinations)?;
    let policy = args.gate.policy(&plan.config.settings);
    let stop = Stop::after(plan.options.timeout);
    let signals = Signals::interrupt(&stop)?;
    let outcome = match (
        scan(args, plan, &stop, &destinations, open),
        signals.caught(),
    ) {
        (Err(error), Some(signal)) => {
            tell_error(&error);
            return Ok(Exit::interrupted(signal));
        }
        (outcome, _) => outcome?,
    };
    let bytes = outcome.coverage.counted(Counter::Bytes);
    let text = format!("searched {bytes} bytes in {:.3?}", started.elapsed());
    tell_verbose(&args.output, "took", &text);
    let view = View::new(&outcome, &policy, args.output.show_secrets);
    deliver(&view, &destinations, &args.output)?;
    Ok(match signals.caught() {
        Some(signal) if outcome.coverage.has(Kind::Interrupted) => Exit::interrupted(signal),
        _ => policy.exit(&outcome),
    })
}

/// Refuses reports that could not be written, before the work is done.
fn check(destinations: &[Destination<'_>]) -> anyhow::Result<()> {
    let mut files = HashSet::new();
    for destination in destinations {
        destination.check()?;
        if let Some(file) = destination.file
            && !files.insert(file)
        {
            bail!(
                "two reports go to {}; name another file for one",
                file.display()
            );
        }
    }
    Ok(())
}

fn scan(
    args: &RunArgs,
    mut plan: Plan,
    stop: &Stop,
    reports: &[Destination<'_>],
    open: impl FnOnce(Setting<'_>) -> Opened<'_>,
) -> anyhow::Result<Outcome> {
    let identity = match &args.scan.key_file {
        Some(file) => Identity::from_file(file)?,
        None => Identity::default(),
    };
    plan.options.keep_secrets = args.output.show_secrets;
    let suppressor = args.suppress.suppressor(&mut plan, &identity.key_id())?;
    let options = &plan.options;
    let detector = detector::tried(plan.config.rules, options.now)?;
    let display = Display::new(args.output.wants_progress());
    let (before, after) = detector.context();
    let source = open(Setting {
        detector: &detector,
        identity: &identity,
        options,
        context: Context { before, after },
        progress: &display,
        stop,
    })?;
    let state = match args.scan.no_sandbox {
        true => "off, because --no-sandbox was given".to_owned(),
        false => sandbox::enter(plan.outside, reports),
    };
    tell_verbose(&args.output, "sandbox", &state);
    let outcome = Scan {
        detector: &detector,
        options,
        identity: &identity,
        suppressor: &suppressor,
        stop,
    }
    .run(&*source);
    display.finish();
    Ok(outcome?)
}

fn tell_verbose(output: &OutputArgs, word: &str, text: &str) {
    if output.verbose {
        tell(Style::new().dimmed(), word, text);
    }
}

/// Writes every report, also when one of them fails, and then tells the first failure.
fn deliver(
    view: &View,
    destinations: &[Destination<'_>],
    output: &OutputArgs,
) -> anyhow::Result<()> {
    let colour = if output.no_color {
        ColorChoice::Never
    } else {
        ColorChoice::Auto
    };
    let mut stdout = BufWriter::new(AutoStream::new(io::stdout().lock(), colour));
    let results: Vec<_> = destinations
        .iter()
        .map(|&destination| report::write(view, destination, &mut stdout))
        .collect();
    Ok(results.into_iter().collect::<Result<(), _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use residue::report::FORMATS;
    use std::path::Path;

    fn to(file: Option<&str>) -> Destination<'_> {
        Destination {
            format: &FORMATS[0],
            file: file.map(Path::new),
        }
    }

    #[test]
    fn two_reports_cannot_share_a_file() {
        assert!(check(&[to(Some("a")), to(Some("b")), to(None)]).is_ok());
        assert!(check(&[to(Some("a")), to(Some("a"))]).is_err());
        assert!(check(&[to(Some("none/such/a"))]).is_err());
    }
}

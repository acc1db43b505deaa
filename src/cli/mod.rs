//! The only part that knows a terminal: arguments in, progress and errors on standard error, an
//! exit code out. One file for each subcommand; what they do, the library does.

use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use args::{Cli, Command};
use clap::Parser;
use exit::Exit;
use std::io::{self, Write};
use std::process::ExitCode;

mod args;
mod audit;
mod baseline;
mod cache;
mod config;
mod container;
mod detector;
mod dir;
mod exit;
mod explain;
mod fix;
mod hook;
mod ignore;
mod image;
mod import;
mod process;
mod progress;
mod repo;
mod rules;
mod sandbox;
mod scan;
mod signals;
mod stdin;
mod values;

/// Runs what the arguments say.
pub(crate) fn main() -> ExitCode {
    std::panic::set_hook(Box::new(tell_panic));
    let code = match Cli::parse().command {
        Command::Image(args) => image::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Container(args) => container::run(&args),
        Command::Process(args) => process::run(&args),
        Command::Repo(args) => repo::run(&args),
        Command::Hook(args) => hook::run(&args),
        Command::Dir(args) => dir::run(&args),
        Command::Stdin(args) => stdin::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Ignore(args) => ignore::run(&args),
        Command::Baseline(args) => baseline::run(&args),
        Command::Cache(args) => cache::run(&args),
    };
    ExitCode::from(code.unwrap_or_else(|error| {
        tell_error(&error);
        Exit::Refused.code()
    }))
}

/// Says what went wrong, with its causes.
fn tell_error(error: &anyhow::Error) {
    let style = AnsiColor::Red.on_default().bold();
    tell(style, "error", &format!("{error:#}"));
}

/// Says something on standard error. That nobody listens is no reason to stop.
fn tell(style: Style, word: &str, text: &str) {
    let _ = writeln!(
        anstream::stderr(),
        "{style}{word}{style:#}: {}",
        visible(text)
    );
}

/// Whoever closes standard output has seen enough.
fn closed_pipe_is_fine(result: io::Result<()>) -> anyhow::Result<()> {
    match result {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
            Err(cause).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// A text without control characters but line ends: it may quote a file of the scanned tree.
fn visible(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '\n' => sign,
            _ if sign.is_control() => '\u{fffd}',
            _ => sign,
        })
        .collect()
}

/// Tells where a panic happened and nothing else: its message may quote what was scanned.
fn tell_panic(info: &std::panic::PanicHookInfo<'_>) {
    let place = info
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let text = format!("internal error at {place}; please report it");
    tell(AnsiColor::Red.on_default().bold(), "error", &text);
}

//! `residue hook`: what git asks before it commits, pushes or accepts.
//!
//! A hook lets git go on with the exit code 0 and stops it with any other. So whatever goes wrong stops
//! it: what could not be scanned is not let through, and the person is told how to go on without.

mod framework;
mod git;
mod global;
mod install;
mod lines;
mod place;
mod remote;
mod run;
mod script;
mod skip;
mod task;

use super::args::{HookArgs, HookCommand};
use super::exit::Exit;
use std::io::Write as _;

/// Does what the arguments say.
pub(super) fn run(args: &HookArgs) -> anyhow::Result<u8> {
    let told = match &args.command {
        HookCommand::Run(args) => return run::run(args),
        HookCommand::Install(args) if args.global => global::install(args.hook, args.force)?,
        HookCommand::Install(args) => install::install(args.hook)?,
        HookCommand::Uninstall(args) if args.global => global::uninstall(args.hook)?,
        HookCommand::Uninstall(args) => install::uninstall(args.hook)?,
    };
    // The work is done, whether or not somebody reads what was done.
    let _ = writeln!(anstream::stdout(), "{told}");
    Ok(Exit::Clean.code())
}

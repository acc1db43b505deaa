//! The command line of residue.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::main()
}

//! `residue ignore`: writes down what may stay, and why.

use super::args::IgnoreArgs;
use super::exit::Exit;
use super::{detector, tell};
use anstyle::AnsiColor;
use residue::suppress::ignore::{self, Entry};
use std::path::Path;

/// Adds the entry.
pub(super) fn run(args: &IgnoreArgs) -> anyhow::Result<u8> {
    let named: Entry = args.what.join(" ").parse()?;
    let entry = Entry {
        reason: args.reason.trim().to_owned(),
        owner: args.owner.clone().or(named.owner.clone()),
        until: args.until.or(named.until),
        ..named
    };
    let file = match &args.file {
        Some(file) => file.clone(),
        None => ignore::home(Path::new(".")),
    };
    ignore::append(&file, &entry, detector::now()?)?;
    let text = format!("an entry to {}", file.display());
    tell(AnsiColor::Green.on_default(), "added", &text);
    Ok(Exit::Clean.code())
}

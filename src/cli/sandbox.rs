//! What a scan gives up before the first worker thread starts and the first foreign byte is read:
//! writing anything but its reports and the results that it keeps, connecting anywhere, starting
//! programs, leaving a core dump. A defect in a decoder then stays a defect and becomes no break-in.
//!
//! Where the kernel knows less, less is given up, and a scan never fails for it; `--verbose` says
//! what holds.

use residue::report::Destination;
use std::path::PathBuf;

#[cfg(target_os = "linux")]
mod linux;

/// What a scan has to reach beside the files that it reads.
#[derive(Debug, Clone)]
pub(super) enum Outside {
    /// Nothing: everything lies on this machine.
    Nothing,
    /// A folder in which results are kept.
    Keeps(PathBuf),
    /// What a sandbox would keep it from, in the words of people.
    Needs(&'static str),
}

impl Outside {
    /// Registries, and engines that are asked.
    pub(super) const SERVICES: Self = Self::Needs("registries and engines are asked for images");
}

/// Gives up what this scan has no need of, for the rest of the process; returns what holds from now
/// on, in the words of people.
#[cfg(target_os = "linux")]
pub(super) fn enter(outside: Outside, reports: &[Destination<'_>]) -> String {
    let dumps = linux::leave_no_dump();
    let places = reports.iter().filter_map(Destination::written_in);
    let state = match outside {
        Outside::Needs(what) => format!("off, because {what}"),
        Outside::Nothing => linux::confine(places, None),
        Outside::Keeps(folder) => linux::confine(places, Some(folder)),
    };
    format!("{state}; {dumps}")
}

#[cfg(not(target_os = "linux"))]
pub(super) fn enter(_: Outside, _: &[Destination<'_>]) -> String {
    "off, because only Linux has one".to_owned()
}

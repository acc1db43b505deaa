//! Writes what was found, in the formats people and machines read.
//!
//! A format is a pure function from a [`View`] to a writer, one file and one line in [`FORMATS`];
//! flags, help and docs derive from that table. The view is the redaction choke point: nothing
//! past it knows a secret, unless the user asked to see them.

use std::io::{self, Write};

mod advice;
mod human;
mod instruction;
mod json;
mod jsonl;
mod output;
mod patch;
mod redact;
mod sarif;
pub mod view;
mod visible;

#[cfg(test)]
mod sample;

pub use output::{Destination, OutputError, write};
pub use patch::Patch;
pub use view::View;
pub use visible::visible;

/// A format of reports.
#[derive(Debug)]
pub struct Format {
    /// The word used in flags.
    pub name: &'static str,
    /// What it is for, in one line.
    pub help: &'static str,
    /// Writes a report.
    pub render: fn(&View, &mut dyn Write) -> io::Result<()>,
}

/// Every format; the first one is the default.
pub const FORMATS: &[Format] = &[
    Format {
        name: "human",
        help: "for reading, grouped by secret",
        render: human::render,
    },
    Format {
        name: "json",
        help: "one document, described by docs/report.schema.json",
        render: json::render,
    },
    Format {
        name: "jsonl",
        help: "one finding a line, then one line with the summary",
        render: jsonl::render,
    },
    Format {
        name: "sarif",
        help: "SARIF 2.1.0 for code scanning services",
        render: sarif::render,
    },
];

impl Format {
    /// The format of that name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

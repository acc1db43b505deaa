//! Files of other scanners, turned into ours. What a file is, its content tells; what cannot be
//! carried over is told, one line for each thing.
//!
//! Others know a finding by its place, or by a hash that is not ours. Neither becomes a fingerprint
//! without the secret: a plain one in the file, or a fresh report of ours that shows them.

mod detect_secrets;
mod draft;
mod ggshield;
mod gitleaks_config;
mod gitleaks_ignore;
mod gitleaks_report;
mod json;
mod ripsecrets;
mod shown;

use self::draft::Draft;
use self::shown::Shown;
use crate::model::Identity;

/// What became of a file.
#[derive(Debug)]
pub struct Imported {
    /// What the file is.
    pub kind: &'static str,
    /// Our files, each a name and its text; sorted, and none if nothing could be carried over.
    pub files: Vec<(&'static str, String)>,
    /// What could not be carried over, or not as it was meant.
    pub warnings: Vec<String>,
}

/// Why nothing became of it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is nothing that is known.
    #[error("{name} is none of the files that can be imported: {}", known())]
    Unknown {
        /// The file.
        name: String,
    },
    /// It looks like a known kind and is broken. The text is not quoted: it may hold secrets.
    #[error("{name}:{line}: not a {kind} that can be read: {problem}")]
    Broken {
        /// The file.
        name: String,
        /// Its line, from 1.
        line: u64,
        /// What it looks like.
        kind: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The report that was to help is none, or shows no secrets.
    #[error(
        "{name} is no JSON report of this program that shows its secrets; make one with \
         `residue dir . --format json --show-secrets`"
    )]
    Report {
        /// The report.
        name: String,
    },
}

/// A file to be imported.
#[derive(Debug, Clone, Copy)]
pub struct Foreign<'a> {
    /// How people know it.
    pub name: &'a str,
    /// Its content.
    pub text: &'a str,
}

/// What a reader needs beside the file.
pub(super) struct Help<'a> {
    identity: &'a Identity,
    shown: Option<Shown>,
}

/// A line, from 1, and what is wrong with it.
type Wrong = (u64, String);

/// A kind of file: what it is called, whether a text looks like it, and how it is read.
struct Kind {
    name: &'static str,
    fits: fn(&Foreign<'_>) -> bool,
    read: fn(&Foreign<'_>, &Help<'_>, &mut Draft) -> Result<(), Wrong>,
}

/// Every kind, the most telling first.
const KINDS: &[Kind] = &[
    Kind {
        name: "gitleaks JSON report",
        fits: gitleaks_report::fits,
        read: gitleaks_report::read,
    },
    Kind {
        name: "detect-secrets baseline",
        fits: detect_secrets::fits,
        read: detect_secrets::read,
    },
    Kind {
        name: "gitleaks configuration",
        fits: gitleaks_config::fits,
        read: gitleaks_config::read,
    },
    Kind {
        name: ".gitleaksignore",
        fits: gitleaks_ignore::fits,
        read: gitleaks_ignore::read,
    },
    Kind {
        name: "ggshield configuration",
        fits: ggshield::fits,
        read: ggshield::read,
    },
    Kind {
        name: ".secretsignore",
        fits: ripsecrets::fits,
        read: ripsecrets::read,
    },
];

fn known() -> String {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    names.join(", ")
}

/// Turns a file into ours. `identity` makes the fingerprints; `report`, if there is one, is a JSON
/// report of ours that shows its secrets.
///
/// # Errors
/// When the file is of no known kind or broken, or the report is none.
pub fn import(
    foreign: Foreign<'_>,
    identity: &Identity,
    report: Option<Foreign<'_>>,
) -> Result<Imported, ImportError> {
    let name = foreign.name.to_owned();
    let found = KINDS.iter().find(|kind| (kind.fits)(&foreign));
    let Some(kind) = found else {
        return Err(ImportError::Unknown { name });
    };
    let shown = report.map(|report| {
        Shown::parse(report.text).ok_or_else(|| ImportError::Report {
            name: report.name.to_owned(),
        })
    });
    let help = Help {
        identity,
        shown: shown.transpose()?,
    };
    let mut draft = Draft::default();
    let read = (kind.read)(&foreign, &help, &mut draft);
    read.map_err(|(line, problem)| ImportError::Broken {
        name,
        line,
        kind: kind.name,
        problem,
    })?;
    let (files, warnings) = draft.finish(kind.name, identity);
    Ok(Imported {
        kind: kind.name,
        files,
        warnings,
    })
}

//! A JSON report, read for what a baseline is made of.

use crate::model::{Fingerprint, SuppressionKind};
use crate::suppress::{SuppressError, file};
use serde::Deserialize;
use serde_json::error::Category;
use std::path::Path;

/// Version of the reports that are understood (`docs/report.schema.json`).
const SCHEMA_VERSION: u32 = 1;

/// What a scan found, as far as a baseline cares.
#[derive(Debug)]
pub struct Report {
    pub(super) name: String,
    pub(super) key_id: String,
    pub(super) complete: bool,
    /// What is listed, or would be but for a baseline.
    pub(super) known: Vec<(Fingerprint, String)>,
    /// What is suppressed in another way.
    pub(super) allowed: Vec<Fingerprint>,
}

#[derive(Deserialize)]
struct Document {
    schema_version: u32,
    key_id: String,
    complete: bool,
    findings: Vec<Listed>,
    #[serde(default)]
    suppressed: Suppressed,
}

#[derive(Default, Deserialize)]
struct Suppressed {
    list: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    fingerprint: String,
    rule: String,
    #[serde(default)]
    suppressed: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    kind: String,
}

impl Listed {
    fn id(&self) -> Result<Fingerprint, String> {
        self.fingerprint.parse().map_err(|error| format!("{error}"))
    }

    fn is_in_a_baseline(&self) -> bool {
        let baseline = SuppressionKind::Baseline.name();
        self.suppressed.iter().any(|reason| reason.kind == baseline)
    }
}

impl Report {
    /// Reads a report, or standard input for `-`.
    ///
    /// # Errors
    /// When it cannot be read, or is no JSON report of residue.
    pub fn from_file(path: &Path) -> Result<Self, SuppressError> {
        let name = match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let text = file::read(path)?;
        Self::parse(&name, &text).map_err(|problem| SuppressError::NoReport {
            file: name,
            problem,
        })
    }

    fn parse(name: &str, text: &str) -> Result<Self, String> {
        let document: Document = serde_json::from_str(text).map_err(told)?;
        if document.schema_version != SCHEMA_VERSION {
            let version = document.schema_version;
            return Err(format!(
                "its schema is version {version}, this program knows {SCHEMA_VERSION}"
            ));
        }
        let (mut known, mut allowed) = (Vec::new(), Vec::new());
        for listed in document.findings {
            known.push((listed.id()?, listed.rule));
        }
        for listed in document.suppressed.list {
            match listed.is_in_a_baseline() {
                true => known.push((listed.id()?, listed.rule)),
                false => allowed.push(listed.id()?),
            }
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: document.key_id,
            complete: document.complete,
            known,
            allowed,
        })
    }
}

/// What is wrong with a document, without a word of it.
fn told(error: serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Data => "it is not of docs/report.schema.json",
        Category::Eof => "it ends too early",
        Category::Syntax | Category::Io => "it is no JSON",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

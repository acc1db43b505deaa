//! What a report may say. The view is built once from an outcome and is all that any format sees:
//! plain strings in which every known secret is masked and every control character is visible.
//! A format cannot leak what it was never given.
//!
//! Serialised, the view *is* the JSON report (`docs/report.schema.json`); fields that only other
//! formats need are skipped.

use crate::model::{Confidence, Severity, Verdict};
use serde::{Serialize, Serializer};

mod build;
mod finding;
mod history;
mod key_pair;
mod occurrence;
mod since;
mod suppressed;
mod vendored;

pub use finding::{Finding, Part, Secret};
pub use history::{Commit, History};
pub use key_pair::{KeyHolder, KeyPair};
pub use occurrence::{BuildLine, Layer, Occurrence};
pub use since::Since;
pub use suppressed::{Suppressed, Suppression};
pub use vendored::Vendored;

/// Version of the JSON report. It changes when a field changes its meaning or goes away, not when
/// one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// A whole report.
#[derive(Debug, Serialize)]
pub struct View {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Who wrote the report.
    pub tool: Tool,
    /// Which key the fingerprints were made with.
    pub key_id: String,
    /// Whether everything asked for was read, under the policy.
    pub complete: bool,
    /// What was asked for.
    pub targets: Vec<Target>,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// What is left out for lack of confidence.
    pub hidden: Hidden,
    /// What is left out because it is known or allowed.
    pub suppressed: Suppressed,
    /// The secrets, worst first.
    pub findings: Vec<Finding>,
    /// The comparison with an older image, if there is one; the findings are then those that are new or
    /// have moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What it means for a gate.
    #[serde(skip)]
    pub gate: Gate,
    /// Whether secrets are masked.
    #[serde(skip)]
    pub redacted: bool,
}

impl View {
    /// All findings, the suppressed ones last.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(&self.suppressed.list)
    }

    /// What an older image had, and the one that was scanned has no more.
    pub fn gone(&self) -> &[Finding] {
        self.since.as_ref().map_or(&[], |since| &since.gone)
    }
}

/// The program and its version.
#[derive(Debug, Serialize)]
pub struct Tool {
    /// Name of the program.
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
}

/// The policy's answer.
#[derive(Debug)]
pub struct Gate {
    /// Whether something fails.
    pub verdict: Verdict,
    /// The least severity that fails.
    pub fail_on: Option<Severity>,
    /// How many findings fail.
    pub failing: usize,
    /// The exit code of the process.
    pub exit: u8,
}

/// One target.
#[derive(Debug, Serialize)]
pub struct Target {
    /// As the user typed it.
    pub name: String,
    /// Where it was read from, if its name left a choice.
    pub via: Option<String>,
    /// Its images; none if it is files.
    pub images: Vec<Image>,
}

/// One image of a target.
#[derive(Debug, Serialize)]
pub struct Image {
    /// Tag or name inside the target.
    pub name: Option<String>,
    /// `os/arch[/variant]`.
    pub platform: Option<String>,
    /// Digest of the manifest or config.
    pub digest: Option<String>,
    /// Number of layers.
    pub layers: usize,
}

/// What was read and what was not.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// What was counted.
    pub scanned: Counts,
    /// What makes the scan incomplete.
    pub gaps: Vec<Shortfall>,
    /// What would, had the user not accepted it.
    pub accepted: Vec<Shortfall>,
    /// What is worth knowing and fails nothing.
    pub notes: Vec<Shortfall>,
}

/// Counters by name, in report order.
#[derive(Debug)]
pub struct Counts(pub Vec<(&'static str, u64)>);

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

/// Something that was not read, or not in full.
#[derive(Debug, Serialize)]
pub struct Shortfall {
    /// The word for `--allow-gap`.
    pub kind: &'static str,
    /// Where.
    pub place: String,
    /// What happened.
    pub detail: String,
    /// How often.
    pub times: u64,
}

/// What is not shown, but counted.
#[derive(Debug, Serialize)]
pub struct Hidden {
    /// The least confidence that is shown.
    pub min_confidence: Confidence,
    /// Findings below it.
    pub findings: usize,
}

impl Shortfall {
    /// How often, as a suffix for people; empty for once.
    pub fn repeated(&self) -> String {
        match self.times {
            0 | 1 => String::new(),
            times => format!(" ({times} times)"),
        }
    }
}

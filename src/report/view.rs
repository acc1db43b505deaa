//! What a report may say. The view is built once from an outcome and is all that any format sees:
//! plain strings in which every known secret is masked and every control character is visible.
//! A format cannot leak what it was never given.
//!
//! Serialised, the view *is* the JSON report (`docs/report.schema.json`); fields that only other
//! formats need are skipped.

use crate::model::{Confidence, Origin, Severity, Verdict, Where};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

mod build;
mod history;
mod key_pair;
mod since;
mod suppressed;
mod vendored;

pub use history::{Commit, History};
pub use key_pair::{KeyHolder, KeyPair};
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

/// One secret and all that is known about it.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// Identity of the secret, 32 hex digits.
    pub fingerprint: String,
    /// Id of the rule.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whether it is known to have been made to be shown: for a test, for a manual, by its publisher.
    pub example: bool,
    /// Why.
    pub reasons: Vec<String>,
    /// Other rules that matched the same secret.
    pub aliases: Vec<String>,
    /// The secret itself.
    pub secret: Secret,
    /// What belongs to it.
    pub parts: Vec<Part>,
    /// Of a private key, its public half and who holds that.
    pub key_pair: Option<KeyPair>,
    /// How to revoke and replace it.
    pub remediation: String,
    /// How it would be done right, for the places where the secret is told to software.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<String>,
    /// The provider's page.
    pub reference: Option<String>,
    /// Every place that is not suppressed.
    pub occurrences: Vec<Occurrence>,
    /// What became of it since an older image: `new`, `moved` or `gone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<&'static str>,
    /// Whether the baseline has it, which only new findings are measured against.
    pub known: bool,
    /// Why other places of it are left out, each reason with their number.
    pub suppressed: Vec<Suppression>,
    /// These places.
    #[serde(skip)]
    pub suppressed_occurrences: Vec<Occurrence>,
}

/// A secret as far as a report may show it.
#[derive(Debug, Serialize)]
pub struct Secret {
    /// Its first characters and stars.
    pub masked: String,
    /// Its length in bytes.
    pub length: usize,
    /// All of it, exactly, only when the user asked; may hold line breaks and control characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plain: Option<String>,
    /// Bytes of its first line.
    #[serde(skip)]
    pub first_line: usize,
}

/// A value that belongs to a secret.
#[derive(Debug, Serialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// The value.
    #[serde(flatten)]
    pub value: Secret,
}

/// One place.
#[derive(Debug, Serialize)]
pub struct Occurrence {
    /// The target, with the image's name where there are several.
    pub target: String,
    /// `os/arch[/variant]`.
    pub platform: Option<String>,
    /// The kind of place.
    #[serde(rename = "where")]
    pub kind: &'static str,
    /// A path in the layer or in the target, or a pointer into a document.
    pub path: String,
    /// The way on through archives, if the path is one: `WEB-INF/lib/x.jar!/application.yml`; line and
    /// column are then those of the member's own text.
    pub member: Option<String>,
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1.
    pub column: u64,
    /// What has to be undone to read the secret there, from the outside in: `base64`, `gzip`.
    pub encodings: Vec<Cow<'static, str>>,
    /// The layer that holds it.
    pub layer: Option<Layer>,
    /// What became of it: `present`, `overwritten`, `deleted`.
    pub state: Option<&'static str>,
    /// The later layer that hid it.
    pub changed_by: Option<Layer>,
    /// The commit that brought it, or is it; only in a git history.
    pub commit: Option<String>,
    /// Number of the reason in [`Finding::suppressed`] why the place is left out.
    #[serde(skip)]
    pub suppression: Option<usize>,
    /// What else the git history tells.
    pub git: Option<History>,
    /// The package that installed the file, which nobody changed since.
    pub vendored: Option<Vendored>,
    /// The line of the Dockerfile that put it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<BuildLine>,
    /// The base image that the layer or the value comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inherited: Option<String>,
    /// Number of the target in [`View::targets`].
    #[serde(skip)]
    pub target_index: usize,
    /// Digest of the image, where the target names it.
    #[serde(skip)]
    pub image_digest: Option<String>,
    /// What the path begins at, seen from the current directory; `None` in an image.
    #[serde(skip)]
    pub base: Option<String>,
}

/// A line of a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildLine {
    /// The file.
    pub file: String,
    /// Where the instruction begins, or the variable in it, from 1.
    pub line: u64,
}

impl fmt::Display for BuildLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}

/// A layer of an image.
#[derive(Debug, Serialize)]
pub struct Layer {
    /// Position from the bottom, from 0.
    pub index: usize,
    /// Digest as stored.
    pub digest: String,
    /// Digest of the uncompressed tar.
    pub diff_id: Option<String>,
    /// The instruction that made it, as recorded.
    pub instruction: Option<String>,
    /// The instruction on one line.
    #[serde(skip)]
    pub brief: Option<String>,
}

impl Occurrence {
    /// Whether it is in the index of a repository and in no commit: its path is then neither an
    /// object's name nor that of a reference.
    pub fn is_staged(&self) -> bool {
        self.git.as_ref().is_some_and(|git| {
            let has_path = self.path != git.object && !self.path.starts_with("refs/");
            git.introduced.is_none() && has_path
        })
    }

    /// Whether the place is part of an image, and not of a file on disk.
    pub const fn in_image(&self) -> bool {
        self.base.is_none()
    }

    /// How the secret is encoded there, for people: `gzip in base64`; `None` if it is not.
    pub fn encoding(&self) -> Option<String> {
        let inside_out: Vec<&str> = self.encodings.iter().rev().map(|name| &**name).collect();
        (!inside_out.is_empty()).then(|| inside_out.join(" in "))
    }

    /// The name of the place for people: `app/.env:12:9`, `config.Env[3]`. A value of a document
    /// and a name are mostly one line, so that the position is told only where it says something.
    pub fn spot(&self) -> String {
        let is_content = self.layer.is_some() || self.kind == Where::File.name();
        let is_object = self.git.is_some() && !is_content;
        if !is_content && (self.line == 1 || is_object) {
            self.full_path()
        } else {
            format!("{}:{}:{}", self.full_path(), self.line, self.column)
        }
    }

    /// The path with the way on through archives: `app.war!/WEB-INF/lib/x.jar!/application.yml`.
    pub fn full_path(&self) -> String {
        match &self.member {
            None => self.path.clone(),
            Some(member) => [&*self.path, Origin::INSIDE, member].concat(),
        }
    }
}

impl Finding {
    /// Whether every place of it comes from a base image.
    pub fn is_inherited(&self) -> bool {
        let mut places = self.occurrences.iter();
        !self.occurrences.is_empty() && places.all(|place| place.inherited.is_some())
    }
}

impl Layer {
    /// The digest as people quote it: its first twelve digits, the algorithm left out.
    pub fn short_digest(&self) -> &str {
        let hex = self
            .digest
            .split_once(':')
            .map_or(&*self.digest, |(_, hex)| hex);
        hex.get(..12).unwrap_or(hex)
    }
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

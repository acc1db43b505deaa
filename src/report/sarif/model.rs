//! The part of SARIF 2.1.0 that we write, as plain structs. Names are those of the OASIS standard
//! (sections in brackets); the schema in testdata/ is what tests hold the output to.

use crate::report::view::{History, KeyPair, Vendored};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A log file [3.13].
#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: Vec<Run<'a>>,
}

/// One run of the tool [3.14].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub(super) tool: Tool<'a>,
    pub(super) automation_details: AutomationDetails,
    pub(super) invocations: [Invocation<'a>; 1],
    pub(super) column_kind: &'static str,
    pub(super) results: Vec<SarifResult<'a>>,
    pub(super) properties: RunProperties<'a>,
}

/// What a run belongs to [3.17].
#[derive(Serialize)]
pub(super) struct AutomationDetails {
    pub(super) id: String,
}

/// What we add to a run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunProperties<'a> {
    pub(super) key_id: &'a str,
    pub(super) hidden_findings: usize,
    pub(super) suppressed_findings: usize,
    pub(super) left_out_results: usize,
}

/// The tool [3.18].
#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub(super) driver: Driver<'a>,
}

/// The tool's main component [3.19].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a str,
    pub(super) semantic_version: &'a str,
    pub(super) rules: Vec<Rule<'a>>,
}

/// A rule [3.49].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule<'a> {
    pub(super) id: &'a str,
    pub(super) short_description: Message,
    pub(super) full_description: Message,
    pub(super) help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help_uri: Option<&'a str>,
    pub(super) default_configuration: Configuration,
    pub(super) properties: RuleProperties,
}

/// Text in plain form and in Markdown [3.12].
#[derive(Serialize)]
pub(super) struct Help {
    pub(super) text: String,
    pub(super) markdown: String,
}

/// How a rule reports [3.50].
#[derive(Serialize)]
pub(super) struct Configuration {
    pub(super) level: &'static str,
}

/// What code scanning reads of a rule.
#[derive(Serialize)]
pub(super) struct RuleProperties {
    #[serde(rename = "security-severity")]
    pub(super) security_severity: &'static str,
    pub(super) precision: &'static str,
    pub(super) tags: [&'static str; 2],
}

/// A text [3.11].
#[derive(Serialize)]
pub(super) struct Message {
    pub(super) text: String,
}

/// A result [3.27].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult<'a> {
    pub(super) rule_id: &'a str,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    /// What became of it since an older image [3.27.24].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_state: Option<&'static str>,
    pub(super) message: Message,
    pub(super) locations: [Location<'a>; 1],
    /// The line of the Dockerfile that put it there [3.27.22].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) related_locations: Option<[RelatedLocation; 1]>,
    pub(super) partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<Vec<Suppression<'a>>>,
    pub(super) properties: ResultProperties<'a>,
}

/// Why a result is to be left out [3.35].
#[derive(Serialize)]
pub(super) struct Suppression<'a> {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: String,
    pub(super) properties: SuppressionProperties<'a>,
}

/// What we add to a suppression: everything the other formats say about it.
#[derive(Serialize)]
pub(super) struct SuppressionProperties<'a> {
    pub(super) by: &'a str,
    pub(super) source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<&'a str>,
}

/// A location [3.28].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location<'a> {
    pub(super) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) logical_locations: Vec<LogicalLocation<'a>>,
}

/// A place in a file [3.29].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub(super) artifact_location: ArtifactLocation,
    pub(super) region: Region,
}

/// A location that belongs to another [3.28].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelatedLocation {
    pub(super) message: Message,
    pub(super) physical_location: PhysicalLine,
}

/// A line of a file [3.29].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLine {
    pub(super) artifact_location: ArtifactLocation,
    pub(super) region: Line,
}

/// A region of one whole line [3.30].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) start_line: u64,
}

/// A file [3.4].
#[derive(Serialize)]
pub(super) struct ArtifactLocation {
    pub(super) uri: String,
}

/// A region [3.30]; `endColumn` is one past the last.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u64,
    pub(super) start_column: u64,
    pub(super) end_line: u64,
    pub(super) end_column: u64,
}

/// A place that is no file [3.33].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation<'a> {
    pub(super) name: String,
    pub(super) fully_qualified_name: String,
    pub(super) kind: &'a str,
}

/// What we add to a result: everything the other formats say about a place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultProperties<'a> {
    pub(super) target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<&'a str>,
    #[serde(rename = "where")]
    pub(super) kind: &'a str,
    pub(super) path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) member: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) encodings: &'a [Cow<'static, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer_digest: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) layer_diff_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instruction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changed_by_layer_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changed_by_instruction: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) git: Option<&'a History>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vendored: Option<&'a Vendored>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inherited: Option<&'a str>,
    pub(super) severity: &'static str,
    pub(super) confidence: &'static str,
    pub(super) example: bool,
    pub(super) known: bool,
    pub(super) reasons: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) advice: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_pair: Option<&'a KeyPair>,
    pub(super) redacted: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<&'a str>,
}

/// How the tool was called and how it went [3.20].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    pub(super) execution_successful: bool,
    pub(super) tool_execution_notifications: Vec<Notification<'a>>,
}

/// Something the tool has to say about itself [3.58].
#[derive(Serialize)]
pub(super) struct Notification<'a> {
    pub(super) level: &'static str,
    pub(super) message: Message,
    pub(super) descriptor: Descriptor<'a>,
}

/// The kind of a notification [3.52].
#[derive(Serialize)]
pub(super) struct Descriptor<'a> {
    pub(super) id: &'a str,
}

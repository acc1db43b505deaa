//! What the user decided, as plain values: files, environment and flags are merged before a scan
//! begins, and nothing below reads any of them again.

use super::{Limits, Shortfall};

/// The decisions that a scan follows.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Platforms to keep, as `os/arch[/variant]`; empty means all that are present.
    pub platforms: Vec<String>,
    /// Hash the uncompressed layers too and compare with the config's diffIDs.
    pub verify_diff_ids: bool,
    /// Globs of files to leave out, relative to each target; the report says how many they were.
    pub exclude: Vec<String>,
    /// Leave out what `.gitignore` and git's other ignore files say.
    pub respect_gitignore: bool,
    /// Worker threads; 0 means one for each processor.
    pub threads: usize,
    /// Wall-clock time after which the scan stops with what it has.
    pub timeout: Option<std::time::Duration>,
    /// Keep the secrets themselves for reports that show them. Else no more than an
    /// [`Imprint`](super::Imprint) of each is left in the outcome.
    pub keep_secrets: bool,
    /// The "now" that expiry is measured against, in seconds since the Unix epoch.
    pub now: i64,
    /// Caps on time and memory.
    pub limits: Limits,
    /// What was not followed, known before the scan begins, for its report.
    pub notes: Vec<Shortfall>,
}

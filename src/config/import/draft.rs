//! Our files in the making.

use crate::model::{Fingerprint, Identity};
use crate::suppress::Baseline;
use crate::suppress::ignore::{Entry, FILE};

/// Name of a baseline that is written by an import.
const BASELINE: &str = "residue.baseline";
/// Name of a configuration file.
const CONFIG: &str = ".residue.toml";

/// What has been carried over so far.
#[derive(Default)]
pub(super) struct Draft {
    /// The tables of a configuration.
    pub(super) config: toml::Table,
    /// Entries of an ignore file.
    pub(super) entries: Vec<Entry>,
    /// Entries of a baseline: the secret, and the rule as the other scanner calls it.
    pub(super) known: Vec<(Fingerprint, String)>,
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// Notes something that could not be carried over.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Adds an entry of an ignore file if it can be written on a line.
    pub(super) fn ignore(&mut self, entry: Entry) {
        let line = entry.to_string();
        match line.parse::<Entry>() {
            Ok(same) if same == entry => self.entries.push(entry),
            _ => self.warn(format!(
                "`{}` cannot be written in {FILE}: paths and rules hold no blank there",
                line.escape_debug()
            )),
        }
    }

    /// Our files, and what could not be carried over.
    pub(super) fn finish(
        mut self,
        kind: &str,
        identity: &Identity,
    ) -> (Vec<(&'static str, String)>, Vec<String>) {
        let mut files = Vec::new();
        if !self.config.is_empty() {
            match toml::to_string_pretty(&self.config) {
                Ok(text) => files.push((CONFIG, format!("# imported from a {kind}\n\n{text}"))),
                Err(cause) => self.warn(format!("the configuration cannot be written: {cause}")),
            }
        }
        if !self.entries.is_empty() {
            let lines: String = self
                .entries
                .iter()
                .map(|entry| format!("{entry}\n"))
                .collect();
            files.push((FILE, format!("# imported from a {kind}\n{lines}")));
        }
        if !self.known.is_empty() {
            let mut baseline = Baseline::new(BASELINE, &identity.key_id());
            for (secret, rule) in &self.known {
                let words: Vec<&str> = rule.split_whitespace().collect();
                let rule = if words.is_empty() {
                    "unknown".to_owned()
                } else {
                    words.join("-")
                };
                baseline.add(*secret, &rule);
            }
            files.push((BASELINE, baseline.to_string()));
        }
        (files, self.warnings)
    }
}

//! What one file says, read and checked but not yet weighed against other files.

use super::ConfigError;
use super::settings::{Set, Wishes};
use super::values::{Belief, Bound, Depth, FailOn, FormatName, Gap, Memory, Threads, Time};
use crate::model::{Confidence, Severity};
use crate::ruleset::draft::{self, Drafts, Text};
use crate::ruleset::{RuleError, keys};
use crate::suppress::ignore::Entry;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// How people know the file.
    pub(super) name: String,
    /// The folder that it lies in, of a scanned tree's file; others speak of any target.
    pub(super) folder: Option<PathBuf>,
    /// Whether it may take something away: it was named, or is the user's own.
    pub(super) trusted: bool,
    /// Whether it was written for another scanner.
    pub(super) foreign: bool,
    /// Whether the rules that were there before stay.
    pub(super) use_default: Option<Set<bool>>,
    /// The file that this one builds on.
    pub(super) extends: Option<Set<String>>,
    /// Of the rules that were there before, those that stay; all of them if it says nothing.
    pub(super) enabled: Option<Vec<Set<String>>>,
    /// Rules that go.
    pub(super) disabled: Vec<Set<String>>,
    /// Rules and allowlists.
    pub(super) drafts: Drafts,
    /// What changes in rules that exist.
    pub(super) overrides: Vec<Override>,
    /// Entries as in an ignore file.
    pub(super) ignores: Vec<Entry>,
    /// Settings of the scan.
    pub(super) wishes: Wishes,
}

/// A change of a rule that exists.
#[derive(Debug)]
pub(super) struct Override {
    pub(super) id: Set<String>,
    pub(super) enabled: Option<bool>,
    pub(super) severity: Option<Severity>,
    pub(super) confidence: Option<Confidence>,
}

/// The keys at the top of a file, beside those of rules.
const TOP: [&str; 6] = ["extend", "ignores", "overrides", "scan", "output", "gate"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawExtend {
    path: Option<Spanned<String>>,
    use_default: Option<Spanned<bool>>,
    enabled_rules: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    disabled_rules: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawOverride {
    enabled: Option<bool>,
    severity: Option<Severity>,
    confidence: Option<Belief>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawScan {
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    respect_gitignore: Option<Spanned<bool>>,
    timeout: Option<Spanned<Time>>,
    threads: Option<Spanned<Threads>>,
    max_memory: Option<Spanned<Memory>>,
    depth: Option<Spanned<Depth>>,
    #[serde(default)]
    limits: Vec<Spanned<Bound>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawOutput {
    format: Option<Spanned<FormatName>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawGate {
    fail_on: Option<Spanned<FailOn>>,
    min_confidence: Option<Spanned<Belief>>,
    strict: Option<Spanned<bool>>,
    #[serde(default)]
    allow_gap: Vec<Spanned<Gap>>,
}

/// Every key of a configuration file with the table it stands in, rules apart: those are the keys of
/// rule files.
pub fn all_keys() -> Vec<String> {
    let tables: [(&str, &[&str]); 6] = [
        ("", &["rules", "allowlists", "ignores"]),
        ("extend.", keys::of::<RawExtend>()),
        ("overrides.ID.", keys::of::<RawOverride>()),
        ("scan.", keys::of::<RawScan>()),
        ("output.", keys::of::<RawOutput>()),
        ("gate.", keys::of::<RawGate>()),
    ];
    let keys = tables.iter().flat_map(|(table, keys)| {
        let keys = keys.iter();
        keys.map(move |key| format!("{table}{key}"))
    });
    keys.collect()
}

/// Reads the tables of one file.
pub(super) struct Tables<'a> {
    pub(super) text: Text<'a>,
    pub(super) problems: Vec<RuleError>,
}

impl Tables<'_> {
    /// What the file says; what is wrong with it is in [`Self::problems`].
    pub(super) fn layer(&mut self, mut document: DeTable<'_>) -> Layer {
        let drafts = draft::read(self.text, &mut document, &mut self.problems);
        let known: Vec<&str> = TOP.into_iter().chain(draft::KEYS).collect();
        for (key, problem) in draft::strangers(&mut document, &known) {
            self.wrong(key, problem);
        }
        let mut layer = Layer {
            name: self.text.name.to_owned(),
            overrides: self.overrides(document.remove("overrides")),
            ignores: self.ignores(document.remove("ignores")),
            drafts,
            ..Layer::default()
        };
        if let Some(extend) = self.table(document.remove("extend")) {
            self.extend(extend, &mut layer);
        }
        let wishes = &mut layer.wishes;
        if let Some(scan) = self.table(document.remove("scan")) {
            self.scan(scan, wishes);
        }
        if let Some(output) = self.table::<RawOutput>(document.remove("output")) {
            wishes.format = output.format.map(|format| self.set(format, |name| name.0));
        }
        if let Some(gate) = self.table(document.remove("gate")) {
            self.gate(gate, wishes);
        }
        layer
    }

    fn extend(&self, raw: RawExtend, layer: &mut Layer) {
        let ids = |ids: Vec<Spanned<String>>| self.sets(ids, |id| id);
        layer.extends = raw.path.map(|path| self.set(path, |path| path));
        layer.use_default = raw.use_default.map(|keep| self.set(keep, |keep| keep));
        layer.enabled = raw.enabled_rules.map(ids);
        layer.disabled = self.sets(raw.disabled_rules, |id| id);
    }

    fn scan(&self, raw: RawScan, wishes: &mut Wishes) {
        let respect = raw.respect_gitignore;
        wishes.exclude = self.sets(raw.exclude, |glob| glob);
        wishes.respect_gitignore = respect.map(|respect| self.set(respect, |respect| respect));
        wishes.timeout = raw.timeout.map(|time| self.set(time, |time| time.0));
        wishes.threads = raw
            .threads
            .map(|threads| self.set(threads, |threads| threads.0));
        wishes.max_memory = raw
            .max_memory
            .map(|memory| self.set(memory, |memory| memory.0));
        wishes.depth = raw.depth.map(|depth| self.set(depth, |depth| depth.0));
        wishes.limits = self.sets(raw.limits, |bound| bound.0);
    }

    fn gate(&self, raw: RawGate, wishes: &mut Wishes) {
        let confidence = raw.min_confidence;
        wishes.fail_on = raw
            .fail_on
            .map(|fail_on| self.set(fail_on, |fail_on| fail_on));
        wishes.min_confidence = confidence.map(|belief| self.set(belief, |belief| belief.0));
        wishes.strict = raw.strict.map(|strict| self.set(strict, |strict| strict));
        wishes.allow_gap = self.sets(raw.allow_gap, |gap| gap.0);
    }

    fn overrides(&mut self, value: Option<Spanned<DeValue<'_>>>) -> Vec<Override> {
        let Some(value) = value else {
            return Vec::new();
        };
        let span = value.span();
        let DeValue::Table(table) = value.into_inner() else {
            self.wrong(
                span,
                "`overrides` holds a table for each rule: [overrides.ID]".to_owned(),
            );
            return Vec::new();
        };
        let mut overrides = Vec::new();
        for (id, value) in table {
            if let Some(raw) = self.table::<RawOverride>(Some(value)) {
                overrides.push(Override {
                    id: self.set(id, std::borrow::Cow::into_owned),
                    enabled: raw.enabled,
                    severity: raw.severity,
                    confidence: raw.confidence.map(|belief| belief.0),
                });
            }
        }
        overrides
    }

    fn ignores(&mut self, value: Option<Spanned<DeValue<'_>>>) -> Vec<Entry> {
        let lines: Option<Vec<Spanned<String>>> = self.table(value);
        let mut entries = Vec::new();
        for stated in lines.unwrap_or_default() {
            let line = self.text.line(stated.span());
            match stated.get_ref().parse::<Entry>() {
                Ok(entry) => entries.push(Entry { line, ..entry }),
                Err(problem) => self.wrong(stated.span(), problem.to_string()),
            }
        }
        entries
    }

    fn table<T: DeserializeOwned>(&mut self, value: Option<Spanned<DeValue<'_>>>) -> Option<T> {
        draft::known(self.text, value?, &mut self.problems)
    }

    fn set<T, U>(&self, stated: Spanned<T>, value: impl FnOnce(T) -> U) -> Set<U> {
        let location = self.text.location(stated.span());
        Set::stated(value(stated.into_inner()), location)
    }

    fn sets<T, U>(&self, stated: Vec<Spanned<T>>, value: impl Fn(T) -> U) -> Vec<Set<U>> {
        let sets = stated.into_iter().map(|stated| self.set(stated, &value));
        sets.collect()
    }

    fn wrong(&mut self, span: std::ops::Range<usize>, problem: String) {
        let location = self.text.location(span);
        self.problems.push(RuleError::Syntax { location, problem });
    }
}

/// What is wrong with a file, in the words of this module: a key of the file is explained in another
/// place than a key of a rule.
pub(super) fn told(problem: RuleError) -> ConfigError {
    match problem {
        RuleError::Syntax { location, problem } => ConfigError::Syntax { location, problem },
        other => ConfigError::Rule(other),
    }
}

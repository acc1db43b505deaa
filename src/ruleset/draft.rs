//! What a configuration says about rules, before it is decided what counts: whole rules, changes of
//! rules that exist, and allowlists for many rules. Same schema as rule files, but everything that
//! is wrong is told, not only the first.
//!
//! Allowlists from here are *counted*: what they allow stays in the report as suppressed, where a
//! rule file's own are a part of the pattern.

use super::schema::{RawAllowlist, RawRule};
use super::{RuleError, keys, load};
use crate::model::{Allowlist, Rule};
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// The keys of a document that this module reads.
pub(crate) const KEYS: [&str; 3] = ["rules", "allowlists", "allowlist"];

/// A text with the name that errors call it by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

/// Everything that a document says about rules.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    /// In file order.
    pub(crate) rules: Vec<Draft>,
    /// In file order.
    pub(crate) allowlists: Vec<Shared>,
}

/// A rule, or changes of one.
#[derive(Debug)]
pub(crate) struct Draft {
    raw: RawRule,
    location: String,
}

/// An allowlist for several rules.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) list: Allowlist,
    /// Ids of the rules it is for; all of them if there are none.
    pub(crate) targets: Vec<String>,
    /// File and line.
    pub(crate) location: String,
}

impl Text<'_> {
    /// File and line of a place in the text.
    pub(crate) fn location(&self, span: Range<usize>) -> String {
        load::location(self.name, self.text, span.start)
    }

    /// Line of a place in the text, from 1.
    pub(crate) fn line(&self, span: Range<usize>) -> u64 {
        load::line(self.text, span.start)
    }
}

/// Reads the tables of [`KEYS`] out of a document; what is wrong is added to `problems`.
pub(crate) fn read(
    text: Text<'_>,
    document: &mut DeTable<'_>,
    problems: &mut Vec<RuleError>,
) -> Drafts {
    let mut drafts = Drafts::default();
    for (key, value) in KEYS.map(|key| (key, document.remove(key))) {
        for table in value.map(tables).into_iter().flatten() {
            let location = text.location(table.span());
            if key == "rules" {
                let draft = known::<RawRule>(text, table, problems);
                drafts
                    .rules
                    .extend(draft.map(|raw| Draft { raw, location }));
            } else if let Some(raw) = known::<RawAllowlist>(text, table, problems) {
                match shared(raw, location) {
                    Ok(list) => drafts.allowlists.push(list),
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }
    drafts
}

/// The tables of an array, or the one that stands alone.
fn tables(value: Spanned<DeValue<'_>>) -> Vec<Spanned<DeValue<'_>>> {
    let span = value.span();
    match value.into_inner() {
        DeValue::Array(items) => items.into_iter().collect(),
        other => vec![Spanned::new(span, other)],
    }
}

/// Reads a table; keys that nobody knows are told and left out, so that the rest is judged too.
pub(crate) fn known<T: DeserializeOwned>(
    text: Text<'_>,
    mut table: Spanned<DeValue<'_>>,
    problems: &mut Vec<RuleError>,
) -> Option<T> {
    let wrong = |location, problem: String| RuleError::Syntax { location, problem };
    if let DeValue::Table(table) = table.get_mut() {
        for (key, problem) in strangers(table, keys::of::<T>()) {
            problems.push(wrong(text.location(key), problem));
        }
    }
    let whole = table.span();
    T::deserialize(ValueDeserializer::from(table))
        .map_err(|error| {
            let at = text.location(error.span().unwrap_or(whole));
            problems.push(wrong(at, error.message().to_owned()));
        })
        .ok()
}

/// Takes the keys out that nobody knows; where each stood, and what to say about it.
pub(crate) fn strangers(table: &mut DeTable<'_>, known: &[&str]) -> Vec<(Range<usize>, String)> {
    let (kept, strange) = std::mem::take(table)
        .into_iter()
        .partition(|(key, _)| known.contains(&&**key.get_ref()));
    *table = kept;
    let strange: DeTable<'_> = strange;
    let told = strange.into_iter();
    told.map(|(key, _)| (key.span(), keys::unknown(key.get_ref(), known)))
        .collect()
}

fn shared(mut raw: RawAllowlist, location: String) -> Result<Shared, RuleError> {
    load::check(&raw).map_err(|problem| RuleError::Syntax {
        location: location.clone(),
        problem,
    })?;
    Ok(Shared {
        targets: std::mem::take(&mut raw.target_rules),
        list: counted(raw, &location),
        location,
    })
}

fn counted(raw: RawAllowlist, location: &str) -> Allowlist {
    Allowlist {
        stated_in: Some(location.to_owned()),
        ..load::allowlist(raw)
    }
}

impl Draft {
    /// Which rule it is or changes.
    pub(crate) fn id(&self) -> &str {
        &self.raw.id
    }

    /// File and line.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    /// Whether it would change more of an existing rule than what the rule allows.
    pub(crate) fn changes_more_than_allowlists(&self) -> bool {
        let raw = &self.raw;
        raw.regex.is_some()
            || raw.path.is_some()
            || raw.entropy.is_some()
            || raw.severity.is_some()
            || raw.confidence.is_some()
            || raw.secret_group > 0
            || !raw.keywords.is_empty()
    }

    /// As a rule of its own.
    ///
    /// # Errors
    /// When one of its patterns does not parse, or an allowlist has no criterion.
    pub(crate) fn rule(mut self) -> Result<Rule, RuleError> {
        let lists = self.allowlists()?;
        let mut rule = load::rule(self.raw, self.location)?;
        rule.allowlists = lists;
        Ok(rule)
    }

    /// Changes a rule that exists, the way gitleaks does: what is given takes the place of what was
    /// there; tags, keywords and allowlists are added.
    ///
    /// # Errors
    /// As [`Self::rule`].
    pub(crate) fn amend(mut self, rule: &mut Rule) -> Result<(), RuleError> {
        rule.allowlists.extend(self.allowlists()?);
        if self.raw.regex.is_some() {
            // What judges the old shape knows nothing about the new one.
            (rule.gate, rule.validator) = (None, None);
            rule.location.clone_from(&self.location);
        }
        let raw = self.raw;
        let stated = Some(raw.description).filter(|text| !text.is_empty());
        let group = Some(raw.secret_group).filter(|&group| group > 0);
        replace(&mut rule.title, raw.title);
        replace(&mut rule.description, stated);
        replace(&mut rule.regex, raw.regex.map(Some));
        replace(&mut rule.path, raw.path.map(Some));
        replace(&mut rule.secret_group, group);
        replace(&mut rule.entropy, raw.entropy.map(Some));
        replace(&mut rule.severity, raw.severity);
        replace(&mut rule.confidence, raw.confidence);
        replace(&mut rule.gate, raw.gate.map(Some));
        replace(&mut rule.validator, raw.validator.map(Some));
        replace(&mut rule.specificity, raw.specificity);
        replace(&mut rule.rotate, raw.rotate);
        replace(&mut rule.reference, raw.reference.map(Some));
        rule.tags.extend(raw.tags);
        let words = raw.keywords.iter().map(|word| word.to_ascii_lowercase());
        rule.keywords.extend(words);
        Ok(())
    }

    /// Takes the allowlists out.
    ///
    /// # Errors
    /// When one has no criterion or a pattern that does not parse.
    pub(crate) fn allowlists(&mut self) -> Result<Vec<Allowlist>, RuleError> {
        let raw = std::mem::take(&mut self.raw.allowlists);
        let lists = raw.into_iter().chain(self.raw.allowlist.take());
        let list = |raw: RawAllowlist| match load::check(&raw) {
            Ok(()) => Ok(counted(raw, &self.location)),
            Err(problem) => Err(RuleError::Rule {
                location: self.location.clone(),
                id: self.raw.id.clone(),
                problem,
            }),
        };
        lists.map(list).collect()
    }
}

/// Takes what was given, if anything was.
fn replace<T>(old: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *old = given;
    }
}

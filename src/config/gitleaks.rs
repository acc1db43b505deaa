//! A `.gitleaks.toml` or `.betterleaks.toml`, rewritten in place to our own keys, so that one reader
//! serves both. Their keys are spelt without regard to case, and what they do not know is ignored;
//! here it is told, because a key without effect is a surprise.

use super::dialect::translated;
use crate::ruleset::draft::Text;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// (their key in lower case, ours); without ours it changes nothing here.
type Keys = &'static [(&'static str, Option<&'static str>)];

const TOP: Keys = &[
    ("title", None),
    ("description", None),
    ("minversion", None),
    ("betterleaksminversion", None),
    ("extend", Some("extend")),
    ("rules", Some("rules")),
    ("allowlists", Some("allowlists")),
    ("allowlist", Some("allowlist")),
];
const EXTEND: Keys = &[
    ("usedefault", Some("use-default")),
    ("path", Some("path")),
    ("disabledrules", Some("disabled-rules")),
];
const RULE: Keys = &[
    ("id", Some("id")),
    ("description", Some("description")),
    ("regex", Some("regex")),
    ("path", Some("path")),
    ("secretgroup", Some("secret_group")),
    ("entropy", Some("entropy")),
    ("keywords", Some("keywords")),
    ("tags", Some("tags")),
    ("skipreport", Some("helper")),
    ("required", Some("required")),
    ("specificity", Some("specificity")),
    ("severity", Some("severity")),
    ("confidence", Some("confidence")),
    ("allowlists", Some("allowlists")),
    ("allowlist", Some("allowlist")),
];
const REQUIRED: Keys = &[
    ("id", Some("id")),
    ("withinlines", Some("within_lines")),
    ("withincolumns", Some("within_columns")),
];
const ALLOWLIST: Keys = &[
    ("description", Some("description")),
    ("condition", Some("condition")),
    ("commits", Some("commits")),
    ("paths", Some("paths")),
    ("regexes", Some("regexes")),
    ("regextarget", Some("regex_target")),
    ("stopwords", Some("stopwords")),
    ("targetrules", Some("target_rules")),
];

/// Rewrites a document.
pub(super) struct Rewriter<'a> {
    pub(super) text: Text<'a>,
    /// What could not be carried over, each with file and line.
    pub(super) warnings: Vec<String>,
    /// What makes no sense, with file and line.
    pub(super) problems: Vec<(String, String)>,
}

impl Rewriter<'_> {
    /// Gives a document our keys.
    pub(super) fn document(&mut self, document: &mut DeTable<'_>) {
        self.rename(document, TOP, "");
        self.one_spelling(document);
        if let Some(DeValue::Table(extend)) = document.get_mut("extend").map(Spanned::get_mut) {
            self.rename(extend, EXTEND, "extend.");
        }
        for table in tables(document, "rules") {
            self.rule(table);
        }
        self.allowlists(document);
    }

    fn rule(&mut self, rule: &mut DeTable<'_>) {
        self.rename(rule, RULE, "rules.");
        self.one_spelling(rule);
        for key in ["regex", "path"] {
            if let Some(value) = rule.get_mut(key) {
                pattern(value);
            }
        }
        let is_empty = |value: &Spanned<DeValue<'_>>| value.get_ref().as_str() == Some("");
        *rule = std::mem::take(rule)
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .collect();
        lower(rule, &["severity", "confidence"]);
        for table in tables(rule, "required") {
            self.rename(table, REQUIRED, "rules.required.");
        }
        self.allowlists(rule);
    }

    fn allowlists(&mut self, scope: &mut DeTable<'_>) {
        for key in ["allowlists", "allowlist"] {
            for table in tables(scope, key) {
                self.rename(table, ALLOWLIST, "allowlists.");
                lower(table, &["condition", "regex_target"]);
                patterns(table, "paths");
                patterns(table, "regexes");
            }
        }
    }

    /// Gives a table our keys and takes out what has no counterpart.
    fn rename(&mut self, table: &mut DeTable<'_>, keys: Keys, scope: &str) {
        for (key, value) in std::mem::take(table) {
            let name = key.get_ref().to_ascii_lowercase();
            match keys.iter().find(|known| known.0 == name) {
                Some((_, Some(ours))) => {
                    let location = self.text.location(key.span());
                    let key = Spanned::new(key.span(), DeString::Borrowed(ours));
                    if table.insert(key, value).is_some() {
                        let problem = format!("`{scope}{name}` is spelt in two ways; choose one");
                        self.problems.push((location, problem));
                    }
                }
                Some((_, None)) => {}
                None => {
                    let location = self.text.location(key.span());
                    let key = key.get_ref();
                    let warning =
                        format!("{location}: `{scope}{key}` has no counterpart; it is ignored");
                    self.warnings.push(warning);
                }
            }
        }
    }

    /// Refuses the two spellings of allowlists in one scope, as gitleaks does.
    fn one_spelling(&mut self, scope: &DeTable<'_>) {
        if let (Some(_), Some(old)) = (scope.get("allowlists"), scope.get("allowlist")) {
            let problem = "`allowlist` is the old spelling of `allowlists`; use one of them";
            self.problems
                .push((self.text.location(old.span()), problem.to_owned()));
        }
    }
}

/// The tables under a key: those of an array, or the only one.
fn tables<'t, 'i>(
    table: &'t mut DeTable<'i>,
    key: &str,
) -> impl Iterator<Item = &'t mut DeTable<'i>> + use<'t, 'i> {
    let values: Vec<&mut DeValue<'i>> = match table.get_mut(key).map(Spanned::get_mut) {
        Some(DeValue::Array(items)) => items.iter_mut().map(Spanned::get_mut).collect(),
        Some(other) => vec![other],
        None => Vec::new(),
    };
    values.into_iter().filter_map(|value| match value {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}

/// Rewrites a pattern for our regex engine.
fn pattern(value: &mut Spanned<DeValue<'_>>) {
    if let DeValue::String(text) = value.get_mut() {
        *text = Cow::Owned(translated(text));
    }
}

fn patterns(table: &mut DeTable<'_>, key: &str) {
    if let Some(DeValue::Array(items)) = table.get_mut(key).map(Spanned::get_mut) {
        items.iter_mut().for_each(pattern);
    }
}

/// Writes the values of these keys in lower case, in which ours are spelt.
fn lower(table: &mut DeTable<'_>, keys: &[&str]) {
    for key in keys {
        if let Some(DeValue::String(text)) = table.get_mut(*key).map(Spanned::get_mut) {
            *text = Cow::Owned(text.to_ascii_lowercase());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> (String, Vec<String>, Vec<(String, String)>) {
        let mut document = DeTable::parse(text).unwrap().into_inner();
        let name = ".gitleaks.toml";
        let mut rewriter = Rewriter {
            text: Text { name, text },
            warnings: Vec::new(),
            problems: Vec::new(),
        };
        rewriter.document(&mut document);
        (
            format!("{document:?}"),
            rewriter.warnings,
            rewriter.problems,
        )
    }

    #[test]
    fn keys_are_known_in_any_case() {
        let (document, warnings, problems) = rewritten(
            "TITLE = 'x'\n[Extend]\nUSEDEFAULT = true\n[[Rules]]\nID = 'a'\nsecretgroup = 1\n\
             [[Rules.AllowLists]]\nregextarget = 'Line'\nStopWords = ['x']\n",
        );
        assert!(warnings.is_empty() && problems.is_empty(), "{warnings:?}");
        for key in ["use-default", "secret_group", "regex_target", "line"] {
            assert!(document.contains(key), "{key}: {document}");
        }
    }

    #[test]
    fn what_has_no_counterpart_is_told_with_its_line() {
        let text = "[[rules]]\nid = 'a'\nfilter = 'entropy(x) <= 3'\n";
        let (document, warnings, _) = rewritten(text);
        assert_eq!(
            warnings,
            [".gitleaks.toml:3: `rules.filter` has no counterpart; it is ignored"]
        );
        assert!(!document.contains("entropy(x)"));
    }

    #[test]
    fn two_spellings_in_one_scope_are_refused() {
        for text in [
            "[allowlist]\npaths = ['a']\n[[allowlists]]\npaths = ['b']\n",
            "[[rules]]\nid = 'a'\n[[Rules]]\nid = 'b'\n",
        ] {
            assert_eq!(rewritten(text).2.len(), 1, "{text}");
        }
    }
}

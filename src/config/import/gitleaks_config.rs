//! A `.gitleaks.toml` or `.betterleaks.toml`, written down in our own keys.
//!
//! The built-in rules run beside those of the file, also where the file replaced those of gitleaks.
//! A rule that cannot be searched for as it is gets a pattern that can, or is left out; both are
//! told.

use super::draft::Draft;
use super::{Foreign, Help, Wrong};
use crate::config::gitleaks::Rewriter;
use crate::config::loosen::loosened;
use crate::ruleset;
use crate::ruleset::anchors::AnchorError;
use crate::ruleset::draft::Text;
use serde::Deserialize;
use toml::de::{DeTable, Deserializer};
use toml::{Table, Value};

/// Whether a text is TOML with a table that such a file has.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let tables = ["rules", "allowlists", "allowlist", "extend"];
    DeTable::parse(foreign.text).is_ok_and(|document| {
        let mut keys = document.get_ref().keys();
        keys.any(|key| tables.contains(&key.get_ref().to_ascii_lowercase().as_str()))
    })
}

/// Reads rules and allowlists.
pub(super) fn read(foreign: &Foreign<'_>, _: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let text = Text {
        name: foreign.name,
        text: foreign.text,
    };
    let mut document =
        DeTable::parse(foreign.text).map_err(|error| broken(text, error.span(), &error))?;
    let mut rewriter = Rewriter {
        text,
        warnings: Vec::new(),
        problems: Vec::new(),
    };
    rewriter.document(document.get_mut());
    for (location, problem) in rewriter.problems {
        draft.warn(format!("{location}: {problem}"));
    }
    draft.warnings.append(&mut rewriter.warnings);
    let mut config = Table::deserialize(Deserializer::from(document))
        .map_err(|error| broken(text, error.span(), &error))?;
    extend(&mut config, draft);
    rules(&mut config, draft);
    draft.config = config;
    Ok(())
}

fn broken(text: Text<'_>, span: Option<std::ops::Range<usize>>, error: &toml::de::Error) -> Wrong {
    (
        text.line(span.unwrap_or_default()),
        error.message().to_owned(),
    )
}

/// Keeps of `extend` what means the same here.
fn extend(config: &mut Table, draft: &mut Draft) {
    let mut extend = match config.remove("extend") {
        Some(Value::Table(extend)) => extend,
        _ => Table::new(),
    };
    if extend.remove("use-default") != Some(Value::Boolean(true)) {
        draft.warn(
            "the file replaces the rules of gitleaks; ours run beside its own \
             (`extend.use-default = false` leaves them out)",
        );
    }
    if let Some(path) = extend.get("path").and_then(Value::as_str) {
        draft.warn(format!(
            "`extend.path` names {path}, which has to be imported by itself"
        ));
    }
    extend.remove("path");
    if let Some(Value::Array(ids)) = extend.get_mut("disabled-rules") {
        let ours = ruleset::embedded().unwrap_or_default();
        let is_ours = |id: &Value| ours.iter().any(|rule| id.as_str() == Some(&rule.id));
        for stranger in ids.extract_if(.., |id| !is_ours(id)) {
            draft.warn(format!(
                "{stranger} is disabled, and no built-in rule of ours has that id"
            ));
        }
        if ids.is_empty() {
            extend.remove("disabled-rules");
        }
    }
    if !extend.is_empty() {
        config.insert("extend".to_owned(), extend.into());
    }
}

/// Makes the rules searchable, and leaves out those that cannot be.
fn rules(config: &mut Table, draft: &mut Draft) {
    let Some(Value::Array(rules)) = config.get_mut("rules") else {
        return;
    };
    rules.retain_mut(|rule| {
        rule.as_table_mut()
            .is_some_and(|rule| searchable(rule, draft))
    });
    if rules.is_empty() {
        config.remove("rules");
    }
}

/// Whether a rule can be searched for, if need be with a changed pattern.
fn searchable(rule: &mut Table, draft: &mut Draft) -> bool {
    let id = rule
        .get("id")
        .and_then(Value::as_str)
        .unwrap_or("?")
        .to_owned();
    let Some(pattern) = rule.get("regex").and_then(Value::as_str) else {
        return true;
    };
    let words = rule.get("keywords").and_then(Value::as_array);
    let words = words.into_iter().flatten().filter_map(Value::as_str);
    let words: Vec<String> = words.map(str::to_owned).collect();
    let loosened = match loosened(pattern, &words) {
        // Our own rules have a fixed text: that is what makes them fast.
        Ok(loosened) if loosened.everywhere => Err(AnchorError::NoLiteral),
        other => other,
    };
    match loosened {
        Ok(loosened) => {
            rule.insert("regex".to_owned(), loosened.pattern.into());
            let told = loosened
                .changes
                .iter()
                .map(|change| format!("the rule `{id}`: {change}"));
            draft.warnings.extend(told);
            true
        }
        Err(cause) => {
            draft.warn(format!("the rule `{id}` is left out: {cause}"));
            false
        }
    }
}

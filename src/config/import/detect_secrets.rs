//! A detect-secrets baseline (`.secrets.baseline`): SHA-1 hashes of secrets, by file. With a report
//! of ours that has the secrets they become entries of a baseline. Filters on paths, lines and
//! secrets become allowlists.

use super::draft::Draft;
use super::{Foreign, Help, Wrong, json};
use crate::ruleset::anchors;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use toml::Table;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    results: BTreeMap<String, Vec<Secret>>,
    #[serde(default)]
    filters_used: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Secret {
    #[serde(rename = "type")]
    kind: String,
    hashed_secret: String,
    is_secret: Option<bool>,
}

/// Whether a text is such a baseline.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let text = foreign.text.trim_start();
    text.starts_with('{') && text.contains("\"plugins_used\"") && text.contains("\"results\"")
}

/// Reads hashes and filters.
pub(super) fn read(foreign: &Foreign<'_>, help: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let file: File = json::parse(foreign.text)?;
    for (path, secrets) in file.results {
        for secret in secrets {
            carry(&path, secret, help, draft);
        }
    }
    let filters = file.filters_used.iter();
    let lists: Vec<_> = filters
        .filter_map(|filter| allowlist(filter, draft))
        .collect();
    if !lists.is_empty() {
        draft.config.insert("allowlists".to_owned(), lists.into());
    }
    Ok(())
}

fn carry(path: &str, secret: Secret, help: &Help<'_>, draft: &mut Draft) {
    let kind = &secret.kind;
    if secret.is_secret == Some(true) {
        draft.warn(format!(
            "{path} ({kind}): audited as a real secret, so it stays reported"
        ));
        return;
    }
    let shown = help.shown.as_ref();
    match shown.and_then(|shown| shown.of_sha1(&secret.hashed_secret)) {
        Some(id) => draft
            .known
            .push((id, kind.to_lowercase().replace(' ', "-"))),
        None => draft.warn(format!(
            "{path} ({kind}): only a SHA-1 of the secret is known; name a report of ours that has \
             the secret with --report"
        )),
    }
}

/// The keys of an allowlist for each filter that is a list of patterns.
fn allowlist(filter: &Map<String, Value>, draft: &mut Draft) -> Option<toml::Value> {
    let name = filter
        .get("path")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default();
    let (key, target) = match name {
        "should_exclude_file" => ("paths", None),
        "should_exclude_line" => ("regexes", Some("line")),
        "should_exclude_secret" => ("regexes", None),
        _ if name.starts_with("is_") => return None,
        _ => {
            draft.warn(format!("the filter `{name}` has no counterpart"));
            return None;
        }
    };
    let patterns = filter.get("pattern").and_then(Value::as_array);
    let mut usable = Vec::new();
    for pattern in patterns.into_iter().flatten().filter_map(Value::as_str) {
        match anchors::parse(pattern) {
            Ok(_) => usable.push(toml::Value::from(pattern)),
            Err(cause) => draft.warn(format!(
                "the filter `{name}`: a pattern is left out: {cause}"
            )),
        }
    }
    if usable.is_empty() {
        return None;
    }
    let mut list = Table::new();
    list.insert(
        "description".to_owned(),
        format!("{name} of detect-secrets").into(),
    );
    list.insert(key.to_owned(), usable.into());
    if let Some(target) = target {
        list.insert("regex_target".to_owned(), target.into());
    }
    Some(list.into())
}

//! A `.gitguardian.yaml` of ggshield. Paths become entries of an ignore file, plain secrets
//! fingerprints; hashes do with a report of ours, where the secret has a single part.

use super::draft::Draft;
use super::{Foreign, Help, Wrong};
use crate::suppress::ignore::Entry;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    #[serde(rename = "version")]
    _version: Option<serde::de::IgnoredAny>,
    secret: Section,
    #[serde(alias = "paths-ignore")]
    paths_ignore: Vec<String>,
    #[serde(alias = "matches-ignore")]
    matches_ignore: Vec<Match>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Section {
    #[serde(alias = "ignored-paths")]
    ignored_paths: Vec<String>,
    #[serde(alias = "ignored-matches")]
    ignored_matches: Vec<Match>,
    #[serde(alias = "ignored-detectors")]
    ignored_detectors: Vec<String>,
    #[serde(flatten)]
    rest: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Match {
    Named {
        #[serde(default)]
        name: String,
        #[serde(rename = "match")]
        value: String,
    },
    Plain(String),
}

/// Keys of which such a file has one at its left edge.
const KEYS: [&str; 5] = [
    "secret:",
    "paths-ignore:",
    "paths_ignore:",
    "matches-ignore:",
    "matches_ignore:",
];

/// Whether a text has such a key.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let mut lines = foreign.text.lines();
    lines.any(|line| KEYS.iter().any(|key| line.starts_with(key)))
}

/// Reads paths and matches.
pub(super) fn read(foreign: &Foreign<'_>, help: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let file: File = serde_saphyr::from_str(foreign.text).map_err(|error| {
        let line = error.location().map_or(1, |at| at.line());
        // The message would quote the file, which may hold secrets.
        (line, "it is not the YAML of ggshield".to_owned())
    })?;
    let section = file.secret;
    for glob in section.ignored_paths.into_iter().chain(file.paths_ignore) {
        draft.ignore(Entry {
            path: Some(glob),
            reason: "from ggshield".to_owned(),
            ..Entry::default()
        });
    }
    for ignored in section
        .ignored_matches
        .into_iter()
        .chain(file.matches_ignore)
    {
        carry(ignored, help, draft);
    }
    for detector in section.ignored_detectors {
        draft.warn(format!("the detector `{detector}` has no counterpart"));
    }
    let inner = section.rest.into_keys().map(|key| format!("secret.{key}"));
    for key in inner.chain(file.rest.into_keys()) {
        draft.warn(format!("`{key}` has no counterpart"));
    }
    Ok(())
}

fn carry(ignored: Match, help: &Help<'_>, draft: &mut Draft) {
    let (name, value) = match ignored {
        Match::Named { name, value } => (name, value),
        Match::Plain(value) => (String::new(), value),
    };
    let is_hash = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let shown = help.shown.as_ref();
    let id = match is_hash {
        false => Some(help.identity.fingerprint(value.as_bytes())),
        true => shown.and_then(|shown| shown.of_sha256(&value)),
    };
    match id {
        Some(id) => draft.ignore(Entry {
            fingerprint: Some(id),
            reason: format!("{name} (from ggshield)").trim().to_owned(),
            ..Entry::default()
        }),
        None => draft.warn(format!(
            "the match `{name}` is a hash of ggshield; name a report of ours that has the secret \
             with --report"
        )),
    }
}

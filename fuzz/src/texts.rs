//! Files that people write: what makes no sense is refused with a line, and nothing else happens.

use super::scan::folder;
use residue::config::{self, Lookup, Wishes};
use residue::recipe::Recipe;
use residue::recipe::fix::Spelled;
use residue::ruleset::{self, RuleSet};
use residue::suppress::baseline::Baseline;
use residue::suppress::ignore::{Ignores, Scope};
use std::path::PathBuf;
use tempfile::TempDir;

/// A file with these bytes.
fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("there is room for a small file");
    (folder, path)
}

/// Rules that are read can be searched for, or are refused.
pub fn rules(bytes: &[u8]) {
    let (_folder, path) = file("rules.toml", bytes);
    if let Ok(rules) = ruleset::read(&path) {
        // What is refused is told by an error.
        let _ = RuleSet::new(rules);
    }
}

/// A configuration in our dialect, and the same bytes in a foreign one.
pub fn config(bytes: &[u8]) {
    for name in ["residue.toml", ".gitleaks.toml"] {
        let (_folder, path) = file(name, bytes);
        let lookup = Lookup {
            explicit: Some(&path),
            ..Lookup::default()
        };
        if let Ok(config) = config::load(&lookup, Wishes::default()) {
            assert!(!config.rows().is_empty());
        }
    }
}

/// A baseline that is read says, written down, the same.
pub fn baseline(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(baseline) = Baseline::parse("baseline", &text) {
        let written = baseline.to_string();
        let again = Baseline::parse("baseline", &written).expect("it reads what it writes");
        assert_eq!(again.to_string(), written);
    }
}

/// A recipe of any kind: every place of it can be asked for, and every word of it taken out.
pub fn recipe(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(recipe) = Recipe::of(&text) else {
        return;
    };
    let words = text.split_ascii_whitespace().map(|word| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        Spelled {
            at: start..start + word.len(),
            name: "TOKEN".to_owned(),
        }
    });
    for word in words.take(64) {
        recipe.setting(&text, word.at.start);
        if let Some(fixed) = recipe.fix(&text, std::slice::from_ref(&word)) {
            let is_out = !fixed.text.contains(&text[word.at]);
            assert_eq!(is_out, fixed.left.is_empty());
            assert!(Recipe::of(&fixed.text).is_some(), "it is still a recipe");
        }
    }
}

/// Entries of an ignore file.
pub fn ignores(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(ignores) = Ignores::parse("ignores", &text, Scope::default()) {
        assert!(ignores.entries().all(|(entry, _)| entry.is_of_something()));
    }
}

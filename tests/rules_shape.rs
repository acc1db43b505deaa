//! The rule files hold what they promise: every key has its type, every pattern compiles and is
//! bounded, every example that must hit does, and every near-miss doesn't.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use regex::bytes::{Regex, RegexBuilder};
use residue::ruleset::template;
use serde::Deserialize;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest match that a rule may ask for, in bytes.
const MAX_WINDOW: usize = 24 << 10;

#[derive(Deserialize)]
struct RuleFile {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are there to have their types checked")]
struct Rule {
    id: String,
    title: String,
    description: Option<String>,
    regex: String,
    #[serde(rename = "secretGroup")]
    secret_group: Option<usize>,
    severity: String,
    confidence: String,
    validator: Option<String>,
    gate: Option<String>,
    entropy: Option<f64>,
    keywords: Option<Vec<String>>,
    #[serde(default)]
    helper: bool,
    #[serde(default)]
    required: Vec<Required>,
    specificity: u8,
    tags: Vec<String>,
    rotate: String,
    reference: Option<String>,
    hits: Vec<String>,
    misses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields are there to have their types checked")]
struct Required {
    id: String,
    within_lines: Option<u64>,
    #[serde(default)]
    optional: bool,
}

fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for path in rule_files() {
        let text = fs::read_to_string(&path).unwrap();
        let file: RuleFile =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        rules.extend(file.rules);
    }
    rules
}

fn rule_files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

fn compile(rule: &Rule) -> Regex {
    RegexBuilder::new(&rule.regex)
        .unicode(false)
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", rule.id))
}

#[test]
fn ids_are_unique_and_companions_exist() {
    let rules = rules();
    let ids: HashSet<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.len(), "an id occurs twice");
    for rule in &rules {
        for required in &rule.required {
            assert!(
                ids.contains(required.id.as_str()),
                "{}: {}",
                rule.id,
                required.id
            );
        }
    }
}

#[test]
fn grades_are_known_words_and_texts_are_there() {
    for rule in rules() {
        let id = &rule.id;
        assert!(
            ["low", "medium", "high", "critical"].contains(&rule.severity.as_str()),
            "{id}"
        );
        assert!(
            ["low", "medium", "high"].contains(&rule.confidence.as_str()),
            "{id}"
        );
        assert!(!rule.title.is_empty() && rule.rotate.ends_with('.'), "{id}");
        assert!(rule.specificity > 0 && !rule.tags.is_empty(), "{id}");
    }
}

#[test]
fn patterns_are_bounded() {
    for rule in rules() {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(&rule.regex)
            .unwrap();
        let longest = hir.properties().maximum_len();
        assert!(
            longest.is_some_and(|len| len <= MAX_WINDOW),
            "{}: {longest:?}",
            rule.id
        );
    }
}

#[test]
fn examples_hit_and_near_misses_dont() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let pattern = compile(&rule);
        assert!(
            rule.hits.len() >= 2 && rule.misses.len() >= 2,
            "{}",
            rule.id
        );
        for (index, example) in rule.hits.iter().chain(&rule.misses).enumerate() {
            let text = expand(&rule, example, index);
            if pattern.is_match(&text) != (index < rule.hits.len()) {
                let shown = String::from_utf8_lossy(&text).into_owned();
                wrong.push(format!("{}: {example}\n    {shown}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_match_captures_the_secret_without_its_surroundings() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let pattern = compile(&rule);
        for (index, example) in rule.hits.iter().enumerate() {
            let text = expand(&rule, example, index);
            let Some(found) = pattern.captures(&text) else {
                continue;
            };
            let group = found.name("secret").or_else(|| found.get(0));
            let secret = group.unwrap().as_bytes();
            let edges = [secret.first().unwrap(), secret.last().unwrap()];
            let clean = |byte: &&u8| byte.is_ascii_graphic() && !b"\"'`<>,;".contains(byte);
            if secret.len() < 8 || !edges.iter().all(clean) {
                wrong.push(format!("{}: {}", rule.id, String::from_utf8_lossy(secret)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn expand(rule: &Rule, example: &str, index: usize) -> Vec<u8> {
    template::expand(example, template::seed(&rule.id, index))
        .unwrap_or_else(|error| panic!("{}: {example}: {error}", rule.id))
}

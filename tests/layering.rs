//! Modules import only from lower ranks, and folders of one rank never import each other. The
//! compiler would allow it; this test does not.

use std::path::Path;
use walkdir::WalkDir;

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The ranks of ARCHITECTURE.md, from the bottom.
const RANKS: [&[&str]; 6] = [
    &["model"],
    &["cache", "recipe", "ruleset", "unpack"],
    &["source", "detect"],
    &["suppress", "report"],
    &["config", "scan"],
    &["cli", "main"],
];

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|rank| rank.contains(&module))
}

/// Why a module may not import another; `None` when it may.
fn objection(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    match (rank(from), rank(to)) {
        (Some(above), Some(below)) if below < above => None,
        (Some(above), Some(below)) if below == above && from == "main" => None,
        (Some(_), Some(_)) => Some(format!("{from} must not know {to}")),
        (None, _) => Some(format!("{from} has no rank")),
        (_, None) => Some(format!("{to} has no rank")),
    }
}

/// The top-level modules that a source text names by path: after `crate::`, or after `residue::`
/// in the binary, also several in braces.
fn imports(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<_> = code.collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for root in ["crate::", "residue::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            found.extend(first_names(rest));
        }
    }
    found
}

/// The first name of a path, or those of a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        let text = text.trim_start();
        text.chars()
            .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 0_usize;
    let mut names = vec![name(group)];
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The top-level module that a file belongs to.
fn module(file: &Path) -> String {
    let relative = file.strip_prefix(SRC).unwrap_or(file);
    let first = relative.iter().next().map(Path::new);
    let name = first.and_then(Path::file_stem).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

#[test]
fn no_module_imports_upward_or_sideways() {
    let mut objections = Vec::new();
    let files = WalkDir::new(SRC).into_iter().map(Result::unwrap);
    for file in files.filter(|file| file.path().extension().is_some_and(|end| end == "rs")) {
        let from = module(file.path());
        if from == "lib" {
            continue;
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        let named = imports(&text).into_iter().filter(|to| rank(to).is_some());
        let wrong = named.filter_map(|to| objection(&from, &to));
        objections.extend(wrong.map(|why| format!("{}: {why}", file.path().display())));
    }
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

#[test]
fn every_module_has_a_rank() {
    let modules = std::fs::read_dir(SRC)
        .unwrap()
        .map(|entry| module(&entry.unwrap().path()));
    let unranked: Vec<_> = modules
        .filter(|name| name != "lib" && rank(name).is_none())
        .collect();
    assert!(unranked.is_empty(), "{unranked:?}");
}

#[test]
fn the_test_sees_what_it_forbids() {
    assert_eq!(imports("use crate::model::{Batch, Kind};"), ["model"]);
    assert_eq!(
        imports("use crate::{model::{A, B}, scan};"),
        ["model", "scan"]
    );
    assert_eq!(
        imports("// crate::scan\nfn f(s: &crate::report::View) {}"),
        ["report"]
    );
    assert_eq!(imports("use residue::scan;"), ["scan"]);
    assert!(objection("detect", "source").is_some(), "sideways");
    assert!(objection("unpack", "source").is_some(), "upward");
    assert!(objection("scan", "report").is_none(), "downward");
    assert!(objection("source", "source").is_none(), "within");
}

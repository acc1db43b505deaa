//! What the build made of rules/*.toml: the rules as they were read, in a form that is read several times
//! faster, and the windows of their patterns, which take the longest to derive. A rule that a
//! configuration gives another pattern is not known here, and its window is derived like any other.

use super::RuleError;
use super::anchors::{self, Anchor, AnchorError, Window};
use crate::model::Rule;

/// The rules, in file order.
const RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
/// The windows of their patterns, in the order of the patterns.
static WINDOWS: &[Known] = include!(concat!(env!("OUT_DIR"), "/windows.in"));

/// A pattern whose window was derived when the program was built.
struct Known {
    pattern: &'static str,
    /// Each literal, and most bytes of a match before it.
    anchors: &'static [(&'static [u8], usize)],
    length: usize,
    groups: usize,
}

/// The rules that are part of the program.
pub(super) fn rules() -> Result<Vec<Rule>, RuleError> {
    serde_json::from_str(RULES).map_err(|error| RuleError::Syntax {
        location: "the rules of the program".to_owned(),
        problem: error.to_string(),
    })
}

/// The window of a pattern: that of a built-in rule is known, all others are derived.
pub(super) fn derive(pattern: &str) -> Result<Window, AnchorError> {
    match WINDOWS.binary_search_by(|known| known.pattern.cmp(pattern)) {
        Ok(place) => Ok(WINDOWS[place].window()),
        Err(_) => anchors::derive(pattern),
    }
}

/// Whether a pattern is one of the program's own.
pub(super) fn knows(pattern: &str) -> bool {
    WINDOWS
        .binary_search_by(|known| known.pattern.cmp(pattern))
        .is_ok()
}

impl Known {
    fn window(&self) -> Window {
        let anchors = self.anchors.iter();
        let anchors = anchors.map(|&(literal, before)| Anchor {
            literal: literal.to_vec(),
            before,
        });
        Window {
            anchors: anchors.collect(),
            length: self.length,
            groups: self.groups,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ruleset::load;

    /// The rules of the files, read as a user's would be.
    fn read() -> Vec<Rule> {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = walkdir::WalkDir::new(root.join("rules")).sort_by_file_name();
        let files = files.into_iter().map(|entry| entry.unwrap().into_path());
        files
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .flat_map(|path| {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                load::rules(&name, &std::fs::read_to_string(&path).unwrap()).unwrap()
            })
            .collect()
    }

    #[test]
    fn every_rule_is_embedded_as_its_file_has_it() {
        let told = |rules: Vec<Rule>| -> Vec<String> {
            rules.iter().map(|rule| format!("{rule:?}")).collect()
        };
        assert_eq!(told(rules().unwrap()), told(read()));
    }

    #[test]
    fn every_window_is_embedded_as_its_pattern_has_it() {
        let mut patterns: Vec<String> = read().into_iter().filter_map(|rule| rule.regex).collect();
        for pattern in &patterns {
            assert_eq!(derive(pattern), anchors::derive(pattern), "{pattern}");
        }
        patterns.sort_unstable();
        patterns.dedup();
        let known: Vec<&str> = WINDOWS.iter().map(|known| known.pattern).collect();
        assert_eq!(known, patterns);
    }
}

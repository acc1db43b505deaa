//! From rules/*.toml to an immutable [`RuleSet`]: the program's own files and the user's, read, checked
//! and given the search windows that detection is driven by. Nothing is compiled here; a regex is
//! compiled when its literal first appears in a text.
//!
//! The program's own are read and given their windows when it is built, by these same modules: a scan
//! of a small image would spend most of its time on that.

use crate::model::Rule;
use error::refused;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub mod anchors;
pub mod check;
pub mod checksum;
pub mod common;
pub(crate) mod draft;
mod embedded;
mod error;
pub mod keys;
mod load;
pub(crate) mod rewrite;
mod schema;
mod shorthand;
pub mod template;

pub use error::RuleError;

/// Rules with their windows; ids are unique.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    windows: Vec<Option<anchors::Window>>,
}

impl RuleSet {
    /// The rules that are part of the program.
    ///
    /// # Errors
    /// Never in a tested build: a test loads them.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::new(embedded()?)
    }

    /// The rules of the program and those of the named files; of a folder, every `*.toml` in it.
    ///
    /// # Errors
    /// When a file cannot be read, is not of the schema, or holds a rule that cannot work.
    pub fn with_files(paths: &[PathBuf]) -> Result<Self, RuleError> {
        let mut rules = embedded()?;
        for path in paths {
            rules.extend(read(path)?);
        }
        Self::new(rules)
    }

    /// Takes rules as they are and derives their windows.
    ///
    /// # Errors
    /// When an id occurs twice, a regex has no window, or there are no rules at all.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RuleError> {
        if rules.is_empty() {
            return Err(RuleError::Empty);
        }
        let mut seen = HashMap::new();
        for rule in &rules {
            if let Some(first) = seen.insert(rule.id.as_str(), &rule.location) {
                return Err(refused(
                    rule,
                    format!("the id is taken by {first}; choose another"),
                ));
            }
        }
        let windows = rules.iter().map(window).collect::<Result<_, _>>()?;
        Ok(Self { rules, windows })
    }

    /// All rules, in file order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Each rule's window, `None` for one that looks at paths only; as long as [`Self::rules`].
    pub fn windows(&self) -> &[Option<anchors::Window>] {
        &self.windows
    }
}

/// Reads the rules of a file, or of every `*.toml` below a folder, in the order of their names.
///
/// # Errors
/// When something cannot be read or is not of the schema, and when there is no file at all: whoever
/// names a folder expects its rules to count.
pub fn read(path: &Path) -> Result<Vec<Rule>, RuleError> {
    let unreadable = |path: &Path, cause: String| RuleError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let (mut rules, mut files) = (Vec::new(), 0);
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| unreadable(path, reason(error)))?;
        let named = entry.depth() == 0;
        let is_rules = entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "toml");
        if entry.file_type().is_dir() || !(named || is_rules) {
            continue;
        }
        let text = std::fs::read_to_string(entry.path())
            .map_err(|error| unreadable(entry.path(), error.to_string()))?;
        rules.extend(load::rules(&entry.path().display().to_string(), &text)?);
        files += 1;
    }
    if files == 0 {
        return Err(unreadable(path, "no *.toml file is in it".to_owned()));
    }
    Ok(rules)
}

/// What the operating system said; the walk's own words would name the path once more.
fn reason(error: walkdir::Error) -> String {
    let text = error.to_string();
    error
        .into_io_error()
        .map_or(text, |cause| cause.to_string())
}

/// The rules that are part of the program.
///
/// # Errors
/// Never in a tested build: a test loads them.
pub fn embedded() -> Result<Vec<Rule>, RuleError> {
    embedded::rules()
}

/// Whether a rule, or at least its pattern, is the user's and not one of the program.
pub fn is_of_user(rule: &Rule) -> bool {
    !rule.regex.as_deref().is_some_and(embedded::knows)
}

/// Whether a rule can be searched for.
///
/// # Errors
/// Why not, and how to mend it.
pub fn searchable(rule: &Rule) -> Result<(), RuleError> {
    window(rule).map(drop)
}

fn window(rule: &Rule) -> Result<Option<anchors::Window>, RuleError> {
    match (&rule.regex, &rule.path) {
        (Some(pattern), _) => {
            let window = match rule.everywhere {
                true => anchors::everywhere(pattern),
                false => embedded::derive(pattern),
            };
            let window = window.map_err(|error| refused(rule, error.to_string()))?;
            if rule.secret_group > window.groups {
                let problem = format!(
                    "`secret_group` is {}, the regex has {} groups",
                    rule.secret_group, window.groups
                );
                return Err(refused(rule, problem));
            }
            Ok(Some(window))
        }
        (None, Some(_)) => Ok(None),
        (None, None) => Err(refused(
            rule,
            "it has neither `regex` nor `path`; add one".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_rules_and_one_that_is_not_there_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("readme.txt"), "no rules").unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("no *.toml file is in it"), "{error}");
        let absent = folder.path().join("absent");
        let error = read(&absent).unwrap_err().to_string();
        assert_eq!(error.matches("absent").count(), 1, "{error}");
    }
}

//! Reads rules/*.toml and embeds what comes of it: the rules as JSON, and the windows of their patterns
//! as a table. What reads them is what reads a user's rules in the finished program, so there is one
//! reader and one schema; and a rule that cannot work fails the build, with file and line.

use ruleset::anchors::{self, Window};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[allow(
    dead_code,
    unreachable_pub,
    reason = "the program uses more of it than its build does"
)]
#[path = "src/model"]
mod model {
    mod confidence;
    mod rule;
    mod severity;

    pub use confidence::Confidence;
    pub use rule::{Allowlist, Condition, RegexTarget, Required, Rule};
    pub use severity::Severity;
}

#[allow(
    dead_code,
    unreachable_pub,
    reason = "the program uses more of it than its build does"
)]
#[path = "src/ruleset"]
mod ruleset {
    pub mod anchors;
    mod common;
    mod error;
    pub mod load;
    mod schema;
    mod shorthand;

    pub(crate) use error::{RuleError, refused};
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("rules");
    println!("cargo::rerun-if-changed={}", folder.display());
    let (mut rules, mut windows) = (Vec::new(), BTreeMap::new());
    for path in files(folder)? {
        rules.extend(ruleset::load::rules(
            &path.display().to_string(),
            &fs::read_to_string(&path)?,
        )?);
    }
    for rule in &rules {
        if let Some(pattern) = &rule.regex {
            let window = anchors::derive(pattern)
                .map_err(|error| ruleset::refused(rule, error.to_string()))?;
            windows.insert(pattern.as_str(), window);
        }
    }
    println!("cargo::rustc-env=RESIDUE_SOURCES={:016x}", sources()?);
    let target = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let target = Path::new(&target);
    fs::write(target.join("rules.json"), serde_json::to_vec(&rules)?)?;
    fs::write(target.join("windows.in"), table(&windows)?)?;
    Ok(())
}

/// A hash of all that the program is made of: results that one build has kept are of no use to another.
fn sources() -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    let mut paths = vec![PathBuf::from("Cargo.lock"), PathBuf::from("src")];
    while let Some(path) = paths.pop() {
        println!("cargo::rerun-if-changed={}", path.display());
        if path.is_dir() {
            let mut inside: Vec<_> = fs::read_dir(&path)?
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()?;
            inside.sort();
            paths.append(&mut inside);
        } else if path.exists() {
            fs::read(&path)?.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// The rule files, in the order of their names.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<io::Result<Vec<PathBuf>>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    Ok(files)
}

/// The windows as the table that `ruleset/embedded.rs` includes.
fn table(windows: &BTreeMap<&str, Window>) -> Result<String, std::fmt::Error> {
    let mut table = String::from("&[\n");
    for (pattern, window) in windows {
        let (length, groups) = (window.length, window.groups);
        write!(
            table,
            "    Known {{ pattern: {pattern:?}, length: {length}, groups: {groups}, anchors: &["
        )?;
        for anchor in &window.anchors {
            write!(table, "(&{:?}, {}), ", anchor.literal, anchor.before)?;
        }
        table.push_str("] },\n");
    }
    table.push_str("]\n");
    Ok(table)
}

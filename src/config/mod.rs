//! Turns files, environment and flags into plain values, checked once, before any work: the rules to
//! run, the settings of the scan, and what is to be ignored, each with where it comes from.
//!
//! Two files count at most: the one that the scanned tree brings along, or in its place the one of
//! `--config`, and beneath it the user's own. What comes with the tree is not trusted. It can add
//! rules and counted suppressions and make the gate stricter; where it asks for more, that has no
//! effect and is told ([`Config::notes`]).

mod compose;
mod content;
mod dialect;
mod error;
mod find;
mod gitleaks;
mod ignores;
pub mod import;
mod layer;
mod loosen;
mod quantity;
mod read;
mod rows;
mod settings;
mod values;

pub use content::Content;
pub use error::{ConfigError, Problems};
pub use find::users_file;
pub use layer::all_keys;
pub use quantity::{duration, limit, memory};
pub use rows::Row;
pub use settings::{From, Set, Settings, Wishes};
pub use values::{FailOn, MOST_DEPTH, MOST_THREADS};

use self::compose::Composer;
use self::find::common_root;
use self::read::Reader;
use crate::model::{Kind, Options, Shortfall};
use crate::ruleset::{self, RuleSet};
use crate::suppress::Ignores;
use crate::suppress::ignore::Root;
use std::path::{Path, PathBuf};

/// Where to look for configuration.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lookup<'a> {
    /// The targets on this machine, whose tree's own file counts. Empty for whatever comes from
    /// elsewhere: images, archives, standard input, clones.
    pub roots: &'a [Root],
    /// The file that takes the place of the tree's own, `--config`.
    pub explicit: Option<&'a Path>,
    /// Whether the tree's own file is left unread, `--no-repo-config`.
    pub ignore_tree: bool,
    /// The revision that the tree's own file is read from, `--policy-from`.
    pub revision: Option<&'a str>,
    /// The user's own file, see [`users_file`].
    pub users: Option<&'a Path>,
    /// Files and folders with more rules, `--rules`.
    pub rules: &'a [PathBuf],
}

/// What holds for a scan.
#[derive(Debug)]
pub struct Config {
    /// The rules to run.
    pub rules: RuleSet,
    /// The settings.
    pub settings: Settings,
    /// What the files ignore, weakest file first, and then the tree's own ignore files.
    pub ignores: Vec<Ignores>,
    /// The tree at the revision that policy is read from, if one was named.
    pub revision: Option<Content>,
    /// What the files change about the rules.
    pub changes: Vec<Set<String>>,
    /// The files that were read, weakest first.
    pub files: Vec<String>,
    /// What the scanned tree asked for and may not, for the report.
    pub notes: Vec<Shortfall>,
    /// What has no effect though a file says it, for whoever wrote the file.
    pub warnings: Vec<String>,
}

impl Config {
    /// The decisions of a scan; `now` is in seconds since the Unix epoch.
    pub fn options(&self, now: i64) -> Options {
        let settings = &self.settings;
        Options {
            exclude: settings
                .exclude
                .iter()
                .map(|glob| glob.value.clone())
                .collect(),
            respect_gitignore: settings.respect_gitignore.value,
            threads: settings.threads.value,
            timeout: settings.timeout.value,
            now,
            limits: settings.limits(),
            notes: self.notes.clone(),
            ..Options::default()
        }
    }
}

/// Reads and weighs everything; `flags` outweigh every file.
///
/// # Errors
/// Everything that is wrong with the files, and the rules, and that no rule is left.
pub fn load(lookup: &Lookup<'_>, flags: Wishes) -> Result<Config, Problems> {
    let mut reader = Reader::default();
    if let Some(file) = lookup.users {
        reader.read(&read::named(file)?, None);
    }
    let tree = tree(lookup)?;
    match lookup.explicit {
        Some(file) => reader.read(&read::named(file)?, None),
        None => {
            if let Some(tree) = &tree
                && let Some(file) = find::in_tree(tree)?
            {
                reader.read(&file, Some(tree));
            }
        }
    }
    let revision = tree.filter(|_| lookup.revision.is_some());
    let mut config = weigh(reader, lookup, flags)?;
    let of_tree = ignores::of_tree(lookup, revision.as_ref())?;
    config.ignores.extend(of_tree);
    config.revision = revision;
    Ok(config)
}

/// The tree whose own files count; `None` if there is none, or it is to be ignored.
fn tree(lookup: &Lookup<'_>) -> Result<Option<Content>, ConfigError> {
    // Of a target that is not there, whoever opens it tells.
    let folders: Vec<&Path> = lookup.roots.iter().map(|root| &*root.folder).collect();
    let root = common_root(&folders).filter(|_| !lookup.ignore_tree);
    let content = |root: PathBuf| match lookup.revision {
        Some(revision) => Content::at_revision(&root, revision),
        None => Content::on_disk(&root),
    };
    root.map(content).transpose()
}

fn weigh(mut reader: Reader, lookup: &Lookup<'_>, flags: Wishes) -> Result<Config, Problems> {
    let mut composer = Composer::of(ruleset::embedded().map_err(ConfigError::Rule)?);
    let mut settings = Settings::default();
    let (mut names, mut ignores) = (Vec::new(), Vec::new());
    for mut layer in std::mem::take(&mut reader.layers) {
        composer.apply(&mut layer);
        let wishes = std::mem::take(&mut layer.wishes);
        match layer.trusted {
            true => settings.follow(wishes),
            false => composer.refuse_settings(settings.follow_tree(wishes)),
        }
        let own = ignores::of(&mut layer, lookup.roots);
        match own {
            Ok(own) => ignores.extend(own),
            Err(problem) => reader.problems.push(problem.into()),
        }
        names.push(layer.name);
    }
    settings.follow(flags);
    for file in lookup.rules {
        composer
            .rules
            .extend(ruleset::read(file).map_err(ConfigError::Rule)?);
    }
    composer.finish();
    let mut problems = reader.problems;
    problems.append(&mut composer.problems);
    if composer.rules.iter().all(|rule| rule.helper) {
        let files = names.join(", ");
        problems.push(ConfigError::NoRules { files });
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    reader.warnings.append(&mut composer.warnings);
    Ok(Config {
        rules: RuleSet::new(composer.rules).map_err(ConfigError::Rule)?,
        settings,
        ignores,
        revision: None,
        files: names,
        changes: composer.changes,
        notes: composer.refused.into_iter().map(note).collect(),
        warnings: reader.warnings,
    })
}

fn note(refused: Set<String>) -> Shortfall {
    let detail = format!(
        "asks to {}; what a scanned tree brings along cannot, `--config` can",
        refused.value
    );
    Shortfall::new(Kind::UntrustedConfig, refused.from.to_string(), detail)
}

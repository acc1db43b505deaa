//! From a file to its [`Layer`], and before it the layers of the files that it builds on.
//!
//! Trust is inherited: what a tree's file extends lies in the tree and is trusted no more than it.

use super::ConfigError;
use super::content::{Content, inside, regular};
use super::gitleaks::Rewriter;
use super::layer::{Layer, Tables, told};
use super::settings::{From, Set};
use crate::ruleset::draft::Text;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// How many files may stand behind one by `extend.path`, as in gitleaks. It also ends a circle.
const DEEPEST: usize = 2;

/// A file that was found.
#[derive(Debug)]
pub(super) struct File {
    /// How people know it.
    pub(super) name: String,
    /// Where it lies; of a scanned tree's file, seen from the top of the tree.
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Reads files, the weakest first.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) layers: Vec<Layer>,
    pub(super) problems: Vec<ConfigError>,
    pub(super) warnings: Vec<String>,
}

/// The file at a path that the user named.
///
/// # Errors
/// When it cannot be read, is larger than 4 MiB, or is not UTF-8.
pub(super) fn named(path: &Path) -> Result<File, ConfigError> {
    let name = path.display().to_string();
    let text = regular(path).and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8"))
    });
    match text {
        Ok(text) => Ok(File {
            name,
            path: path.to_owned(),
            text,
        }),
        Err(cause) => Err(ConfigError::Unreadable {
            file: name,
            cause: cause.to_string(),
        }),
    }
}

/// Whether a file is written for gitleaks or betterleaks, which its name tells.
pub(super) fn is_foreign(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    name.contains("gitleaks") || name.contains("betterleaks")
}

impl Reader {
    /// Adds the layers of a file that the user named, or of the scanned tree's own if `tree` is
    /// given.
    pub(super) fn read(&mut self, file: &File, tree: Option<&Content>) {
        self.nested(file, tree, 0);
    }

    fn nested(&mut self, file: &File, tree: Option<&Content>, depth: usize) {
        let Some(mut layer) = self.layer(file) else {
            return;
        };
        layer.trusted = tree.is_none();
        layer.foreign = is_foreign(&file.path);
        let folder = file.path.parent().unwrap_or(Path::new(""));
        layer.folder = tree.map(|tree| tree.top().join(folder));
        if let Some(path) = &layer.extends {
            match extended(file, path, tree, depth) {
                Ok(below) => self.nested(&below, tree, depth + 1),
                Err(problem) => self.problems.push(problem),
            }
        }
        self.layers.push(layer);
    }

    fn layer(&mut self, file: &File) -> Option<Layer> {
        let text = Text {
            name: &file.name,
            text: &file.text,
        };
        let mut document = match DeTable::parse(&file.text) {
            Ok(document) => document.into_inner(),
            Err(error) => {
                self.problems.push(ConfigError::Syntax {
                    location: text.location(error.span().unwrap_or_default()),
                    problem: error.message().to_owned(),
                });
                return None;
            }
        };
        if is_foreign(&file.path) {
            self.rewrite(text, &mut document);
        }
        let mut tables = Tables {
            text,
            problems: Vec::new(),
        };
        let layer = tables.layer(document);
        self.problems.extend(tables.problems.into_iter().map(told));
        Some(layer)
    }

    fn rewrite(&mut self, text: Text<'_>, document: &mut DeTable<'_>) {
        let mut rewriter = Rewriter {
            text,
            warnings: Vec::new(),
            problems: Vec::new(),
        };
        rewriter.document(document);
        self.warnings.extend(rewriter.warnings);
        let problems = rewriter.problems.into_iter();
        self.problems
            .extend(problems.map(|(location, problem)| ConfigError::Syntax { location, problem }));
    }
}

/// The file that another one builds on.
fn extended(
    file: &File,
    stated: &Set<String>,
    tree: Option<&Content>,
    depth: usize,
) -> Result<File, ConfigError> {
    let location = match &stated.from {
        From::File(location) => location.clone(),
        _ => file.name.clone(),
    };
    if depth == DEEPEST {
        return Err(ConfigError::TooDeep { location });
    }
    let folder = file.path.parent().unwrap_or(Path::new(""));
    let Some(tree) = tree else {
        return named(&beside(folder, &stated.value, is_foreign(&file.path)));
    };
    let outside = || ConfigError::Outside {
        location: location.clone(),
        path: stated.value.clone(),
    };
    let path = inside(folder, &stated.value).ok_or_else(outside)?;
    let name = tree.shown(&path);
    match tree.text(&path)? {
        Some(text) => Ok(File { name, path, text }),
        None => Err(ConfigError::Unreadable {
            file: name,
            cause: format!("{location} extends it, and it is not there"),
        }),
    }
}

/// Where a path of a named file leads: it is seen from the file's folder. gitleaks sees it from the
/// current directory; of its files that is where it is looked for first.
fn beside(folder: &Path, path: &str, foreign: bool) -> PathBuf {
    if foreign && Path::new(path).exists() {
        return PathBuf::from(path);
    }
    folder.join(path)
}

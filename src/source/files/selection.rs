//! Which files the user wants to leave out. Nothing is left out without being asked for, and what
//! is gets counted.

use crate::model::{Kind, Shortfall};
use crate::unpack::Sink;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The globs of `--exclude`, with how often each matched, and whether git's ignore files count.
pub(super) struct Selection {
    globs: Vec<Glob>,
    set: GlobSet,
    pub(super) respect_gitignore: bool,
}

struct Glob {
    text: String,
    left_out: AtomicU64,
}

/// A glob that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("`{glob}` is no glob: {cause}")]
pub struct GlobError {
    glob: String,
    cause: globset::Error,
}

impl Selection {
    /// Leaves out what these globs match. One without a slash inside matches a name at any depth,
    /// any other the path in its target, as in a `.gitignore`.
    ///
    /// # Errors
    /// When a glob makes no sense.
    pub(super) fn new(globs: &[String], respect_gitignore: bool) -> Result<Self, GlobError> {
        let mut set = GlobSetBuilder::new();
        for text in globs {
            let wrong = |cause| GlobError {
                glob: text.clone(),
                cause,
            };
            let anchored = anchored(text);
            let glob = GlobBuilder::new(&anchored).literal_separator(true).build();
            set.add(glob.map_err(wrong)?);
        }
        let wrong = |cause| GlobError {
            glob: globs.join(" "),
            cause,
        };
        let count = |text: &String| Glob {
            text: text.clone(),
            left_out: AtomicU64::new(0),
        };
        Ok(Self {
            globs: globs.iter().map(count).collect(),
            set: set.build().map_err(wrong)?,
            respect_gitignore,
        })
    }

    /// Whether no glob leaves anything out.
    pub(super) fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Whether the file or directory at this path in its target is to be read; counts it if not.
    pub(super) fn takes(&self, path: &Path) -> bool {
        if self.is_empty() {
            return true;
        }
        match self.set.matches(path).first() {
            None => true,
            Some(&first) => {
                self.globs[first].left_out.fetch_add(1, Ordering::Relaxed);
                false
            }
        }
    }

    /// Tells the report what was left out.
    pub(super) fn tell(&self, sink: &dyn Sink) {
        for glob in &self.globs {
            let number = glob.left_out.load(Ordering::Relaxed);
            let detail = match number {
                0 => continue,
                1 => "left out 1 file or directory".to_owned(),
                _ => format!("left out {number} files and directories"),
            };
            let place = format!("--exclude {}", glob.text);
            sink.shortfall(Shortfall::new(Kind::Excluded, place, detail));
        }
        if self.respect_gitignore {
            let detail = "what git ignores was left out";
            let place = "--respect-gitignore";
            sink.shortfall(Shortfall::new(Kind::Excluded, place, detail));
        }
    }
}

/// The glob from the root of the target. `/a` and `./a` mean just that, `a/` a directory, which is
/// left out with all it holds.
pub fn anchored(glob: &str) -> String {
    let name = glob.trim_end_matches('/');
    let from_root = name.strip_prefix("./").or(name.strip_prefix('/'));
    match from_root {
        Some(rest) => rest.to_owned(),
        None if name.contains('/') => name.to_owned(),
        None => format!("**/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_as_in_a_gitignore() {
        let table = [
            ("*.log", "a/b/x.log", true),
            ("*.log", "a/x.log.txt", false),
            ("node_modules/", "web/node_modules", true),
            ("web/*.js", "web/a.js", true),
            ("web/*.js", "web/lib/a.js", false),
            ("web/**/*.js", "web/lib/a.js", true),
            ("/dist", "dist", true),
            ("./dist", "web/dist", false),
            ("*.{png,jpg}", "a/b.jpg", true),
        ];
        for (glob, path, left_out) in table {
            let selection = Selection::new(&[glob.to_owned()], false).unwrap();
            assert_eq!(selection.takes(Path::new(path)), !left_out, "{glob} {path}");
        }
        assert!(Selection::new(&["[".to_owned()], false).is_err());
    }
}

//! What a build context leaves out: `.dockerignore`, whose patterns are those of Go's `filepath.Match` with `**`
//! for any number of folders. They begin at the context; the last one that fits decides, and one that begins
//! with `!` takes a file back in (Dockerfile reference, "dockerignore files").

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Most patterns of a file that are heeded.
const MOST: usize = 1_000;

/// The patterns of one file.
#[derive(Debug)]
pub struct Dockerignore {
    patterns: GlobSet,
    /// Of each, whether what it fits is left out.
    are_out: Vec<bool>,
}

impl Dockerignore {
    /// Reads a file. What is no pattern is left aside.
    pub fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        let lines = lines.filter(|line| !line.starts_with('#')).map(str::trim);
        let patterns = lines.filter_map(|line| {
            let (line, is_out) = match line.strip_prefix('!') {
                Some(line) => (line.trim(), false),
                None => (line, true),
            };
            let path = line.trim_start_matches("./").trim_matches('/');
            let is_path = !path.is_empty();
            Some((pattern(path).filter(|_| is_path)?, is_out))
        });
        let (patterns, are_out): (Vec<Glob>, _) = patterns.take(MOST).unzip();
        let set = patterns
            .into_iter()
            .fold(GlobSetBuilder::new(), |mut set, glob| {
                set.add(glob);
                set
            });
        Self {
            // Too large a set leaves nothing out.
            patterns: set.build().unwrap_or_default(),
            are_out,
        }
    }

    /// Whether the file at this path of the context is left out, itself or with a folder that it lies in.
    pub fn leaves_out(&self, path: &str) -> bool {
        let last = |way| self.patterns.matches_candidate(&Candidate::new(way)).pop();
        let last = ways(path).filter_map(last).max();
        last.is_some_and(|number| self.are_out[number])
    }
}

/// A pattern of a path, as `COPY` and `.dockerignore` have it; `None` if it is none.
pub fn pattern(text: &str) -> Option<Glob> {
    // Braces mean nothing to `filepath.Match`.
    let plain = text.replace('{', "[{]").replace('}', "[}]");
    GlobBuilder::new(&plain)
        .literal_separator(true)
        .build()
        .ok()
}

/// A path and the folders that it lies in, from the outside in.
fn ways(path: &str) -> impl Iterator<Item = &str> {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    folders.chain([path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let text = "# of the team\n*.pem\n/conf/\n**/*.key\n!conf/open.pem\n\n./tmp{1}\n [broken\n";
        let ignore = Dockerignore::parse(text);
        for (path, is_out) in [
            ("a.pem", true),
            ("sub/a.pem", false),
            ("conf/x/y", true),
            ("sub/conf/x", false),
            ("deep/down/a.key", true),
            ("conf/open.pem", false),
            ("tmp{1}/x", true),
            ("tmp1", false),
            ("# of the team", false),
        ] {
            assert_eq!(ignore.leaves_out(path), is_out, "{path}");
        }
        assert!(!Dockerignore::parse("").leaves_out("a"));
        assert!(Dockerignore::parse("*").leaves_out("a/b"));
    }
}

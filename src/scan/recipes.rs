//! What recipes of a scan do with the files in which it found secrets: a Dockerfile copies them into an image, a
//! compose file mounts them. Recipes are noted while they pass, because one that names a file need not hold a
//! secret itself, and laid beside the findings when these are complete.
//!
//! Only of files on disk: an image has become what it is, and a history has no build context.

use crate::model::{FileUse, Finding, Occurrence, Origin, Way, Where};
use crate::recipe::Recipe;
use crate::recipe::dockerignore::{Dockerignore, pattern};
use crate::recipe::files::{Build, NamedFile, may_name_files};
use crate::source::Source;
use globset::GlobMatcher;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Most recipes that are remembered, each with at most so many names of files. Of more, the same ones stay whatever
/// the order they come in.
const RECIPES: usize = 4_000;
const FILES: usize = 100;
/// Longest `.dockerignore` that is heeded, in bytes.
const IGNORE_SIZE: usize = 16 << 10;
/// Folders above a Dockerfile that may be its context.
const ABOVE: usize = 8;
/// Most names of one path, and most uses of a file that are told.
const NAMES: usize = 64;
const USES: usize = 8;
/// The end of the name of a file that says what a build context leaves out.
const IGNORE: &str = ".dockerignore";

/// The recipes of a scan.
#[derive(Debug, Default)]
pub(super) struct Recipes(BTreeMap<Origin, Noted>);

/// What is noted of a recipe.
#[derive(Debug)]
pub(super) enum Noted {
    /// It names files.
    Names {
        files: Vec<NamedFile>,
        builds: Vec<Build>,
    },
    /// It says what a build context leaves out: the text of a `.dockerignore`.
    LeavesOut(String),
}

/// Whether something may be noted of a file, at the first look.
pub(super) fn may_be_noted(origin: &Origin, text: &[u8]) -> bool {
    is_ignore(origin) || may_name_files(text)
}

fn is_ignore(origin: &Origin) -> bool {
    let path = origin.path();
    path.is_some_and(|path| path.ends_with(IGNORE.as_bytes()))
}

impl Noted {
    /// What is to be noted of a file; nothing of a recipe that names none. What a build context leaves out is told
    /// from others by its name, as builders do.
    pub(super) fn of(origin: &Origin, recipe: Option<&Recipe>, text: &str) -> Option<Self> {
        if is_ignore(origin) {
            return (text.len() <= IGNORE_SIZE).then(|| Self::LeavesOut(text.to_owned()));
        }
        let (mut files, builds) = (recipe?.named_files(text), recipe?.builds());
        files.truncate(FILES);
        (!files.is_empty() || !builds.is_empty()).then_some(Self::Names { files, builds })
    }
}

impl Recipes {
    /// Remembers a recipe.
    pub(super) fn add(&mut self, origin: Origin, noted: Noted) {
        self.0.insert(origin, noted);
        if self.0.len() > RECIPES {
            self.0.pop_last();
        }
    }

    /// Tells of each place that is a file what recipes do with it.
    pub(super) fn tell(&self, findings: &mut [Finding], source: &dyn Source) {
        if self.0.is_empty() || findings.is_empty() {
            return;
        }
        let index = Index::of(self, source);
        let seen = findings
            .iter_mut()
            .flat_map(|finding| &mut finding.occurrences);
        for seen in seen.filter(|seen| is_file(seen)) {
            let path = String::from_utf8_lossy(&seen.place.path);
            seen.uses = index.uses(&seen.place.target, &path);
        }
    }
}

/// Whether a place is a file on disk.
fn is_file(seen: &Occurrence) -> bool {
    let place = &seen.place;
    place.kind == Where::File && place.layer.is_none() && place.commits.is_none()
}

/// A path in a target.
type Spot = (Arc<str>, String);

/// What recipes name, by where that is.
#[derive(Default)]
struct Index<'r> {
    named: HashMap<Spot, Vec<Named<'r>>>,
    ignores: BTreeMap<Spot, (&'r str, OnceCell<Dockerignore>)>,
}

/// What a recipe names, as seen from one folder.
struct Named<'r> {
    file: &'r NamedFile,
    recipe: Spot,
    /// The folder that the path is counted from.
    base: String,
    /// What is left of the path where it is a pattern, and that.
    pattern: Option<(&'r str, OnceCell<Option<GlobMatcher>>)>,
    /// Whether the folder is certain; if not, only the file itself counts.
    is_sure: bool,
}

impl<'r> Index<'r> {
    fn of(recipes: &'r Recipes, source: &dyn Source) -> Self {
        let mut index = Self::default();
        let mut contexts: BTreeMap<Spot, BTreeSet<String>> = BTreeMap::new();
        let mut names: Vec<(Spot, &'r [NamedFile])> = Vec::new();
        for (origin, noted) in &recipes.0 {
            for place in source.places(origin) {
                let path = String::from_utf8_lossy(&place.path);
                let Some(path) = resolved("", &path) else {
                    continue;
                };
                let spot = (place.target, path);
                match noted {
                    Noted::LeavesOut(ignore) => {
                        index.ignores.insert(spot, (ignore, OnceCell::new()));
                    }
                    Noted::Names { files, builds } => {
                        for (dockerfile, context) in
                            builds.iter().filter_map(|one| build(&spot, one))
                        {
                            contexts.entry(dockerfile).or_default().insert(context);
                        }
                        names.push((spot, files));
                    }
                }
            }
        }
        for (recipe, files) in names {
            let bases = bases(&recipe.1, contexts.get(&recipe));
            for file in files {
                bases
                    .iter()
                    .for_each(|base| index.name(&recipe, file, base));
            }
        }
        index
    }

    /// Enters a file that a recipe names, under the part of its path that is no pattern.
    fn name(&mut self, recipe: &Spot, file: &'r NamedFile, (base, is_sure): &(String, bool)) {
        let is_copied = matches!(file.way, Way::Copy { .. });
        if !is_copied && !is_sure {
            return;
        }
        let parts = file
            .path
            .split('/')
            .take_while(|part| !file.is_pattern || !part.contains(['*', '?', '[']));
        let parts: Vec<&str> = parts.collect();
        let plain = parts.join("/");
        let rest = file.path[plain.len()..].trim_start_matches('/');
        let Some(path) = resolved(base, &plain) else {
            return;
        };
        let pattern = (!rest.is_empty()).then(|| (rest, OnceCell::new()));
        let is_volume = matches!(file.way, Way::Volume { .. });
        // A service that has its own project mounted does nothing odd.
        if is_volume && is_within(folder(&recipe.1), &path) {
            return;
        }
        let named = self.named.entry((Arc::clone(&recipe.0), path)).or_default();
        if named.len() < NAMES {
            named.push(Named {
                file,
                recipe: recipe.clone(),
                base: base.clone(),
                pattern,
                is_sure: *is_sure,
            });
        }
    }

    /// What is done with a file.
    fn uses(&self, target: &Arc<str>, path: &str) -> Vec<FileUse> {
        let Some(path) = resolved("", path) else {
            return Vec::new();
        };
        let mut uses: Vec<FileUse> = ways(&path)
            .flat_map(|way| {
                let named = self.named.get(&(Arc::clone(target), way.to_owned()));
                named
                    .into_iter()
                    .flatten()
                    .map(move |named| (way.len(), named))
            })
            .filter_map(|(plain, named)| self.use_of(named, &path, plain))
            .collect();
        uses.sort();
        uses.dedup();
        uses.truncate(USES);
        uses
    }

    /// What a recipe does with the file at a path, which it names by the first `plain` bytes of that.
    fn use_of(&self, named: &Named<'_>, path: &str, plain: usize) -> Option<FileUse> {
        let rest = path[plain..].trim_start_matches('/');
        let is_folder = match &named.pattern {
            None => !rest.is_empty(),
            Some((text, compiled)) => {
                let compile = || pattern(text).map(|glob| glob.compile_matcher());
                let pattern = compiled.get_or_init(compile).as_ref()?;
                let mut ways = ways(rest).filter(|way| !way.is_empty());
                ways.find(|way| pattern.is_match(way))? != rest
            }
        };
        let file = path[named.base.len()..].trim_start_matches('/');
        let counts = match &named.file.way {
            Way::Copy { is_shipped, .. } => {
                (!is_folder || (*is_shipped && named.is_sure)) && !self.is_left_out(named, file)
            }
            Way::Volume { .. } => true,
            _ => !is_folder && path != named.recipe.1,
        };
        counts.then(|| FileUse {
            recipe: named.recipe.1.as_str().into(),
            line: named.file.line,
            way: named.file.way.clone(),
            file: file.to_owned(),
            is_folder,
        })
    }

    /// Whether the build context is without a file: by what stands beside the Dockerfile under its name, or else in
    /// the context.
    fn is_left_out(&self, named: &Named<'_>, file: &str) -> bool {
        let (target, recipe) = &named.recipe;
        let of_context = resolved(&named.base, IGNORE).unwrap_or_default();
        let spots = [format!("{recipe}{IGNORE}"), of_context];
        let mut ignores = spots
            .into_iter()
            .filter_map(|path| self.ignores.get(&(Arc::clone(target), path)));
        ignores.next().is_some_and(|(text, ignore)| {
            let ignore = ignore.get_or_init(|| Dockerignore::parse(text));
            ignore.leaves_out(file)
        })
    }
}

/// The Dockerfile of a build, and its context.
fn build((target, recipe): &Spot, build: &Build) -> Option<(Spot, String)> {
    let context = resolved(folder(recipe), &build.context)?;
    let dockerfile = resolved(&context, &build.dockerfile)?;
    Some(((Arc::clone(target), dockerfile), context))
}

/// The folders that the paths in a recipe may be counted from, and whether they are. Which context a Dockerfile
/// is built with a compose file may say; otherwise it is its own folder, or perhaps one above it.
fn bases(recipe: &str, contexts: Option<&BTreeSet<String>>) -> Vec<(String, bool)> {
    let own = folder(recipe);
    match contexts {
        Some(contexts) => contexts.iter().map(|base| (base.clone(), true)).collect(),
        None => {
            let mut bases: Vec<_> = ways(own)
                .map(|base| (base.to_owned(), base == own))
                .collect();
            bases.drain(..bases.len().saturating_sub(ABOVE));
            bases
        }
    }
}

/// The folder that a file lies in.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_within(path: &str, folder: &str) -> bool {
    ways(path).any(|way| way == folder)
}

/// A path and all folders that it lies in, the nameless one that all lie in first.
fn ways(path: &str) -> impl Iterator<Item = &str> {
    let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    let own = (!path.is_empty()).then_some(path);
    [""].into_iter()
        .chain(folders.filter(|way| !way.is_empty()))
        .chain(own)
}

/// A path as seen from a folder, without what says nothing; `None` if it leads out of what was scanned.
fn resolved(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

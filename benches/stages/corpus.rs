//! What the stages are measured on: files that every machine with cargo has, of three kinds that
//! differ in how often anything looks like a literal. `RESIDUE_BENCH_CORPUS` names a folder or a
//! file to measure on instead.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Most bytes of one corpus: enough to leave the caches, and seconds for the whole bench.
const MOST: usize = 32 << 20;
/// Longest file that is taken, in bytes, so that one giant is not the whole corpus.
const LONGEST: u64 = 8 << 20;

/// Files of one kind.
pub(crate) struct Corpus {
    /// What they are.
    pub(crate) name: String,
    /// What is in them.
    pub(crate) files: Vec<Vec<u8>>,
}

impl Corpus {
    /// Size of all files, in bytes.
    pub(crate) fn len(&self) -> usize {
        self.files.iter().map(Vec::len).sum()
    }

    /// The files below a folder, in the order of their names, whose path and content `wanted`
    /// takes, up to [`MOST`] bytes.
    fn gather(name: &str, folder: &Path, wanted: impl Fn(&Path, &[u8]) -> bool) -> Self {
        let mut corpus = Self {
            name: name.to_owned(),
            files: Vec::new(),
        };
        let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
        for entry in entries.filter_map(Result::ok) {
            let fits = entry.metadata().is_ok_and(|about| about.len() <= LONGEST);
            if !entry.file_type().is_file() || !fits {
                continue;
            }
            match fs::read(entry.path()) {
                Ok(bytes) if wanted(entry.path(), &bytes) => corpus.files.push(bytes),
                _ => continue,
            }
            if corpus.len() >= MOST {
                break;
            }
        }
        corpus
    }
}

/// The corpora of this machine that are not empty.
pub(crate) fn corpora() -> Vec<Corpus> {
    if let Some(folder) = env::var_os("RESIDUE_BENCH_CORPUS") {
        let folder = PathBuf::from(folder);
        return vec![Corpus::gather("your files", &folder, |_, _| true)];
    }
    let registry = cargo_home().join("registry/src");
    let is_elf = |bytes: &[u8]| bytes.starts_with(b"\x7fELF");
    let mut corpora = vec![
        Corpus::gather("source code", &registry, |path, _| has(path, &["rs"])),
        Corpus::gather("binaries", Path::new("/usr/lib"), |_, bytes| is_elf(bytes)),
        Corpus::gather("text", Path::new("/usr/share"), |path, _| {
            has(
                path,
                &["txt", "json", "xml", "md", "html", "css", "js", "yaml"],
            )
        }),
    ];
    corpora.retain(|corpus| corpus.len() > 0);
    corpora
}

fn has(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| extensions.contains(&extension))
}

fn cargo_home() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

//! `residue cache`, and the cache of a scan: results that are kept from one scan to the next. What goes
//! wrong with it is told on standard error and changes nothing else.

use super::args::{CacheArgs, CacheCommand, FolderArgs, KeepArgs};
use super::scan::Setting;
use super::{closed_pipe_is_fine, tell};
use anstyle::AnsiColor;
use anyhow::bail;
use residue::cache::{CAPACITY, Cache, CacheError, Contents, users_folder};
use residue::scan::purpose;
use std::cell::OnceCell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

/// Looks after the results.
pub(super) fn run(args: &CacheArgs) -> anyhow::Result<u8> {
    let (folder, is_over) = match &args.command {
        CacheCommand::Info(folder) => (folder, false),
        CacheCommand::Clear(folder) => (folder, true),
    };
    let Some(path) = path(folder) else {
        bail!("there is no home directory to keep results in; name a folder with --cache-dir");
    };
    let (contents, verb) = match is_over {
        false => (Contents::of(&path)?, "has"),
        true => (Contents::clear(&path)?, "had"),
    };
    let Contents { records, bytes } = contents;
    let path = path.display();
    let mut stdout = anstream::stdout();
    let told = writeln!(
        stdout,
        "{path} {verb} {records} results in {bytes} bytes; it may hold {CAPACITY}"
    );
    closed_pipe_is_fine(told)?;
    Ok(0)
}

fn path(args: &FolderArgs) -> Option<PathBuf> {
    let named = args.cache_dir.clone();
    named.or_else(|| users_folder(|name| std::env::var_os(name)))
}

/// The cache of one scan, opened when it is known what counts for the scan.
pub(super) struct Kept<'a> {
    args: &'a KeepArgs,
    cache: OnceCell<Option<Arc<Cache>>>,
}

impl<'a> Kept<'a> {
    /// As the arguments say.
    pub(super) const fn new(args: &'a KeepArgs) -> Self {
        Self {
            args,
            cache: OnceCell::new(),
        }
    }

    /// Where results are kept, unless there are to be none.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        path(&self.args.folder).filter(|_| !self.args.no_cache)
    }

    /// The cache, unless there is to be none. What is kept has no secrets, so that a scan that is to show
    /// them has no use for it.
    pub(super) fn open(&self, setting: &Setting<'_>) -> Option<Arc<Cache>> {
        let open = || {
            let path = self.folder()?;
            let purpose = purpose(setting.detector, setting.options, setting.identity);
            let cache = Cache::open(&path, CAPACITY, setting.identity, &purpose);
            cache.map_err(|error| warn(&error)).ok().map(Arc::new)
        };
        let is_of_use = !setting.options.keep_secrets;
        let cache = self.cache.get_or_init(|| is_of_use.then(open).flatten());
        cache.clone()
    }

    /// Tells what went wrong.
    pub(super) fn tell(&self) {
        let cache = self.cache.get().and_then(Option::as_ref);
        let troubles = cache.map(|cache| cache.troubles()).unwrap_or_default();
        troubles.iter().for_each(warn);
    }
}

fn warn(error: &CacheError) {
    tell(
        AnsiColor::Yellow.on_default().bold(),
        "warning",
        &error.to_string(),
    );
}

//! The folder that records lie in: `xx/<hex>`, by the first two digits of their names. It is readable by
//! its owner alone, and never holds much more than it may: what was used longest ago goes first.

use super::CacheError;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The tag that keeps backups away (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &[u8] =
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Results of residue; see `residue cache --help`.\n";
/// Largest record, in bytes.
pub(super) const RECORD: u64 = 256 << 20;
/// What the name of a record begins with while it is written.
const HALF: &str = ".new-";
/// How much of the capacity is left when records had to go, in percent, so that not every write looks
/// through the folder.
const KEPT: u64 = 90;
/// How old the date of a record may become before a use of it is noted, and what is half written before
/// nobody is thought to write it any more.
const OLD: Duration = Duration::from_secs(3600);

/// A folder of records.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    capacity: u64,
    /// Bytes of all records; `None` until it matters.
    size: Mutex<Option<u64>>,
}

/// What a folder holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Number of records.
    pub records: u64,
    /// Their bytes together.
    pub bytes: u64,
}

/// The user's own folder: `residue` in `$XDG_CACHE_HOME`, or in `~/.cache` where that is not set.
/// `variable` looks into the environment.
pub fn users_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    // The specification says that a relative path is to be ignored.
    let folder = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let folder = folder.or_else(|| Some(set("HOME")?.join(".cache")));
    folder.map(|folder| folder.join("residue"))
}

impl Contents {
    /// What the folder at `path` holds; nothing if it is not there.
    ///
    /// # Errors
    /// When it cannot be looked through.
    pub fn of(path: &Path) -> Result<Self, CacheError> {
        let records = records(path)?;
        Ok(Self {
            records: records.len() as u64,
            bytes: records.iter().map(|record| record.size).sum(),
        })
    }

    /// Deletes all records of the folder at `path`, and tells what that was.
    ///
    /// # Errors
    /// When one cannot be deleted.
    pub fn clear(path: &Path) -> Result<Self, CacheError> {
        let mut gone = Self::default();
        for record in records(path)? {
            delete(&record.path)?;
            gone.records += 1;
            gone.bytes += record.size;
        }
        Ok(gone)
    }
}

impl Folder {
    /// Makes the folder, if it is not there.
    pub(super) fn open(path: &Path, capacity: u64) -> Result<Self, CacheError> {
        let no_folder = |cause| CacheError::NoFolder {
            path: path.to_owned(),
            cause,
        };
        private(DirBuilder::new().recursive(true))
            .create(path)
            .map_err(no_folder)?;
        if !is_ours(&fs::metadata(path).map_err(no_folder)?) {
            let path = path.to_owned();
            return Err(CacheError::NotOurs { path });
        }
        Ok(Self {
            path: path.to_owned(),
            capacity,
            size: Mutex::default(),
        })
    }

    /// The place of a file.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.path.join(&file[..2]).join(&file[2..])
    }

    /// The bytes of a file; `None` if there is none.
    pub(super) fn read(&self, file: &str) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.path(file);
        match read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(CacheError::Unreadable { path, cause }),
        }
    }

    /// Writes a file, or replaces it; other processes see the old one or the new one.
    pub(super) fn write(&self, file: &str, bytes: &[u8]) -> Result<(), CacheError> {
        let path = self.path(file);
        self.place(&path, bytes)
            .map_err(|cause| CacheError::Unwritten {
                path: self.path.clone(),
                cause,
            })?;
        self.make_room(bytes.len() as u64)
    }

    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(&self.path);
        private(DirBuilder::new().recursive(true)).create(folder)?;
        let tag = self.path.join(TAG);
        if !tag.exists() {
            fs::write(tag, TAG_TEXT)?;
        }
        // Readable by its owner alone, and gone if anything fails.
        let mut file = tempfile::Builder::new()
            .prefix(HALF)
            .tempfile_in(&self.path)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    /// Takes note of bytes that were added, and deletes what was used longest ago if there are too many.
    fn make_room(&self, added: u64) -> Result<(), CacheError> {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        let now = match *size {
            Some(before) => before + added,
            None => {
                sweep(&self.path);
                Contents::of(&self.path)?.bytes
            }
        };
        *size = Some(now);
        if now <= self.capacity {
            return Ok(());
        }
        // Others may have added or deleted some.
        let mut records = records(&self.path)?;
        records.sort_by_key(|record| record.used);
        let mut now: u64 = records.iter().map(|record| record.size).sum();
        for record in records {
            if now <= self.capacity / 100 * KEPT {
                break;
            }
            delete(&record.path)?;
            now -= record.size;
        }
        *size = Some(now);
        Ok(())
    }
}

/// A record among others.
struct Record {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

/// Every record of a folder. What vanishes meanwhile is none any more.
fn records(path: &Path) -> Result<Vec<Record>, CacheError> {
    let unreadable = |cause| CacheError::Unreadable {
        path: path.to_owned(),
        cause,
    };
    let folders = match fs::read_dir(path) {
        Ok(folders) => folders,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(unreadable(cause)),
    };
    let mut records = Vec::new();
    for folder in folders {
        let folder = folder.map_err(unreadable)?;
        // Nothing but what was made here: the folder may be one that was named by mistake.
        let is_ours = folder.file_name().len() == 2 && folder.path().is_dir();
        for file in is_ours
            .then(|| fs::read_dir(folder.path()))
            .into_iter()
            .flatten()
            .flatten()
        {
            let Some((file, about)) = file
                .ok()
                .and_then(|file| Some((file.path(), file.metadata().ok()?)))
            else {
                continue;
            };
            let is_record = file.file_name().is_some_and(|name| name.len() == 62);
            if is_record && about.is_file() {
                records.push(Record {
                    path: file,
                    size: about.len(),
                    used: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                });
            }
        }
    }
    Ok(records)
}

/// Deletes what processes have left that ended while they wrote.
fn sweep(path: &Path) {
    for file in fs::read_dir(path).into_iter().flatten().flatten() {
        let is_half = file
            .file_name()
            .as_encoded_bytes()
            .starts_with(HALF.as_bytes());
        let age = || file.metadata().ok()?.modified().ok()?.elapsed().ok();
        if is_half && age().is_some_and(|age| age > OLD) {
            // It is in nobody's way.
            let _ = fs::remove_file(file.path());
        }
    }
}

fn delete(path: &Path) -> Result<(), CacheError> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(CacheError::Undeleted {
            path: path.to_owned(),
            cause,
        }),
        _ => Ok(()),
    }
}

/// The bytes of a record, and a note that it was used.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let about = file.metadata()?;
    if !about.is_file() || about.len() > RECORD {
        return Err(io::Error::other("is no file of the right size"));
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    Read::by_ref(&mut file)
        .take(RECORD)
        .read_to_end(&mut bytes)?;
    let age = about.modified()?.elapsed().unwrap_or_default();
    if age > OLD {
        // Where that is not allowed, records merely go in the order in which they came.
        let _ = file.set_modified(SystemTime::now());
    }
    Ok(bytes)
}

/// Opens a file without waiting for anybody, should it be a fifo.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    options.open(path)
}

/// A folder that nobody else can look into.
fn private(builder: &mut DirBuilder) -> &DirBuilder {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder
}

/// Whether nobody but us and the system's administrator can write to a folder.
#[cfg(unix)]
fn is_ours(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const WRITABLE_BY_OTHERS: u32 = 0o022;
    // What /proc/self belongs to is who we are.
    let us = fs::metadata("/proc/self").map_or(about.uid(), |us| us.uid());
    [0, us].contains(&about.uid()) && about.mode() & WRITABLE_BY_OTHERS == 0
}

#[cfg(not(unix))]
fn is_ours(_about: &fs::Metadata) -> bool {
    true
}

//! Reading and writing the small text files that suppressions are kept in.

use super::SuppressError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

/// Largest file that is taken, in bytes: a million entries.
const LARGEST: u64 = 64 << 20;

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// When it cannot be read, is too large, or is no UTF-8.
pub(super) fn read(path: &Path) -> Result<String, SuppressError> {
    let text = match path.as_os_str() == "-" {
        true => bounded(io::stdin().lock()),
        false => File::open(path).and_then(bounded),
    };
    text.map_err(|cause| SuppressError::Unreadable {
        path: path.to_owned(),
        cause,
    })
}

fn bounded(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let length = from.take(LARGEST + 1).read_to_string(&mut text)?;
    match length as u64 > LARGEST {
        true => Err(io::ErrorKind::FileTooLarge.into()),
        false => Ok(text),
    }
}

/// Puts a whole file in place of what was there, or leaves that as it was.
///
/// # Errors
/// When it cannot be written.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), SuppressError> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let draft = target.with_file_name(name);
    let written = fresh(&draft, text).and_then(|()| fs::rename(&draft, &target));
    written.map_err(|cause| {
        // The first error is the one to tell; a draft that never was cannot be removed.
        let _ = fs::remove_file(&draft);
        SuppressError::Unwritable {
            path: path.to_owned(),
            cause,
        }
    })
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// When it does, or cannot be written.
pub(super) fn create(path: &Path, text: &str) -> Result<(), SuppressError> {
    fresh(path, text).map_err(|cause| match cause.kind() {
        io::ErrorKind::AlreadyExists => SuppressError::Exists(path.to_owned()),
        _ => SuppressError::Unwritable {
            path: path.to_owned(),
            cause,
        },
    })
}

fn fresh(path: &Path, text: &str) -> io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}

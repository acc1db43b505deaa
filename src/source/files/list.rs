//! Lists of paths, as `git diff --name-only` and `find -print0` write them.

use std::ffi::OsString;
use std::path::PathBuf;

/// A list of paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What the list is called in reports.
    pub name: String,
    /// The paths, in the order of the list.
    pub paths: Vec<PathBuf>,
}

/// What stands between two paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// A line feed; a carriage return in front of it belongs to it, as Windows writes it.
    Line,
    /// A zero byte, which no path can hold.
    Nul,
}

impl List {
    /// Takes a list apart. Paths may be any bytes; empty ones are none.
    pub fn parse(name: String, text: &[u8], separator: Separator) -> Self {
        let mark = match separator {
            Separator::Line => b'\n',
            Separator::Nul => 0,
        };
        let paths = text
            .split(|&byte| byte == mark)
            .map(|path| match separator {
                Separator::Line => path.strip_suffix(b"\r").unwrap_or(path),
                Separator::Nul => path,
            });
        let paths = paths.filter(|path| !path.is_empty()).map(path);
        Self {
            name,
            paths: paths.collect(),
        }
    }
}

/// The path with these bytes.
#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec()).into()
}

/// The path with these bytes.
#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(bytes).into_owned()).into()
}

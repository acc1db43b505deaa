//! Delivers reports. A file appears whole or not at all, and only its owner may read it, because
//! even a redacted report tells where to look; a reader that closes the pipe has seen enough and
//! is no error.

use super::{Format, View};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Where one report goes.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// How it is written.
    pub format: &'static Format,
    /// The file; `None` means the stream that the caller gives.
    pub file: Option<&'a Path>,
}

/// A report that could not be delivered.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A file could not be written.
    #[error("cannot write the report {path}: {cause}")]
    File {
        /// The file that was named.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The path is that of a folder.
    #[error("cannot write the report {0}: it is a folder; name a file in it")]
    Folder(PathBuf),
    /// The file's folder does not exist.
    #[error("cannot write the report {0}: its folder does not exist; create it first")]
    NoFolder(PathBuf),
    /// The stream could not be written.
    #[error("cannot write the report to standard output: {0}")]
    Stream(io::Error),
}

impl Destination<'_> {
    /// Finds out before any work whether the file can be there.
    ///
    /// # Errors
    /// When the path is a directory, or lies in none.
    pub fn check(&self) -> Result<(), OutputError> {
        let Some(path) = self.file else {
            return Ok(());
        };
        if path.is_dir() {
            Err(OutputError::Folder(path.to_owned()))
        } else if !folder(path).is_dir() {
            Err(OutputError::NoFolder(path.to_owned()))
        } else {
            Ok(())
        }
    }

    /// Where writing it changes something: the folder of the file, or the device or named pipe that is
    /// written to directly. `None` if it goes to the stream, or to one that has no name but in
    /// `/proc/self/fd`.
    pub fn written_in(&self) -> Option<PathBuf> {
        let path = self.file?;
        match way(path).ok()? {
            Way::Direct => fs::canonicalize(path).ok(),
            Way::Replace(file) => Some(folder(&file).to_owned()),
        }
    }
}

/// How a report gets to its file.
enum Way {
    /// It is written to what is there: a device or pipe, which cannot be replaced.
    Direct,
    /// A finished file is renamed to this one. A link stays a link.
    Replace(PathBuf),
}

fn way(path: &Path) -> io::Result<Way> {
    Ok(match fs::metadata(path) {
        Ok(found) if !found.is_file() => Way::Direct,
        Ok(_) => Way::Replace(fs::canonicalize(path)?),
        Err(_) => Way::Replace(path.to_owned()),
    })
}

/// Writes a report to its file, or to `stream` where it has none.
///
/// # Errors
/// When the file or the stream cannot be written. A closed pipe is no error.
pub fn write(view: &View, to: Destination<'_>, stream: &mut dyn Write) -> Result<(), OutputError> {
    match to.file {
        Some(path) => write_file(view, to.format, path).map_err(failed(path)),
        None => match (to.format.render)(view, stream).and_then(|()| stream.flush()) {
            Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => {
                Err(OutputError::Stream(cause))
            }
            _ => Ok(()),
        },
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> OutputError {
    move |cause| OutputError::File {
        path: path.to_owned(),
        cause,
    }
}

fn write_file(view: &View, format: &Format, path: &Path) -> io::Result<()> {
    match way(path)? {
        Way::Direct => fill(view, format, OpenOptions::new().write(true).open(path)?),
        Way::Replace(file) => replace(view, format, &file),
    }
}

/// The draft beside the report has a name that nobody uses, and goes when it cannot be finished.
fn replace(view: &View, format: &Format, path: &Path) -> io::Result<()> {
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(".");
    let draft = tempfile::Builder::new()
        .prefix(&hidden)
        .suffix(".tmp")
        .tempfile_in(folder(path))?;
    let (file, draft) = draft.into_parts();
    fill(view, format, file)?;
    Ok(draft.persist(path)?)
}

/// Report files hold no colours.
fn fill(view: &View, format: &Format, file: File) -> io::Result<()> {
    let mut file = BufWriter::new(file);
    let plain: &mut (dyn Write + 'static) = &mut file;
    (format.render)(view, &mut anstream::StripStream::new(plain))?;
    file.flush()
}

/// The directory of a file; that of a bare name is the current one.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{FORMATS, sample};

    fn to<'a>(file: Option<&'a Path>) -> Destination<'a> {
        Destination {
            format: &FORMATS[0],
            file,
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.txt");
        fs::write(&path, "what was here").unwrap();
        write(&sample::view(), to(Some(&path)), &mut io::sink()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("CRITICAL") && !text.contains("what was here"));
        assert!(!text.contains('\x1b'), "a file holds no colours");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_a_link_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&path, "what was here").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&sample::view(), to(Some(&link)), &mut io::sink()).unwrap();
        assert!(link.is_symlink());
        assert!(fs::read_to_string(&path).unwrap().contains("CRITICAL"));
        let null = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        write(&sample::view(), to(Some(&null)), &mut io::sink()).unwrap();
        assert!(null.is_symlink());
    }

    #[test]
    fn a_place_that_cannot_hold_a_report_is_refused_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("none/report.txt");
        assert!(to(Some(folder.path())).check().is_err());
        let error = to(Some(&nowhere)).check().unwrap_err().to_string();
        assert!(error.contains("none/report.txt"), "{error}");
        assert!(to(Some(&folder.path().join("new"))).check().is_ok());
        assert!(to(Some(Path::new("new"))).check().is_ok());
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is() {
        struct Fails(io::ErrorKind);
        impl Write for Fails {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let view = sample::view();
        assert!(write(&view, to(None), &mut Fails(io::ErrorKind::BrokenPipe)).is_ok());
        assert!(write(&view, to(None), &mut Fails(io::ErrorKind::StorageFull)).is_err());
    }
}

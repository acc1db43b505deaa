//! A layer's tar, put together again from its files and from the bytes between them (tar-split):
//! lines of JSON, compressed, each either bytes of the tar or the name of a file whose content comes
//! next.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Cursor, Read};
use std::path::{Component, Path, PathBuf};

/// Longest line, in bytes: headers and padding of one entry.
const LINE: u64 = 64 << 20;
/// Files that a message names.
const NAMED: usize = 3;

/// One line.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: u8,
    name: Option<String>,
    name_raw: Option<String>,
    size: Option<u64>,
    payload: Option<String>,
}

/// Kind of a line that names a file.
const FILE: u8 = 1;
/// Kind of a line of bytes.
const SEGMENT: u8 = 2;

/// The tar.
///
/// A file that cannot be read is replaced by zeros, so that what follows it is not lost, and told by
/// an error at the end.
pub(super) struct Split {
    lines: BufReader<MultiGzDecoder<File>>,
    files: PathBuf,
    part: Box<dyn Read + Send>,
    unread: Vec<String>,
    is_over: bool,
}

impl Split {
    /// The tar of the files below `files`, a path without links.
    pub(super) fn new(split: File, files: PathBuf) -> Self {
        Self {
            lines: BufReader::new(MultiGzDecoder::new(split)),
            files,
            part: Box::new(io::empty()),
            unread: Vec::new(),
            is_over: false,
        }
    }

    /// Goes on to the next part. `false` if there is none.
    fn next(&mut self) -> io::Result<bool> {
        let mut line = Vec::new();
        self.lines
            .by_ref()
            .take(LINE)
            .read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(false);
        }
        let entry: Entry = serde_json::from_slice(&line)
            .map_err(|_| damaged("a line of the layer's tar-split is no JSON"))?;
        self.part = match entry.kind {
            SEGMENT => {
                let bytes = BASE64_STANDARD.decode(entry.payload.unwrap_or_default());
                let bytes =
                    bytes.map_err(|_| damaged("bytes of the layer's tar-split are no base64"))?;
                Box::new(Cursor::new(bytes))
            }
            FILE => self.file(&entry),
            _ => {
                return Err(damaged(
                    "the layer's tar-split has a line of an unknown kind",
                ));
            }
        };
        Ok(true)
    }

    /// The content of a file, exactly as much as the tar has of it.
    fn file(&mut self, entry: &Entry) -> Box<dyn Read + Send> {
        let size = entry.size.unwrap_or(0);
        if size == 0 {
            return Box::new(io::empty());
        }
        let name = raw(entry);
        match self.inside(&name).and_then(|path| opened(&path, size)) {
            Ok(file) => Box::new(file.chain(io::repeat(0)).take(size)),
            Err(_) => {
                self.unread
                    .push(String::from_utf8_lossy(&name).into_owned());
                Box::new(io::repeat(0).take(size))
            }
        }
    }

    /// Where a file of the layer lies. Neither its name nor a link on the way leads out of the layer.
    fn inside(&self, name: &[u8]) -> io::Result<PathBuf> {
        let relative = path_of(name.strip_prefix(b"/").unwrap_or(name))?;
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !relative.components().all(is_plain) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let path = self.files.join(relative);
        let folder = path.parent().unwrap_or(&self.files).canonicalize()?;
        match folder.starts_with(&self.files) {
            true => Ok(folder.join(path.file_name().unwrap_or_default())),
            false => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn end(&mut self) -> io::Result<usize> {
        self.is_over = true;
        if self.unread.is_empty() {
            return Ok(0);
        }
        let number = self.unread.len();
        let named = self.unread[..number.min(NAMED)].join(", ");
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "{number} files of the layer cannot be read from the store ({named}); \
                 `podman unshare residue ...` or root may read all"
            ),
        ))
    }
}

impl Read for Split {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.part.read(buffer)?;
            if count > 0 || buffer.is_empty() || self.is_over {
                return Ok(count);
            }
            if !self.next()? {
                return self.end();
            }
        }
    }
}

/// A file's name, which need not be UTF-8.
fn raw(entry: &Entry) -> Vec<u8> {
    let decoded = entry
        .name_raw
        .as_ref()
        .and_then(|raw| BASE64_STANDARD.decode(raw).ok());
    decoded.unwrap_or_else(|| entry.name.clone().unwrap_or_default().into_bytes())
}

#[cfg(unix)]
#[allow(
    clippy::unnecessary_wraps,
    reason = "elsewhere not every name is a path"
)]
fn path_of(name: &[u8]) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> io::Result<PathBuf> {
    let text = std::str::from_utf8(name).map_err(io::Error::other)?;
    Ok(PathBuf::from(text))
}

/// A regular file of the right size; a link is not followed.
fn opened(path: &Path, size: u64) -> io::Result<File> {
    let about = path.symlink_metadata()?;
    match about.is_file() && about.len() == size {
        true => File::open(path),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::fs;
    use std::io::Write as _;

    fn read(lines: &str, files: &Path) -> (Vec<u8>, Option<io::Error>) {
        let path = files.with_extension("gz");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(lines.as_bytes()).unwrap();
        fs::write(&path, encoder.finish().unwrap()).unwrap();
        let mut bytes = Vec::new();
        let mut split = Split::new(File::open(path).unwrap(), files.canonicalize().unwrap());
        let error = split.read_to_end(&mut bytes).err();
        (bytes, error)
    }

    #[test]
    fn parts_and_files_make_the_tar() {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        fs::create_dir_all(files.join("etc")).unwrap();
        fs::write(files.join("etc/a"), "AAA").unwrap();
        let lines = "{\"type\":2,\"payload\":\"aGVhZA==\"}\n{\"type\":1,\"name\":\"etc/\"}\n\
                     {\"type\":1,\"name\":\"etc/a\",\"size\":3}\n{\"type\":2,\"payload\":\"ZW5k\"}\n";
        let (bytes, error) = read(lines, &files);
        assert_eq!(
            (bytes.as_slice(), error.is_none()),
            (&b"headAAAend"[..], true)
        );
    }

    #[test]
    fn files_that_cannot_be_read_cost_only_themselves() {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        fs::create_dir_all(&files).unwrap();
        fs::write(dir.path().join("outside"), "out").unwrap();
        std::os::unix::fs::symlink(dir.path(), files.join("link")).unwrap();
        for name in ["../outside", "link/outside", "none", "link"] {
            let lines = format!(
                "{{\"type\":1,\"name\":\"{name}\",\"size\":3}}\n{{\"type\":2,\"payload\":\"ZW5k\"}}\n"
            );
            let (bytes, error) = read(&lines, &files);
            assert_eq!(bytes, b"\0\0\0end", "{name}");
            assert!(error.unwrap().to_string().contains(name));
        }
    }

    #[test]
    fn damage_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        fs::create_dir_all(&files).unwrap();
        for lines in [
            "no json\n",
            "{\"type\":2,\"payload\":\"***\"}\n",
            "{\"type\":9}\n",
        ] {
            assert!(read(lines, &files).1.is_some());
        }
    }
}

//! An OCI layout: a directory with an `index.json` and blobs named by their digest (OCI image-spec,
//! image-layout.md). What links lead out of it is not read: the layout is the image, and a scan of
//! an untrusted one must not read the machine it runs on.

use super::stamp::Stamp;
use super::store::{Blob, OpenError, Proof, Store};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A layout directory.
pub(super) struct Layout {
    /// Without links, so that whatever lies below it begins with it.
    root: PathBuf,
}

impl Layout {
    /// A layout at `path`. Nothing is read yet.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let root = path.canonicalize()?;
        Ok(Self { root })
    }

    /// The file of a blob, if it is one and lies inside.
    fn file(&self, name: &str) -> Result<PathBuf, OpenError> {
        let path = self.root.join(name);
        let real = path.canonicalize().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if path.symlink_metadata().is_err() => OpenError::Missing,
            io::ErrorKind::NotFound => OpenError::Outside,
            _ => OpenError::Io(error),
        })?;
        if !real.starts_with(&self.root) {
            return Err(OpenError::Outside);
        }
        // A fifo must not be opened at all: that would wait for somebody to write.
        if !fs::metadata(&real)?.is_file() {
            return Err(OpenError::NotAFile);
        }
        Ok(real)
    }
}

impl Store for Layout {
    fn open(&self, name: &str) -> Result<Blob, OpenError> {
        let file = File::open(self.file(name)?)?;
        let size = file.metadata()?.len();
        Ok(Blob::new(file, size))
    }

    fn resolve(&self, name: &str) -> Result<String, OpenError> {
        self.file(name)?;
        Ok(name.to_owned())
    }

    fn proof(&self, name: &str) -> Proof {
        let about = self
            .file(name)
            .ok()
            .and_then(|file| fs::metadata(file).ok());
        let stamp = about.and_then(|about| Stamp::of(&about, 0..about.len()));
        stamp.map_or(Proof::Nothing, Proof::File)
    }

    /// None: what no index refers to is not part of an image, and stays here when it is pushed.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[cfg(unix)]
    #[test]
    fn only_regular_files_inside_are_opened() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let blobs = dir.path().join("blobs/sha256");
        fs::create_dir_all(blobs.join("directory")).unwrap();
        fs::write(blobs.join("real"), "content").unwrap();
        symlink("real", blobs.join("inner")).unwrap();
        symlink(outside.path().join("secret"), blobs.join("outer")).unwrap();
        symlink("nowhere", blobs.join("dangling")).unwrap();
        symlink("loop", blobs.join("loop")).unwrap();

        let layout = Layout::at(dir.path()).unwrap();
        let error = |name: &str| layout.open(&format!("blobs/sha256/{name}")).err().unwrap();
        let mut text = String::new();
        let mut inner = layout.open("blobs/sha256/inner").unwrap();
        inner.reader.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), inner.size), ("content", 7));
        assert!(matches!(error("outer"), OpenError::Outside));
        assert!(matches!(error("dangling"), OpenError::Outside));
        assert!(matches!(error("directory"), OpenError::NotAFile));
        assert!(matches!(error("loop"), OpenError::Io(_)));
        assert!(matches!(error("none"), OpenError::Missing));
    }
}

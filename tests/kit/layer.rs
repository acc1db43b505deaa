//! A layer's tar, entry by entry.

use super::Entry;
use std::path::Path;
use walkdir::WalkDir;

/// A tar archive being written. Entries stand in the order in which they are added, duplicates
/// included.
#[derive(Clone, Default)]
pub struct Layer {
    bytes: Vec<u8>,
}

impl Layer {
    /// An empty layer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry.
    pub fn entry(self, entry: Entry) -> Self {
        self.raw(&entry.bytes())
    }

    /// Adds bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// Adds a regular file.
    pub fn file(self, path: &str, body: impl Into<Vec<u8>>) -> Self {
        self.entry(Entry::file(path, body))
    }

    /// Adds every file below a folder on disk, in the order of their paths.
    pub fn folder(mut self, path: &str, folder: &Path) -> Self {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.unwrap();
            let inner = entry.path().strip_prefix(folder).unwrap();
            let path = format!("{path}/{}", inner.to_str().unwrap());
            if entry.file_type().is_file() {
                self = self.file(&path, std::fs::read(entry.path()).unwrap());
            }
        }
        self
    }

    /// Adds a directory.
    pub fn dir(self, path: &str) -> Self {
        self.entry(Entry::dir(path))
    }

    /// Adds a symbolic link.
    pub fn symlink(self, path: &str, target: &str) -> Self {
        self.entry(Entry::symlink(path, target))
    }

    /// Adds a hard link.
    pub fn hardlink(self, path: &str, target: &str) -> Self {
        self.entry(Entry::hardlink(path, target))
    }

    /// Deletes a file or directory of the layers below (OCI image spec, layer.md, "Whiteouts").
    pub fn whiteout(self, path: &str) -> Self {
        let marker = match path.rsplit_once('/') {
            Some((dir, name)) => format!("{dir}/.wh.{name}"),
            None => format!(".wh.{path}"),
        };
        self.file(&marker, "")
    }

    /// Hides everything that the layers below have in a directory.
    pub fn opaque(self, dir: &str) -> Self {
        self.file(&format!("{dir}/.wh..wh..opq"), "")
    }

    /// The archive with its end marker, two blocks of zeros.
    pub fn tar(&self) -> Vec<u8> {
        let mut tar = self.bytes.clone();
        tar.resize(tar.len() + 1024, 0);
        tar
    }

    /// The archive without an end marker.
    pub fn unterminated(&self) -> Vec<u8> {
        self.bytes.clone()
    }
}

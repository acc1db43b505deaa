//! A set of named files that is written as a directory or as a tar: an OCI layout or any of the
//! archives that image tools save.

use super::{Entry, Layer};
use std::path::Path;

/// What stands under a name.
#[derive(Debug, Clone)]
pub enum Node {
    /// A regular file.
    File(Vec<u8>),
    /// A symbolic link to another name.
    Symlink(String),
    /// A hard link to another name.
    Hardlink(String),
    /// A directory.
    Dir,
}

/// Files by name, in the order in which an archive holds them.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// The files.
    pub entries: Vec<(String, Node)>,
}

impl Bundle {
    /// Adds an entry at the end.
    pub fn with(mut self, name: &str, node: Node) -> Self {
        self.entries.push((name.to_owned(), node));
        self
    }

    /// Adds a file, or replaces the one of that name.
    pub fn put(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let node = Node::File(bytes.into());
        match self.entries.iter_mut().find(|entry| entry.0 == name) {
            Some(entry) => entry.1 = node,
            None => self.entries.push((name.to_owned(), node)),
        }
        self
    }

    /// Takes an entry away.
    pub fn without(mut self, name: &str) -> Self {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.0 != name);
        assert!(self.entries.len() < before, "there is no {name}");
        self
    }

    /// Puts the entries in the opposite order.
    pub fn reversed(mut self) -> Self {
        self.entries.reverse();
        self
    }

    /// Puts a prefix before every name, `./` for instance.
    pub fn prefixed(mut self, prefix: &str) -> Self {
        for (name, node) in &mut self.entries {
            name.insert_str(0, prefix);
            if let Node::Hardlink(target) = node {
                target.insert_str(0, prefix);
            }
        }
        self
    }

    /// The bytes of a file.
    pub fn get(&self, name: &str) -> &[u8] {
        match self.entries.iter().find(|entry| entry.0 == name) {
            Some((_, Node::File(bytes))) => bytes,
            _ => panic!("there is no file {name}"),
        }
    }

    /// All of it as a tar.
    pub fn tar(&self) -> Vec<u8> {
        let entry = |(name, node): &(String, Node)| match node {
            Node::File(bytes) => Entry::file(name.as_str(), bytes.clone()),
            Node::Symlink(target) => Entry::symlink(name.as_str(), target.as_str()),
            Node::Hardlink(target) => Entry::hardlink(name.as_str(), target.as_str()),
            Node::Dir => Entry::dir(name),
        };
        self.entries
            .iter()
            .map(entry)
            .fold(Layer::new(), Layer::entry)
            .tar()
    }

    /// All of it as files under a directory.
    pub fn write(&self, root: &Path) {
        for (name, node) in &self.entries {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match node {
                Node::File(bytes) => std::fs::write(path, bytes).unwrap(),
                Node::Symlink(target) => std::os::unix::fs::symlink(target, path).unwrap(),
                Node::Hardlink(target) => std::fs::hard_link(root.join(target), path).unwrap(),
                Node::Dir => std::fs::create_dir_all(path).unwrap(),
            }
        }
    }
}

//! The names in an archive. They are compared without `./` and doubled slashes, the last of two
//! equal ones wins, and links between entries are followed: old versions of `docker save` wrote
//! a layer once and linked to it from there on.

use super::super::store::OpenError;
use std::collections::BTreeMap;

/// Most links on the way to an entry.
const HOPS: usize = 40;

/// Entries by name.
#[derive(Debug)]
pub(super) struct Entries<T>(BTreeMap<String, Entry<T>>);

#[derive(Debug)]
enum Entry<T> {
    /// Content.
    Body(T),
    /// The name of another entry.
    Link(String),
    /// A directory or a device.
    Other,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Entries<T> {
    /// Adds an entry with content. Returns the content of the same name that it replaces, as the
    /// others do.
    pub(super) fn body(&mut self, name: &[u8], body: T) -> Option<T> {
        self.insert(normal(name), Entry::Body(body))
    }

    /// Adds a hard link; its target is named from the root of the archive.
    pub(super) fn hard_link(&mut self, name: &[u8], target: &[u8]) -> Option<T> {
        let (name, target) = (normal(name), normal(target));
        // A hard link to its own name has no other content; what stands there stays.
        if name == target {
            return None;
        }
        self.insert(name, Entry::Link(target))
    }

    /// Adds a symbolic link; its target is named from the directory of the link.
    pub(super) fn symlink(&mut self, name: &[u8], target: &[u8]) -> Option<T> {
        let name = normal(name);
        let directory = name.rfind('/').map_or("", |slash| &name[..slash]);
        let from_root = [directory.as_bytes(), b"/", target].concat();
        let absolute = target.starts_with(b"/");
        let target = normal(if absolute { target } else { &from_root });
        self.insert(name, Entry::Link(target))
    }

    /// Adds an entry that has no content.
    pub(super) fn other(&mut self, name: &[u8]) -> Option<T> {
        self.insert(normal(name), Entry::Other)
    }

    fn insert(&mut self, name: String, entry: Entry<T>) -> Option<T> {
        match self.0.insert(name, entry) {
            Some(Entry::Body(replaced)) => Some(replaced),
            _ => None,
        }
    }

    /// The entry that a name leads to, and that entry's own name.
    pub(super) fn find(&self, name: &str) -> Result<(&str, &T), OpenError> {
        let mut name = normal(name.as_bytes());
        for _ in 0..HOPS {
            match self.0.get_key_value(&name) {
                None => return Err(OpenError::Missing),
                Some((_, Entry::Other)) => return Err(OpenError::NotAFile),
                Some((name, Entry::Body(body))) => return Ok((name, body)),
                Some((_, Entry::Link(target))) => name.clone_from(target),
            }
        }
        Err(OpenError::Cycle)
    }

    /// The names of all entries with content, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let with_body = |entry: &(&String, &Entry<T>)| matches!(entry.1, Entry::Body(_));
        let names = self.0.iter().filter(with_body);
        names.map(|(name, _)| name.clone()).collect()
    }
}

/// A name without `.`, `..` and empty parts. Bytes that are not UTF-8 are replaced: no manifest,
/// being JSON, can refer to them.
fn normal(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_their_spelling() {
        let mut entries = Entries::default();
        entries.body(b"./a//layer.tar", 1);
        assert_eq!(entries.find("a/layer.tar").unwrap(), ("a/layer.tar", &1));
        assert_eq!(entries.body(b"a/layer.tar", 2), Some(1));
        assert_eq!(entries.find("/a/./layer.tar").unwrap().1, &2);
        assert_eq!(entries.names(), ["a/layer.tar"]);
    }

    #[test]
    fn links_lead_to_the_entry_they_name() {
        let mut entries = Entries::default();
        entries.body(b"a/layer.tar", 1);
        entries.symlink(b"b/layer.tar", b"../a/layer.tar");
        entries.hard_link(b"c/layer.tar", b"b/layer.tar");
        entries.hard_link(b"a/layer.tar", b"./a/layer.tar");
        for name in ["a/layer.tar", "b/layer.tar", "c/layer.tar"] {
            assert_eq!(entries.find(name).unwrap(), ("a/layer.tar", &1));
        }
        assert_eq!(entries.names(), ["a/layer.tar"]);
    }

    #[test]
    fn links_in_a_circle_and_to_nothing_are_errors() {
        let mut entries = Entries::<()>::default();
        entries.symlink(b"a", b"b");
        entries.symlink(b"b", b"a");
        entries.symlink(b"self", b"self");
        entries.symlink(b"c", b"/etc/passwd");
        entries.other(b"d");
        assert!(matches!(entries.find("a"), Err(OpenError::Cycle)));
        assert!(matches!(entries.find("self"), Err(OpenError::Cycle)));
        assert!(matches!(entries.find("c"), Err(OpenError::Missing)));
        assert!(matches!(entries.find("d"), Err(OpenError::NotAFile)));
    }
}

//! What the small files of a repository in an image say. A path may have a file in several layers: the
//! last one is what the repository is now, and what the others name it once had.

use super::super::outline::Outline;
use super::super::staged::Index;
use super::super::tips::{self, Tip};
use super::remains::{Piece, What};
use crate::model::Kind;
use gix::bstr::ByteSlice;
use gix::{ObjectId, hash};
use std::collections::BTreeMap;

/// Reads the small files of one repository.
pub(super) struct Papers {
    hash: hash::Kind,
    outline: Outline,
    /// What each reference names now.
    now: BTreeMap<String, ObjectId>,
    /// What HEAD says now.
    head: Vec<u8>,
}

impl Papers {
    pub(super) fn new(hash: hash::Kind) -> Self {
        Self {
            hash,
            outline: Outline::default(),
            now: BTreeMap::new(),
            head: Vec::new(),
        }
    }

    /// Takes a file at this path of the git directory. Those of upper layers come after those of lower
    /// ones.
    pub(super) fn take(&mut self, path: &[u8], piece: &Piece) {
        if !matches!(piece.what, What::Paper | What::Index) {
            return;
        }
        let path = String::from_utf8_lossy(path);
        let Some(bytes) = &piece.bytes else {
            let problem = format!("{path}: there was no memory left to keep it");
            return self.outline.problems.push((Kind::Limit, problem));
        };
        // A linked work tree has a HEAD, an index and references of its own.
        let linked = path.strip_prefix("worktrees/");
        let own = linked.and_then(|rest| Some(rest.split_once('/')?.1));
        let own = own.unwrap_or(&path);
        match piece.what {
            What::Index if !own.contains('/') => {
                self.outline.indexes.retain(|index| !is_of(index, bytes));
                self.outline.indexes.push(Index::Held(bytes.clone()));
            }
            What::Paper => self.paper(own, bytes, linked.is_none()),
            _ => {}
        }
    }

    fn paper(&mut self, path: &str, text: &[u8], is_main: bool) {
        match path {
            "HEAD" if is_main => {
                self.head = text.to_vec();
                self.named("HEAD", tips::names(text, 1).collect());
            }
            "packed-refs" => self.packed(text),
            "shallow" => self.outline.boundary.extend(tips::names(text, 1)),
            "config" if is_main => self.config(text),
            _ if path.starts_with("refs/") => self.reference(path, text),
            _ => match path.strip_prefix("logs/") {
                Some(name) => {
                    self.named(&format!("reflog of {name}"), tips::names(text, 2).collect())
                }
                None if !path.contains('/') && tips::is_head(path) => {
                    self.named(path, tips::names(text, 1).collect())
                }
                None => {}
            },
        }
    }

    fn reference(&mut self, name: &str, text: &[u8]) {
        // A symbolic reference adds nothing to what it points at.
        if text.starts_with(b"ref: ") {
            return;
        }
        let ids: Vec<ObjectId> = tips::names(text, 1).take(1).collect();
        match ids.first() {
            Some(&id) => {
                self.now.insert(name.to_owned(), id);
                self.named(name, ids);
            }
            None => {
                let problem = format!("{name}: it names no object");
                self.outline.problems.push((Kind::Corrupt, problem));
            }
        }
    }

    /// `packed-refs`: a name of an object and one of a reference on each line. A line that begins with `^`
    /// says what the tag in front of it leads to.
    fn packed(&mut self, text: &[u8]) {
        for line in text.split(|&byte| byte == b'\n') {
            let line = String::from_utf8_lossy(line);
            let Some((hex, name)) = line.trim_end().split_once(' ') else {
                continue;
            };
            if let Ok(id) = ObjectId::from_hex(hex.as_bytes()) {
                // A file of its own comes first for git, whatever layer it is in.
                self.now.entry(name.to_owned()).or_insert(id);
                self.named(name, vec![id]);
            }
        }
    }

    fn config(&mut self, text: &[u8]) {
        let Ok(config) = gix::config::File::try_from(text.as_bstr()) else {
            return;
        };
        let value = |key: &str| config.string(key).map(|value| value.to_string());
        let format = value("extensions.refStorage").filter(|format| format != "files");
        self.outline.foreign_references = format;
        let remotes = config.sections_by_name("remote").into_iter().flatten();
        let mut remotes = remotes.map(|remote| remote.value("promisor").is_some());
        self.outline.is_partial =
            remotes.any(|is| is) || value("extensions.partialClone").is_some();
    }

    fn named(&mut self, name: &str, ids: Vec<ObjectId>) {
        let hash = self.hash;
        let ids = ids
            .into_iter()
            .filter(|id| id.kind() == hash && !id.is_null());
        let name = || name.to_owned();
        self.outline
            .tips
            .extend(ids.map(|id| Tip { name: name(), id }));
    }

    /// All of it.
    pub(super) fn finish(mut self) -> Outline {
        let head = String::from_utf8_lossy(&self.head);
        self.outline.head = match head.strip_prefix("ref: ") {
            Some(name) => self.now.get(name.trim()).copied(),
            None => tips::names(&self.head, 1).next(),
        };
        let hash = self.hash;
        self.outline.head = self.outline.head.filter(|id| id.kind() == hash);
        self.outline.boundary.retain(|id| id.kind() == hash);
        self.outline.tips.sort();
        self.outline.tips.dedup();
        self.outline
    }
}

fn is_of(index: &Index, bytes: &[u8]) -> bool {
    matches!(index, Index::Held(held) if **held == *bytes)
}

//! What a commit and a tag say, read as git reads them: by the lines they begin with. Old and odd
//! tools have left commits without an author, with dates that are none and names in any encoding; a
//! history must not end there.

use super::objects::Objects;
use crate::model;
use gix::ObjectId;
use gix::objs::Kind;

/// What leads from a commit to other objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// When it was committed, in seconds since the Unix epoch; 0 if it does not say.
    pub(super) time: i64,
}

impl Raw {
    /// Reads a commit; `None` if it does not begin with its tree and its parents.
    pub(super) fn parse(commit: &[u8], hash: gix::hash::Kind) -> Option<Self> {
        let mut lines = header(commit).peekable();
        let tree = id(lines.next()?.strip_prefix(b"tree ")?, hash)?;
        let mut parents = Vec::new();
        while let Some(parent) = lines.peek().and_then(|line| line.strip_prefix(b"parent ")) {
            parents.push(id(parent, hash)?);
            lines.next();
        }
        let time = lines.find_map(|line| line.strip_prefix(b"committer ").map(time));
        Some(Self {
            tree,
            parents,
            time: time.unwrap_or_default(),
        })
    }
}

/// The object that a tag names; `None` if it does not begin with one.
pub(super) fn tagged(tag: &[u8], hash: gix::hash::Kind) -> Option<ObjectId> {
    id(header(tag).next()?.strip_prefix(b"object ")?, hash)
}

/// What people know a commit by; of what it does not say, nothing.
pub(super) fn told(objects: &Objects, id: ObjectId) -> Option<model::Commit> {
    let data = objects.get(id, Kind::Commit)?;
    let author = header(&data).find_map(|line| line.strip_prefix(b"author "));
    let author = author.unwrap_or_default();
    let mail = author.iter().position(|&byte| byte == b'<');
    let (name, rest) = author.split_at(mail.unwrap_or(author.len()));
    let mail = rest.strip_prefix(b"<").unwrap_or_default();
    let mail = mail.split(|&byte| byte == b'>').next();
    let length: usize = header(&data).map(|line| line.len() + 1).sum();
    let message = data.get(length..).unwrap_or_default().trim_ascii_start();
    let summary = message.split(|&byte| byte == b'\n').next();
    Some(model::Commit {
        id: super::name(&id),
        author: name.trim_ascii().into(),
        email: mail.unwrap_or_default().into(),
        time: time(author),
        summary: summary.unwrap_or_default().trim_ascii().into(),
    })
}

/// The lines in front of the message.
fn header(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = object.split(|&byte| byte == b'\n');
    lines.take_while(|line| !line.is_empty())
}

fn id(hex: &[u8], hash: gix::hash::Kind) -> Option<ObjectId> {
    let id = ObjectId::from_hex(hex).ok()?;
    (id.kind() == hash).then_some(id)
}

/// The seconds in `Ada <ada@example.com> 1700000000 +0100`, 0 if there are none.
fn time(signature: &[u8]) -> i64 {
    let after = signature.rsplit(|&byte| byte == b'>').next();
    let text = std::str::from_utf8(after.unwrap_or_default()).unwrap_or_default();
    let seconds = text.split_whitespace().next().unwrap_or_default();
    seconds.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    const PARENT: &str = "d670460b4b4aece5915caf5c68d12f560a9fe3e4";

    fn parse(text: &str) -> Option<Raw> {
        Raw::parse(text.as_bytes(), gix::hash::Kind::Sha1)
    }

    #[test]
    fn a_commit_leads_on_whatever_else_is_wrong_with_it() {
        let parent = ObjectId::from_hex(PARENT.as_bytes()).unwrap();
        let table = [
            ("", 0),
            (
                "author A <a@b> 7 +0000\ncommitter C <c@d> 1700000000 +0100\n",
                1_700_000_000,
            ),
            ("committer <> now\n", 0),
            ("committer no mail 12 +0000\n", 0),
            ("committer C <c@d> 99999999999999999999 +0000\n", 0),
            ("author \u{e9}\ngpgsig -----BEGIN\n  more\n", 0),
        ];
        for (rest, time) in table {
            let commit = parse(&format!("tree {TREE}\nparent {PARENT}\n{rest}\nmessage"));
            let commit = commit.expect(rest);
            assert_eq!(
                (commit.parents, commit.time),
                (vec![parent], time),
                "{rest}"
            );
        }
        let without = parse(&format!("tree {TREE}\n\nparent {PARENT}"));
        assert!(without.is_some_and(|commit| commit.parents.is_empty()));
    }

    #[test]
    fn what_leads_nowhere_is_no_commit() {
        let short = &TREE[1..];
        for wrong in [
            String::new(),
            format!("parent {PARENT}\n"),
            format!("tree {short}\n"),
            format!("tree {TREE}{TREE}\n"),
            format!("tree {TREE}\nparent {short}\n"),
        ] {
            assert_eq!(parse(&wrong), None, "{wrong}");
        }
    }
}

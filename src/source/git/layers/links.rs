//! Paths that the files of a repository name. They are taken for what they are in a container: an
//! absolute one begins at the root of the image, and none leads out of it.

use super::remains::{Piece, Site, What};
use crate::source::paths::components;

/// A path that a file of a repository names.
pub(super) struct Link {
    /// The site that is meant.
    pub(super) to: Site,
    /// As it is written.
    pub(super) said: String,
    /// Whether objects are borrowed from there; else it is where the repository of a work tree lies.
    pub(super) borrows: bool,
}

/// The links in a file.
pub(super) fn links(piece: &Piece) -> Vec<Link> {
    let (What::Paper, Some(text)) = (piece.what, &piece.bytes) else {
        return Vec::new();
    };
    let parts = components(&piece.path);
    match parts.as_slice() {
        [objects @ .., b"info", b"alternates"] => {
            let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
            let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
            lines.map(|line| link(objects, line, true)).collect()
        }
        [folder @ .., b".git"] => {
            let target = text.strip_prefix(b"gitdir: ").map(<[u8]>::trim_ascii);
            let link = target.map(|target| link(folder, target, false));
            link.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The repository that a file says to borrow objects for.
pub(super) fn borrower(piece: &Piece) -> Option<Site> {
    match components(&piece.path).as_slice() {
        [place @ .., b"objects", b"info", b"alternates"] => Some(Site::of(place)),
        _ => None,
    }
}

fn link(base: &[&[u8]], said: &[u8], borrows: bool) -> Link {
    let whole = match said.starts_with(b"/") {
        true => said.to_vec(),
        false => [&base.join(&b'/'), said].join(&b'/'),
    };
    let mut parts = components(&whole);
    if borrows {
        parts.pop_if(|name| *name == b"objects");
    }
    Link {
        to: Site::of(&parts),
        said: String::from_utf8_lossy(said).into_owned(),
        borrows,
    }
}

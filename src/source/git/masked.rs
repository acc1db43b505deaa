//! What is told of histories, with masks in place of secrets, so that it can be written down. A path that holds
//! a secret is another one then, and no more than shown; but the order of paths decides what is told first, so
//! it has to stay.

use super::hit::{Hit, Message};
use crate::model::Commit;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A text with masks in place of the secrets in it.
pub(super) type Mask<'a> = dyn Fn(&[u8]) -> Vec<u8> + 'a;

impl Hit {
    /// The same, masked; `None` if names would come in another order.
    pub(super) fn masked(&self, mask: &Mask<'_>) -> Option<Self> {
        Some(match self {
            Self::Blob => Self::Blob,
            Self::Tree(names) => {
                let name = masked(names.values().map(Vec::as_slice), mask)?;
                let names = names.iter().map(|(at, own)| (*at, name[&own[..]].to_vec()));
                Self::Tree(names.collect())
            }
            Self::Message(message) => Self::Message(Message {
                header: message.header,
                commit: message.commit.as_ref().map(|commit| said(commit, mask)),
            }),
        })
    }
}

/// What is shown of a commit, masked.
pub(super) fn said(commit: &Commit, mask: &Mask<'_>) -> Commit {
    Commit {
        id: commit.id,
        author: mask(&commit.author).into(),
        email: mask(&commit.email).into(),
        time: commit.time,
        summary: mask(&commit.summary).into(),
    }
}

/// Each of these paths masked; `None` if two become one, or another comes first.
pub(super) fn masked<'p>(
    paths: impl Iterator<Item = &'p [u8]>,
    mask: &Mask<'_>,
) -> Option<BTreeMap<&'p [u8], Arc<[u8]>>> {
    let paths: BTreeSet<&[u8]> = paths.collect();
    let masked = paths.into_iter().map(|path| (path, Arc::from(mask(path))));
    let masked: BTreeMap<&[u8], Arc<[u8]>> = masked.collect();
    masked
        .values()
        .is_sorted_by(|one, next| one < next)
        .then_some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_order_or_are_not_masked() {
        let mask = |path: &[u8]| {
            let path = String::from_utf8_lossy(path);
            path.replace("hunter1", "h******")
                .replace("hunter2", "h******")
                .into_bytes()
        };
        let told = |paths: &[&str]| {
            let paths = paths.iter().map(|path| path.as_bytes());
            let masked = masked(paths, &mask)?;
            Some(
                masked
                    .into_values()
                    .map(|path| String::from_utf8_lossy(&path).into_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            told(&["a", "hunter1/b", "z", "a"]).unwrap(),
            ["a", "h******/b", "z"]
        );
        assert_eq!(told(&["hunter1", "hunter2"]), None, "two become one");
        assert_eq!(told(&["ha", "hunter1"]), None, "the second comes first");
    }
}

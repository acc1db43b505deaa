//! What the git history tells about a place: who brought the secret, whether it is still there, and
//! where it can still be had from.

use super::page::{DIM, PLAIN, Page, WARN};
use crate::report::view::{Commit, History};
use std::io;

/// References that are named on the line.
const NAMED: usize = 3;

/// Writes what is to be said of a place, below its path.
pub(super) fn write(git: &History, indent: &str, page: &mut Page<'_>) -> io::Result<()> {
    if let Some(commit) = &git.introduced {
        let text = format!("brought by {}", described(commit));
        page.wrapped((PLAIN, indent), DIM, &text)?;
    }
    let from = references(git);
    match (&git.removed, git.at_head) {
        (_, true) => page.wrapped((PLAIN, indent), PLAIN, "still there at HEAD"),
        (Some(commit), false) => {
            let text = format!("removed by {} - still recoverable{from}", described(commit));
            page.wrapped((PLAIN, indent), WARN, &text)
        }
        (None, false) if from.is_empty() => Ok(()),
        (None, false) => {
            let text = format!("not at HEAD - recoverable{from}");
            page.wrapped((PLAIN, indent), WARN, &text)
        }
    }
}

fn described(commit: &Commit) -> String {
    let (id, day, author) = (commit.short(), commit.day(), &commit.author);
    format!("{id} of {day} by {author}: {}", commit.summary)
}

/// From where it can be had.
fn references(git: &History) -> String {
    let named = &git.refs[..git.refs.len().min(NAMED)];
    if named.is_empty() {
        return String::new();
    }
    let more = git.refs.len() - named.len() + git.more_refs;
    let rest = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(" from {}{rest}", named.join(", "))
}

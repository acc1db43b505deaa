//! A `.secretsignore` of ripsecrets: paths as in a `.gitignore`, then after `[secrets]` plain
//! secrets, which become fingerprints.

use super::draft::Draft;
use super::{Foreign, Help, Wrong};
use crate::suppress::ignore::Entry;
use std::path::Path;

/// The line that secrets follow.
const SECRETS: &str = "[secrets]";

/// Whether a text has that line, or is called like that. A list of paths alone could be anything.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let named = Path::new(foreign.name).file_name();
    named.is_some_and(|name| name == ".secretsignore")
        || foreign.text.lines().any(|line| line.trim() == SECRETS)
}

/// Reads paths and secrets.
pub(super) fn read(foreign: &Foreign<'_>, help: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let mut secrets = false;
    for (number, line) in (1..).zip(foreign.text.lines().map(str::trim)) {
        match line {
            "" => {}
            SECRETS => secrets = true,
            _ if line.starts_with('#') => {}
            _ if secrets => draft.ignore(Entry {
                fingerprint: Some(help.identity.fingerprint(line.as_bytes())),
                reason: "from .secretsignore".to_owned(),
                ..Entry::default()
            }),
            _ => path(number, line, draft),
        }
    }
    Ok(())
}

fn path(number: u64, line: &str, draft: &mut Draft) {
    if line.starts_with('!') {
        draft.warn(format!(
            "line {number}: `{line}`: a path cannot be taken back in"
        ));
        return;
    }
    draft.ignore(Entry {
        path: Some(line.to_owned()),
        reason: "from .secretsignore".to_owned(),
        ..Entry::default()
    });
}

//! Patterns that are tried on a short text as a whole: an allowlist's on a match, a rule's on a path.

use regex::bytes::{Regex, RegexBuilder};

/// Compiles such a pattern; on bytes and with Unicode off, like the rules' own.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).build()
}

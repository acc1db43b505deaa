//! The conditions that a rule puts on paths. They come from a user's own rules; the rules of the
//! program have none, because content decides and not names.

use super::pattern::compile;
use crate::model::Rule;
use regex::bytes::Regex;

/// One rule's conditions on paths. A pattern that parsed as part of a rule but grows too large to
/// compile asks for nothing and allows nothing: in doubt the finding stays.
pub(super) struct Paths {
    wanted: Option<Regex>,
    allowed: Vec<Regex>,
}

impl Paths {
    pub(super) fn new(rule: &Rule) -> Self {
        let allowed = rule.allowlists.iter().flat_map(|list| &list.paths);
        Self {
            wanted: rule
                .path
                .as_deref()
                .and_then(|pattern| compile(pattern).ok()),
            allowed: allowed
                .filter_map(|pattern| compile(pattern).ok())
                .collect(),
        }
    }

    /// Whether a finding at this path stands.
    pub(super) fn apply(&self, path: &[u8]) -> bool {
        self.wanted
            .as_ref()
            .is_none_or(|wanted| wanted.is_match(path))
            && !self.allowed.iter().any(|allowed| allowed.is_match(path))
    }
}

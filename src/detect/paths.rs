//! The conditions that a rule puts on places: paths and commits. They come from a user's own rules
//! and configuration; the rules of the program have none, because content decides and not names.

use super::allow::looks_at_text;
use super::pattern::compile;
use crate::model::{Allowlist, Condition, Match, Place, Rule};
use regex::bytes::Regex;

/// One rule's conditions on paths. A pattern that parsed as part of a rule but grows too large to
/// compile asks for nothing and allows nothing: in doubt the finding stays.
pub(super) struct Paths {
    wanted: Option<Regex>,
    allowed: Vec<Regex>,
    counted: Vec<Counted>,
}

/// An allowlist of a configuration.
struct Counted {
    number: usize,
    list: Allowlist,
    paths: Vec<Regex>,
}

impl Paths {
    pub(super) fn new(rule: &Rule) -> Self {
        let lists = || rule.allowlists.iter().enumerate();
        let own = lists().filter(|(_, list)| list.stated_in.is_none());
        let counted = lists().filter(|(_, list)| list.stated_in.is_some());
        Self {
            wanted: rule
                .path
                .as_deref()
                .and_then(|pattern| compile(pattern).ok()),
            allowed: own.flat_map(|(_, list)| patterns(list)).collect(),
            counted: counted
                .map(|(number, list)| Counted {
                    number,
                    list: list.clone(),
                    paths: patterns(list).collect(),
                })
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

    /// The configuration's allowlist, if any, that allows a match at this place.
    pub(super) fn allowlist(&self, found: &Match, place: &Place) -> Option<&Allowlist> {
        let holding = |counted: &&Counted| counted.holds(found, place);
        self.counted
            .iter()
            .find(holding)
            .map(|counted| &counted.list)
    }
}

fn patterns(list: &Allowlist) -> impl Iterator<Item = Regex> {
    list.paths
        .iter()
        .filter_map(|pattern| compile(pattern).ok())
}

impl Counted {
    /// Whether one of the criteria holds, or with `AND` each that the list has.
    fn holds(&self, found: &Match, place: &Place) -> bool {
        let list = &self.list;
        let text = looks_at_text(list).then(|| found.judged.allowed.contains(&self.number));
        let path = (!list.paths.is_empty()).then(|| {
            let full = place.full_path();
            let mut paths = self.paths.iter();
            paths.any(|path| path.is_match(&place.path) || path.is_match(&full))
        });
        let commit = (!list.commits.is_empty()).then(|| is_of(place, &list.commits));
        let mut criteria = [text, path, commit].into_iter().flatten();
        match list.condition {
            Condition::Or => criteria.any(|holds| holds),
            Condition::And => criteria.all(|holds| holds),
        }
    }
}

/// Whether one of these commits brought what stands at a place.
fn is_of(place: &Place, commits: &[String]) -> bool {
    let commits_of_place = place.commits.as_ref();
    let introduced = commits_of_place.and_then(|commits| commits.introduced.as_ref());
    introduced.is_some_and(|commit| {
        let id = commit.id.to_string();
        commits
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(&id))
    })
}

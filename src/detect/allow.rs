//! A rule's own allowlists: reasons, written beside the pattern, why a match is no secret.

use super::pattern::compile;
use crate::model::{Allowlist, Condition, RegexTarget, Rule};
use regex::bytes::Regex;

/// The compiled allowlists of one rule. Criteria on paths and commits are left to the stage that
/// knows them: one blob can stand at many paths.
pub(super) struct Allowed(Vec<List>);

struct List {
    every: bool,
    target: RegexTarget,
    regexes: Vec<Regex>,
    stopwords: Vec<String>,
}

/// The texts that an allowlist can look at.
pub(super) struct Texts<'a> {
    pub(super) secret: &'a [u8],
    pub(super) matched: &'a [u8],
    pub(super) line: &'a [u8],
}

impl Allowed {
    /// Compiles what can be decided from the match alone.
    pub(super) fn new(rule: &Rule) -> Result<Self, regex::Error> {
        let decidable = |list: &&Allowlist| !list.regexes.is_empty() || !list.stopwords.is_empty();
        rule.allowlists
            .iter()
            .filter(decidable)
            .map(List::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether one of the lists lets the match pass.
    pub(super) fn allows(&self, texts: &Texts<'_>) -> bool {
        self.0.iter().any(|list| list.allows(texts))
    }
}

impl List {
    fn new(list: &Allowlist) -> Result<Self, regex::Error> {
        Ok(Self {
            every: list.condition == Condition::And,
            target: list.target,
            regexes: list
                .regexes
                .iter()
                .map(|pattern| compile(pattern))
                .collect::<Result<_, _>>()?,
            stopwords: list.stopwords.clone(),
        })
    }

    fn allows(&self, texts: &Texts<'_>) -> bool {
        let target = match self.target {
            RegexTarget::Secret => texts.secret,
            RegexTarget::Match => texts.matched,
            RegexTarget::Line => texts.line,
        };
        let by_regex = || self.regexes.iter().any(|regex| regex.is_match(target));
        let by_word = || {
            let secret = texts.secret.to_ascii_lowercase();
            let holds = |word: &String| memchr::memmem::find(&secret, word.as_bytes()).is_some();
            self.stopwords.iter().any(holds)
        };
        if self.every {
            (self.regexes.is_empty() || by_regex()) && (self.stopwords.is_empty() || by_word())
        } else {
            by_regex() || by_word()
        }
    }
}

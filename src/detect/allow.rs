//! Allowlists: reasons why a match is no secret. A rule's own, written beside the pattern, drop the
//! match. Those of a configuration only mark it, and what is marked is counted in every report.

use super::pattern::compile;
use crate::model::{Allowlist, Condition, RegexTarget, Rule};
use regex::bytes::Regex;
use std::sync::OnceLock;

/// The compiled allowlists of one rule. Criteria on paths and commits are left to the stage that
/// knows them: one blob can stand at many paths.
pub(super) struct Allowed {
    own: Vec<List>,
    /// Those of a configuration, by number.
    counted: Vec<(usize, Allowlist)>,
    /// Compiled for the first match of the rule: configurations hang long lists on all rules, and
    /// few rules match anything.
    compiled: OnceLock<Vec<(usize, List)>>,
}

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
    /// Takes what can be decided from the match alone.
    pub(super) fn new(rule: &Rule) -> Result<Self, regex::Error> {
        let lists = rule.allowlists.iter().enumerate();
        let decidable = lists.filter(|(_, list)| looks_at_text(list));
        let (counted, own): (Vec<_>, Vec<_>) =
            decidable.partition(|(_, list)| list.stated_in.is_some());
        Ok(Self {
            own: own
                .into_iter()
                .map(|(_, list)| List::new(list))
                .collect::<Result<_, _>>()?,
            counted: counted
                .into_iter()
                .map(|(number, list)| (number, list.clone()))
                .collect(),
            compiled: OnceLock::new(),
        })
    }

    /// Whether one of the rule's own lists lets the match pass.
    pub(super) fn allows(&self, texts: &Texts<'_>) -> bool {
        self.own.iter().any(|list| list.allows(texts))
    }

    /// The numbers of the counted lists whose words or patterns hold. A pattern that parsed but
    /// grows too large to compile allows nothing: in doubt the finding stays.
    pub(super) fn counted(&self, texts: &Texts<'_>) -> Vec<usize> {
        let compiled = self.compiled.get_or_init(|| {
            let lists = self.counted.iter();
            lists
                .filter_map(|(number, list)| Some((*number, List::new(list).ok()?)))
                .collect()
        });
        let holding = compiled.iter().filter(|(_, list)| list.allows(texts));
        holding.map(|(number, _)| *number).collect()
    }
}

/// Whether a list has a criterion on the match itself.
pub(super) fn looks_at_text(list: &Allowlist) -> bool {
    !list.regexes.is_empty() || !list.stopwords.is_empty()
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

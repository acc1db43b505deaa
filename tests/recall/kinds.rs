//! One fresh secret for every rule of the program, in the text of the rule's own first example, with
//! right checksums: what the generated contexts are filled with.
//!
//! Rules whose shape alone earns no more than low confidence are left out, as are those that only
//! ever make a part of another finding: neither is shown by default. So are rules about paths.

use crate::{DETECTOR, Group, search};
use residue::model::{Confidence, Match, Rule};
use residue::ruleset::template;
use std::sync::LazyLock;

/// A secret of a rule, in a text in which the rule knows it.
pub(crate) struct Kind {
    pub(crate) rule: &'static str,
    pub(crate) text: Vec<u8>,
    /// The secret as it stands there.
    pub(crate) secret: Vec<u8>,
    /// What the secret is told by, however it is written.
    identity: Vec<u8>,
}

/// A kind whose text is `NAME=value`, so that it can be written in the syntax of any file.
pub(crate) struct Assigned {
    pub(crate) kind: &'static Kind,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

/// The first example of every rule.
pub(crate) static ALL: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let rules = shown_rules();
    rules.filter_map(|rule| kind(rule, 0)).collect()
});

/// The first example of every rule that is an assignment.
pub(crate) static ASSIGNED: LazyLock<Vec<Assigned>> = LazyLock::new(|| {
    static EXAMPLES: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        let example = |rule: &'static Rule| {
            let kinds = (0..rule.hits.len()).filter_map(|index| kind(rule, index));
            kinds.into_iter().find(|kind| assignment(kind).is_some())
        };
        shown_rules().filter_map(example).collect()
    });
    EXAMPLES.iter().filter_map(assigned).collect()
});

fn shown_rules() -> impl Iterator<Item = &'static Rule> {
    let shown = |rule: &&Rule| {
        !rule.helper && rule.regex.is_some() && rule.confidence >= Confidence::Medium
    };
    DETECTOR.rules().iter().filter(shown)
}

/// Seeds that an example is tried with: a gate takes one random value in some hundred for a made-up one.
const TRIES: usize = 4;

/// An example of a rule with the secret that the rule finds in it.
fn kind(rule: &'static Rule, index: usize) -> Option<Kind> {
    (0..TRIES).find_map(|attempt| {
        let text = fresh(rule, index, attempt);
        let found = shown(&text, rule)?;
        Some(Kind {
            rule: &rule.id,
            secret: found.judged.secret.expose().to_vec(),
            identity: found.judged.identity().expose().to_vec(),
            text,
        })
    })
}

/// An example with a secret of its own.
fn fresh(rule: &Rule, index: usize, attempt: usize) -> Vec<u8> {
    let seed = template::seed(&format!("{} {index}", rule.id), attempt);
    template::expand(&rule.hits[index], seed).expect("a template")
}

/// What a rule shows in a text.
fn shown(text: &[u8], rule: &Rule) -> Option<Match> {
    let is_shown =
        |found: &Match| found.judged.confidence >= Confidence::Medium && is_named(found, rule);
    search(text).into_iter().find(is_shown)
}

/// All examples of all rules, with secrets that the rules' own tests don't know.
pub(crate) fn as_they_stand() -> Group {
    let cases = shown_rules().flat_map(|rule| {
        let examples = (0..rule.hits.len())
            .flat_map(move |index| (0..TRIES).map(move |attempt| (index, attempt)));
        examples.map(|(index, attempt)| {
            let text = fresh(rule, index, attempt);
            let told = format!("{}: {:?}", rule.id, String::from_utf8_lossy(&text));
            (told, shown(&text, rule).is_some())
        })
    });
    Group::new("as they stand", cases)
}

fn is_named(found: &Match, rule: &Rule) -> bool {
    DETECTOR.rules()[found.rule].id == rule.id || found.aliases.contains(&rule.id)
}

fn assigned(kind: &'static Kind) -> Option<Assigned> {
    let (name, value) = assignment(kind)?;
    Some(Assigned { kind, name, value })
}

/// Name and value of a text that is `NAME=value` and no more, where the secret is all of the value.
fn assignment(kind: &Kind) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(&kind.text).ok()?;
    let (name, value) = text.trim_end().split_once('=')?;
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && !name.is_empty() && value.as_bytes() == kind.secret).then_some((name, value))
}

impl Kind {
    /// The text, if it is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.text).ok()
    }

    /// Whether this secret is shown in a text at the default confidence.
    pub(crate) fn is_shown_in(&self, text: &[u8]) -> bool {
        search(text).iter().any(|found| self.is_shown_by(found))
    }

    fn is_shown_by(&self, found: &Match) -> bool {
        let judged = &found.judged;
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, &self.secret).is_some();
        judged.confidence >= Confidence::Medium
            && (judged.identity().expose() == self.identity
                || holds(judged.identity().expose())
                || holds(judged.secret.expose()))
    }
}

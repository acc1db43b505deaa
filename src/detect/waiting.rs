//! Which rules wait for which literal. Many rules can share a literal, and a rule can wait for many:
//! each pair is an *anchor* with a number and a window of its own, because how much text around a
//! literal has a say depends on who asks. A rule that waits for none has one anchor, whose number in
//! place of a literal's follows those of all literals.

use super::NEIGHBOURHOOD;
use super::confirm::Hit;
use crate::model::LedTo;
use crate::ruleset::RuleSet;
use std::collections::HashMap;
use std::ops::Range;

/// Bytes beside a window that the assertions of a pattern look at (`\b`, `^`, `$`): the longest
/// character of UTF-8, which a rule may ask to have read as one.
const LOOK: usize = 4;

/// A rule that waits for a literal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// Number of the rule.
    pub(super) rule: usize,
    /// Most bytes of a match before the literal.
    pub(super) before: usize,
    /// Longest match, in bytes.
    pub(super) length: usize,
}

/// Bytes around a literal on which depends what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    /// Before its first byte.
    pub(super) back: usize,
    /// From its first byte on.
    pub(super) ahead: usize,
}

/// All anchors, in the order of their literals.
pub(super) struct Waiting {
    anchors: Vec<Anchor>,
    of_literal: Vec<Range<u32>>,
    longest: usize,
}

impl Anchor {
    /// What a rule is asked about a place of its literal.
    pub(super) fn hit(&self, at: usize) -> Hit {
        Hit {
            at,
            before: self.before,
            length: self.length,
        }
    }

    /// What the rule looked at to come to this end. Only where its pattern matches do the gates see
    /// more than the window.
    pub(super) fn reach(&self, led_to: LedTo) -> Reach {
        let beside = match led_to {
            LedTo::Nothing => LOOK,
            LedTo::Refusal | LedTo::Match(_) => NEIGHBOURHOOD,
        };
        Reach {
            back: self.before + beside,
            ahead: self.length + beside,
        }
    }
}

impl Waiting {
    /// Numbers the distinct literals of all rules, which come with the table, and lists who waits
    /// for each.
    pub(super) fn new(rules: &RuleSet) -> (Self, Vec<&[u8]>) {
        let mut numbers = HashMap::new();
        let (mut literals, mut waiting) = (Vec::new(), Vec::<Vec<Anchor>>::new());
        let windows = rules.windows().iter().enumerate();
        let windows = windows.filter_map(|(rule, window)| Some((rule, window.as_ref()?)));
        for (rule, window) in windows.clone() {
            for anchor in &window.anchors {
                let literal = anchor.literal.as_slice();
                let number = *numbers.entry(literal).or_insert_with(|| {
                    literals.push(literal);
                    waiting.push(Vec::new());
                    literals.len() - 1
                });
                waiting[number].push(Anchor {
                    rule,
                    before: anchor.before,
                    length: window.length,
                });
            }
        }
        let mut longest = literals.iter().map(|l| l.len()).max().unwrap_or(0);
        for (rule, window) in windows.filter(|(_, window)| window.anchors.is_empty()) {
            let (before, length) = (0, window.length);
            waiting.push(vec![Anchor {
                rule,
                before,
                length,
            }]);
            longest = longest.max(length);
        }
        (Self::numbered(&waiting, longest), literals)
    }

    fn numbered(waiting: &[Vec<Anchor>], longest: usize) -> Self {
        let mut next = 0;
        let of_literal = waiting.iter().map(|anchors| {
            let first = next;
            next += anchors.len() as u32;
            first..next
        });
        Self {
            of_literal: of_literal.collect(),
            anchors: waiting.concat(),
            longest,
        }
    }

    /// The numbers of the anchors of a literal.
    pub(super) fn of_literal(&self, literal: usize) -> Range<u32> {
        self.of_literal[literal].clone()
    }

    /// The anchor of this number.
    pub(super) fn anchor(&self, number: u32) -> &Anchor {
        &self.anchors[number as usize]
    }

    /// Length of the longest text that leads to a rule, in bytes: a literal, or what stands in for one.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The most that any rule looks at.
    pub(super) fn furthest(&self) -> Reach {
        let reaches = || self.anchors.iter().map(|a| a.reach(LedTo::Refusal));
        Reach {
            back: reaches().map(|reach| reach.back).max().unwrap_or(0),
            ahead: reaches().map(|reach| reach.ahead).max().unwrap_or(0),
        }
    }
}

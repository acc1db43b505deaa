//! What fails a gate. A policy never changes what is found or recorded; it only decides what is
//! shown and which exit code the process ends with.
//!
//! Green means that everything asked for was read and nothing in it reaches the threshold. A gap
//! is therefore red even where findings were told not to fail (`--exit-zero`): that flag speaks of
//! findings, not of what nobody looked at.

use super::{Class, Confidence, Coverage, Finding, Kind, Outcome, Severity};

/// The user's decisions about the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The least severity that fails; `None` means that no finding does.
    pub fail_on: Option<Severity>,
    /// The same for what stands in layers and values of base images alone.
    pub fail_on_inherited: Option<Severity>,
    /// The least confidence that is shown and counts for [`Self::fail_on`].
    pub min_confidence: Confidence,
    /// Whether notes are gaps too.
    pub strict: bool,
    /// Kinds of shortfall that are accepted.
    pub allow_gaps: Vec<Kind>,
    /// The exit code when a finding fails, 1 by default.
    pub exit_code: u8,
    /// Whether failing findings leave the exit code at 0.
    pub exit_zero: bool,
}

/// What came out, seen through a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was read and nothing fails.
    Clean,
    /// A finding fails.
    Found,
    /// No finding fails, but not everything was read.
    Incomplete,
}

/// What a shortfall means under a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It makes the scan incomplete.
    Gap,
    /// It would, but the user accepts this kind.
    Accepted,
    /// It is told, and fails nothing.
    Note,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            fail_on: Some(Severity::Low),
            fail_on_inherited: Some(Severity::Low),
            min_confidence: Confidence::Medium,
            strict: false,
            allow_gaps: Vec::new(),
            exit_code: Self::FOUND,
            exit_zero: false,
        }
    }
}

impl Policy {
    /// The exit code of a failing finding, unless the user chose another.
    pub const FOUND: u8 = 1;
    /// The exit code of a scan that nothing fails but its gaps.
    pub const INCOMPLETE: u8 = 3;

    /// Whether a finding is sure enough to be told.
    pub fn believes(&self, finding: &Finding) -> bool {
        finding.confidence >= self.min_confidence
    }

    /// Whether a finding is listed: it is sure enough, some place of it is not suppressed, and it did not
    /// stand there in an older image.
    pub fn shows(&self, finding: &Finding) -> bool {
        self.believes(finding) && !finding.is_suppressed() && finding.is_at_issue()
    }

    /// Whether a finding fails the gate.
    pub fn fails(&self, finding: &Finding) -> bool {
        let least = match finding.is_inherited() {
            true => self.fail_on_inherited,
            false => self.fail_on,
        };
        let is_bad = least.is_some_and(|least| finding.severity >= least);
        is_bad && !finding.known && self.shows(finding)
    }

    /// What a shortfall of this kind means. Without `strict` an accepted note stays a note, for
    /// there is nothing to accept.
    pub fn standing(&self, kind: Kind) -> Standing {
        if kind.class() == Class::Note && !self.strict {
            Standing::Note
        } else if self.allow_gaps.contains(&kind) {
            Standing::Accepted
        } else {
            Standing::Gap
        }
    }

    /// Whether everything that counts was read.
    pub fn is_complete(&self, coverage: &Coverage) -> bool {
        coverage
            .shortfalls()
            .iter()
            .all(|(shortfall, _)| self.standing(shortfall.kind) != Standing::Gap)
    }

    /// The verdict on an outcome. Findings come before gaps: a secret is worse news than a hole.
    pub fn verdict(&self, outcome: &Outcome) -> Verdict {
        if outcome.findings.iter().any(|finding| self.fails(finding)) {
            Verdict::Found
        } else if self.is_complete(&outcome.coverage) {
            Verdict::Clean
        } else {
            Verdict::Incomplete
        }
    }

    /// The exit code of an outcome.
    pub fn exit(&self, outcome: &Outcome) -> u8 {
        let found = match self.verdict(outcome) {
            Verdict::Found if !self.exit_zero => self.exit_code,
            _ => 0,
        };
        if found == 0 && !self.is_complete(&outcome.coverage) {
            Self::INCOMPLETE
        } else {
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Identity, Occurrence, Place, Position, Secret, Shortfall, Suppression, SuppressionKind,
        Where,
    };
    use std::sync::Arc;

    fn outcome(findings: &[(Severity, Confidence)], shortfalls: &[Kind]) -> Outcome {
        let coverage = Coverage::default();
        for &kind in shortfalls {
            coverage.record(Shortfall::new(kind, "layer 1", "is damaged"));
        }
        let finding = |&(severity, confidence)| Finding {
            fingerprint: Identity::default().fingerprint(b"x"),
            rule: "rule".to_owned(),
            title: "Title".to_owned(),
            severity,
            confidence,
            is_example: false,
            reasons: Vec::new(),
            aliases: Vec::new(),
            secret: Secret::new(b"hunter2"),
            written: Vec::new(),
            parts: Vec::new(),
            key_pair: None,
            remediation: String::new(),
            reference: None,
            occurrences: Vec::new(),
            change: None,
            known: false,
        };
        Outcome {
            targets: Vec::new(),
            findings: findings.iter().map(finding).collect(),
            coverage,
            identity: Identity::default(),
        }
    }

    /// A change of the default policy.
    type Change = fn(&mut Policy);

    fn exit(change: Change, outcome: &Outcome) -> u8 {
        let mut policy = Policy::default();
        change(&mut policy);
        policy.exit(outcome)
    }

    #[test]
    fn findings_fail_by_severity_among_those_sure_enough() {
        use Confidence as C;
        use Severity as S;
        type Row<'a> = (&'a [(S, C)], Change, u8);
        let table: [Row<'_>; 12] = [
            (&[], |_| (), 0),
            (&[(S::Low, C::Medium)], |_| (), 1),
            (&[(S::Critical, C::Low)], |_| (), 0),
            (
                &[(S::Low, C::Low)],
                |policy| policy.min_confidence = C::Low,
                1,
            ),
            (
                &[(S::Low, C::High)],
                |policy| policy.min_confidence = C::Confirmed,
                0,
            ),
            (
                &[(S::Medium, C::High)],
                |policy| policy.fail_on = Some(S::High),
                0,
            ),
            (
                &[(S::High, C::High)],
                |policy| policy.fail_on = Some(S::High),
                1,
            ),
            // The severe one is unsure and the sure one is not severe: neither fails.
            (
                &[(S::Critical, C::Low), (S::Low, C::Confirmed)],
                |policy| policy.fail_on = Some(S::Critical),
                0,
            ),
            (
                &[(S::Critical, C::Confirmed)],
                |policy| policy.fail_on = None,
                0,
            ),
            (&[(S::Low, C::High)], |policy| policy.exit_code = 42, 42),
            (&[(S::Low, C::High)], |policy| policy.exit_zero = true, 0),
            (
                &[(S::Low, C::High)],
                |policy| {
                    policy.exit_zero = true;
                    policy.exit_code = 42;
                },
                0,
            ),
        ];
        for (number, (findings, change, expected)) in table.into_iter().enumerate() {
            assert_eq!(
                exit(change, &outcome(findings, &[])),
                expected,
                "row {number}"
            );
        }
    }

    #[test]
    fn what_is_known_or_suppressed_never_fails() {
        let critical = &[(Severity::Critical, Confidence::Confirmed)];
        let policy = Policy::default();
        let mut known = outcome(critical, &[]);
        known.findings[0].known = true;
        assert!(policy.shows(&known.findings[0]));
        assert_eq!(policy.exit(&known), 0);
        let mut suppressed = outcome(critical, &[]);
        suppressed.findings[0].occurrences = vec![suppressed_place()];
        assert!(policy.believes(&suppressed.findings[0]));
        assert!(!policy.shows(&suppressed.findings[0]));
        assert_eq!(policy.exit(&suppressed), 0);
    }

    fn suppressed_place() -> Occurrence {
        let place = Place::new("t".into(), Where::File, b"a".as_slice().into());
        let position = Position {
            offset: 0,
            line: 1,
            column: 1,
        };
        let suppression = Suppression {
            kind: SuppressionKind::Ignore,
            source: ".residueignore:1".to_owned(),
            reason: String::new(),
            owner: None,
            until: None,
        };
        Occurrence {
            suppression: Some(Arc::new(suppression)),
            ..Occurrence::new(place, position)
        }
    }

    #[test]
    fn gaps_fail_unless_they_are_accepted_and_notes_do_when_strict() {
        let table: [(&[Kind], Change, u8); 8] = [
            (&[Kind::Corrupt], |_| (), 3),
            (&[Kind::Encrypted], |_| (), 0),
            (&[Kind::Encrypted], |policy| policy.strict = true, 3),
            (
                &[Kind::Encrypted],
                |policy| {
                    policy.strict = true;
                    policy.allow_gaps = vec![Kind::Encrypted];
                },
                0,
            ),
            (
                &[Kind::Corrupt],
                |policy| policy.allow_gaps = vec![Kind::Corrupt],
                0,
            ),
            (
                &[Kind::Corrupt, Kind::Missing],
                |policy| policy.allow_gaps = vec![Kind::Corrupt],
                3,
            ),
            (&[Kind::Timeout], |policy| policy.exit_zero = true, 3),
            (&[Kind::Timeout], |policy| policy.exit_code = 42, 3),
        ];
        for (number, (shortfalls, change, expected)) in table.into_iter().enumerate() {
            assert_eq!(
                exit(change, &outcome(&[], shortfalls)),
                expected,
                "row {number}"
            );
        }
    }

    #[test]
    fn a_finding_outweighs_a_gap_and_never_hides_it() {
        let both = outcome(&[(Severity::High, Confidence::High)], &[Kind::Truncated]);
        let table: [(Change, u8); 5] = [
            (|_| (), 1),
            (|policy| policy.exit_code = 9, 9),
            (|policy| policy.fail_on = None, 3),
            (|policy| policy.exit_zero = true, 3),
            (|policy| policy.exit_code = 0, 3),
        ];
        for (number, (change, expected)) in table.into_iter().enumerate() {
            assert_eq!(exit(change, &both), expected, "row {number}");
        }
        assert_eq!(Policy::default().verdict(&both), Verdict::Found);
    }

    #[test]
    fn an_accepted_note_stays_a_note() {
        let policy = Policy {
            allow_gaps: vec![Kind::Encrypted],
            ..Policy::default()
        };
        assert_eq!(policy.standing(Kind::Encrypted), Standing::Note);
    }
}

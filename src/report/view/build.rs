//! Builds the view: the one place where secrets turn into masks and scanned bytes into text.

use super::{
    Counts, Coverage, Finding, Gate, Hidden, Image, SCHEMA_VERSION, Shortfall, Suppressed, Target,
    Tool, View,
};
use crate::model::{self, Confidence, Counter, Masks, Outcome, Policy, Standing};
use crate::report::redact::Redactor;
use crate::report::visible::visible;
use std::cmp::Reverse;

impl View {
    /// The view of an outcome under a policy. Secrets are masked unless `show_secrets` is set.
    pub fn new(outcome: &Outcome, policy: &Policy, show_secrets: bool) -> Self {
        let builder = Builder::new(outcome, policy, show_secrets);
        let failing = |finding: &&model::Finding| policy.fails(finding);
        let findings = builder.findings(|finding| policy.shows(finding));
        let suppressed = builder.findings(|finding| {
            policy.believes(finding) && finding.is_suppressed() && finding.is_at_issue()
        });
        let unsure = outcome.findings.iter();
        let unsure = unsure.filter(|finding| finding.is_at_issue() && !policy.believes(finding));
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            key_id: outcome.identity.key_id(),
            complete: policy.is_complete(&outcome.coverage),
            targets: scanned(outcome)
                .map(|target| builder.target(target))
                .collect(),
            coverage: builder.coverage(policy),
            hidden: Hidden {
                min_confidence: policy.min_confidence,
                findings: unsure.count(),
            },
            since: builder.since(policy),
            suppressed: Suppressed::of(suppressed, &findings),
            findings,
            gate: Gate {
                verdict: policy.verdict(outcome),
                fail_on: policy.fail_on,
                failing: outcome.findings.iter().filter(failing).count(),
                exit: policy.exit(outcome),
            },
            redacted: !show_secrets,
        }
    }
}

/// The targets that were scanned, and not merely compared with.
pub(super) fn scanned(outcome: &Outcome) -> impl Iterator<Item = &model::Target> {
    outcome.targets.iter().filter(|target| !target.is_former)
}

/// Whether a finding's secret is masked in other texts as well. Of a candidate below `medium` that
/// depends on whether it could stand there for something else: masking `password` or the login
/// `python` would blacken half the report.
fn is_believed(finding: &model::Finding, policy: &Policy) -> bool {
    /// From this length on, nothing is an everyday word.
    const NO_WORD: usize = 12;
    let is_long = finding.secret.len() >= NO_WORD;
    let is_shown = policy.believes(finding) && !is_word(finding.secret.expose());
    finding.confidence >= Confidence::Medium || is_long || is_shown
}

/// Letters alone, small ones after the first.
fn is_word(text: &[u8]) -> bool {
    matches!(text, [first, rest @ ..]
        if first.is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase))
}

/// What building needs to know at every step.
pub(super) struct Builder<'a> {
    pub(super) outcome: &'a Outcome,
    pub(super) show_secrets: bool,
    /// For whatever was scanned: knows secrets and their parts.
    pub(super) scanned: Redactor,
    /// For names that the user typed: knows the secrets only, because the user of a database is
    /// often called like the image.
    typed: Redactor,
}

impl<'a> Builder<'a> {
    fn new(outcome: &'a Outcome, policy: &Policy, show_secrets: bool) -> Self {
        let believed = || {
            outcome
                .findings
                .iter()
                .filter(|finding| is_believed(finding, policy))
        };
        let secrets = || {
            let written = |finding: &'a model::Finding| finding.written.iter().map(|text| &**text);
            believed()
                .flat_map(move |finding| std::iter::once(&finding.secret).chain(written(finding)))
        };
        // A host and a user are in every second path, and give nothing away. Who is called `user` stands in
        // a URL, where it may be a token.
        let parts = believed()
            .flat_map(|finding| &finding.parts)
            .filter(|part| !["host", "username"].contains(&part.name.as_str()))
            .map(|part| &part.value)
            .filter(|value| value.len() >= Masks::ANYWHERE);
        let masking = |masks| Redactor::Masking(Box::new(masks));
        let (scanned, typed) = if show_secrets {
            (Redactor::Open, Redactor::Open)
        } else {
            (
                masking(Masks::of(&outcome.identity, secrets().chain(parts))),
                masking(Masks::of(&outcome.identity, secrets())),
            )
        };
        Self {
            outcome,
            show_secrets,
            scanned,
            typed,
        }
    }

    /// Scanned text, safe to show.
    pub(super) fn text(&self, bytes: impl AsRef<[u8]>) -> String {
        visible(&self.scanned.redact(bytes.as_ref()))
    }

    /// What the user typed, safe to show.
    pub(super) fn name(&self, name: &str) -> String {
        visible(&self.typed.redact(name.as_bytes()))
    }

    fn target(&self, target: &model::Target) -> Target {
        let image = |image: &model::Image| Image {
            name: image.name.as_ref().map(|name| self.name(name)),
            platform: image.platform.as_ref().map(|text| self.text(text)),
            digest: image.digest.as_ref().map(|text| self.text(text)),
            layers: image.layers,
        };
        Target {
            name: self.name(&target.name),
            via: target.via.as_ref().map(|via| self.text(via)),
            images: target.images.iter().map(image).collect(),
        }
    }

    fn coverage(&self, policy: &Policy) -> Coverage {
        let ledger = &self.outcome.coverage;
        let counts = Counter::ALL.map(|counter| (counter.name(), ledger.counted(counter)));
        let mut coverage = Coverage {
            scanned: Counts(counts.to_vec()),
            gaps: Vec::new(),
            accepted: Vec::new(),
            notes: Vec::new(),
        };
        for (shortfall, times) in ledger.shortfalls() {
            let list = match policy.standing(shortfall.kind) {
                Standing::Gap => &mut coverage.gaps,
                Standing::Accepted => &mut coverage.accepted,
                Standing::Note => &mut coverage.notes,
            };
            list.push(Shortfall {
                kind: shortfall.kind.name(),
                place: self.text(&shortfall.place),
                detail: self.text(&shortfall.detail),
                times,
            });
        }
        coverage
    }

    /// The findings that are wanted, worst first.
    pub(super) fn findings(&self, wanted: impl Fn(&model::Finding) -> bool) -> Vec<Finding> {
        let findings = self.outcome.findings.iter();
        let mut wanted: Vec<&model::Finding> = findings.filter(|finding| wanted(finding)).collect();
        wanted.sort_by_key(|finding| (Reverse(finding.severity), Reverse(finding.confidence)));
        let built = wanted.into_iter().map(|finding| self.finding(finding));
        built.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{FORMATS, sample};

    /// What no report may hold: the secrets of all findings and parts, hidden ones too.
    fn secrets(outcome: &Outcome) -> Vec<String> {
        let parts = outcome.findings.iter().flat_map(|finding| &finding.parts);
        let all = outcome.findings.iter().map(|finding| &finding.secret);
        all.chain(parts.map(|part| &part.value))
            .map(|secret| String::from_utf8(secret.expose().to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn no_format_shows_any_secret_anywhere() {
        for outcome in [sample::outcome(), sample::hostile()] {
            let view = View::new(&outcome, &Policy::default(), false);
            for format in FORMATS {
                let text = sample::rendered(format.name, &view);
                for secret in secrets(&outcome) {
                    assert!(
                        !text.contains(&secret),
                        "{} shows {secret}: {text}",
                        format.name
                    );
                }
            }
        }
    }

    #[test]
    fn every_format_shows_the_secret_on_demand() {
        let view = View::new(&sample::outcome(), &Policy::default(), true);
        for format in FORMATS {
            let text = sample::rendered(format.name, &view);
            assert!(text.contains(&sample::secret()), "{}: {text}", format.name);
        }
    }

    #[test]
    fn no_format_passes_on_what_steers_a_terminal() {
        for show_secrets in [false, true] {
            let view = View::new(&sample::hostile(), &Policy::default(), show_secrets);
            for format in FORMATS {
                let mut text = Vec::new();
                (format.render)(&view, &mut text).unwrap();
                let text = String::from_utf8(text).unwrap();
                assert!(
                    !text.contains("\x1b[2J") && !text.contains("\x1b]0"),
                    "{}",
                    format.name
                );
                assert!(!text.contains(['\u{202e}', '\x07']), "{}", format.name);
                assert!(
                    text.contains("x1b[2J"),
                    "{} drops what was there",
                    format.name
                );
                assert!(
                    text.contains("u{202e}"),
                    "{} drops what was there",
                    format.name
                );
            }
        }
    }

    #[test]
    fn a_place_is_given_to_the_target_with_the_longest_name() {
        let mut outcome = sample::outcome();
        outcome.targets[0].name = "oci:app".to_owned();
        outcome.targets[1].name = "oci:app:1".to_owned();
        let view = View::new(&outcome, &Policy::default(), false);
        assert_eq!(view.findings[0].occurrences[0].target_index, 1);
    }

    #[test]
    fn what_the_user_typed_keeps_its_name_when_a_part_is_called_alike() {
        let mut outcome = sample::outcome();
        outcome.targets[0].name = "oci:postgres".to_owned();
        outcome.findings[0].parts[0].value = model::Secret::new(b"postgres");
        outcome.findings[0].reasons = vec!["for the user postgres".to_owned()];
        let view = View::new(&outcome, &Policy::default(), false);
        assert_eq!(view.targets[0].name, "oci:postgres");
        assert_eq!(view.findings[0].reasons[0], "for the user p*******");
    }

    #[test]
    fn what_stands_for_a_secret_is_masked_like_it() {
        let mut outcome = sample::outcome();
        let encoded = "aHVudGVyMmh1bnRlcjI";
        outcome.findings[0].written = vec![model::Secret::new(encoded.as_bytes()).into()];
        outcome.findings[0].reasons = vec![format!("RUN echo {encoded}== | base64 -d")];
        let view = View::new(&outcome, &Policy::default(), false);
        assert!(!view.findings[0].reasons[0].contains(encoded));
    }

    #[test]
    fn a_word_of_low_confidence_stays_readable_in_other_texts() {
        let told = |confidence, secret: &[u8]| {
            let mut outcome = sample::outcome();
            outcome.findings.truncate(1);
            let finding = &mut outcome.findings[0];
            finding.confidence = confidence;
            finding.secret = model::Secret::new(secret);
            finding.occurrences[0].place.path = [b"/lib/", secret, b"/a"].concat().into();
            let policy = Policy {
                min_confidence: Confidence::Low,
                ..Policy::default()
            };
            let view = View::new(&outcome, &policy, false);
            view.findings[0].occurrences[0].path.clone()
        };
        assert_eq!(told(Confidence::Low, b"python"), "/lib/python/a");
        assert_eq!(told(Confidence::Medium, b"python"), "/lib/p*****/a");
        assert_eq!(told(Confidence::Low, b"python3x"), "/lib/p*******/a");
    }

    #[test]
    fn a_host_stays_readable_in_other_texts() {
        let mut outcome = sample::outcome();
        outcome.findings[0].parts[0] = model::Part {
            name: "host".to_owned(),
            value: model::Secret::new(b"github.example"),
        };
        outcome.findings[0].reasons = vec!["for github.example".to_owned()];
        let view = View::new(&outcome, &Policy::default(), false);
        assert_eq!(view.findings[0].reasons[0], "for github.example");
    }

    #[test]
    fn shortfalls_are_listed_by_what_the_policy_makes_of_them() {
        let policy = Policy {
            strict: true,
            allow_gaps: vec![model::Kind::Truncated],
            ..Policy::default()
        };
        let coverage = View::new(&sample::outcome(), &policy, false).coverage;
        let lists = [&coverage.gaps, &coverage.accepted, &coverage.notes];
        let kinds = lists.map(|list| list.iter().map(|one| one.kind).collect::<Vec<_>>());
        assert_eq!(kinds, [vec!["platform-absent"], vec!["truncated"], vec![]]);
    }
}

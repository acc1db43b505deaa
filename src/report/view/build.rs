//! Builds the view: the one place where secrets turn into masks and scanned bytes into text.

use super::history::History;
use super::suppressed::Reasons;
use super::{
    BuildLine, Counts, Coverage, Finding, Gate, Hidden, Image, Layer, Occurrence, Part,
    SCHEMA_VERSION, Secret, Shortfall, Suppressed, Target, Tool, View,
};
use crate::model::{self, Age, Change, Confidence, Counter, Masks, Outcome, Policy, Standing};
use crate::report::advice;
use crate::report::instruction;
use crate::report::redact::Redactor;
use crate::report::visible::{lossless, visible};
use std::borrow::Cow;
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
fn scanned(outcome: &Outcome) -> impl Iterator<Item = &model::Target> {
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
    show_secrets: bool,
    /// For whatever was scanned: knows secrets and their parts.
    scanned: Redactor,
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

    fn finding(&self, finding: &model::Finding) -> Finding {
        let part = |part: &model::Part| Part {
            name: part.name.clone(),
            value: self.secret(&part.value),
        };
        let finding = &*self.in_shown_order(finding);
        let mut reasons = Reasons::default();
        let (left_out, occurrences) = finding
            .occurrences
            .iter()
            .map(|occurrence| self.occurrence(occurrence, &mut reasons))
            .partition(|occurrence| occurrence.suppression.is_some());
        Finding {
            fingerprint: finding.fingerprint.to_string(),
            rule: finding.rule.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            confidence: finding.confidence,
            example: finding.is_example,
            reasons: finding.reasons.iter().map(|text| self.text(text)).collect(),
            aliases: finding.aliases.clone(),
            secret: self.secret(&finding.secret),
            parts: finding.parts.iter().map(part).collect(),
            key_pair: finding.key_pair.as_ref().map(|pair| self.key_pair(pair)),
            remediation: finding.remediation.clone(),
            advice: advice::of(finding)
                .iter()
                .map(|text| self.text(text))
                .collect(),
            reference: finding.reference.clone(),
            occurrences,
            change: finding.change.map(Change::name),
            known: finding.known,
            suppressed: reasons.list,
            suppressed_occurrences: left_out,
        }
    }

    /// The same with its places in the order of what is shown of their paths. What was kept of an earlier scan
    /// knows no more of a path that holds a secret.
    fn in_shown_order<'f>(&self, finding: &'f model::Finding) -> Cow<'f, model::Finding> {
        let shown = |seen: &model::Occurrence| match self.scanned.redact(&seen.place.path) {
            Cow::Borrowed(_) => None,
            Cow::Owned(path) => Some(path.into()),
        };
        if finding.occurrences.iter().all(|seen| shown(seen).is_none()) {
            return Cow::Borrowed(finding);
        }
        let mut finding = finding.clone();
        finding.occurrences.sort_by_cached_key(|seen| {
            let mut key = seen.clone();
            if let Some(path) = shown(seen) {
                key.place.path = path;
            }
            key
        });
        Cow::Owned(finding)
    }

    fn secret(&self, secret: &model::Secret) -> Secret {
        Secret {
            masked: secret.masked(),
            length: secret.len(),
            plain: self.show_secrets.then(|| lossless(secret.expose())),
            first_line: secret.first_line(),
        }
    }

    /// One place; why it is suppressed is counted among the reasons.
    fn occurrence<'o>(
        &self,
        occurrence: &'o model::Occurrence,
        reasons: &mut Reasons<'o>,
    ) -> Occurrence {
        let suppression = occurrence.suppression.as_deref();
        let place = &occurrence.place;
        let target_index = self.target_of(place);
        let hidden_by = place.state.as_ref().and_then(model::State::hidden_by);
        let git = place.commits.as_ref().map(|commits| self.history(commits));
        let introduced = git.as_ref().and_then(|git| git.introduced.as_ref());
        Occurrence {
            target: self.name(&place.target),
            platform: place.platform.as_ref().map(|text| self.text(&**text)),
            kind: place.kind.name(),
            path: self.text(&place.path),
            member: place
                .member
                .as_ref()
                .filter(|member| !member.is_empty())
                .map(|member| self.text(member)),
            line: occurrence.position.line,
            column: occurrence.position.column,
            encodings: occurrence.encodings.clone(),
            layer: place.layer.as_ref().map(|layer| self.layer(layer)),
            state: match (&place.state, &git) {
                // Whatever a history says, the layer holds it.
                (Some(state), _) => Some(state.name()),
                (None, git) => git.as_ref().and_then(History::state),
            },
            changed_by: hidden_by.map(|layer| self.layer(layer)),
            suppression: suppression.map(|found| reasons.count(found, |text| self.text(text))),
            commit: introduced.map(|commit| commit.id.clone()),
            git,
            vendored: place
                .package
                .as_deref()
                .map(|package| self.vendored(package)),
            dockerfile: place.built_by.as_ref().map(|line| BuildLine {
                file: self.name(&line.file),
                line: line.line,
            }),
            inherited: place.kinship.base.as_ref().map(|base| self.name(base)),
            target_index,
            image_digest: self
                .image_of(place, target_index)
                .map(|text| self.text(text)),
            base: self.base_of(target_index),
        }
    }

    fn layer(&self, layer: &model::LayerPlace) -> Layer {
        let redacted = layer
            .instruction
            .as_ref()
            .map(|recorded| self.scanned.redact(recorded.as_bytes()));
        Layer {
            index: layer.index,
            digest: self.text(&*layer.digest),
            diff_id: layer.diff_id.as_ref().map(|text| self.text(&**text)),
            instruction: redacted.as_ref().map(|recorded| visible(recorded)),
            brief: redacted.map(|recorded| visible(&instruction::brief(&recorded))),
        }
    }

    /// The target that a place belongs to. A place may add the image's name to what was typed, so
    /// the longest target that its name begins with is the one. What stands in an older image alone is
    /// told with the first.
    fn target_of(&self, place: &model::Place) -> usize {
        let targets = scanned(self.outcome).enumerate();
        targets
            .filter(|(_, target)| place.target.starts_with(&target.name))
            .max_by_key(|(index, target)| (target.name.len(), Reverse(*index)))
            .map_or(0, |(index, _)| index)
    }

    /// What the paths of a target's files begin at.
    fn base_of(&self, target: usize) -> Option<String> {
        let base = self.outcome.targets.get(target)?.base.as_ref()?;
        Some(self.name(base))
    }

    /// The digest of the image that a place belongs to.
    fn image_of(&self, place: &model::Place, target: usize) -> Option<&str> {
        if place.kinship.age == Some(Age::Former) {
            return None;
        }
        let images = &self.outcome.targets.get(target)?.images;
        let is_named = |image: &model::Image| {
            let name = image.name.as_deref();
            name.is_some_and(|name| place.target.ends_with(name))
        };
        images
            .iter()
            .filter(|image| image.platform.as_deref() == place.platform.as_deref())
            .max_by_key(|image| is_named(image))?
            .digest
            .as_deref()
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

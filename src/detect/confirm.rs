//! From a literal's place to a match: the rule's regex, run in the window around the literal, then
//! the gates and the offline proof. Each literal is judged from the bytes around it and from
//! nothing else, so any cutting of the input gives the same matches.

use super::allow::{Allowed, Texts};
use super::entropy::shannon;
use super::gates::{self, Candidate, Gate, Judgement};
use super::published;
use super::remarks;
use super::siblings;
use super::validate::{self, Evidence, Validator, Verdict};
use super::windowed::{Scratch, Windowed};
use super::{DetectError, NEIGHBOURHOOD, decode};
use crate::model::{Confidence, Part, PublicKey, Remark, Rule, Secret};
use crate::ruleset::anchors::Window;
use regex_automata::PatternID;
use regex_automata::util::captures::Captures;
use std::ops::Range;

/// A rule, ready to run.
pub(super) struct Confirm {
    pattern: Windowed,
    secret_group: Option<usize>,
    parts: Vec<(usize, String)>,
    entropy: Option<f64>,
    keywords: Vec<String>,
    confidence: Confidence,
    gate: Gate,
    /// Whether a value in base64 is judged by what it says.
    reads: bool,
    /// Whether what is assigned beside the value belongs to it.
    has_siblings: bool,
    validator: Option<Validator>,
    allowed: Allowed,
}

/// A literal's place and the rule's window around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    /// Where the literal begins.
    pub(super) at: usize,
    /// Most bytes of a match before the literal.
    pub(super) before: usize,
    /// Longest match.
    pub(super) length: usize,
}

/// What a rule makes of a hit.
pub(super) enum Answer {
    /// The pattern does not match in the window.
    Nothing,
    /// It does, and the text around the match speaks against it.
    Refusal(Refused),
    /// It does, and the text around it agrees.
    Match(Box<Confirmed>),
}

/// A match that was let go.
pub(super) struct Refused {
    /// The secret.
    pub(super) span: Range<usize>,
    pub(super) why: Refusal,
}

/// What speaks against a match.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refusal {
    /// Its Shannon entropy, in bits per byte, is not above what the rule asks for.
    Entropy {
        /// That of the secret.
        measured: f64,
        /// What it has to exceed.
        least: f64,
    },
    /// None of the rule's keywords stands near.
    Keyword,
    /// One of the rule's own allowlists holds.
    Allowlist,
    /// The rule's gate takes it for no secret.
    Gate,
}

/// What the text around a hit tells.
pub(super) struct Confirmed {
    pub(super) span: Range<usize>,
    pub(super) confidence: Confidence,
    /// Whether no proof makes it more certain.
    pub(super) is_example: bool,
    pub(super) reasons: Vec<String>,
    pub(super) normalised: Option<Secret>,
    pub(super) parts: Vec<Part>,
    pub(super) public_key: Option<PublicKey>,
    /// When the proof would come out otherwise.
    pub(super) expires: Vec<i64>,
    pub(super) encodings: Vec<&'static str>,
    pub(super) remarks: Vec<Remark>,
    pub(super) allowed: Vec<usize>,
}

impl Confirm {
    /// Compiles a rule's pattern to be run in these windows, and looks up the gate and the validator
    /// that it names.
    pub(super) fn new(
        rule: &Rule,
        pattern: &str,
        window: Option<&Window>,
    ) -> Result<Self, DetectError> {
        let refused = |problem: String| DetectError {
            location: rule.location.clone(),
            id: rule.id.clone(),
            problem,
        };
        let pattern = Windowed::new(pattern, window).map_err(|error| refused(error.to_string()))?;
        let groups = pattern.groups();
        let named = |name: &str| groups.to_index(PatternID::ZERO, name);
        let secret_group = if rule.secret_group > 0 {
            Some(rule.secret_group)
        } else {
            named("secret")
        };
        let parts = groups.pattern_names(PatternID::ZERO).enumerate();
        let parts = parts.filter_map(|(index, name)| Some((index, name?.to_owned())));
        let parts = parts
            .filter(|(index, _)| Some(*index) != secret_group)
            .collect();
        Ok(Self {
            parts,
            secret_group,
            entropy: rule.entropy,
            keywords: rule.keywords.clone(),
            confidence: rule.confidence,
            gate: rule
                .gate
                .as_deref()
                .and_then(gates::gate)
                .unwrap_or(gates::DEFAULT),
            reads: rule.validator.is_none()
                && matches!(rule.gate.as_deref(), Some("assignment" | "password")),
            has_siblings: rule.gate.as_deref() == Some("assignment"),
            validator: rule.validator.as_deref().and_then(validate::validator),
            allowed: Allowed::new(rule).map_err(|error| refused(error.to_string()))?,
            pattern,
        })
    }

    /// What a thread needs to run this rule.
    pub(super) fn scratch(&self) -> Scratch {
        self.pattern.scratch()
    }

    /// Judges one literal's place.
    pub(super) fn confirm(&self, text: &[u8], hit: Hit, now: i64, scratch: &mut Scratch) -> Answer {
        let found = self.pattern.find(text, hit, scratch);
        let answer = found.and_then(|captures| self.answer(text, captures, now));
        answer.unwrap_or(Answer::Nothing)
    }

    /// Judges what was found; `None` if there is no secret in it.
    fn answer(&self, text: &[u8], captures: &Captures, now: i64) -> Option<Answer> {
        let matched = captures.get_match()?.range();
        let span = self.secret(captures)?;
        let around = matched.start.saturating_sub(NEIGHBOURHOOD)
            ..text.len().min(matched.end + NEIGHBOURHOOD);
        let candidate = Candidate {
            text: &text[around.clone()],
            matched: matched.start - around.start..matched.end - around.start,
            secret: span.start - around.start..span.end - around.start,
        };
        let mut confirmed = match self.judge(&candidate) {
            Ok(confirmed) => confirmed,
            Err(why) => return Some(Answer::Refusal(Refused { span, why })),
        };
        confirmed.parts = self.named_parts(text, captures);
        if self.has_siblings {
            confirmed.parts.extend(siblings::of(&candidate));
        }
        confirmed.remarks = remarks::near(&candidate);
        self.prove(&candidate, now, &mut confirmed);
        recognise(candidate.value(), &mut confirmed);
        confirmed.span = span;
        Some(Answer::Match(Box::new(confirmed)))
    }

    fn secret(&self, captures: &Captures) -> Option<Range<usize>> {
        let span = match self.secret_group {
            Some(group) => captures.get_group(group)?,
            None => (1..captures.group_len())
                .find_map(|group| captures.get_group(group))
                .or_else(|| captures.get_group(0))?,
        };
        (!span.is_empty()).then(|| span.range())
    }

    fn named_parts(&self, text: &[u8], captures: &Captures) -> Vec<Part> {
        let parts = self.parts.iter().filter_map(|(group, name)| {
            let span = captures.get_group(*group).filter(|span| !span.is_empty())?;
            Some(Part {
                name: name.clone(),
                value: Secret::new(&text[span.range()]),
            })
        });
        parts.collect()
    }

    /// Keywords, entropy, allowlists and the rule's gate.
    fn judge(&self, candidate: &Candidate<'_>) -> Result<Confirmed, Refusal> {
        let secret = &candidate.text[candidate.secret.clone()];
        if let Some(least) = self.entropy {
            let measured = shannon(secret);
            if measured <= least {
                return Err(Refusal::Entropy { measured, least });
            }
        }
        if !self.keywords.is_empty() && !self.has_keyword(candidate.text) {
            return Err(Refusal::Keyword);
        }
        let texts = Texts {
            secret,
            matched: &candidate.text[candidate.matched.clone()],
            line: line_of(candidate),
        };
        if self.allowed.allows(&texts) {
            return Err(Refusal::Allowlist);
        }
        let reading = decode::reading(secret).filter(|_| self.reads);
        let judgement = match &reading {
            None => (self.gate)(candidate, self.confidence),
            Some(reading) => self.read_through(candidate, reading),
        };
        let is_example = matches!(judgement, Judgement::Example(_));
        let settled = judgement.settle(self.confidence);
        let (confidence, reason) = settled.ok_or(Refusal::Gate)?;
        Ok(Confirmed {
            span: 0..0,
            confidence,
            is_example,
            reasons: reason.into_iter().collect(),
            encodings: reading.iter().map(|_| decode::BASE64).collect(),
            normalised: reading.as_deref().map(Secret::new),
            parts: Vec::new(),
            public_key: None,
            expires: Vec::new(),
            remarks: Vec::new(),
            allowed: self.allowed.counted(&texts),
        })
    }

    /// What the gate makes of a candidate if its value is read as this text.
    fn read_through(&self, candidate: &Candidate<'_>, reading: &[u8]) -> Judgement {
        let Range { start, end } = candidate.secret;
        let text = [&candidate.text[..start], reading, &candidate.text[end..]].concat();
        let candidate = Candidate {
            text: &text,
            matched: candidate.matched.start..start + reading.len(),
            secret: start..start + reading.len(),
        };
        (self.gate)(&candidate, self.confidence)
    }

    fn has_keyword(&self, text: &[u8]) -> bool {
        let text = text.to_ascii_lowercase();
        self.keywords
            .iter()
            .any(|word| memchr::memmem::find(&text, word.as_bytes()).is_some())
    }

    /// The offline proof: it confirms, or makes less sure, and says why.
    fn prove(&self, candidate: &Candidate<'_>, now: i64, confirmed: &mut Confirmed) {
        let Some(validator) = self.validator else {
            return;
        };
        let proof = validator(&Evidence {
            secret: &candidate.text[candidate.secret.clone()],
            matched: &candidate.text[candidate.matched.clone()],
            now,
        });
        confirmed.confidence = match proof.verdict {
            Verdict::Valid if !confirmed.is_example => Confidence::Confirmed,
            Verdict::Invalid => confirmed.confidence.lowered(),
            Verdict::Public | Verdict::Spent => Confidence::Low,
            Verdict::Valid | Verdict::Neutral => confirmed.confidence,
        };
        confirmed.is_example |= proof.verdict == Verdict::Public;
        confirmed.reasons.push(proof.reason);
        confirmed.normalised = proof.normalised.as_deref().map(Secret::new);
        confirmed.public_key = proof.public_key;
        confirmed.expires = proof.expires;
        confirmed.parts.extend(proof.parts);
    }
}

/// What everybody has because its owner publishes it opens nothing.
fn recognise(secret: &[u8], confirmed: &mut Confirmed) {
    if confirmed.confidence == Confidence::Low {
        return;
    }
    let identity = confirmed.normalised.as_ref().map(Secret::expose);
    if let Some(publisher) = published::publisher(identity.unwrap_or(secret)) {
        confirmed.confidence = Confidence::Low;
        confirmed.is_example = true;
        let why = format!("it is an example: {publisher} publish it");
        confirmed.reasons.push(why);
    }
}

/// The line, or lines, of the match, as far as the neighbourhood reaches.
fn line_of<'a>(candidate: &Candidate<'a>) -> &'a [u8] {
    let text = candidate.text;
    let start = memchr::memrchr(b'\n', &text[..candidate.matched.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &text[candidate.matched.end..]);
    &text[start..end.map_or(text.len(), |at| candidate.matched.end + at)]
}

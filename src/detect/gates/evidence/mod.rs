//! What speaks for and against a candidate, as numbers, and what they add up to. Each feature is
//! seen by itself and counts with its weight, so that the sum can be taken apart again and every
//! judgement says why. Weights are learned (`training/`); what structure alone decides never gets here.

mod around;
mod feature;
mod name;
mod place;
mod shape;
mod weights;

pub use feature::Feature;

use super::key::{Key, Kind};
use super::site::Site;
use super::{Candidate, Judgement};
use crate::model::Confidence;

/// Least share of a score that is told.
const TELLING: f32 = 0.1;

/// What was seen of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    seen: [f32; Feature::ALL.len()],
}

impl Evidence {
    /// Looks at a value that is assigned to a name.
    pub(super) fn of(candidate: &Candidate<'_>, key: &Key<'_>, site: Site) -> Self {
        let mut evidence = Self::alone(candidate, key, site);
        around::look(&mut evidence, candidate);
        evidence
    }

    /// The same; `None` if it speaks so much against a secret that nothing around the value could
    /// outweigh it. To look there costs most of the time.
    pub(super) fn promising(candidate: &Candidate<'_>, key: &Key<'_>, site: Site) -> Option<Self> {
        let mut evidence = Self::alone(candidate, key, site);
        if evidence.score() + around::most() < weights::LOW {
            return None;
        }
        around::look(&mut evidence, candidate);
        Some(evidence)
    }

    /// What is seen of the name, the value and what joins them.
    fn alone(candidate: &Candidate<'_>, key: &Key<'_>, site: Site) -> Self {
        let mut evidence = Self::none();
        let is_password = key.kind() == Some(Kind::Password);
        name::look(&mut evidence, key);
        place::look(&mut evidence, candidate, key, site);
        shape::look(&mut evidence, candidate.value(), is_password);
        evidence.note(Feature::Echo, key.echoes(candidate.value()));
        evidence
    }

    fn none() -> Self {
        Self {
            seen: [0.0; Feature::ALL.len()],
        }
    }

    fn set(&mut self, feature: Feature, value: f32) {
        self.seen[feature as usize] = value;
    }

    fn note(&mut self, feature: Feature, holds: bool) {
        self.set(feature, f32::from(u8::from(holds)));
    }

    /// How much of each feature was seen.
    pub fn seen(&self) -> impl Iterator<Item = (Feature, f32)> + '_ {
        Feature::ALL
            .iter()
            .map(|&feature| (feature, self.seen[feature as usize]))
    }

    /// What each feature adds to the log-odds of a secret.
    fn shares(&self) -> impl Iterator<Item = (Feature, f32)> + '_ {
        self.seen()
            .map(|(feature, seen)| (feature, seen * weights::WEIGHTS[feature as usize]))
    }

    /// The natural log-odds that the candidate is a secret.
    pub fn score(&self) -> f32 {
        weights::BIAS + self.shares().map(|(_, share)| share).sum::<f32>()
    }

    /// What comes of it: a confidence, and what weighed most for and against it behind `lead`, which
    /// says where the value stands.
    pub(super) fn judgement(&self, lead: &str) -> Judgement {
        match self.confidence() {
            Some(confidence) => Judgement::Keep(confidence, format!("{lead}{}", self.reasons())),
            None => Judgement::Drop,
        }
    }

    /// The confidence that the score stands for; `None` below what is worth keeping.
    fn confidence(&self) -> Option<Confidence> {
        match self.score() {
            score if score >= weights::HIGH => Some(Confidence::High),
            score if score >= weights::MEDIUM => Some(Confidence::Medium),
            score if score >= weights::LOW => Some(Confidence::Low),
            _ => None,
        }
    }

    /// The two features that speak most for a secret, and the one that speaks most against it.
    fn reasons(&self) -> String {
        let mut shares: Vec<_> = self.shares().collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        let speaks_for = shares.iter().take(2).filter(|(_, share)| *share > TELLING);
        let against = shares
            .iter()
            .rev()
            .take(1)
            .filter(|(_, share)| *share < -TELLING);
        let mut told = String::new();
        for (feature, _) in speaks_for {
            told.push_str("; ");
            told.push_str(feature.words());
        }
        for (feature, _) in against {
            told.push_str("; but ");
            told.push_str(feature.words());
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evidence of the value set off by `[` and `]`, behind the name `password` or `secret`.
    fn evidence(text: &str) -> Evidence {
        let (head, rest) = text.split_once('[').unwrap();
        let (value, tail) = rest.split_once(']').unwrap();
        let whole = format!("{head}{value}{tail}");
        let name = ["password", "secret"]
            .iter()
            .find_map(|name| head.to_lowercase().find(name));
        let candidate = Candidate {
            text: whole.as_bytes(),
            matched: name.unwrap()..head.len() + value.len(),
            secret: head.len()..head.len() + value.len(),
        };
        let key = Key::of(&candidate);
        Evidence::of(&candidate, &key, Site::of(&candidate, &key))
    }

    fn seen(text: &str, feature: Feature) -> f32 {
        let evidence = evidence(text);
        let mut seen = evidence.seen().filter(|(of, _)| *of == feature);
        seen.next().unwrap().1
    }

    const VECTORS: &str =
        "Key = 0011223344556677\nIV = 8899aabbccddeeff\nText = 0123456789abcdef\n";

    #[test]
    fn a_drawn_key_outweighs_a_written_one() {
        let drawn = evidence("client_secret = \"[q8Zt3LxV0sNf7RkD2mYb5WcJ]\"");
        let written = evidence("client_secret = \"[authentication.manager.configuration]\"");
        assert!(drawn.score() > weights::HIGH, "{}", drawn.score());
        assert!(written.score() < weights::MEDIUM, "{}", written.score());
    }

    #[test]
    fn what_stands_around_a_value_weighs() {
        let plain = "secret: \"[q8Zt3LxV0sNf7Rk]\"\n";
        let quiet = evidence(plain).score();
        for (around, feature) in [
            (
                " an example, see the documentation of this sample\n",
                Feature::Sample,
            ),
            ("```\n", Feature::Markup),
            ("again q8Zt3LxV0sNf7Rk\n", Feature::Recurs),
            ("public static void function\n", Feature::Keywords),
            ("def test_login(self): assert x\n", Feature::Testing),
            (VECTORS, Feature::Vectors),
            ("\0\u{1}\u{2}\u{3}\0\0\0", Feature::Binary),
        ] {
            let text = format!("{plain}{around}");
            assert!(around::FEATURES.contains(&feature), "{around:?}");
            assert!(seen(&text, feature) > 0.0, "{around:?}");
            assert!(evidence(&text).score() < quiet, "{around:?}");
        }
    }

    #[test]
    fn the_judgement_says_what_weighed_most() {
        let judgement = evidence("DB_PASSWORD=[k0ffie-kop]\n").judgement("assigned to DB_PASSWORD");
        let Judgement::Keep(confidence, why) = judgement else {
            panic!("dropped");
        };
        assert!(confidence >= Confidence::Medium);
        assert!(
            why.starts_with("assigned to DB_PASSWORD; its name promises a password; "),
            "{why}"
        );
        assert!(why.contains("; but "), "{why}");
    }

    #[test]
    fn what_is_not_looked_around_would_not_be_kept() {
        for text in [
            "password = \"[q8Zt3LxV0sNf7Rk]\"\n",
            "# secret: [k0ffie-kop]\n",
            "secret = [authentication_manager_configuration(a)]",
            "secret([a])",
        ] {
            let whole = evidence(text);
            let (head, rest) = text.split_once('[').unwrap();
            let (value, tail) = rest.split_once(']').unwrap();
            let written = format!("{head}{value}{tail}");
            let candidate = Candidate {
                text: written.as_bytes(),
                matched: head.find(['p', 's']).unwrap()..head.len() + value.len(),
                secret: head.len()..head.len() + value.len(),
            };
            let key = Key::of(&candidate);
            let promising = Evidence::promising(&candidate, &key, Site::of(&candidate, &key));
            match promising {
                Some(promising) => assert_eq!(promising, whole, "{text}"),
                None => assert_eq!(whole.confidence(), None, "{text}"),
            }
        }
    }

    #[test]
    fn confidences_are_in_order() {
        const { assert!(weights::HIGH > weights::MEDIUM && weights::MEDIUM > weights::LOW) };
    }
}

//! Gates for values whose place already says what they are, so that only the value is judged.

use super::placeholder::{self, Shape};
use super::{Candidate, Judgement, randomness};
use crate::model::Confidence;

/// Log-odds below which a value was written and not drawn, in bits.
const WRITTEN: f32 = -4.0;
/// Log-odds from which on a value is taken for drawn, in bits.
const DRAWN: f32 = 4.0;

/// For passwords known by their position (the userinfo of a URL, a line of `.pgpass`): anything may
/// be one, so only what is plainly a reference or a placeholder counts against it.
pub(super) fn password(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    match placeholder::shape(candidate.value()) {
        Some(Shape::Reference(_)) => Judgement::Drop,
        Some(Shape::Placeholder(why)) => Judgement::Keep(Confidence::Low, why.to_owned()),
        None => Judgement::Keep(confidence, "it stands where a password stands".to_owned()),
    }
}

/// For values that their provider draws at random and that have no other mark.
pub(super) fn random(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    let value = candidate.value();
    let low = |why: &str| Judgement::Keep(Confidence::Low, why.to_owned());
    match (placeholder::shape(value), randomness::log_odds(value)) {
        (Some(Shape::Reference(_)), _) => Judgement::Drop,
        (Some(Shape::Placeholder(why)), _) => low(why),
        (None, odds) if odds < WRITTEN => Judgement::Drop,
        (None, odds) if odds < DRAWN => low("it does not look random, as a genuine one would"),
        _ => Judgement::Keep(confidence, "its characters look random".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(gate: super::super::Gate, value: &str) -> Option<Confidence> {
        let range = 0..value.len();
        let candidate = Candidate {
            text: value.as_bytes(),
            matched: range.clone(),
            secret: range,
        };
        match gate(&candidate, Confidence::High) {
            Judgement::Drop => None,
            Judgement::Keep(confidence, _) => Some(confidence),
        }
    }

    #[test]
    fn a_password_by_position_may_be_any_word() {
        assert_eq!(judge(password, "tulips"), Some(Confidence::High));
        assert_eq!(judge(password, "changeme"), Some(Confidence::Low));
        assert_eq!(judge(password, "${DB_PASSWORD}"), None);
    }

    #[test]
    fn a_drawn_value_must_look_drawn() {
        assert_eq!(
            judge(random, "9f86d081884c7d659a2feaa0c55ad015"),
            Some(Confidence::High)
        );
        assert_eq!(judge(random, "authentication_manager_config"), None);
        assert_eq!(
            judge(random, "0123456789abcdef0123456789abcdef"),
            Some(Confidence::Low)
        );
    }
}

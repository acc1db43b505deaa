//! Gates for values whose place already says what they are, so that only the value is judged.

use super::host;
use super::key::Key;
use super::placeholder::{self, Shape};
use super::site::line_before;
use super::{Candidate, Judgement, randomness, testing};
use crate::model::Confidence;

/// Log-odds below which a value was surely written, in bits.
const WRITTEN: f32 = -4.0;
/// Log-odds above which a value counts as drawn, in bits.
pub(super) const DRAWN: f32 = 8.0;
/// The same where the rule alone makes a drawn value likely, in bits.
const LIKELY_DRAWN: f32 = 4.0;

/// Fewest bytes of a password: those of two are tried in a moment.
const FEWEST: usize = 3;

/// Shortest body that is judged apart from its prefix, in bytes.
const LEAST_BODY: usize = 20;

/// What a value looks like.
pub(super) struct Looks {
    /// Bytes.
    pub len: usize,
    /// Kinds of characters among lower, upper, digit and symbol.
    pub classes: usize,
    /// Whether a digit is among them.
    pub digits: bool,
    /// See [`randomness::log_odds`].
    pub odds: f32,
}

impl Looks {
    pub(super) fn of(value: &[u8]) -> Self {
        let any = |class: fn(&u8) -> bool| value.iter().any(class);
        let symbol = any(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte));
        let digits = any(u8::is_ascii_digit);
        let classes = [
            any(u8::is_ascii_lowercase),
            any(u8::is_ascii_uppercase),
            digits,
            symbol,
        ];
        Self {
            len: value.len(),
            classes: classes.into_iter().filter(|&used| used).count(),
            digits,
            odds: odds(value),
        }
    }

    /// What a person makes up: letters with digits or symbols among them.
    pub(super) fn is_made_up(&self) -> bool {
        self.len >= 8 && (self.classes >= 3 || (self.digits && self.classes == 2))
    }
}

/// Log-odds of a value; those of a UUID (RFC 9562) are of its digits, and never leave no doubt,
/// because most of them are names.
fn odds(value: &[u8]) -> f32 {
    if !placeholder::is_uuid(value) {
        return randomness::log_odds(value);
    }
    let digits: Vec<u8> = value.iter().copied().filter(|&byte| byte != b'-').collect();
    randomness::log_odds(&digits).min(DRAWN + 1.0)
}

/// For passwords known by their position (the userinfo of a URL, a line of `.pgpass`): anything may
/// be one, so only what is plainly a reference or a placeholder counts against it.
pub(super) fn password(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    match placeholder::shape(candidate.value()) {
        Some(Shape::Reference(_)) => Judgement::Drop,
        Some(Shape::Placeholder(why)) => Judgement::Keep(Confidence::Low, why.to_owned()),
        None if candidate.value().len() < FEWEST => {
            let why = "it is too short to keep anybody out";
            Judgement::Keep(Confidence::Low, why.to_owned())
        }
        None if testing::surrounds(candidate) => Judgement::Example(testing::TESTED.to_owned()),
        None if host::is_nobody(&candidate.text[candidate.secret.end..]) => Judgement::Keep(
            confidence.lowered(),
            "it stands where a password stands, for an address that belongs to nobody".to_owned(),
        ),
        None => Judgement::Keep(confidence, "it stands where a password stands".to_owned()),
    }
}

/// For tokens that their shape tells.
pub(super) fn token(candidate: &Candidate<'_>, _confidence: Confidence) -> Judgement {
    match placeholder::of_token(candidate.value()) {
        Some(why) => Judgement::Keep(Confidence::Low, why.to_owned()),
        None => Judgement::Pass,
    }
}

/// For what anybody can make without asking an issuer, as tests do: keys, tokens signed with them.
pub(super) fn self_made(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    match token(candidate, confidence) {
        Judgement::Pass if testing::surrounds(candidate) => {
            Judgement::Example(testing::TESTED.to_owned())
        }
        Judgement::Pass if is_shown_in_session(candidate) => {
            let why = "it is an example: a session of an interpreter shows both halves of the key";
            Judgement::Example(why.to_owned())
        }
        judgement => judgement,
    }
}

/// Whether a key is typed at the prompt of Python's interpreter, as manuals show, and a public key near
/// it. Each alone may be somebody's own.
fn is_shown_in_session(candidate: &Candidate<'_>) -> bool {
    const PUBLIC: &[u8] = b"-----BEGIN PUBLIC KEY-----";
    let sides = [
        &candidate.text[..candidate.matched.start],
        &candidate.text[candidate.matched.end..],
    ];
    let has_public = sides
        .iter()
        .any(|side| memchr::memmem::find(side, PUBLIC).is_some());
    has_public
        && line_before(sides[0])
            .trim_ascii_start()
            .starts_with(b">>> ")
}

/// For the word behind an option such as `--password`, where running text has words too.
pub(super) fn command_line(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    let looks = Looks::of(candidate.value());
    let key = Key::of(candidate);
    if key.is_option() && key.kind().is_none() {
        return Judgement::Drop;
    }
    match password(candidate, confidence) {
        Judgement::Keep(..) if !candidate.value().is_ascii() => {
            Judgement::Keep(Confidence::Low, PROSE.to_owned())
        }
        Judgement::Keep(Confidence::Low, why) => Judgement::Keep(Confidence::Low, why),
        keep if looks.is_made_up() || looks.odds > DRAWN => keep,
        _ => Judgement::Drop,
    }
}

/// For values that their provider draws at random and that have no other mark.
pub(super) fn random(candidate: &Candidate<'_>, confidence: Confidence) -> Judgement {
    let value = candidate.value();
    let low = |why: &str| Judgement::Keep(Confidence::Low, why.to_owned());
    match (placeholder::shape(value), best_odds(value)) {
        (Some(Shape::Reference(_)), _) => Judgement::Drop,
        (Some(Shape::Placeholder(why)), _) => low(why),
        (None, _) if is_documentation(value) => low(DOCUMENTED),
        (None, odds) if odds < WRITTEN => Judgement::Drop,
        (None, odds) if odds < LIKELY_DRAWN => {
            low("it does not look random, as a genuine one would")
        }
        _ => Judgement::Keep(confidence, "its characters look random".to_owned()),
    }
}

/// What is said of a word of another alphabet.
pub(super) const PROSE: &str = "it holds letters beyond ASCII, as prose does";
/// What is said of a drawn value that spells its own purpose.
pub(super) const DOCUMENTED: &str = "it holds EXAMPLE, as the keys in documentation do";

/// Whether a drawn value holds the word that providers put into the keys of their documentation. Of
/// forty drawn characters one in 10^11 does.
pub(super) fn is_documentation(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"EXAMPLE").is_some()
}

/// The odds of a value or of its body alone: a prefix such as `shpat_` before a hex body is written,
/// and would lend the body its larger alphabet.
fn best_odds(value: &[u8]) -> f32 {
    let longest = |among: fn(&u8) -> bool| {
        let runs = value.split(move |byte| !among(byte));
        runs.max_by_key(|run| run.len()).unwrap_or_default()
    };
    let lower_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let bodies = [longest(u8::is_ascii_alphanumeric), longest(lower_hex)];
    let bodies = bodies.into_iter().filter(|body| body.len() >= LEAST_BODY);
    bodies.map(randomness::log_odds).fold(odds(value), f32::max)
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
        let settled = gate(&candidate, Confidence::High).settle(Confidence::High);
        settled.map(|(confidence, _)| confidence)
    }

    #[test]
    fn the_dashes_of_a_uuid_do_not_make_it_look_written() {
        let uuid = ["c9bf9e57", "1685", "4c89", "bafb", "ff5af830be8a"].join("-");
        assert_eq!(judge(random, &uuid), Some(Confidence::High));
        let zero = ["00000000", "0000", "0000", "0000", "000000000000"].join("-");
        assert_eq!(judge(random, &zero), Some(Confidence::Low));
    }

    #[test]
    fn a_password_by_position_may_be_any_word() {
        assert_eq!(judge(password, "tulips"), Some(Confidence::High));
        assert_eq!(judge(password, "changeme"), Some(Confidence::Low));
        assert_eq!(judge(password, "kx"), Some(Confidence::Low));
        assert_eq!(judge(password, "kx7"), Some(Confidence::High));
        assert_eq!(judge(password, "${DB_PASSWORD}"), None);
    }

    #[test]
    fn a_word_behind_an_option_is_running_text() {
        assert_eq!(judge(command_line, "option"), None);
        assert_eq!(judge(command_line, "ΚΩΔΙΚΟΣ"), Some(Confidence::Low));
        assert_eq!(judge(command_line, "tulips-99"), Some(Confidence::High));
    }

    #[test]
    fn a_drawn_value_must_look_drawn() {
        assert_eq!(
            judge(random, "9f86d081884c7d659a2feaa0c55ad015"),
            Some(Confidence::High)
        );
        assert_eq!(
            judge(random, "6fa459ea-ee8a-4ca4-894e-db77e160355e"),
            Some(Confidence::High)
        );
        assert_eq!(judge(random, "authentication_manager_config"), None);
        assert_eq!(
            judge(random, "9f86d081EXAMPLE7d659a2feaa0c55ad"),
            Some(Confidence::Low)
        );
        assert_eq!(
            judge(random, "0123456789abcdef0123456789abcdef"),
            Some(Confidence::Low)
        );
    }
}

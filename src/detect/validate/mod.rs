//! Offline proof: what a secret's own bytes tell about it, without asking anybody. A failed proof
//! never drops a finding; it makes it less sure and says so.

use crate::model::Part;

/// What a validator looks at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The secret as it stands in the text.
    pub secret: &'a [u8],
    /// The rule's whole match.
    pub matched: &'a [u8],
    /// The "now" that expiry is measured against, in seconds since the Unix epoch.
    pub now: i64,
}

/// What came out of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The proof succeeded: the finding is confirmed.
    Valid,
    /// The proof failed: mistyped, redacted, made up, or a format we do not know yet.
    Invalid,
    /// It proves nothing either way; the reason is still worth reading.
    Neutral,
}

/// A verdict with what was learned on the way.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, as a sentence people read. Never quotes the secret.
    pub reason: String,
    /// The form that identity is computed from, where it is not the bytes as they stand: the DER
    /// of a key, the unescaped value.
    pub normalised: Option<Vec<u8>>,
    /// Values that belong to the secret: an account id, a user name.
    pub parts: Vec<Part>,
}

/// An offline proof.
pub type Validator = fn(&Evidence<'_>) -> Proof;

/// Every validator by the name that rules use.
pub const VALIDATORS: &[(&str, Validator)] = &[];

/// The validator of that name.
pub fn validator(name: &str) -> Option<Validator> {
    VALIDATORS
        .iter()
        .find(|entry| entry.0 == name)
        .map(|entry| entry.1)
}

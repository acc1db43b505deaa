//! The sentence for each end that the way of a rule can come to.

use super::Shown;
use residue::detect::explain::{Fate, Refusal, shannon};
use residue::model::{Match, Rule, Secret};
use residue::report;
use residue::scan::explain::{End, Explained};

/// Whether not even the pattern matches.
pub(super) const fn is_miss(end: &Explained) -> bool {
    matches!(end.end, End::Pattern { .. })
}

/// What is said of it.
pub(in crate::cli) fn told(explained: &Explained, rule: &Rule, shown: Shown) -> String {
    match &explained.end {
        End::Pattern {
            literal,
            before,
            length,
            times,
        } => {
            let literal = report::visible(literal);
            let places = match times {
                1 => String::new(),
                more => format!(" at {more} places, this is the first;"),
            };
            format!(
                "`{literal}` stands here;{places} the pattern does not match \
                 ({before} bytes before it, {length} in all)"
            )
        }
        End::Refused { secret, why } => {
            format!("{}; {}", value(secret, shown), refusal(*why, rule))
        }
        End::Settled(found, fate) => settled(found, fate, rule, shown),
        End::Elsewhere(found) => {
            let why = "the rule's `path` does not count here";
            format!("{}; {why}", judged(found, rule, shown))
        }
        End::Allowed(found, list) => {
            let stated = list.stated_in.as_deref().unwrap_or("the rule itself");
            let found = judged(found, rule, shown);
            format!("{found}; suppressed by the allowlist in {stated}")
        }
        End::Remarked(found, _) => {
            let found = judged(found, rule, shown);
            format!("{found}; a comment beside it asks to let it pass, and may in local files")
        }
    }
}

/// The secret, its length and its randomness.
fn value(secret: &Secret, shown: Shown) -> String {
    let text = match shown.secrets {
        true => report::visible(secret.expose()),
        false => secret.masked(),
    };
    let (bytes, entropy) = (secret.len(), shannon(secret.expose()));
    format!("{text} ({bytes} bytes, {entropy:.1} bits each)")
}

fn refusal(why: Refusal, rule: &Rule) -> String {
    match why {
        Refusal::Entropy { measured, least } => {
            format!("the rule asks for more than {least} bits of entropy, these are {measured:.2}")
        }
        Refusal::Keyword => {
            let words = rule.keywords.join(", ");
            format!("none of the rule's keywords stands near: {words}")
        }
        Refusal::Allowlist => "the rule's own allowlist lets it pass".to_owned(),
        Refusal::Gate => {
            let gate = rule.gate.as_deref().unwrap_or_default();
            format!("the gate `{gate}` takes it for no secret")
        }
    }
}

fn settled(found: &Match, fate: &Fate, rule: &Rule, shown: Shown) -> String {
    let said = judged(found, rule, shown);
    match fate {
        Fate::Found if found.judged.confidence < shown.least => {
            let least = shown.least;
            format!("found, but hidden below --min-confidence {least}; {said}")
        }
        Fate::Found => format!("found; {said}"),
        Fate::Lost(to) => format!("lost to {to}; {said}"),
        Fate::Claimed(by) => format!("part of {by}; {said}"),
        Fate::Alone => format!("counts only beside others, and none is near; {said}"),
        Fate::Lacks(other) => format!("needs {other} near, which is missing; {said}"),
    }
}

/// The secret, the confidence and its reasons.
fn judged(found: &Match, rule: &Rule, shown: Shown) -> String {
    let judged = &found.judged;
    let confidence = match judged.confidence == rule.confidence {
        true => format!("{} confidence", judged.confidence),
        false => format!("{} confidence from {}", judged.confidence, rule.confidence),
    };
    let value = value(&judged.secret, shown);
    let reasons = judged
        .reasons
        .iter()
        .map(|why| report::visible(why.as_bytes()));
    let said: Vec<String> = [value, confidence].into_iter().chain(reasons).collect();
    said.join(", ")
}

//! A gitleaks or betterleaks JSON report, which they also use as baseline. A secret that is not
//! redacted becomes an entry of a baseline; of a redacted one only the place is known.

use super::draft::Draft;
use super::{Foreign, Help, Wrong, json};
use crate::model::Identity;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    #[serde(rename = "RuleID")]
    rule: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    start_line: u64,
}

/// Whether a text is a list of findings, or the empty one that gitleaks writes for none.
pub(super) fn fits(foreign: &Foreign<'_>) -> bool {
    let text = foreign.text.trim();
    text == "[]" || (text.starts_with('[') && text.contains("\"RuleID\""))
}

/// Reads the findings.
pub(super) fn read(foreign: &Foreign<'_>, help: &Help<'_>, draft: &mut Draft) -> Result<(), Wrong> {
    let findings: Vec<Finding> = json::parse(foreign.text)?;
    for finding in findings {
        carry(finding, help, draft);
    }
    Ok(())
}

fn carry(finding: Finding, help: &Help<'_>, draft: &mut Draft) {
    if !is_redacted(&finding.secret) {
        let id = Identity::fingerprint(help.identity, finding.secret.as_bytes());
        draft.known.push((id, finding.rule));
        return;
    }
    let (file, line) = (finding.file, finding.start_line);
    let at = help
        .shown
        .as_ref()
        .map_or(&[][..], |shown| shown.at(&file, line));
    match at.is_empty() {
        false => draft
            .known
            .extend(at.iter().map(|id| (*id, finding.rule.clone()))),
        true => draft.warn(format!(
            "{file}:{line} ({}): the secret is redacted; name a report of ours that has it with \
             --report",
            finding.rule
        )),
    }
}

/// Whether a secret was masked, in full or in part (`--redact=N` leaves three dots).
fn is_redacted(secret: &str) -> bool {
    secret.is_empty() || secret == "REDACTED" || secret.ends_with("...")
}

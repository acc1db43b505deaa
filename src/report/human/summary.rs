//! The end of the report: how many, what was scanned, what was not, and the verdict.

use super::finding::colour;
use super::number::{counted, size};
use super::page::{BAD, BOLD, DIM, GOOD, PLAIN, Page, Span, WARN, margin};
use super::relatives;
use crate::model::{Counter, Kind, Severity, SuppressionKind, Verdict};
use crate::report::View;
use crate::report::view::{Coverage, Finding, Occurrence, Shortfall};
use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// Most shortfalls of one standing that are listed.
pub(super) const LISTED: usize = 20;
/// What holds for every secret in an image, whatever its kind.
const REBUILD: &str = "Replace each secret first, then rebuild the image without it. Deleting a \
    file in a later instruction does not help: the layer that holds it is still part of the image.";

/// Writes the end of the report.
pub(super) fn write(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    page.rule()?;
    tally(view, page)?;
    page.field("scanned", PLAIN, &scanned(&view.coverage))?;
    sources(view, page)?;
    coverage(view, page)?;
    let places = || {
        view.findings
            .iter()
            .flat_map(|finding| &finding.occurrences)
    };
    if places().any(Occurrence::in_image) {
        page.field("next", PLAIN, REBUILD)?;
    }
    verdict(view, page)
}

/// The number of findings by severity, and of those not shown.
fn tally(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let by_severity: Vec<(Severity, usize)> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let all = view.findings.iter();
            let number = all.filter(|finding| finding.severity == severity).count();
            (severity, number)
        })
        .filter(|&(_, number)| number > 0)
        .collect();
    let total = match view.findings.len() {
        0 => "no secrets".to_owned(),
        number => counted(number as u64, "secrets"),
    };
    let shares: Vec<String> = by_severity
        .iter()
        .map(|(severity, number)| format!("{number} {severity}"))
        .collect();
    let label = margin("found");
    let mut spans: Vec<Span<'_>> = vec![(DIM, &label), (BOLD, &total)];
    for (number, (share, (severity, _))) in shares.iter().zip(&by_severity).enumerate() {
        spans.push((PLAIN, if number == 0 { ": " } else { ", " }));
        spans.push((colour(*severity), share));
    }
    page.line(&spans)?;
    relatives::inherited(view, page)?;
    hidden(view, page)?;
    suppressed(view, page)?;
    relatives::since(view, page)
}

/// What is left out because somebody said so, by where they did.
fn suppressed(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let mut places = BTreeMap::new();
    for reason in view.all().flat_map(|finding| &finding.suppressed) {
        *places.entry(reason.kind).or_insert(0) += reason.occurrences;
    }
    if places.is_empty() {
        return Ok(());
    }
    let shares: Vec<String> = places
        .iter()
        .map(|(kind, number)| format!("{number} {}", by(*kind)))
        .collect();
    let text = format!(
        "{} suppressed at {}: {}",
        counted(view.suppressed.findings as u64, "secrets"),
        counted(view.suppressed.occurrences as u64, "places"),
        shares.join(", ")
    );
    page.field("", DIM, &text)
}

/// Who suppressed.
const fn by(kind: SuppressionKind) -> &'static str {
    match kind {
        SuppressionKind::Inline => "by comments",
        SuppressionKind::Ignore => "by ignore entries",
        SuppressionKind::Baseline => "by the baseline",
        SuppressionKind::Allowlist => "by allowlists",
    }
}

fn hidden(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    match view.hidden.findings {
        0 => Ok(()),
        number => {
            let text = format!(
                "{number} more below {} confidence; `--min-confidence low` shows them",
                view.hidden.min_confidence
            );
            page.field("", DIM, &text)
        }
    }
}

/// The counters in one line. Files and bytes are told in any case; of what else there was none,
/// there was mostly none to be read.
fn scanned(coverage: &Coverage) -> String {
    let always = [Counter::Files.name(), Counter::Bytes.name()];
    let counts: Vec<String> = coverage
        .scanned
        .0
        .iter()
        .filter(|(name, number)| *number > 0 || always.contains(name))
        .map(|&(name, number)| match name {
            "bytes" => size(number),
            _ => counted(number, name),
        })
        .collect();
    counts.join(", ")
}

/// Where images were read from, where their names left a choice.
fn sources(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let told = view.targets.iter().filter_map(|target| {
        let via = target.via.as_ref()?;
        Some(format!("{} from {via}", target.name))
    });
    for (number, text) in told.take(LISTED).enumerate() {
        page.field(if number == 0 { "read" } else { "" }, DIM, &text)?;
    }
    Ok(())
}

fn coverage(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let Coverage {
        gaps,
        accepted,
        notes,
        ..
    } = &view.coverage;
    match gaps.len() as u64 {
        0 => page.field("coverage", GOOD, "complete")?,
        number => page.field(
            "coverage",
            BAD,
            &format!("incomplete: {}", counted(number, "gaps")),
        )?,
    }
    list("gap", BAD, gaps, page)?;
    consent(gaps, page)?;
    list("accepted", WARN, accepted, page)?;
    list("note", DIM, notes, page)
}

/// How to accept the gaps, if that is what the reader wants. Whoever named a target that is none
/// wants to name another one: accepting it would be a pass for nothing.
fn consent(gaps: &[Shortfall], page: &mut Page<'_>) -> io::Result<()> {
    let kinds: BTreeSet<&str> = gaps.iter().map(|gap| gap.kind).collect();
    if kinds.is_empty() || kinds.contains(Kind::Target.name()) {
        return Ok(());
    }
    let flags: Vec<String> = kinds
        .iter()
        .map(|kind| format!("--allow-gap {kind}"))
        .collect();
    page.field("", DIM, &format!("`{}` accepts such gaps", flags.join(" ")))
}

fn list(
    label: &str,
    style: anstyle::Style,
    shortfalls: &[Shortfall],
    page: &mut Page<'_>,
) -> io::Result<()> {
    for shortfall in shortfalls.iter().take(LISTED) {
        let kind = format!("{}: ", shortfall.kind);
        page.line(&[
            (style, &margin(label)),
            (style, &kind),
            (PLAIN, &shortfall.place),
        ])?;
        page.field(
            "",
            PLAIN,
            &format!("{}{}", shortfall.detail, shortfall.repeated()),
        )?;
    }
    match shortfalls.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => page.field(
            label,
            style,
            &format!("and {more} more; the json format lists all"),
        ),
    }
}

/// What the gate says, with the exit code.
fn verdict(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let gate = &view.gate;
    let mut reasons = Vec::new();
    if let (Verdict::Found, Some(least)) = (gate.verdict, gate.fail_on) {
        let failing = counted(gate.failing as u64, "secrets");
        let excused = if gate.exit == 0 {
            ", which may not fail this scan"
        } else {
            ""
        };
        reasons.push(format!("{failing} of {least} severity or above{excused}"));
    }
    if !view.complete {
        reasons.push("not everything could be read".to_owned());
    }
    if reasons.is_empty() {
        reasons.push(passing(view));
    }
    let (style, word) = match gate.exit {
        0 => (GOOD, "pass"),
        _ => (BAD, "FAIL"),
    };
    let text = format!("{} (exit code {})", reasons.join("; "), gate.exit);
    page.line(&[(style, &margin(word)), (PLAIN, &text)])
}

/// Why nothing fails.
fn passing(view: &View) -> String {
    let others = view.hidden.findings + view.suppressed.findings;
    let is_known = |finding: &Finding| finding.known;
    let found = match (view.findings.len() + others, view.gate.fail_on) {
        (0, _) => "nothing was found".to_owned(),
        _ if view.findings.is_empty() && view.suppressed.findings > 0 => {
            "all secrets are suppressed".to_owned()
        }
        _ if view.findings.iter().any(is_known) => "no new secret fails this scan".to_owned(),
        (_, Some(least)) => format!("no secret of {least} severity or above at this confidence"),
        (_, None) => "no secret may fail this scan".to_owned(),
    };
    if view.coverage.accepted.is_empty() {
        format!("everything was read; {found}")
    } else {
        format!("what could not be read is accepted; {found}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Policy;
    use crate::report::sample;

    /// The report on the sample under a changed policy.
    fn under(change: fn(&mut Policy)) -> String {
        let mut policy = Policy::default();
        change(&mut policy);
        sample::rendered("human", &View::new(&sample::outcome(), &policy, false))
    }

    #[test]
    fn the_last_line_says_why_nothing_fails() {
        let text = under(|policy| policy.allow_gaps = vec![Kind::Truncated]);
        assert!(
            text.contains("FAIL      2 secrets of low severity"),
            "{text}"
        );
        let text = under(|policy| {
            policy.allow_gaps = vec![Kind::Truncated];
            policy.exit_zero = true;
        });
        assert!(
            text.contains("which may not fail this scan (exit code 0)"),
            "{text}"
        );
        let text = under(|policy| {
            policy.allow_gaps = vec![Kind::Truncated];
            policy.fail_on = None;
        });
        assert!(
            text.contains("what could not be read is accepted; no secret may"),
            "{text}"
        );
    }

    #[test]
    fn a_wrong_target_is_never_to_be_accepted() {
        let outcome = sample::outcome();
        outcome
            .coverage
            .record(crate::model::Shortfall::new(Kind::Target, "x", "no tar"));
        let view = View::new(&outcome, &Policy::default(), false);
        let text = sample::rendered("human", &view);
        assert!(!text.contains("--allow-gap"), "{text}");
        assert!(under(|_| ()).contains("--allow-gap truncated"));
    }
}
